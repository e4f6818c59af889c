"""A vote on its way: what its owner said is not forgotten."""

import asyncio
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import msgspec
import pytest

from neighborcam.engine.errors import HubRefused
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing import votes
from neighborcam.engine.sharing.votes import Votes
from neighborcam.protocol.alerts import Token
from tests.engine.sharing.feeds import Author
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


@pytest.mark.parametrize(
    ("refused", "is_owed"),
    [
        (HubRefused("outside_limits", "your clock is wrong", "at"), True),
        (HubRefused("wrong_token", "another day has begun"), True),
        (HubRefused("not_found", "there is no such alert"), False),
    ],
    ids=["clock", "day", "gone"],
)
async def test_a_vote_is_given_up_only_when_no_token_can_come(
    tmp_path: Path,
    refused: HubRefused,
    is_owed: bool,  # noqa: FBT001 - of the table
) -> None:
    store, author = SharingStore.open(tmp_path), Author()
    wallet: Any = AsyncMock()
    wallet.vote_token.side_effect = refused
    ours = Votes(wallet, store, lambda: None, Clock(), draw=lambda least, _: least)
    event = author.tell(author.alert())
    store.say(event.alert.id, "confirm")
    ours.expect([event])
    running = asyncio.create_task(ours.run())
    for _ in range(5):
        await asyncio.sleep(0)
    assert wallet.vote_token.call_count == 1
    running.cancel()
    assert [each.alert for each in store.owed()] == [event.alert.id] * is_owed
    store.close()
