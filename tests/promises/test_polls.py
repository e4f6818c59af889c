"""The hub sees when a home asks it for the log: that must not tell of a decision."""

import asyncio
from typing import Any

import pytest

from neighborcam.engine.requests import AnswerDraft, Decision, MuteView
from neighborcam.engine.sharing.request_life import RequestLife
from tests.engine.sharing.asked_home import OneHome, home
from tests.engine.sharing.test_answering import TIP, asked
from tests.hub.police import policed

__all__ = ["asked", "home", "policed"]

RUN = RequestLife.run  # the fixture lets the loops of homes rest


async def test_nothing_that_an_owner_does_makes_a_home_ask_the_hub(
    asked: tuple[OneHome, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, request = asked
    life, requests = one.requests._life, one.requests
    seen, rests = [], asyncio.Event()
    link = life._follower._link
    raw = link.raw

    async def watch(path: str) -> Any:
        seen.append(path)
        return await raw(path)

    def pause_s() -> float:
        rests.set()
        return 3600.0

    monkeypatch.setattr(link, "raw", watch)
    monkeypatch.setattr(life, "_pause_s", pause_s)
    running = asyncio.create_task(RUN(life, lambda _problem: None))

    async def looked() -> list[str]:
        for _ in range(20):
            await asyncio.sleep(0)
        return seen

    await rests.wait()
    assert "/log/checkpoint" in seen
    seen.clear()
    await requests.answer(request, AnswerDraft(decision=Decision.DECLINE))
    assert await looked() == []
    await requests.answer(request, TIP)
    assert await looked() == []
    await one.approve(request)
    assert await looked() == []
    for answer in (await requests.review(request)).answers:
        await requests.revoke(request, answer.id)
        assert await looked() == []
    requests.mute(MuteView())
    assert await looked() == []
    life.wake()
    assert await looked() == ["/log/checkpoint"]
    running.cancel()
