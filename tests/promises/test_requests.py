"""The promises about agencies: each test fails when its mechanism is taken away."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.agency import circle
from demo.steward import Refused
from demo.town_home import Home, new_id
from neighborcam.engine.errors import HubMisbehaves
from neighborcam.engine.index.answer_rows import AnswerRow
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.log_follower import LogFollower
from neighborcam.engine.sharing.log_keeper import LogKeeper
from neighborcam.engine.sharing.turns import Turns
from neighborcam.protocol.agency_entries import Overdue, RequestLogged
from neighborcam.protocol.alerts import Token
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.checkpoints import LogPolicy
from neighborcam.protocol.entries import Entry
from neighborcam.protocol.errors import ProtocolError
from neighborcam.protocol.register_rules import check_new_request
from neighborcam.protocol.register_state import Asked
from neighborcam.protocol.requests import Request
from tests.hub import lying
from tests.hub.clock import Clock
from tests.hub.police import PLACE, Policed

DAY = timedelta(days=1)


# -- yes and silence look alike ------------------------------------------------------


@dataclass
class Watcher:
    """Sees what a hub and a network see of a home: when, where to, how much."""

    clock: Clock
    seen: list[tuple[datetime, str, int]] = field(default_factory=list)

    async def send(self, path: str, message: Any) -> None:
        self.seen.append((self.clock(), path, len(encode(message))))

    async def put(self, path: str, data: bytes) -> None:
        self.seen.append((self.clock(), path.rpartition("/")[0], len(data)))


class Purse:
    """Tokens of the right size."""

    async def take(self, _purpose: str) -> Token:
        return Token(epoch="2026-11-23", prepared=bytes(64), signature=bytes(256))


async def world(
    folder: Path, asked: Asked, *, answers: bool, seed: int, homes: int = 200
) -> list[tuple[datetime, str, int]]:
    """Return what is seen of some homes in one round; in one world all answer."""
    chance, seen = random.Random(seed), []  # noqa: S311 - a game
    for number in range(homes):
        clock = Clock()
        clock.at = asked.logged + timedelta(seconds=chance.uniform(0, 120))
        (folder / f"{number}").mkdir(parents=True)
        store = SharingStore.open(folder / f"{number}")
        watcher: Any = Watcher(clock)
        purse: Any = Purse()
        turns = Turns(watcher, purse, store, clock, draw=chance.uniform)
        here = {asked.request.id: asked}
        turns.plan(asked)
        clock.at += timedelta(hours=chance.uniform(0, 1))
        if answers and clock.at < store.requests.rounds()[0].due_at:
            store.requests.put_answer(tip(asked.request.id, clock()), [])
        await turns.run_once(here)  # an answer wakes the loop, and so does the log
        while (due_at := turns.next_at()) is not None:
            clock.at = max(clock.at, due_at)
            await turns.run_once(here)
        seen += watcher.seen
        store.close()
    return seen


def tip(request: str, at: datetime) -> AnswerRow:
    return AnswerRow(
        id=new_id(),
        request=request,
        kind="tip",
        body=b"{}" * 200,
        reply_secret="",
        clips=b"[]",
        at=at,
        state="waiting",
    )


def smirnov(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the p-value of Kolmogorov and Smirnov for two samples (asymptotic)."""
    points = sorted({*one, *other})
    gap = max(
        abs(
            sum(each <= point for each in one) / len(one)
            - sum(each <= point for each in other) / len(other)
        )
        for point in points
    )
    size = len(one) * len(other) / (len(one) + len(other))
    root = math.sqrt(size)
    reach = (root + 0.12 + 0.11 / root) * gap
    terms = (
        2 * (-1) ** (k - 1) * math.exp(-2 * k * k * reach * reach)
        for k in range(1, 101)
    )
    return float(max(0.0, min(1.0, sum(terms))))


@pytest.fixture
async def asked(policed: Policed) -> Asked:
    await policed.join()
    request = await policed.ask()
    async with policed.town.hub.desk.database.read() as tx:
        return (await policed.town.hub.desk.log.register(tx)).requests[request]


async def test_yes_and_silence_look_alike(asked: Asked, tmp_path: Path) -> None:
    """Two worlds: in one every home answers, in the other none looks."""
    yes = await world(tmp_path / "yes", asked, answers=True, seed=1)
    silence = await world(tmp_path / "silence", asked, answers=False, seed=2)
    assert len(yes) == len(silence) == 200
    assert {(path, size) for _, path, size in yes} == {
        (path, size) for _, path, size in silence
    }
    assert len({size for _, _, size in yes}) == 1
    times = [
        [(at - asked.logged).total_seconds() for at, _, _ in seen]
        for seen in (yes, silence)
    ]
    assert smirnov(*times) > 0.01


def test_the_comparison_would_notice_haste() -> None:
    """The test above can fail: homes that answer an hour sooner are seen."""
    chance = random.Random(3)  # noqa: S311 - a game
    one = [chance.uniform(0, 86_400) for _ in range(200)]
    other = [each * 0.8 for each in one]
    assert smirnov(one, other) < 0.01
    assert smirnov(one, [chance.uniform(0, 86_400) for _ in range(200)]) > 0.01


# -- limits hold ---------------------------------------------------------------------


def tries(seed: int, now: datetime) -> dict[str, Any]:
    """Return changes of a good request: each is within its limit, or just beyond."""
    chance = random.Random(seed)  # noqa: S311 - a game
    end = now - timedelta(hours=chance.choice([1, 2, 30, 170]))
    hours = chance.choice([0.2, 0.25, 1, 2, 2.01, 5])
    return {
        "window_start": end - timedelta(seconds=round(hours * 3600)),
        "window_end": end + timedelta(hours=chance.choice([0, 0, 0, 3])),
        "expires": now + timedelta(days=chance.choice([1, 6, 7, 8])),
        "retention_days": chance.choice([1, 60, 90, 91]),
        "case_ref": chance.choice(["A-1", "A-2", "A-3"]),
        "area": circle(
            PLACE[0] + chance.choice([0, 0, 0.3]),
            PLACE[1],
            chance.choice([150, 200, 240, 285, 300]),
        ),
        "urgent": chance.random() < 0.2,
    }


async def test_hub_and_home_agree_about_every_request(policed: Policed) -> None:
    """Generated requests, case by case: what the hub takes, a home would show."""
    await policed.join()
    home = await policed.town.home()
    follower = follow(policed, home, policed.town.hub.desk.settings.data_dir / "home")
    verdicts = []
    for seed in range(60):
        await follower.follow()
        now = policed.town.clock().replace(microsecond=0)
        made = policed.request(**tries(seed, now))
        try:
            check_new_request(follower.register, made, now)
            at_home = True
        except ProtocolError:
            at_home = False
        try:
            await policed.police.ask(made)
            at_hub = True
        except Refused:
            at_hub = False
        assert at_home == at_hub, made.request
        verdicts.append(at_hub)
        if at_hub and seed % 3 == 0:
            await policed.ann.approve(made.sha256)
            if made.request.urgent:
                await policed.bob.approve(made.sha256)
            policed.town.clock.at += timedelta(days=11)
            policed.agency.now = policed.town.clock()
    assert {True, False} == set(verdicts)


def follow(policed: Policed, home: Home, folder: Path, **policy: Any) -> LogFollower:
    """Return a home's reading of the log."""
    folder.mkdir(parents=True, exist_ok=True)
    store = SharingStore.open(folder)
    clock = policed.town.clock
    link = HubLink(policed.town.session, policed.town.url, clock)
    whom = LogPolicy(**{"log": policed.town.hub.desk.log.key} | policy)
    keeper = LogKeeper(link, whom, store, folder / "evidence", clock)
    assert home.member.hub == policed.town.url
    return LogFollower(link, whom, keeper, store.requests, clock)


# -- no request in secret ------------------------------------------------------------


async def forked(policed: Policed, request: Request) -> None:
    """Let the hub sign another past, in which a request stands that nobody approved."""
    log, now = policed.town.hub.desk.log, policed.town.clock().replace(microsecond=0)
    signed = policed.agency.sign(request)
    subject = bytes.fromhex(signed.sha256)
    approval = policed.ann.passkey.approve("ann", "request", subject)
    entry = RequestLogged(at=now, request=signed, approvals=(approval,))
    await forget(policed, 1)
    async with policed.town.hub.desk.database.write() as tx:
        await log.add(tx, entry)


async def test_a_hub_that_shows_another_past_is_caught(
    policed: Policed, tmp_path: Path
) -> None:
    await policed.join()
    await policed.ask()
    home = await policed.town.home()
    follower = follow(policed, home, tmp_path / "one")
    await follower.follow()
    shown = set(follower.register.requests)
    await forked(policed, policed.agency.request(policed.town.clock()))
    with pytest.raises(HubMisbehaves, match="rewritten"):
        await follower.follow()
    assert set(follower.register.requests) == shown
    assert list((tmp_path / "one" / "evidence").iterdir())


async def test_a_home_that_asks_for_witnesses_shows_nothing_unwitnessed(
    policed: Policed, tmp_path: Path
) -> None:
    await policed.join()
    await policed.ask()
    home = await policed.town.home()
    witness = policed.town.hub.desk.witness.key
    wary = follow(policed, home, tmp_path / "wary", witnesses=(witness,), quorum=1)
    with pytest.raises(Exception, match="cannot be believed yet"):
        await wary.follow()
    assert wary.register.requests == {}


async def test_a_hub_cannot_log_what_no_steward_approved(
    policed: Policed, tmp_path: Path
) -> None:
    """A hub that skips its own check writes an entry that no home believes."""
    await policed.join()
    now = policed.town.clock().replace(microsecond=0)
    home = await policed.town.home()
    follower = follow(policed, home, tmp_path / "one")
    signed = policed.request()
    forged = policed.ann.passkey.approve("ann", "request", bytes(32))
    entry = RequestLogged(at=now, request=signed, approvals=(forged,))
    await smuggle(policed, entry)
    with pytest.raises(HubMisbehaves, match="something else"):
        await follower.follow()
    assert follower.register.requests == {}


async def smuggle(policed: Policed, entry: Entry) -> None:
    desk = policed.town.hub.desk
    await lying.smuggle(desk.database, desk.log, entry)


async def test_a_request_that_came_with_a_lie_is_not_shown(
    policed: Policed, tmp_path: Path
) -> None:
    await policed.join()
    home = await policed.town.home()
    follower = follow(policed, home, tmp_path / "one")
    request, now = await policed.ask(), policed.town.clock().replace(microsecond=0)
    agency = policed.agency.record.id
    await smuggle(
        policed, Overdue(at=now, agency=agency, request=request, what="outcome")
    )
    with pytest.raises(HubMisbehaves, match="nothing is overdue"):
        await follower.follow()
    assert follower.register.requests == {}


@pytest.mark.parametrize("is_longer", [True, False])
async def test_a_log_that_keys_did_not_come_from_shows_nothing(
    policed: Policed,
    tmp_path: Path,
    is_longer: bool,  # noqa: FBT001 - of the table
) -> None:
    """The keys of a day were proven by one past; the log shows another."""
    await policed.join()
    home = await policed.town.home()
    follower = follow(policed, home, tmp_path / "one")
    await follower.follow()
    days = 1 if is_longer else 2
    for _ in range(days):
        policed.town.clock.at += DAY
        await follower._keeper.check_keys(await home.link.keys())
    await forget(policed, days)
    await policed.ask()
    with pytest.raises(HubMisbehaves, match="rewritten" if is_longer else "shorter"):
        await follower.follow()
    assert follower.register.requests == {}


async def forget(policed: Policed, count: int) -> None:
    """Let the hub drop the last entries of its log."""
    desk = policed.town.hub.desk
    await lying.forget(desk.database, desk.log, count)
