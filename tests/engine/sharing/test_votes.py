"""A vote on its way: what its owner said is not forgotten."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing import votes
from neighborcam.engine.sharing.votes import Votes
from neighborcam.protocol.alerts import Token
from tests.hub.clock import START, Clock

ALERT = "a1" * 16


async def test_a_vote_whose_token_came_before_a_stop_is_sent_after_it(
    tmp_path: Path,
) -> None:
    """And not at the moment of the start, which would tell who had waited."""
    store = SharingStore.open(tmp_path)
    token = Token(epoch="2026-07-01", prepared=bytes(64), signature=bytes(256))
    store.say(ALERT, "confirm")
    store.put_vote_token(ALERT, msgspec.json.encode(token))
    no_wallet: Any = None
    ours = Votes(
        no_wallet, store, lambda: None, Clock(), draw=lambda _least, most: most
    )
    running = asyncio.create_task(ours.run())
    await asyncio.sleep(0)
    assert not running.done()
    running.cancel()
    assert store.owed() == []
    letter = store.letters.next("message")
    assert letter is not None
    assert (letter[1] - START).total_seconds() == votes.WITHIN_S
    store.close()
