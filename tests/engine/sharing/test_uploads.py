"""Clips as a drip: what leaves this home is the same whether somebody answers."""

import itertools
import shutil
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from neighborcam.engine.errors import Conflict
from neighborcam.engine.requests import MuteView
from neighborcam.engine.sharing import answer_writing
from neighborcam.engine.sharing.uploads import DRIP, RETRY
from neighborcam.hub.store.schema import CHUNKS
from neighborcam.protocol.answers import CHUNK_BYTES
from neighborcam.protocol.requests import Ending
from neighborcam.protocol.sealed_clips import SealedClip, seal_clip
from tests.engine.sharing.asked_home import DAY, Move, OneHome, collected, home
from tests.engine.sharing.test_answering import Away, tokens
from tests.hub.police import Policed, policed
from tests.hub.test_requests import word

__all__ = ["home", "policed"]

type Line = list[tuple[datetime, str, int]]


def watch(one: OneHome) -> Line:
    """Return what a network sees of a home: when, whether a piece, how much."""
    link, seen = one.requests._life.turns.uploads._link, []
    real = link.put

    async def put(path: str, data: bytes) -> None:
        kind = path.rpartition("/")[0]
        seen.append((one.policed.town.clock(), kind, len(data)))
        await real(path, data)

    link.put = put
    return seen


def due(one: OneHome) -> datetime:
    found = one.requests._life.turns.uploads.next_at()
    assert found is not None
    return found  # type: ignore[no-any-return]


async def drip(one: OneHome, times: int) -> None:
    clock = one.policed.town.clock
    for _ in range(times):
        clock.at = max(clock.at, due(one))
        await one.look()


@pytest.fixture
async def pair(policed: Policed, home: Move) -> tuple[OneHome, OneHome, str]:
    """Two homes that drip, and a request."""
    await policed.join()
    request = await policed.ask()
    one, other = await home("one"), await home("other")
    for each in (one, other):
        each.requests.mute(MuteView(drip=True))
        await each.look()
    return one, other, request


@pytest.fixture
def long_clips(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clips of six pieces, without six mebibytes of film."""

    def seal(data: bytes, media_type: Any, secret: bytes) -> SealedClip:
        made = seal_clip(data, media_type, secret)
        more = tuple(bytes([each]) * CHUNK_BYTES for each in range(5))
        return SealedClip(
            secret=made.secret, sha256=made.sha256, pieces=made.pieces + more
        )

    monkeypatch.setattr(answer_writing, "seal_clip", seal)


@pytest.mark.usefixtures("long_clips")
async def test_a_home_that_answers_looks_as_one_that_does_not(
    policed: Policed, pair: tuple[OneHome, OneHome, str]
) -> None:
    yes, silent, request = pair
    lines = [watch(each) for each in (yes, silent)]
    for number in range(18):
        if number == 2:
            await yes.approve(request)
        await drip(min((yes, silent), key=due), 1)
    kinds = [{(kind, size) for _, kind, size in line} for line in lines]
    assert kinds[0] == kinds[1]
    assert len(kinds[0]) == 1
    gaps = [
        {later - at for (at, *_), (later, *_) in itertools.pairwise(line)}
        for line in lines
    ]
    assert gaps == [{DRIP}, {DRIP}]
    yes.requests.mute(MuteView(drip=False))  # the turns, and no half hours between
    answers = []
    for number in (0, 1):  # its moment in the first may have been too soon
        await yes.look()
        await yes.take_turn()
        answers += await collected(policed, request, number)
    (answer,) = answers
    assert len(answer.items[0].chunks) == 6


async def test_the_hub_keeps_one_empty_piece_and_it_costs_one_token(
    policed: Policed, pair: tuple[OneHome, OneHome, str]
) -> None:
    _, silent, _ = pair
    await drip(silent, 1)
    left = tokens(silent, "piece")
    await drip(silent, 5)
    assert tokens(silent, "piece") == left
    async with policed.town.hub.desk.database.read() as tx:
        assert len(list(await tx.execute(select(CHUNKS)))) == 1


async def test_a_drip_ends_with_the_last_request(
    policed: Policed, pair: tuple[OneHome, OneHome, str]
) -> None:
    _, silent, request = pair
    await drip(silent, 2)
    await policed.police.say(word(policed, Ending, request, how="withdrawn"))
    await silent.look()
    assert silent.requests._life.turns.uploads.next_at() is None


async def test_a_drip_goes_on_after_a_restart_and_a_lost_hub(
    pair: tuple[OneHome, OneHome, str],
) -> None:
    one, _, _ = pair
    await drip(one, 1)
    step = due(one)
    line = Away(one, "/api/chunks/")
    await drip(one, 3)
    assert len(line.tries) == 3
    assert due(one) == step + 3 * RETRY
    await one.close()
    one.open()
    await one.sharing.start()
    line = Away(one, "/api/chunks/", after=True)
    await one.look()
    assert due(one) == step + 3 * RETRY
    line.mend()
    seen = watch(one)
    await drip(one, 2)
    assert [at for at, *_ in seen] == [step + 3 * RETRY, step + 3 * RETRY + DRIP]


@pytest.mark.usefixtures("long_clips")
async def test_a_clip_that_would_drip_for_too_long_is_refused_with_words(
    policed: Policed, pair: tuple[OneHome, OneHome, str]
) -> None:
    one, _, request = pair
    expires = one.requests._need(request).request.expires
    policed.town.clock.at = expires - DAY + timedelta(minutes=1)
    await one.look()
    (turn,) = [e for e in one.store.requests.rounds() if e.ends_at == expires]
    policed.town.clock.at = max(policed.town.clock.at, turn.due_at - timedelta(hours=1))
    with pytest.raises(Conflict, match="as a drip these 6 MiB"):
        await one.approve(request)
    one.requests.mute(MuteView(drip=False))
    await one.approve(request)


@pytest.mark.usefixtures("long_clips")
async def test_its_owner_is_told_no_moment_at_which_it_cannot_leave(
    policed: Policed, pair: tuple[OneHome, OneHome, str]
) -> None:
    one, _, request = pair
    (turn,) = one.store.requests.rounds()
    policed.town.clock.at = max(policed.town.clock.at, turn.due_at - timedelta(hours=2))
    await one.approve(request)
    (answer,) = (await one.requests.review(request)).answers
    assert answer.leaves_at is None
    await one.requests.revoke(request, answer.id)
    one.requests.mute(MuteView(drip=False))
    await one.approve(request)
    answers = (await one.requests.review(request)).answers
    assert {e.leaves_at for e in answers if e.state == "waiting"} == {turn.due_at}


# -- what is held --------------------------------------------------------------------


async def test_what_is_held_is_listed_and_let_go_even_after_leaving(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    assert one.requests.held() == ()
    await one.approve(request, holds_originals=True)
    (held,) = one.requests.held()
    (answer,) = (await one.requests.review(request)).answers
    size = one.original.stat().st_size
    assert (held.id, held.files, held.size_bytes) == (answer.id, 1, size)
    assert held.frees_bytes == 0  # the recording is there still
    one.original.unlink()
    assert one.requests.held()[0].frees_bytes == size
    await one.sharing.leave()
    assert one.requests.held()[0].id == held.id
    one.requests.let_go(held.id)
    assert one.requests.held() == ()
    for name in (held.id, "..", "../held", "."):
        with pytest.raises(Exception, match="nothing is held"):
            one.requests.let_go(name)
    assert one.folder.is_dir()


async def test_a_disk_without_second_names_holds_a_copy(
    policed: Policed, home: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", refuse)
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    await one.approve(request, holds_originals=True)
    (held,) = one.requests.held()
    assert held.frees_bytes == held.size_bytes == one.original.stat().st_size
    shutil.rmtree(one.folder / "held")
