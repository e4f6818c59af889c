"""The hub of tests/hub, and homes that share through it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from neighborcam.engine.sharing import votes, wallet
from neighborcam.protocol.limits import PER_DAY
from tests.engine.sharing.shared_home import PLACE, House, Make, link_for, until
from tests.hub.conftest import Town, clock, session, settings, town

__all__ = ["clock", "session", "settings", "town"]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw moments within a tenth of a second instead of a minute."""
    monkeypatch.setattr(votes, "WITHIN_S", 0.1)


@pytest.fixture(autouse=True)
def _small_purses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetch a few tokens of each purpose: a full purse takes a second of each home."""
    few = {purpose: min(count, 12) for purpose, count in PER_DAY.items()}
    monkeypatch.setattr(wallet, "PER_DAY", few)


@pytest.fixture
async def house(town: Town, tmp_path: Path) -> AsyncIterator[Make]:
    """Homes that have joined, and hear the hub."""
    made: list[House] = []

    async def make(name: str, place: tuple[float, float] = PLACE) -> House:
        new = House(tmp_path / name, town)
        made.append(new)
        await new.sharing.join(await link_for(town), *place)
        await until(lambda: new.hub_state() == "connected")
        return new

    yield make
    for each in made:
        await each.close()
