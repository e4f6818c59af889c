"""Numbers of the public log: by area, by steward, and the same for everybody."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import h3
import msgspec
import pytest

from demo.agency import circle
from demo.steward import Refused
from neighborcam import cli
from neighborcam.hub.census import Census, load_census
from neighborcam.hub.log_over_http import read_log
from neighborcam.hub.report import report
from neighborcam.hub.settings import HubSettings
from neighborcam.hub.statistics import Statistics, statistics
from neighborcam.protocol.agency_entries import AgencySuspended, Overdue, RulesSet
from neighborcam.protocol.errors import ProtocolError
from neighborcam.protocol.request_limits import RequestRules
from neighborcam.protocol.requests import Deletion, Ending, Outcome
from tests.hub.police import PLACE, Policed, policed
from tests.protocol.written_log import Log

__all__ = ["policed"]

HERE = h3.latlng_to_cell(PLACE[1], PLACE[0], 9)
AREA = h3.cell_to_parent(HERE, 7)
FAR = h3.latlng_to_cell(PLACE[1] + 1, PLACE[0], 9)


@pytest.fixture
def settings(settings: HubSettings, tmp_path: Path) -> HubSettings:
    """The settings of a hub with a census: 4,000 people here, 6,000 elsewhere."""
    file = tmp_path / "census.csv"
    file.write_text(f"cell,people\n{HERE},4000\n{FAR},6000\n")
    return replace(settings, census=file)


def written() -> Log:
    """Return a log: three requests, two of one area, one refused, an outcome late."""
    log = Log()
    log.join()
    log.add(RulesSet(at=log.now, rules=RequestRules(households=5000, monthly=12)))
    first = log.ask(case_ref="A-1", area=circle(*PLACE, 200.0))
    log.now += timedelta(days=1)
    end = log.now - timedelta(hours=2)
    second = log.ask(
        case_ref="A-2", window_start=end - timedelta(minutes=30), window_end=end
    )
    log.say(log.word(Ending, second, how="resolved"))
    log.say(log.word(Outcome, second, result="open"))
    log.say(log.word(Outcome, second, result="helped"))
    log.say(log.word(Deletion, second, what="evidence"))
    log.say(log.word(Deletion, second, what="deleted"))
    log.add(log.refusal("bob"))
    log.add(log.refusal(""))
    log.now += timedelta(days=60)
    agency = log.agency.record.id
    log.add(Overdue(at=log.now, agency=agency, request=first, what="outcome"))
    log.add(AgencySuspended(at=log.now, agency=agency, reason="outcome-overdue"))
    return log


def test_every_number_comes_from_the_log() -> None:
    log = written()
    found = statistics(log.entries)
    numbers = found.agencies[log.agency.record.id]
    assert (numbers.requests, numbers.refused, numbers.repeated) == (2, 2, 1)
    assert (numbers.outcomes, numbers.put_off, numbers.deletions) == (1, 0, 1)
    assert numbers.outcomes_by_result == {"helped": 1}
    assert (numbers.overdue, numbers.suspended) == (1, 1)
    assert found.requests.median_hours == 0.75  # of one hour and half an hour
    assert found.requests.median_km2 == pytest.approx(0.149, abs=0.002)
    assert (found.requests.requests, found.requests.repeated) == (2, 1)
    assert found.outcomes == {"helped": 1}
    assert found.overdue == {"outcome": 1}
    assert found.lapsed == 1
    ann, bob = found.reviews_by_steward["ann"], found.reviews_by_steward["bob"]
    assert (ann.approved, ann.refused, ann.rate) == (2, 0, 0.0)
    assert (bob.approved, bob.refused, bob.rate) == (0, 1, 1.0)
    assert set(found.reviews_by_steward) == {"ann", "bob"}


def test_areas_are_seen_against_who_lives_there() -> None:
    found = statistics(written().entries, Census([(HERE, 4000), (FAR, 6000)]))
    (area,) = found.areas
    assert (area.cell, area.requests, area.repeated) == (AREA, 2, 1)
    assert (area.people, area.per_1000) == (4000, 0.5)
    assert found.elsewhere is not None
    assert found.elsewhere.people == 6000
    assert found.elsewhere.per_1000_overall == 0.2
    unpeopled = statistics(written().entries, Census([(FAR, 6000)]))
    assert (unpeopled.areas[0].people, unpeopled.areas[0].per_1000) == (0, None)
    uncounted = statistics(written().entries)
    assert (uncounted.areas[0].people, uncounted.elsewhere) == (None, None)


def test_a_year_knows_what_was_before_it() -> None:
    """What is asked in December and accounted for in January counts in each."""
    log = Log()
    log.join()
    request = log.ask(case_ref="A-1")
    log.say(log.word(Ending, request, how="resolved"))
    year = log.now.year
    log.now = log.now.replace(year=year + 1, month=1, day=3)
    log.say(log.word(Outcome, request, result="helped"))
    log.ask(case_ref="A-2")
    before, after = (report("Mill Lane", y, log.entries) for y in (year, year + 1))
    assert "* helped" not in before
    assert "* helped: 1" in after
    assert "1 were about an area that was asked about" in after
    assert "0 were about an area" in before
    assert "| Milltown Police | 1 |" in before
    assert "| Milltown Police | 1 |" in after
    assert "No agency takes part." in report("Mill Lane", year - 1, log.entries)


def test_the_report_has_areas_and_stewards() -> None:
    log, census = written(), Census([(HERE, 4000), (FAR, 6000)])
    text = report("Mill Lane", log.now.year - 1, log.entries, census)
    assert f"| `{AREA}` | 2 | 0 | 1 |" in text
    assert "| 4000 | 0.5 |" in text
    assert "the 6000 people elsewhere" in text
    assert "| bob | 0 | 1 | 1.0 |" in text
    assert "No steward looked in time at 1 requests." in text


async def test_anybody_counts_the_same_over_http(policed: Policed) -> None:
    await policed.join()
    await policed.ask()
    town = policed.town
    key, url = town.hub.desk.log.key.vkey, town.url
    entries = await read_log(key, url, town.clock)
    answer = await town.get("/api/census")
    file = town.hub.desk.settings.data_dir / "copy.csv"
    file.write_bytes(await answer.read())
    told = await (await town.get("/api/statistics")).read()
    counted = statistics(entries, load_census(file))
    assert msgspec.json.decode(told, type=Statistics) == counted
    assert counted.areas[0].per_1000 == 0.25


async def test_a_demand_for_data_is_entered_by_a_steward_and_counted(
    policed: Policed,
) -> None:
    demand = {"kind": "informal", "given": "Nothing: there was nothing of that."}
    await policed.ann.send("/api/steward/legal-demands", demand)
    entries = await policed.town.hub.desk.log.entries(0, 1000)
    assert statistics(entries).legal_demands == {"informal": 1}
    assert b"Nothing: there was nothing of that." in entries[-1]
    for wrong in ({"kind": "gag"}, {"given": ""}):
        with pytest.raises(Refused) as refused:
            await policed.ann.send("/api/steward/legal-demands", demand | wrong)
        assert refused.value.code == "invalid_input"


async def test_who_counts_from_outside_believes_no_lie(policed: Policed) -> None:
    await policed.join()
    town = policed.town
    stranger = "localhost+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    with pytest.raises(ProtocolError):
        await read_log(stranger, town.url, town.clock)


def test_a_hub_counts_its_own_log_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["hub", "statistics", "--data", str(tmp_path)]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["entries"] == 0
    assert cli.main(["hub", "statistics", "--log", "nonsense"]) == 1
    assert "KEY=URL" in capsys.readouterr().err
