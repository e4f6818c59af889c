"""Which cells a hub tells, which one a home takes, and that the hub then takes it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import h3
import pytest

from neighborcam.hub.settings import HubSettings
from neighborcam.protocol.cells import CROWD
from tests.engine.sharing.shared_home import DRAFT, PLACE, Make, sent, until
from tests.hub.conftest import Town

REGION = str(h3.latlng_to_cell(*PLACE, 5))


def at(resolution: int) -> str:
    return str(h3.latlng_to_cell(*PLACE, resolution))


# Who lives in this home's cell, in one beside it, and how fine its cell may be then.
TOWNS: dict[str, tuple[tuple[int, int] | None, int]] = {
    "no census": (None, 8),
    "a crowd": ((CROWD, 0), 9),
    "a crowd in the parent alone": ((CROWD - 1, 1), 8),
    "nobody": ((0, 0), 6),
}


@pytest.fixture(params=list(TOWNS.values()), ids=list(TOWNS))
def crowd(request: Any) -> tuple[tuple[int, int] | None, int]:
    found: tuple[tuple[int, int] | None, int] = request.param
    return found


@pytest.fixture
def settings(
    settings: HubSettings,
    tmp_path: Path,
    crowd: tuple[tuple[int, int] | None, int],
) -> HubSettings:
    people, _ = crowd
    if people is None:
        return settings
    beside = min({*h3.cell_to_children(at(8), 9)} - {at(9)})
    file = tmp_path / "census.csv"
    file.write_text(f"cell,people\n{at(9)},{people[0]}\n{beside},{people[1]}\n")
    return replace(settings, census=file)


async def test_a_home_names_the_finest_cell_that_the_hub_takes(
    house: Make, crowd: tuple[tuple[int, int] | None, int]
) -> None:
    people, finest = crowd
    one = await house("one")
    await one.tokens()
    await until(lambda: one.sharing.preview(DRAFT).area.cell == at(finest))
    told = await one.life._link.cells(REGION)
    assert (told.region, told.census) == (REGION, people is not None)
    for resolution in range(6, 10):
        is_told = at(resolution) in told.cells
        assert is_told == (people is not None and resolution <= finest)
    assert len(told.cells) == len(set(told.cells)) <= 7 + 3
    await one.sharing.publish(DRAFT)
    await sent(one)


@pytest.mark.parametrize("crowd", [TOWNS["nobody"]], indirect=True, ids=["nobody"])
async def test_what_is_no_region_is_refused(town: Town) -> None:
    for region in ("nonsense", "871f1d48bffffff", "f" * 15, REGION.upper()):
        answer = await town.get(f"/api/cells/{region}")
        assert answer.status == 400
        assert (await answer.json())["error"]["code"] == "invalid_message"
