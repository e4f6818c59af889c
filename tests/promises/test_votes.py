"""Compelled disclosure of a hub: what its rows say of the homes that only listen.

The hub knows which home fetched its vote of which alert, and each alert's cell. Homes
run the engine's real feed; they differ in place, radius, mutes, severity and quiet
hours. Whoever may read the whole database does no better than chance at telling which
is which.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h3
import pytest
from sqlalchemy import select, text

from neighborcam.engine.neighbours import Category, Preferences, Reaction
from neighborcam.engine.sharing import votes, wallet
from neighborcam.hub.store.schema import ISSUED
from neighborcam.protocol import alerts as wire
from tests.engine.sharing.shared_home import House, link_for, sent, until
from tests.hub.clock import REGION
from tests.hub.conftest import Town

HOMES = 24
# Two ends of one region, 17 kilometres apart.
WEST, EAST = "871f1d489ffffff", "871f1d4b6ffffff"


@dataclass(frozen=True, kw_only=True)
class Secret:
    """What the hub must not learn of a home."""

    is_east: bool
    hears_far: bool
    is_muted: bool
    wants_danger_only: bool
    sleeps: bool

    @property
    def place(self) -> tuple[float, float]:
        """Return where the home is."""
        latitude, longitude = h3.cell_to_latlng(EAST if self.is_east else WEST)
        return latitude, longitude

    @property
    def preferences(self) -> Preferences:
        """Return what it wants to hear."""
        return Preferences(
            radius_m=18_000 if self.hears_far else 1500,
            muted=(Category.FIRE,) if self.is_muted else (),
            least_severity="severe" if self.wants_danger_only else "unknown",
            quiet_from="18:00" if self.sleeps else None,
            quiet_until="19:00" if self.sleeps else None,
        )


SECRETS = tuple(Secret.__dataclass_fields__)


@pytest.fixture
async def homes(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[tuple[Secret, House]]]:
    monkeypatch.setattr(votes, "WITHIN_S", 0.5)
    monkeypatch.setattr(wallet, "FETCHED", ("post",))  # the others are no business here
    dice, made = random.Random(7), []  # noqa: S311 - a game
    for number in range(HOMES):
        secret = Secret(**{name: dice.random() < 0.5 for name in SECRETS})
        home = House(tmp_path / f"{number}", town)
        made.append((secret, home))
        home.sharing.prefer(secret.preferences)
        await home.sharing.join(await link_for(town), *secret.place)
        # Or chance alone would fail this now and then.
        home.life._votes._draw = random.Random(number).uniform  # noqa: S311 - a game
    yield made
    for _, home in made:
        await home.close()


THEFT = wire.Category.THEFT


async def issued(town: Town) -> list[Any]:
    """Return who was given what, in the order in which the hub's file has it."""
    rows = select(ISSUED).order_by(text("rowid"))
    async with town.hub.desk.database.read() as tx:
        return list(await tx.execute(rows))


async def fetched_all(home: House, ids: frozenset[str]) -> None:
    await until(lambda: home.store.vote_tokens() >= ids)


async def publish(town: Town) -> list[str]:
    """Publish alerts of all kinds, at both ends of the region; return their ids."""
    ids = []
    for cell in (WEST, EAST):
        for category in (wire.Category.FIRE, THEFT):
            for severity in ("minor", "extreme"):
                author = await town.home()
                fine = h3.cell_to_center_child(cell, 8)
                alert = await author.post(
                    cell=fine, category=category, severity=severity
                )
                ids.append(alert.id)
    return ids


def rows_of(dump: list[Any], household: str) -> frozenset[str]:
    """Return the alerts of which a household fetched its vote."""
    return frozenset(row.scope for row in dump if row.household == household)


async def test_a_hub_s_rows_tell_neither_place_nor_wishes(
    town: Town, homes: list[tuple[Secret, House]]
) -> None:
    assert h3.cell_to_parent(WEST, 5) == h3.cell_to_parent(EAST, 5) == REGION
    ids = frozenset(await publish(town))
    for _, home in homes:
        await fetched_all(home, ids)
    heard = {frozenset(a.id for a in home.sharing.alerts()) for _, home in homes}
    assert len(heard) > 5  # they do hear different things
    rows = await issued(town)
    names = [home.life._member.household for _, home in homes]
    fetched = [rows_of(rows, name) & ids for name in names]
    # Not even a coin is left to guess by: every home's rows are the same.
    assert set(fetched) == {ids}
    order = [row for row in rows if row.household in names and row.scope in ids]
    for name in SECRETS:
        labels = {n: getattr(s, name) for n, (s, _) in zip(names, homes, strict=True)}
        assert p_value([labels[row.household] for row in order]) > 0.001, name


def p_value(labels: list[bool]) -> float:
    """Return how often chance would put the labelled rows as early or as late."""

    def lean(of: list[bool]) -> float:
        places = [at for at, is_one in enumerate(of) if is_one]
        return abs(sum(places) / len(places) - (len(of) - 1) / 2)

    dice, found = random.Random(11), lean(labels)  # noqa: S311 - a game
    shuffled = (dice.sample(labels, len(labels)) for _ in range(5000))
    return (1 + sum(lean(each) >= found for each in shuffled)) / 5001


def test_the_comparison_of_orders_would_notice_haste() -> None:
    """The test above can fail: homes that fetch first what they hear are seen."""
    assert p_value([True] * 40 + [False] * 60) < 0.001
    dice = random.Random(3)  # noqa: S311 - a game
    assert p_value(dice.sample([True, False] * 50, 100)) > 0.001


async def test_who_speaks_does_not_fetch_its_vote_for_that(
    town: Town, homes: list[tuple[Secret, House]]
) -> None:
    ids = frozenset(await publish(town))
    homes_that_see = [home for _, home in homes[:6] if home.sharing.alerts()]
    for home in homes_that_see:
        await fetched_all(home, ids)
    before = await issued(town)
    for home in homes_that_see:
        await home.sharing.react(home.sharing.alerts()[0].id, Reaction.CONFIRM)
        await sent(home)
    assert len(homes_that_see) > 2
    mine = {home.life._member.household for home in homes_that_see}
    assert [r for r in await issued(town) if r.household in mine] == [
        r for r in before if r.household in mine
    ]


async def test_a_vote_that_waits_for_its_token_does_not_follow_it_at_once(
    town: Town, homes: list[tuple[Secret, House]]
) -> None:
    """The hub would see the token fetched by a household, and spent in the moment."""
    _, home = homes[0]
    fetch, held = home.life._wallet.vote_token, asyncio.Event()

    async def late(alert: str, key: bytes) -> Any:
        await held.wait()
        return await fetch(alert, key)

    home.life._wallet.vote_token = late  # type: ignore[method-assign]
    author = await town.home()
    place = h3.latlng_to_cell(*homes[0][0].place, 8)
    alert = await author.post(cell=place, severity="extreme", category=THEFT)
    await until(lambda: bool(home.heard("received")))
    await home.sharing.react(alert.id, Reaction.CONFIRM)
    assert home.sharing.alerts()[0].reaction is Reaction.CONFIRM
    assert (home.sharing.view().waiting, home.sharing.diary()) == (1, [])
    held.set()
    await until(lambda: bool(home.sharing.diary()))
    waiting = home.store.letters.next("message")
    assert waiting is not None
    assert waiting[1] > town.clock()
    town.clock.advance(seconds=1)
    home.life._outbox.wake()
    await sent(home)
