"""The public log as homes and other hubs meet it, and a hub that lies."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, update

from demo.ports import free_port
from demo.steward import Steward
from neighborcam import cli
from neighborcam.hub.app import Hub
from neighborcam.hub.asking import Asking, WitnessAhead
from neighborcam.hub.doctor import examine
from neighborcam.hub.settings import HubSettings
from neighborcam.hub.store.schema import LOG, WITNESSED
from neighborcam.hub.witnessing import request_body
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.checkpoints import LogPolicy, accept
from neighborcam.protocol.entries import Release
from neighborcam.protocol.errors import BadProof
from neighborcam.protocol.log_proof import parse_log_proof
from neighborcam.protocol.merkle import (
    Leaves,
    check_consistency,
    check_inclusion,
    consistency_proof,
    leaf_hash,
    root,
)
from neighborcam.protocol.note_keys import LogKey, WitnessKey, parse_vkey, sign_note
from neighborcam.protocol.notes import Note, parse_note
from neighborcam.protocol.tiles import Tile, TiledTree, entries_of
from tests.hub.conftest import Town
from tests.protocol.tiling import tiles_of


async def add(town: Town, count: int) -> None:
    async with town.hub.desk.database.write() as tx:
        for number in range(count):
            entry = Release(at=town.clock(), version=f"test {number}")
            await town.hub.desk.log.add(tx, entry)


async def checkpoint(town: Town) -> CheckpointText:
    data = await (await town.get("/log/checkpoint")).read()
    policy = LogPolicy(log=town.hub.desk.log.key)
    return accept(data, policy, town.clock()).text


async def fetch(town: Town, path: str) -> bytes:
    answer = await town.get(f"/log/{path}")
    assert answer.status == 200, path
    return await answer.read()


async def test_the_log_is_checked_from_its_tiles_alone(town: Town) -> None:
    await add(town, 300)
    text = await checkpoint(town)
    tiles = {each: await fetch(town, each.path) for each in tiles_of(text.size)}
    tree = TiledTree(text.size, tiles.__getitem__)
    assert root(tree, text.size) == text.root
    first = entries_of(await fetch(town, "tile/entries/000"))
    rest = entries_of(await fetch(town, f"tile/entries/001.p/{text.size - 256}"))
    assert len([*first, *rest]) == text.size
    hashes = b"".join(map(leaf_hash, first))
    assert tiles[Tile(level=0, index=0, width=256)] == hashes


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/64/000",
        "tile/0/x1/000",
        "tile/entries/000",
        "tile/0/../../../etc/passwd",
    ],
)
async def test_tiles_that_do_not_exist_are_not_found(town: Town, path: str) -> None:
    assert (await town.get(f"/log/{path}")).status == 404


async def test_the_keys_of_the_day_are_in_the_log_and_provably_so(town: Town) -> None:
    home = await town.home()
    keys = await home.link.keys()
    proof = parse_log_proof(keys.proof.encode())
    entries = entries_of(
        await fetch(town, f"tile/entries/000.p/{(await checkpoint(town)).size}")
    )
    policy = LogPolicy(log=town.hub.desk.log.key)
    found = proof.check(entries[proof.index], policy, town.clock())
    assert found.text.size == len(entries)
    with pytest.raises(BadProof):
        proof.check(entries[0], policy, town.clock())


async def test_a_failed_transaction_leaves_no_entry_and_no_leaf(town: Town) -> None:
    log = town.hub.desk.log
    before = await checkpoint(town)

    async def fail() -> None:
        async with town.hub.desk.database.write() as tx:
            await log.add(tx, Release(at=town.clock(), version="lost"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await checkpoint(town) == before
    await add(town, 1)
    proof = await log.prove(Release(at=town.clock(), version="test 0"))
    proof.check(
        encode(Release(at=town.clock(), version="test 0")),
        LogPolicy(log=log.key),
        town.clock(),
    )


async def ask(town: Town, old: int, proof: list[bytes], note: bytes) -> tuple[int, str]:
    url = f"{town.url}/witness/add-checkpoint"
    async with town.session.post(url, data=request_body(old, proof, note)) as answer:
        return answer.status, await answer.text()


class OtherLog:
    """Somebody else's log; it can be made to lie."""

    def __init__(self) -> None:
        self.private = Ed25519PrivateKey.generate()
        public = self.private.public_key().public_bytes_raw()
        self.key = LogKey(name="other.example", public_key=public)

    def note(self, leaves: list[bytes]) -> bytes:
        tree = Leaves([leaf_hash(each) for each in leaves])
        text = str(
            CheckpointText(
                origin=self.key.name, size=len(leaves), root=root(tree, len(leaves))
            )
        )
        signature = sign_note(text, self.key.name, self.private)
        return Note(text=text, signatures=(signature,)).encode()

    @staticmethod
    def proof(leaves: list[bytes], old: int) -> list[bytes]:
        tree = Leaves([leaf_hash(each) for each in leaves])
        return consistency_proof(tree, old, len(leaves))


async def test_a_witness_signs_what_continues_and_nothing_else(town: Town) -> None:
    other, witness = OtherLog(), town.hub.desk.witness
    past = [b"one", b"two", b"three"]
    assert (await ask(town, 0, [], other.note(past[:2])))[0] == 404
    await witness.add_log(other.key.vkey)
    status, line = await ask(town, 0, [], other.note(past[:2]))
    assert status == 200
    note = parse_note(other.note(past[:2]) + line.encode())
    assert witness.key.seen_at(note) == town.clock().replace(microsecond=0)
    # It is behind: we say where we are, and it proves from there.
    assert await ask(town, 0, [], other.note(past)) == (409, "2\n")
    proof = other.proof(past, 2)
    assert (await ask(town, 2, proof, other.note(past)))[0] == 200
    # Another past, a proof of nothing, another key, and no request at all.
    lie = [b"one", b"TWO", b"three", b"four"]
    assert (await ask(town, 3, other.proof(lie, 3), other.note(lie)))[0] == 422
    assert (await ask(town, 3, [], other.note([*past, b"four"])))[0] == 422
    forged = OtherLog()
    assert (await ask(town, 3, [], forged.note(past)))[0] == 403
    assert (await ask(town, 9, [], other.note(past)))[0] == 400
    async with town.session.post(f"{town.url}/witness/add-checkpoint", data=b"x") as no:
        assert no.status == 400


def asking_of(town: Town) -> Asking:
    """Return how the hub asks itself: the wire between them is real."""
    desk = town.hub.desk
    return Asking(desk.database, desk.log, (witness_of(town),))


async def test_a_hub_asks_its_witness_until_it_has_signed(town: Town) -> None:
    witness, log = town.hub.desk.witness, town.hub.desk.log
    await witness.add_log(log.key.vkey)
    asking = asking_of(town)
    for round_ in range(3):
        await add(town, round_ * 2 + 1)
        await asking.ask(town.session, witness.key.vkey, f"{town.url}/witness")
        policy = LogPolicy(log=log.key, witnesses=(witness.key,), quorum=1)
        data = await (await town.get("/log/checkpoint")).read()
        assert accept(data, policy, datetime.now(UTC)).seen_at
    forgetful = asking_of(town)
    await add(town, 1)
    for _ in range(2):  # the first answer tells it where the witness is
        await forgetful.ask(town.session, witness.key.vkey, f"{town.url}/witness")
    assert witness.key.has_signed(parse_note(await log.checkpoint()))


async def test_a_witness_that_does_not_sign_is_asked_again_and_seen(
    town: Town,
) -> None:
    """It is a witness, but nobody told it of this log."""
    witness, log = town.hub.desk.witness, town.hub.desk.log
    asking = asking_of(town)
    (duty,) = asking.duties(town.session)
    supervisor = town.hub.desk.supervisor
    assert await supervisor.turn(duty) <= 10
    state = (await supervisor.states())[duty.name]
    assert (state.failures, state.done) == (1, None)
    assert "does not sign" in state.problem
    await witness.add_log(log.key.vkey)
    await supervisor.turn(duty)
    assert (await supervisor.states())[duty.name].failures == 0
    assert witness.key.has_signed(parse_note(await log.checkpoint()))


@pytest.mark.parametrize(
    "answer",
    ["", "-5", "+5", "1_0", "٣", "9" * 5000, "0x10", "3 ", "\x00", "<html>no</html>"],
)
@pytest.mark.parametrize("status", [200, 409, 500])
async def test_an_answer_that_is_none_is_no_signature_and_stops_nobody(
    town: Town, status: int, answer: str
) -> None:
    """One witness lies; the other, asked after it, has signed all the same."""
    desk = town.hub.desk
    await desk.witness.add_log(desk.log.key.vkey)
    odd = WitnessKey(name="odd.example", public_key=bytes(32))

    async def reply(_: web.Request) -> web.Response:
        return web.Response(text=answer, status=status)

    application = web.Application()
    application.router.add_post("/add-checkpoint", reply)
    async with TestServer(application) as server:
        both = ((odd.vkey, str(server.make_url(""))), witness_of(town))
        asking = Asking(desk.database, desk.log, both)
        turns = [await desk.supervisor.turn(e) for e in asking.duties(town.session)]
    states = await desk.supervisor.states()
    assert states["witness odd.example"].failures == 1
    assert len(turns) == 2
    assert desk.witness.key.has_signed(parse_note(await desk.log.checkpoint()))


async def test_a_witness_that_has_signed_more_says_that_the_log_was_set_back(
    town: Town,
) -> None:
    desk, key = town.hub.desk, town.hub.desk.witness.key
    settings = replace(desk.settings, witnesses=(witness_of(town),))
    assert any("has never signed" in each for each in await examine(settings))
    await desk.witness.add_log(desk.log.key.vkey)
    asking = asking_of(town)
    for _ in range(2):
        await asking.ask(town.session, *witness_of(town))
    assert not any("witness" in each for each in await examine(settings))
    await add(town, 2)
    assert any("signed last at 2026-11-23" in e for e in await examine(settings))
    async with desk.database.write() as tx:  # as if a backup had been put back
        await tx.execute(update(WITNESSED).values(size=900))
    with pytest.raises(WitnessAhead, match="900 of"):
        await asking.ask(town.session, *witness_of(town))
    (said,) = [each for each in await examine(settings) if "900" in each]
    assert "cannot go on" in said
    assert "incidents.md" in said
    port = free_port()
    async with (
        Hub(replace(settings, port=port), clock=town.clock),
        town.session.get(f"http://localhost:{port}/metrics") as answer,
    ):
        numbers = await answer.text()
    assert f'witness_ahead_entries{{witness="{key.name}"}} 900.0' in numbers
    at = f"{town.clock().timestamp() / 1e9}e+09"
    assert f'witness_signed_seconds{{witness="{key.name}"}} {at}' in numbers


def witness_of(town: Town) -> tuple[str, str]:
    return town.hub.desk.witness.key.vkey, f"{town.url}/witness"


@pytest.mark.parametrize("by", ["command", "steward"])
async def test_a_hub_becomes_a_witness_of_another(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str], by: str
) -> None:
    north, port = town.hub.desk.settings, free_port()
    url = f"http://localhost:{port}"
    south = HubSettings(data_dir=tmp_path / "south", port=port, base_url=url)
    async with Hub(south, clock=town.clock) as hub:
        log = hub.desk.log
        if by == "command":
            words = ["--data", str(north.data_dir), "--url", north.url]
            words += ["--log", f"{log.key.vkey}={url}"]
            assert await asyncio.to_thread(cli.main, ["hub", "witness", *words]) == 0
            said = capsys.readouterr().out
            assert f"--witness {'='.join(witness_of(town))}\n" in said
        else:
            ann = await Steward.appointed(town.hub, "ann")
            wish = {"vkey": log.key.vkey}
            await ann.send("/api/steward/witnessed-logs", wish)
            await ann.close()
        asking = Asking(hub.desk.database, log, (witness_of(town),))
        await asking.ask(town.session, *witness_of(town))
        key = town.hub.desk.witness.key
        assert key.has_signed(parse_note(await log.checkpoint()))


async def test_a_hub_signs_no_log_of_another_key(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, stranger = town.hub.desk.settings, OtherLog().key.vkey
    words = ["--data", str(settings.data_dir), "--url", settings.url]
    words += ["--log", f"{stranger}={town.url}"]
    assert await asyncio.to_thread(cli.main, ["hub", "witness", *words]) == 1
    assert (await ask(town, 0, [], OtherLog().note([b"1"])))[0] == 404
    assert await asyncio.to_thread(cli.main, ["hub", "witness", *words[:4]]) == 0
    assert "--witness" in capsys.readouterr().out


async def test_the_doctor_sees_a_log_that_was_tampered_with(town: Town) -> None:
    settings = town.hub.desk.settings
    assert not [each for each in await examine(settings) if "log" in each]
    async with town.hub.desk.database.write() as tx:
        await tx.execute(update(LOG).where(LOG.c.position == 0).values(entry=b"{}"))
    found = await examine(settings)
    assert any("entries [0] of the log were changed" in each for each in found)
    async with town.hub.desk.database.write() as tx:
        await tx.execute(delete(LOG).where(LOG.c.position == 1))
    found = await examine(settings)
    assert any("checkpoint is not that of the entries" in each for each in found)


async def test_the_keys_that_a_hub_shows_are_keys(town: Town) -> None:
    view = await (await town.get("/api/hub")).json()
    assert isinstance(parse_vkey(view["log"]), LogKey)
    assert isinstance(parse_vkey(view["witness"]), WitnessKey)


async def test_an_older_checkpoint_leads_to_the_newer(town: Town) -> None:
    old = await checkpoint(town)
    await add(town, 5)
    new = await checkpoint(town)
    proof = await town.hub.desk.log.consistency(old.size, new.size)
    check_consistency(old.size, new.size, proof, old.root, new.root)
    entry = Release(at=town.clock(), version="test 3")
    found = await town.hub.desk.log.prove(entry)
    check_inclusion(
        leaf_hash(encode(entry)), found.index, new.size, found.hashes, new.root
    )
