"""The end of a request: said once, and everything destroyed that was to be."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from neighborcam.agency.casebook import Notes
from neighborcam.agency.custody import Custody
from neighborcam.agency.errors import HubAway, HubSaidNo, InvalidInput, NotNow
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import Keyring
from tests.agency.station import Station

LATER = timedelta(minutes=10)
post = HubClient.post


class PowerCut(BaseException):
    """The machine stops here."""


async def closed(station: Station) -> str:
    """Have a request answered by a clip, a tip and a revocation, and ended."""
    request = await station.ask()
    homes = [await station.policed.town.home() for _ in range(2)]
    clip = await station.answer(request, homes[0], text="I am Bob", contact="bob@x")
    await station.answer(request, homes[1], kind="tip", text="Ask the grocer.")
    station.round_over()
    await station.officer.collect(request)
    await station.officer.open(request, clip.id, 0)
    await station.officer.question(request, clip.id, "Was it white?")
    await station.officer.end(request, "resolved")
    station.round_over()
    return request


async def test_nothing_is_erased_while_the_request_is_open(station: Station) -> None:
    request, answer = await station.answered()
    await station.officer.open(request, answer.id, 0)
    with pytest.raises(NotNow, match="the request is open"):
        await station.officer.delete(request)
    assert list(station.book.of(request).glob("*.age"))
    assert (await station.officer.open(request, answer.id, 0)).clip
    assert (answer.id, "deleted") not in await station.receipts(request)


async def test_nothing_of_what_homes_said_is_left_or_can_be_opened(
    station: Station,
) -> None:
    request = await closed(station)
    folder = station.book.of(request)
    before = (folder / "notes").read_bytes()
    keys = [*station.officer.parts.ring.keys.cases[request].notes]
    half = folder / ".x.mp4.part"
    half.write_bytes(b"half of a clip")
    await station.officer.file_outcome(request, "helped", "")
    await station.officer.delete(request)
    names = {path.name for path in folder.iterdir()}
    assert names == {"signed.json", "custody.log", "notes"}
    ring = station.again().parts.ring
    case = ring.keys.cases[request]
    assert case.seal == ""
    assert not set(case.notes) & set(keys)
    (folder / "notes").write_bytes(before)  # a copy, or a block of the disk
    with pytest.raises(Exception, match="older than the keys"):
        Notes(station.book, ring).get(request)


async def test_the_notes_keep_ids_hashes_and_states(station: Station) -> None:
    request = await closed(station)
    await station.officer.delete(request)
    state = station.officer.state(request)
    assert [each.body for each in state.answers.values()] == [b"", b""]
    assert [each.questions for each in state.answers.values()] == [[], []]
    states = [[it.state for it in each.items] for each in state.answers.values()]
    assert sorted(states) == [[], ["deleted"]]
    assert state.closed is not None


async def test_nothing_that_was_answered_lies_in_the_folder_in_the_clear(
    station: Station,
) -> None:
    request = await closed(station)
    answer = next(each.answer for each in station.officer.answers(request))
    for path in station.book.folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        for secret in (b"I am Bob", b"bob@x", b"the grocer", b"Was it white"):
            assert secret not in data, path
        for item in answer.items:
            assert item.secret.encode() not in data, path


async def test_a_tip_that_was_taken_back_is_erased_and_that_is_told(
    station: Station,
) -> None:
    request = await station.ask()
    home = await station.policed.town.home()
    tip = await station.answer(request, home, kind="tip", text="Ask the grocer.")
    station.round_over()
    await station.officer.collect(request)
    await station.answer(request, home, number=1, kind="revoked", about=tip.id)
    station.round_over()
    await station.officer.collect(request)
    kept = station.officer.state(request).answers[tip.id]
    assert (kept.body, kept.erased is not None) == (b"", True)
    assert (tip.id, "deleted") in await station.receipts(request)
    with pytest.raises(NotNow, match="deleted"):
        await station.officer.question(request, tip.id, "Which grocer?")


async def test_a_round_may_hold_an_answer_and_that_it_was_taken_back(
    station: Station,
) -> None:
    """Capsules come in the order of their hashes: four pairs, so that both occur."""
    request = await station.ask()
    tips = []
    for _ in range(4):
        home = await station.policed.town.home()
        tip = await station.answer(request, home, kind="tip", text="Ask the grocer.")
        await station.answer(request, home, kind="revoked", about=tip.id)
        tips.append(tip.id)
    station.round_over()
    await station.officer.collect(request)
    kept = station.officer.state(request).answers
    assert all(kept[tip].erased is not None for tip in tips)


async def test_a_copy_of_what_was_taken_back_is_a_person_s_work_first(
    station: Station, tmp_path: Any
) -> None:
    request = await station.ask()
    home = await station.policed.town.home()
    answer = await station.answer(request, home)
    station.round_over()
    await station.officer.collect(request)
    await station.officer.save(request, answer.id, 0, tmp_path / "clip.mp4")
    await station.answer(request, home, number=1, kind="revoked", about=answer.id)
    station.round_over()
    await station.officer.collect(request)
    assert (answer.id, "deleted") not in await station.receipts(request)
    assert station.officer.state(request).answers[answer.id].erased is None
    await station.officer.erase(request, answer.id)
    assert (answer.id, "deleted") in await station.receipts(request)


@pytest.mark.parametrize(
    ("kind", "fate"),
    [("clips", "deleted"), ("tip", "deleted"), (None, "nothing-received")],
)
async def test_the_deletion_says_what_there_was(
    station: Station, kind: str | None, fate: str
) -> None:
    request = await station.ask()
    if kind is not None:
        more: dict[str, Any] = (
            {} if kind == "clips" else {"kind": kind, "text": "Ask the grocer."}
        )
        await station.answer(request, await station.policed.town.home(), **more)
    station.round_over()
    await station.officer.collect(request)
    await station.officer.end(request, "resolved")
    await station.officer.delete(request)
    asked = (await station.officer.register()).requests[request]
    assert asked.deletion is not None
    assert asked.deletion.what == fate


@pytest.mark.parametrize("fate", ["deleted", "evidence"])
async def test_what_was_copied_has_to_be_accounted_for(
    station: Station, fate: str
) -> None:
    request, answer = await station.answered()
    await station.officer.open(request, answer.id, 0)
    await station.officer.copied(request, answer.id, 0)
    await station.officer.end(request, "resolved")
    with pytest.raises(InvalidInput, match="evidence"):
        await station.officer.delete(request)
    await station.officer.delete(request, fate)
    asked = (await station.officer.register()).requests[request]
    assert asked.deletion is not None
    assert asked.deletion.what == fate
    is_told = (answer.id, "deleted") in await station.receipts(request)
    assert is_told == (fate == "deleted")
    await station.officer.delete(request, "deleted")  # evidence may go later
    asked = (await station.officer.register()).requests[request]
    assert asked.deletion is not None
    assert asked.deletion.what == "deleted"


async def test_evidence_is_not_said_of_what_was_never_copied(station: Station) -> None:
    request = await closed(station)
    with pytest.raises(InvalidInput, match="no clip"):
        await station.officer.delete(request, "evidence")


def lose(monkeypatch: pytest.MonkeyPatch, *, taken: bool) -> Callable[[], None]:
    """Lose what is said to the hub, or its answer; return how to mend that."""

    async def lost(self: HubClient, path: str, message: Any) -> bytes:
        if path != "/api/words":
            return await post(self, path, message)
        if taken:
            await post(self, path, message)
        raise HubAway("lost")

    monkeypatch.setattr(HubClient, "post", lost)
    return lambda: monkeypatch.setattr(HubClient, "post", post)


@pytest.mark.parametrize("taken", [False, True], ids=["lost", "taken"])
async def test_a_word_whose_answer_was_lost_is_said_again_and_counts_once(
    station: Station,
    monkeypatch: pytest.MonkeyPatch,
    taken: bool,  # noqa: FBT001 - a column of the table
) -> None:
    request, _ = await station.answered()
    steps: tuple[Callable[[], Awaitable[None]], ...] = (
        lambda: station.officer.end(request, "resolved"),
        lambda: station.officer.file_outcome(request, "helped", "It was him."),
        lambda: station.officer.delete(request),
    )
    for step in steps:
        mend = lose(monkeypatch, taken=taken)
        with pytest.raises(HubAway):
            await step()
        mend()
        station.policed.town.clock.at += LATER
        await step()
        await step()
    assert await station.due(request) == set()
    told = station.done(request)
    assert [told.count(each) for each in ("ended", "outcome", "deleted")] == [1, 1, 1]


async def test_another_outcome_than_the_filed_one_is_refused(station: Station) -> None:
    request, _ = await station.answered()
    with pytest.raises(NotNow, match="open"):
        await station.officer.file_outcome(request, "helped", "")
    await station.officer.end(request, "resolved")
    with pytest.raises(InvalidInput, match="one of"):
        await station.officer.file_outcome(request, "splendid", "")
    with pytest.raises(InvalidInput, match="300"):
        await station.officer.file_outcome(request, "helped", "x" * 301)
    await station.officer.file_outcome(request, "helped", "")
    with pytest.raises(NotNow, match="filed already: helped"):
        await station.officer.file_outcome(request, "no-use", "")
    with pytest.raises(NotNow, match="already"):
        await station.officer.end(request, "withdrawn")


async def test_what_waits_for_a_steward_is_withdrawn_before_it_is_deleted(
    station: Station,
) -> None:
    signed = await station.officer.sign(station.request())
    request = signed.request.id
    await station.officer.submit(await station.supervisor.countersign(signed))
    with pytest.raises(NotNow, match="withdraw it first"):
        await station.officer.delete(request)
    await station.officer.end(request, "withdrawn")
    await station.officer.end(request, "withdrawn")
    await station.officer.delete(request)
    assert station.officer.parts.ring.keys.cases[request].seal == ""


async def test_a_request_whose_key_is_destroyed_is_not_submitted(
    station: Station,
) -> None:
    signed = await station.officer.sign(station.request())
    both = await station.supervisor.countersign(signed)
    await station.officer.delete(signed.request.id)
    with pytest.raises(NotNow, match="destroyed"):
        await station.officer.submit(both)


CUTS: list[tuple[type, str]] = [
    (Notes, "put"),
    (Notes, "put_anew"),
    (Keyring, "save"),
    (Custody, "add"),
    (HubClient, "post"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", CUTS, ids=lambda place: place[1])
async def test_a_deletion_that_was_cut_off_anywhere_goes_on(
    station: Station,
    monkeypatch: pytest.MonkeyPatch,
    place: tuple[type, str],
    after: bool,  # noqa: FBT001 - a column of the table
) -> None:
    request = await closed(station)
    kind, name = place
    real, cuts = getattr(kind, name), 0
    while True:
        seen, wanted = [0], cuts

        def cut(
            *given: Any, seen: Any = seen, wanted: int = wanted, **more: Any
        ) -> Any:
            seen[0] += 1
            if seen[0] > wanted and not after:
                raise PowerCut
            done = real(*given, **more)
            if seen[0] > wanted:
                if name == "post":
                    done.close()
                raise PowerCut
            return done

        monkeypatch.setattr(kind, name, cut)
        try:
            await station.again().delete(request)
            break
        except PowerCut:
            cuts += 1
        finally:
            monkeypatch.setattr(kind, name, real)
    assert cuts > 0
    last = station.again()
    await last.delete(request)
    assert await station.due(request) == {"outcome"}
    told = [what for _, what in await station.receipts(request)]
    assert (
        sorted(told) == ["deleted", "deleted", "opened", "question"] + ["received"] * 2
    )
    assert [line.what for line in last.custody(request)].count("deleted") == 1
    assert last.state(request).closed is not None


async def test_the_hub_s_no_is_told(station: Station) -> None:
    request = await closed(station)
    await station.policed.town.hub.desk.agencies.revoke(
        station.policed.agency.revoked(
            station.policed.agency.officer, station.policed.town.clock()
        )
    )
    with pytest.raises(HubSaidNo, match="revoked"):
        await station.officer.file_outcome(request, "helped", "")


async def cut_off(
    station: Station, request: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Begin a deletion that the hub does not hear of."""

    async def away(*_: Any) -> bytes:
        raise HubAway("away")

    station.policed.town.clock.at += timedelta(hours=1)
    await station.officer.end(request, "resolved")
    station.policed.town.clock.at += timedelta(minutes=10)
    with monkeypatch.context() as patch:
        patch.setattr(HubClient, "post", away)
        with pytest.raises(HubAway):
            await station.officer.delete(request)


async def test_nothing_comes_in_behind_a_deletion_that_was_begun(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or "nothing was received" would be attested of answers that were read."""
    request = await station.ask()
    await station.answer(request, await station.policed.town.home())
    await cut_off(station, request, monkeypatch)
    with pytest.raises(NotNow, match="destroyed"):
        await station.officer.collect(request)
    await station.officer.delete(request)
    asked = (await station.officer.register()).requests[request]
    assert asked.deletion is not None
    assert asked.deletion.what == "nothing-received"
