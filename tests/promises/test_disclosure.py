"""The compelled-disclosure game: 500 homes, half of them answer, and who?

    script/test tests/promises/test_disclosure.py -s

prints the numbers. The control is the same town in which one thing is done as it must
not be: homes fetch tokens when they need them, or the hub notes when things came.
"""

import random
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from demo.town_home import Home, new_id
from neighborcam.engine.sharing.hub_link import KeysView, blinded
from neighborcam.hub import chunks
from neighborcam.hub.store.schema import METADATA
from neighborcam.protocol.alerts import Token
from neighborcam.protocol.answers import (
    CapsulePost,
    ChunkPost,
    ChunkRemoval,
    lock_of,
)
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.capsules import seal_capsule
from tests.hub.police import Policed
from tests.promises.adversary import Dump, Verdict, clues, guess

HOMES, LEAKY = 500, 120
PIECE = 1024  # the game is about rows, not about mebibytes


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_BYTES", PIECE)


class Game:
    """A town that takes part in a round of a request."""

    def __init__(
        self, policed: Policed, request: str, dice: random.Random, number: int = 0
    ) -> None:
        self.policed = policed
        self.round = number
        self.request = request
        self.dice = dice
        self.keys: KeysView | None = None  # of the day, the same for all
        self.purses: dict[str, dict[str, Token]] = {}

    def order(self, homes: Sequence[Home]) -> list[Home]:
        """Return homes as they come: each at a moment of its own."""
        return self.dice.sample(homes, len(homes))

    def pass_time(self) -> None:
        self.policed.town.clock.advance(seconds=self.dice.uniform(1, 40))

    async def fill(self, home: Home, *purposes: Any) -> None:
        purse = self.purses.setdefault(home.member.household, {})
        self.keys = self.keys or await home.link.keys()
        for purpose in purposes:
            made = blinded(self.keys.keys[purpose], 1)
            wish = (home.member, self.keys, purpose, made)
            (purse[purpose],) = await home.link.tokens(*wish)

    async def post(self, home: Home, *, answers: bool) -> None:
        """Take a home's turn: a capsule, and before it a piece of its clip."""
        purse = self.purses[home.member.household]
        if answers:
            await self._upload(home, purse["piece"])
        await home.link.send(
            "/api/capsules",
            CapsulePost(
                request=self.request,
                round=self.round,
                capsule=seal_capsule(
                    b"answer" if answers else b"",
                    self.policed.agency.seals[self.request].recipient,
                    self.request.encode(),
                ),
                token=purse["capsule"],
            ),
        )

    async def _upload(self, home: Home, token: Token) -> None:
        unlock = new_id()
        head = ChunkPost(id=new_id(), lock=lock_of(unlock), token=token)
        await home.link.put(
            f"/api/chunks/{head.id}", encode(head) + b"\n" + bytes(PIECE)
        )
        if self.dice.random() < 0.2:  # some take it back
            removal = ChunkRemoval(id=head.id, unlock=unlock)
            await home.link.send("/api/chunk-removals", removal)


async def everything(policed: Policed) -> Dump:
    """Return every row of every table, in the order in which the file has them."""
    found: Dump = {}
    async with policed.town.hub.desk.database.read() as tx:
        for name in METADATA.tables:
            rows = await tx.execute(text(f"SELECT * FROM {name}"))  # noqa: S608
            found[name] = [dict(row) for row in rows.mappings()]
    return found


def verdicts(
    title: str, dump: Dump, homes: Sequence[Home], answering: Sequence[bool]
) -> list[Verdict]:
    """Let the adversary guess, and print how he did."""
    known = [
        clues(
            dump, each.member.household, each.member.key.public_key().public_bytes_raw()
        )
        for each in homes
    ]
    found = guess(known, answering)
    say(f"\n{title}: {len(homes)} homes, {len(known[0])} clues about each")
    for each in found:
        say(each)
    return found


def say(what: object) -> None:
    """Print, for who calls this to quote it."""
    sys.stdout.write(f"{what}\n")


def half(homes: Sequence[Home], dice: random.Random) -> list[bool]:
    chosen = set(dice.sample(range(len(homes)), len(homes) // 2))
    return [number in chosen for number in range(len(homes))]


@pytest.mark.timeout(600)
async def test_who_may_read_all_of_a_hub_does_no_better_than_chance(
    policed: Policed,
) -> None:
    await policed.join()
    dice = random.Random(5)  # noqa: S311 - a game
    game = Game(policed, await policed.ask(), dice)
    homes = [await policed.town.home() for _ in range(HOMES)]
    for each in game.order(homes):  # as engines do: every day, wanted or not
        await game.fill(each, "capsule", "piece")
        game.pass_time()
    answering = half(homes, dice)
    turns = dict(zip((e.member.household for e in homes), answering, strict=True))
    for each in game.order(homes):
        await game.post(each, answers=turns[each.member.household])
        game.pass_time()
    dump = await everything(policed)
    assert len(dump["households"]) == len(dump["capsules"]) == HOMES
    assert len(dump["chunks"]) > HOMES / 4
    for verdict in verdicts("the hub as it is", dump, homes, answering):
        assert verdict.accuracy < verdict.bound, verdict
    blinded = {row["request"] for row in dump["issued"]}
    assert not blinded & {row["token"] for row in dump["spent"]}
    await leaks(policed, game.request, homes[:LEAKY], dice)


async def leaks(
    policed: Policed, request: str, homes: Sequence[Home], dice: random.Random
) -> None:
    """Play on, as it must not be done: the game can be lost."""
    policed.town.clock.advance(days=1)
    game = Game(policed, request, dice, 1)
    answering = half(homes, dice)
    clock, came = policed.town.clock, {}
    for each, answers in dice.sample(
        list(zip(homes, answering, strict=True)), len(homes)
    ):
        wanted = ("capsule", "piece") if answers else ("capsule",)
        await game.fill(each, *wanted)
        came[each.member.household] = clock()
        game.pass_time()
        await game.post(each, answers=answers)
        game.pass_time()
    dump = await everything(policed)
    lazy = verdicts("tokens fetched when needed", dump, homes, answering)
    assert max(each.accuracy for each in lazy) > 0.99

    # The same again with tokens for all, on a hub that notes when what came.
    for row in dump["issued"]:
        row["at"] = came.get(row["household"], clock()).timestamp()
    dump["issued"] = [r for r in dump["issued"] if not r["scope"].endswith("piece")]
    said = [
        came[e.member.household] for e, yes in zip(homes, answering, strict=True) if yes
    ]
    dump["chunks"] = [
        {"id": new_id(), "at": at.timestamp() + dice.uniform(1, 40)} for at in said
    ]
    noted = verdicts("times kept beside rows", dump, homes, answering)
    assert max(each.accuracy for each in noted) > max(e.bound for e in noted)
