"""A police station in the town of tests/hub."""

from pathlib import Path

import pytest

from neighborcam.agency import keyring
from tests.agency.station import Station, desk
from tests.hub.conftest import clock, session, settings
from tests.hub.police import Policed, policed

__all__ = ["clock", "policed", "session", "settings"]


@pytest.fixture
async def station(
    policed: Policed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Station:
    monkeypatch.setattr(keyring, "_COST", 2**4)
    await policed.join()
    officer, book = desk(policed, tmp_path / "officer", policed.agency.officer)
    supervisor, _ = desk(policed, tmp_path / "super", policed.agency.supervisor)
    return Station(policed, tmp_path, officer, supervisor, book, {})
