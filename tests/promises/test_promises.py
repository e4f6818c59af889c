"""The promises of the project, each as a test that fails when its mechanism is gone.

Those about requests of agencies are in `test_requests.py`, about votes in
`test_votes.py`.
"""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import h3
import pytest

from neighborcam.protocol.alerts import Category, MsgType, Scope
from neighborcam.protocol.cells import publish_cell
from neighborcam.protocol.feed import Events, Published
from tests.hub.clock import REGION
from tests.hub.conftest import Town

CHECKOUT = Path(__file__).parents[2]
# Homes lie about here, in many cells; where may never be seen outside.
TOWN = (52.5172, 13.3751)
HOMES = 8


def an_hour(folder: Path, host: str) -> list[str]:
    """Return what a fresh engine that listens at ``host`` said in its first hour."""
    command = [sys.executable, "-m", "tests.promises.quiet_hour", str(folder), host]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=CHECKOUT, check=False
    )
    assert "an hour has passed" in done.stdout, done.stderr
    return done.stdout.splitlines()


@pytest.mark.timeout(120)
def test_a_fresh_install_sends_nothing(tmp_path: Path) -> None:
    assert an_hour(tmp_path, "127.0.0.1") == ["ready", "an hour has passed"]


@pytest.mark.timeout(120)
def test_the_quiet_hour_would_notice_a_word(tmp_path: Path) -> None:
    """The test above can fail: let into the network, an engine announces itself."""
    assert "sent socket.sendto (5353,)" in an_hour(tmp_path, "0.0.0.0")


def cell_numbers(cell: str) -> set[str]:
    """Return every number by which a feed may describe a cell."""
    places = [*h3.cell_to_boundary(cell), h3.cell_to_latlng(cell)]
    return {f"{number:.5f}" for place in places for number in place}


async def everything_that_is_told(town: Town) -> str:
    """Return all that a hub answers, to members and to strangers."""
    home = town.homes[0]
    day = {"Authorization": f"Pass {await home.reading_pass()}"}
    document = await (await town.get("/api/openapi.json")).json()
    plain = [path for path in document["paths"] if "{" not in path]
    alerts = await (await town.get(f"/api/alerts?region={REGION}", **day)).json()
    paths = [*plain, f"/api/alerts?region={REGION}", "/log/tile/entries/000.p/1"]
    for item in alerts["alerts"]:
        id_ = item["alert"]["id"]
        paths += [
            f"/api/alerts/{id_}",
            f"/api/alerts/{id_}/comments",
            f"/feeds/{id_}.cap",
        ]
    told = []
    for path in paths:
        if "/feed?" in path or path == "/api/feed":
            continue
        answer = await town.get(path, **day)
        told.append(await answer.text(errors="replace"))
        told.append(json.dumps(dict(answer.headers)))
    async with home.link.feed(REGION, None, day["Authorization"][5:]) as messages:
        async for message in messages:
            told.append(str(message))
            if isinstance(message, Events) and message.live:
                break
    return "\n".join(told)


async def test_nobody_is_placed_finer_than_a_cell(town: Town) -> None:
    dice = random.Random(5)  # noqa: S311 - a game
    houses, cells = [], set()
    for _ in range(HOMES):
        home = await town.home()
        for scope in Scope:
            house = [each + dice.uniform(-0.01, 0.01) for each in TOWN]
            cell = publish_cell(house[0], house[1], None)
            alert = await home.post(cell=cell, scope=scope)
            await home.comment(alert, "I see it too")
            houses.append(house)
            cells.add(cell)
    told = await everything_that_is_told(town)
    assert all(cell in told for cell in cells)
    numbers = set(re.findall(r"-?\d{1,3}\.\d{3,}", told))
    places = {n for n in numbers if 50 < abs(float(n)) < 55 or 10 < abs(float(n)) < 16}
    assert places, "the feeds describe cells"
    drawn = set().union(*map(cell_numbers, cells))
    assert {f"{float(n):.5f}" for n in places} <= drawn
    database = (town.hub.desk.settings.data_dir / "hub.sqlite").read_bytes()
    log = (town.hub.desk.settings.data_dir / "hub.sqlite-wal").read_bytes()
    for number in {f"{n:.4f}" for house in houses for n in house}:  # eleven metres
        assert number not in told or number in {n[:-1] for n in drawn}
        assert number.encode() not in database + log


@pytest.mark.parametrize("scope", Scope)
async def test_a_correction_travels_as_far_as_the_lie(town: Town, scope: Scope) -> None:
    """Whoever could read the alert, by whatever way, can read that it was none."""
    author, member = await town.home(), await town.home()
    lie = await author.post(scope=scope, category=Category.BREAK_IN)

    async def seen() -> dict[str, set[str]]:
        found = {}
        for name in ("atom", "geojson"):
            text = await (await town.get(f"/feeds/alerts.{name}")).text()
            found[name] = set(re.findall(r"[0-9a-f]{32}", text))
        for region in (REGION, h3.cell_to_parent(lie.cell, 6)):
            found[region] = set()
            day = await member.reading_pass()
            async with member.link.feed(region, None, day) as messages:
                async for message in messages:
                    if not isinstance(message, Events):
                        continue
                    found[region] |= {
                        each.alert.id
                        for each in message.events
                        if isinstance(each, Published)
                    }
                    if message.live:
                        break
        return found

    reached = {way for way, ids in (await seen()).items() if lie.id in ids}
    cancel = await author.cancel(lie)
    after = await seen()
    corrected = {way for way, ids in after.items() if cancel.id in ids}
    # A map shows what holds: there the lie goes. Whoever was told it is told again.
    gone = {"geojson"} - {way for way, ids in after.items() if lie.id in ids}
    assert reached
    assert reached <= corrected | gone
    assert cancel.msg_type is MsgType.CANCEL
    assert cancel.expires >= lie.expires
    town.clock.advance(minutes=175)  # nearly as long as the lie would have lasted
    assert (
        reached <= {w for w, ids in (await seen()).items() if cancel.id in ids} | gone
    )
