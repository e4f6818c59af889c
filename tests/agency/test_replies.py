"""Words to owners: none is lost and none is said twice, whatever the network does."""

from datetime import timedelta
from typing import Any

import pytest

from neighborcam.agency.errors import HubAway, InvalidInput
from neighborcam.agency.hub_client import HubClient
from neighborcam.protocol.answers import Answer
from tests.agency.station import Station

TEN_MINUTES = timedelta(minutes=10)
post = HubClient.post


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return how to break and mend the hub's way of taking replies."""

    def begin(*, taken: bool) -> None:
        async def away(self: HubClient, path: str, message: Any) -> bytes:
            if path != "/api/replies":
                return await post(self, path, message)
            if taken:
                await post(self, path, message)
            raise HubAway("away")

        monkeypatch.setattr(HubClient, "post", away)

    def end() -> None:
        monkeypatch.setattr(HubClient, "post", post)

    return begin, end


async def told(station: Station, request: str, answer: Answer) -> list[str]:
    return [what for id_, what in await station.receipts(request) if id_ == answer.id]


@pytest.mark.parametrize("taken", [False, True], ids=["lost", "taken"])
async def test_a_long_outage_stops_nothing_and_doubles_nothing(
    station: Station,
    outage: Any,
    taken: bool,  # noqa: FBT001 - a column of the table
) -> None:
    begin, end = outage
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    station.round_over()
    begin(taken=taken)
    assert (await station.officer.collect(request)).fresh == 1
    assert station.officer.state(request).untold == 1
    await station.officer.open(request, answer.id, 0)
    assert station.officer.state(request).untold == (1 if taken else 2)
    station.policed.town.clock.at += TEN_MINUTES
    await station.officer.open(request, answer.id, 0)  # still away
    end()
    station.policed.town.clock.at += TEN_MINUTES
    await station.officer.collect(request)
    assert station.officer.state(request).untold == 0
    assert await told(station, request, answer) == ["received", "opened"]
    await station.officer.end(request, "resolved")
    await station.officer.delete(request)
    assert await station.due(request) == {"outcome"}


async def test_a_crash_before_the_answer_was_noted_doubles_nothing(
    station: Station, outage: Any
) -> None:
    begin, end = outage
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    station.round_over()
    begin(taken=True)
    await station.officer.collect(request)
    end()
    again = station.again()
    station.policed.town.clock.at += TEN_MINUTES
    await again.open(request, answer.id, 0)
    assert await told(station, request, answer) == ["received", "opened"]


async def test_a_desk_that_was_restored_from_its_copy_goes_on_behind_the_last_bundle(
    station: Station,
) -> None:
    request, answer = await station.answered()
    notes = station.officer.parts.notes
    old = notes.get(request)
    await station.officer.question(request, answer.id, "Was the van white?")
    notes.put(request, old)
    await station.officer.open(request, answer.id, 0)
    assert await told(station, request, answer) == ["received", "question", "opened"]


async def test_more_than_eight_words_go_in_several_bundles(
    station: Station, outage: Any
) -> None:
    begin, end = outage
    request, answer = await station.answered()
    begin(taken=False)
    for number in range(9):
        await station.officer.question(request, answer.id, f"What is {number}?")
    end()
    assert await station.officer.deliver(request) == 0
    assert (await told(station, request, answer)).count("question") == 9


async def test_few_bundles_are_spent_on_single_words(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, answer = await station.answered()  # one bundle: "received"
    monkeypatch.setattr("neighborcam.agency.replies.PARTIAL", 1)
    monkeypatch.setattr("neighborcam.hub.capsules.MOST_BUNDLES", 3)
    officer = station.officer
    for number in range(7):
        await officer.question(request, answer.id, f"What is {number}?")
        assert officer.state(request).untold == number + 1
    await officer.open(request, answer.id, 0)  # the eighth word
    assert officer.state(request).untold == 0
    assert len(await told(station, request, answer)) == 9
    await officer.end(request, "resolved")
    await officer.delete(request)  # the last bundle, with one word
    assert (await told(station, request, answer))[-1] == "deleted"


async def test_no_request_costs_homes_more_than_its_bundles(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, answer = await station.answered()
    monkeypatch.setattr("neighborcam.hub.capsules.MOST_BUNDLES", 2)
    for text in ("Where is it?", "Was it white?"):
        await station.officer.question(request, answer.id, text)
    assert station.officer.state(request).untold == 1
    assert await told(station, request, answer) == ["received", "question"]


async def test_replies_that_waited_for_a_new_certificate_are_signed_with_it(
    station: Station, outage: Any
) -> None:
    begin, end = outage
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    station.round_over()
    begin(taken=False)
    await station.officer.collect(request)
    end()
    new = station.policed.agency.certified(
        station.policed.agency.officer.issued.certificate.role, "Badge 4711"
    )
    await station.policed.police.certify(new)
    keys = station.officer.parts.ring.keys
    keys.own, keys.issued = new.key.private_bytes_raw(), new.issued
    assert await station.officer.deliver(request) == 0
    assert await told(station, request, answer) == ["received"]  # by the new key


@pytest.mark.parametrize(
    "text", ["x" * 501, "x" * 5000, "", "   ", "two\nlines", "\x1b[2J", "\u202egnp"]
)
async def test_a_question_that_cannot_be_said_is_not_kept(
    station: Station, text: str
) -> None:
    request, answer = await station.answered()
    with pytest.raises(InvalidInput):
        await station.officer.question(request, answer.id, text)
    assert station.officer.answers(request)[0].questions == []
    assert "asked" not in station.done(request)
    await station.officer.question(request, answer.id, "ü" * 500)
    assert await told(station, request, answer) == ["received", "question"]
