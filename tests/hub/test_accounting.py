"""What agencies say of their requests later: once, and again when it was not heard."""

from datetime import timedelta
from typing import Any

import pytest

from demo.steward import Refused
from neighborcam.protocol.requests import Deletion, Ending, Outcome
from tests.hub.police import Policed, policed
from tests.hub.test_requests import DAY, kinds, word

__all__ = ["policed"]


async def test_what_was_said_before_is_fine_whenever_it_is_said_again(
    policed: Policed,
) -> None:
    """The desk says it anew when our answer was lost: later, with another signature."""
    await policed.join()
    request = await policed.ask()
    words: list[tuple[Any, dict[str, str]]] = [
        (Ending, {"how": "resolved"}),
        (Outcome, {"result": "helped", "text": "A van was found."}),
        (Deletion, {"what": "deleted"}),
    ]
    for kind, fields in words:
        for _ in range(3):
            await policed.police.say(word(policed, kind, request, **fields))
            policed.town.clock.at += timedelta(minutes=10)
    assert (await kinds(policed))[-4:] == ["request-logged", *["agency-said"] * 3]
    for other in (
        word(policed, Ending, request, how="withdrawn"),
        word(policed, Outcome, request, result="no-use"),
        word(policed, Outcome, request, result="open"),
        word(policed, Deletion, request, what="evidence"),
    ):
        with pytest.raises(Refused) as refused:
            await policed.police.say(other)
        assert refused.value.code == "conflict"


async def test_a_withdrawal_from_review_can_be_said_again(policed: Policed) -> None:
    await policed.join()
    signed = policed.request()
    await policed.police.ask(signed)
    for _ in range(2):
        ending = word(policed, Ending, signed.request.id, how="withdrawn")
        await policed.police.say(ending)
        policed.town.clock.at += timedelta(minutes=10)
    await policed.police.ask(other := policed.request())
    await policed.ann.refuse(other.sha256, "no protest", "It is about a march.")
    ending = word(policed, Ending, other.request.id, how="withdrawn")
    with pytest.raises(Refused, match="no such request"):
        await policed.police.say(ending)


async def test_an_open_case_puts_its_outcome_off_for_a_month(policed: Policed) -> None:
    await policed.join()
    request = await policed.ask(retention_days=90)
    await policed.police.say(word(policed, Ending, request, how="resolved"))
    await policed.police.say(word(policed, Outcome, request, result="open"))
    assert (await policed.police.status(request))["state"] == "put-off"
    policed.town.clock.at += 60 * DAY - timedelta(seconds=1)
    await policed.town.hub.duties.run_once()
    assert "overdue" not in await kinds(policed)
    policed.town.clock.at += timedelta(seconds=1)
    await policed.town.hub.duties.run_once()
    assert (await kinds(policed))[-2:] == ["overdue", "agency-suspended"]
    late = word(policed, Outcome, request, result="open", text="Still.")
    with pytest.raises(Refused, match="cannot put-off"):
        await policed.police.say(late)
    await policed.police.say(word(policed, Outcome, request, result="no-use"))
    assert (await policed.police.status(request))["state"] == "outcome-filed"
