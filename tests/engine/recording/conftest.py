from collections.abc import Iterator
from pathlib import Path

import pytest

from neighborcam.engine.index.store import Index
from tests.engine.recording.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Index.open(tmp_path / "data") as index:
        house = House(index)
        yield house
        house.folder.close()
