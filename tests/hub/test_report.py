"""The yearly report: from the log alone, and the same for anybody."""

from datetime import timedelta

from neighborcam.hub.report import report
from neighborcam.hub.statistics import statistics
from tests.hub.police import Policed, policed

__all__ = ["policed"]


async def test_a_year_is_told_in_numbers(policed: Policed) -> None:
    agency = await policed.join()
    await policed.ask(case_ref="A-1")
    policed.town.clock.at += timedelta(days=33)
    again = policed.request(case_ref="A-2")
    await policed.police.ask(again)
    await policed.bob.refuse(again.sha256, "no protest", "It is about a march.")
    third = policed.request(case_ref="A-3")
    await policed.police.ask(third)
    await policed.ann.approve(third.sha256)
    entries = await policed.town.hub.desk.log.entries(0, 1000)
    numbers = statistics(entries).agencies[agency]
    assert (numbers.requests, numbers.refused, numbers.repeated) == (2, 1, 1)
    assert numbers.km2_hours > 0.3
    text = report("Mill Lane", 2026, entries)
    assert "# Mill Lane: report for 2026" in text
    assert "| Milltown Police | 1 | 0 | 0 |" in text
    later = report("Mill Lane", 2027, entries)
    assert "| Milltown Police | 1 | 0 | 1 |" in later
    assert "* no protest: 1" in later
