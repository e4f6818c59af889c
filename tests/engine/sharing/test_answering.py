"""An answer on its way: crashes, lost hubs, second thoughts, requests that end."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest

from neighborcam.engine.errors import (
    Conflict,
    HubUnreachable,
    InvalidInput,
    StorageError,
)
from neighborcam.engine.requests import AnswerDraft, Decision, MuteView
from neighborcam.engine.sharing.answer_writing import write_answer
from neighborcam.engine.sharing.uploads import RETRY
from neighborcam.hub.store.schema import CAPSULES, CHUNKS
from neighborcam.protocol.requests import Ending
from neighborcam.protocol.rounds import GRACE
from tests.engine.sharing.asked_home import DAY, Move, OneHome, collected, home
from tests.hub.police import Policed, policed
from tests.hub.test_requests import word

__all__ = ["home", "policed"]

TIP = AnswerDraft(decision=Decision.TIP, text="A white van.")


@pytest.fixture
async def asked(policed: Policed, home: Move) -> tuple[OneHome, str]:
    """A home that has read a request, and drawn its turn."""
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    return one, request


class Away:
    """Cuts a home's line for what it sends under a path, before or after it went."""

    def __init__(self, one: OneHome, path: str, *, after: bool = False) -> None:
        self.link = one.requests._life.turns._link
        self.path, self.after = path, after
        self.tries: list[bytes] = []
        self.post, self.put = self.link.send, self.link.put
        self.link.send, self.link.put = self._send, self._put

    async def _send(self, path: str, message: Any) -> None:
        await self._try(self.post, path, message)

    async def _put(self, path: str, data: bytes) -> None:
        await self._try(self.put, path, data)

    async def _try(self, real: Any, path: str, what: Any) -> None:
        is_cut = path.startswith(self.path)
        if is_cut:
            self.tries.append(what)
        if not is_cut or self.after:
            await real(path, what)
        if is_cut:
            raise HubUnreachable("the line is cut")

    def mend(self) -> None:
        self.link.send, self.link.put = self.post, self.put


async def rows(policed: Policed, table: Any) -> int:
    async with policed.town.hub.desk.database.read() as tx:
        return len(list(await tx.execute(table.select())))


async def piece_due(one: OneHome) -> None:
    """Let the moment of the next piece come, and look."""
    piece = one.store.requests.next_piece()
    assert piece is not None
    clock = one.policed.town.clock
    clock.at = max(clock.at, piece.due_at)
    await one.look()


def tokens(one: OneHome, purpose: str) -> int:
    day = one.policed.town.clock().date().isoformat()
    return one.store.token_count(purpose, day)


async def drained(one: OneHome) -> None:
    await one.sharing._need_life()._outbox.drain()


async def state(one: OneHome, request: str) -> list[str]:
    return [each.state for each in (await one.requests.review(request)).answers]


# -- one at a time --------------------------------------------------------------------


async def test_clips_are_made_one_after_the_other(asked: tuple[OneHome, str]) -> None:
    one, request = asked
    at_once, most, guard = 0, 0, threading.Lock()
    real = one.export

    def export(*args: Any) -> Any:
        nonlocal at_once, most
        with guard:
            at_once += 1
            most = max(most, at_once)
        try:
            return real(*args)
        finally:
            with guard:
                at_once -= 1

    one.requests._house.maker._export = export
    orders = [one.clip(request), one.clip(request, end=None), one.clip(request)]
    assert len(set(await asyncio.gather(*orders))) == 2
    assert most == 1


async def test_a_clip_whose_request_ended_while_it_waited_is_not_made(
    asked: tuple[OneHome, str],
) -> None:
    one, request = asked
    async with one.sharing._making:
        waits = asyncio.create_task(one.clip(request))
        await asyncio.sleep(0)
        one.policed.town.clock.at += 6 * DAY
    with pytest.raises(Conflict, match="is over"):
        await waits


async def test_two_clicks_are_one_answer(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    one, request = asked
    clip = await one.clip(request)
    yes = AnswerDraft(decision=Decision.APPROVE, clips=(clip,))
    said = await asyncio.gather(
        *(one.requests.answer(request, each) for each in (yes, yes, TIP, TIP)),
        return_exceptions=True,
    )
    refused = [str(each) for each in said if each is not None]
    assert refused == [
        "clips: this clip is approved already, and on its way",
        "text: this home has said that already",
    ]
    with pytest.raises(Conflict, match="approved already"):  # nor an hour later
        await one.approve(request)
    await one.take_turn()
    assert len(await collected(policed, request)) == 1  # the other: the next round


async def test_what_was_taken_back_can_be_approved_again(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    one, request = asked
    await one.approve(request)
    (first,) = (await one.requests.review(request)).answers
    await one.requests.revoke(request, first.id)
    await one.approve(request)
    await one.take_turn()
    (answer,) = await collected(policed, request)
    assert answer.id != first.id


async def test_a_clip_that_nobody_looked_at_is_not_approved(
    asked: tuple[OneHome, str],
) -> None:
    one, request = asked
    made = await one.requests.make(request, one.order(request))
    yes = AnswerDraft(decision=Decision.APPROVE, clips=(made.id,))
    with pytest.raises(Conflict, match="look at each clip first"):
        await one.requests.answer(request, yes)
    with pytest.raises(InvalidInput, match="look at them first"):
        await one.requests.answer(request, AnswerDraft(decision=Decision.APPROVE))
    one.requests.made(made.id)
    await one.requests.answer(request, yes)
    assert await state(one, request) == ["waiting"]


async def test_evidence_names_all_recordings_or_is_not_made(
    asked: tuple[OneHome, str],
) -> None:
    one, request = asked
    maker = one.requests._house.maker
    files = maker._files
    maker._files = lambda *span: [*files(*span)] * 33
    with pytest.raises(InvalidInput, match="in 33 files"):
        await one.clip(request)


# -- too late -------------------------------------------------------------------------


async def test_an_answer_that_no_turn_can_take_is_refused(
    asked: tuple[OneHome, str],
) -> None:
    """The last round goes on, but this home's capsule of it has left."""
    one, request = asked
    clock = one.policed.town.clock
    expires = one.requests._need(request).request.expires
    clock.at = expires - DAY + timedelta(minutes=1)
    await one.look()
    turns = [e for e in one.store.requests.rounds() if e.ends_at == expires]
    clock.at = max(each.due_at for each in turns)
    await one.look()
    assert clock.at < expires
    with pytest.raises(Conflict, match="last turn for this request is over"):
        await one.requests.answer(request, TIP)
    await one.requests.answer(request, AnswerDraft(decision=Decision.DECLINE))


async def test_a_home_that_takes_no_part_hears_why_nothing_leaves(
    asked: tuple[OneHome, str],
) -> None:
    one, request = asked
    one.requests.mute(MuteView(takes_part=False))
    with pytest.raises(Conflict, match="takes no part in rounds"):
        await one.requests.answer(request, TIP)


async def test_a_request_that_ends_while_its_answer_is_sealed_gets_none(
    asked: tuple[OneHome, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, request = asked
    clip = await one.clip(request)
    path = "neighborcam.engine.sharing.answering.write_answer"

    def slowly(*args: Any, **more: Any) -> Any:
        one.policed.town.clock.at += 6 * DAY
        return write_answer(*args, **more)

    monkeypatch.setattr(path, slowly)
    yes = AnswerDraft(decision=Decision.APPROVE, clips=(clip,), holds_originals=True)
    with pytest.raises(Conflict, match="is over"):
        await one.requests.answer(request, yes)
    assert one.store.requests.answers() == []
    assert list((one.folder / "held").iterdir()) == []


async def test_a_request_that_is_withdrawn_while_its_clip_uploads_ends_clean(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    one, request = asked
    await one.approve(request)
    await piece_due(one)
    assert await rows(policed, CHUNKS) == 1
    await policed.police.say(word(policed, Ending, request, how="withdrawn"))
    await one.look()
    assert await state(one, request) == ["ended"]
    await drained(one)
    assert await rows(policed, CHUNKS) == 0
    assert one.store.requests.next_piece() is None
    (answer,) = (await one.requests.review(request)).answers
    with pytest.raises(Conflict, match="ended before this answer left"):
        await one.requests.revoke(request, answer.id)


async def test_taking_back_says_how_far_it_reaches(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    one, request = asked
    await one.requests.answer(request, TIP)
    (tip,) = (await one.requests.review(request)).answers
    assert (await one.requests.revoke(request, tip.id)).reach == "here"
    await one.approve(request, holds_originals=True)
    await one.take_turn()
    (clips,) = [
        each
        for each in (await one.requests.review(request)).answers
        if each.state == "sent"
    ]
    one.requests.mute(MuteView(takes_part=False))  # no capsule of this home any more
    assert (await one.requests.revoke(request, clips.id)).reach == "hub"
    await drained(one)
    assert await rows(policed, CHUNKS) == 0
    assert list((one.folder / "held").iterdir()) == []


# -- the engine stops, the hub is away ------------------------------------------------


async def test_an_upload_goes_on_after_a_restart(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    """Each step fails twice over: not stored, and stored though nobody heard."""
    one, request = asked
    await one.approve(request)
    line = Away(one, "/api/chunks/", after=True)
    await piece_due(one)
    assert await rows(policed, CHUNKS) == 1
    await one.close()
    one.open()
    await one.sharing.start()
    line = Away(one, "/api/chunks/")
    policed.town.clock.at += RETRY
    await one.look()
    assert len(line.tries) == 1
    line.mend()
    await one.take_turn()
    (answer,) = await collected(policed, request)
    assert await rows(policed, CHUNKS) == len(answer.items[0].chunks) == 1
    assert await state(one, request) == ["sent"]


async def test_a_clip_that_was_being_made_leaves_nothing_behind(
    asked: tuple[OneHome, str],
) -> None:
    """Only an approved answer is kept: what was made to be looked at is made again."""
    one, request = asked
    clip = await one.clip(request)
    await one.close()
    one.open()
    await one.sharing.start()
    await one.look()
    with pytest.raises(Exception, match="make it again"):
        one.requests.made(clip)
    assert await one.clip(request) == clip


async def test_a_hub_that_is_away_costs_one_token_and_no_circle(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    one, request = asked
    await one.approve(request)
    line = Away(one, "/api/")
    await piece_due(one)
    left = tokens(one, "piece")
    for _ in range(5):
        await one.look()
    assert len(line.tries) == 1
    for _ in range(5):
        await piece_due(one)
    assert len({line.tries[0], *line.tries}) == 1
    assert len(line.tries) == 6
    assert tokens(one, "piece") == left
    line.mend()
    await one.take_turn()
    assert len(await collected(policed, request)) == 1


async def test_an_answer_that_missed_a_round_takes_the_next_one(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    one, request = asked
    await one.requests.answer(request, TIP)
    line = Away(one, "/api/capsules")
    clock = policed.town.clock
    (row,) = one.store.requests.rounds()
    clock.at = row.due_at
    await one.look()
    clock.at = row.ends_at + GRACE + timedelta(seconds=1)
    line.mend()
    await one.look()
    assert await state(one, request) == ["waiting"]
    await one.take_turn()
    assert await collected(policed, request, 0) == []
    (answer,) = await collected(policed, request, 1)
    assert answer.text == TIP.text


async def test_what_is_taken_back_goes_before_what_waits(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    """Each turn takes one answer: no more are taken than there are turns."""
    one, request = asked
    await one.requests.answer(request, TIP)
    await one.take_turn()
    (first,) = await collected(policed, request)
    left = one.requests._life.turns.left(one.requests._need(request))
    said = [AnswerDraft(decision=Decision.TIP, text=f"{n}.") for n in range(left + 1)]
    for each in said[:-1]:
        await one.requests.answer(request, each)
    with pytest.raises(Conflict, match="as many answers wait"):
        await one.requests.answer(request, said[-1])
    await one.requests.revoke(request, first.id)
    await one.look()
    await one.take_turn()
    (heard,) = await collected(policed, request, 1)
    assert (heard.kind, heard.about) == ("revoked", first.id)


# -- second thoughts while it leaves --------------------------------------------------


async def test_an_answer_that_may_have_left_is_taken_back_by_the_next_capsule(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    """The hub has it, nobody heard so, and its owner takes it back.

    Then a round has two capsules of this home: better than an answer that stands.
    """
    one, request = asked
    await one.requests.answer(request, TIP)
    line = Away(one, "/api/capsules", after=True)
    (row,) = one.store.requests.rounds()
    policed.town.clock.at = row.due_at
    await one.look()
    (waiting,) = (await one.requests.review(request)).answers
    assert waiting.state == "waiting"
    await one.requests.revoke(request, waiting.id)
    line.mend()
    await one.take_turn()
    said = await collected(policed, request)
    assert {(each.kind, each.about) for each in said} == {
        ("tip", None),
        ("revoked", waiting.id),
    }


async def test_what_was_taken_back_before_it_arrived_never_does(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    one, request = asked
    await one.requests.answer(request, TIP)
    line = Away(one, "/api/capsules")
    (row,) = one.store.requests.rounds()
    policed.town.clock.at = row.due_at
    await one.look()
    (waiting,) = (await one.requests.review(request)).answers
    await one.requests.revoke(request, waiting.id)
    line.mend()
    await one.take_turn()
    found = await collected(policed, request)
    assert [each.kind for each in found] in ([], ["revoked"])
    assert await rows(policed, CAPSULES) == 1


async def test_a_piece_that_arrives_after_it_was_taken_back_is_deleted(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    one, request = asked
    await one.approve(request)
    (answer,) = (await one.requests.review(request)).answers
    link = one.requests._life.turns._link
    real = link.put

    async def late(path: str, data: bytes) -> None:
        await one.requests.revoke(request, answer.id)
        await drained(one)  # the deletion arrives first
        await real(path, data)

    link.put = late
    await piece_due(one)
    await drained(one)
    assert await rows(policed, CHUNKS) == 0


async def test_an_answer_that_the_disk_did_not_let_be_taken_back_can_be_anew(
    policed: Policed, asked: tuple[OneHome, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of a revocation is kept, or nothing: else the agency would never hear."""
    one, request = asked
    await one.approve(request)
    await one.take_turn()
    (answer,) = await collected(policed, request)
    path = "neighborcam.engine.index.answer_store.put_answer"

    def full(*_: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as disk:
        disk.setattr(path, full)
        with pytest.raises(StorageError):
            await one.requests.revoke(request, answer.id)
    await drained(one)
    assert await state(one, request) == ["sent"]
    assert await rows(policed, CHUNKS) == 1
    assert (await one.requests.revoke(request, answer.id)).reach == "agency"
    await drained(one)
    assert await rows(policed, CHUNKS) == 0
    await one.look()
    await one.take_turn()
    (heard,) = await collected(policed, request, 1)
    assert (heard.kind, heard.about) == ("revoked", answer.id)
