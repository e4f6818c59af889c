"""A desk at a real hub: from the draft to the deletion, and the bundle for a court."""

import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.town_home import Home
from neighborcam.agency import keyring
from neighborcam.agency.bundle import bundle
from neighborcam.agency.casebook import Casebook, DeskSettings
from neighborcam.agency.desk import Desk
from neighborcam.agency.errors import DeskUnreadable, HubAway, NotNow
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import Keyring
from neighborcam.agency.verifying import check_bundle
from neighborcam.protocol.age_keys import (
    HybridIdentity,
    HybridRecipient,
    parse_recipient,
)
from neighborcam.protocol.answers import (
    Answer,
    CapsulePost,
    ChunkPost,
    Edit,
    Item,
    Manifest,
    Original,
    Receipt,
    check_receipt,
    lock_of,
    sign_manifest,
)
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.capsules import open_slot, seal_capsule
from neighborcam.protocol.errors import CannotOpen, ProtocolError
from neighborcam.protocol.requests import ReplyBundle, Request, Spoken
from neighborcam.protocol.sealed_clips import seal_clip
from tests.hub.police import Policed
from tests.tools import need

DAY = timedelta(days=1)
CLIP = b"\0\0\0\x18ftypisom" + bytes(range(256)) * 40


@dataclass
class Station:
    """A police station: an officer's desk and a supervisor's, and homes that answer."""

    policed: Policed
    folder: Path
    officer: Desk
    supervisor: Desk
    book: Casebook
    replies: dict[str, HybridIdentity]

    def request(self, **changes: Any) -> Request:
        made = self.policed.agency.request(self.policed.town.clock(), **changes)
        return msgspec.structs.replace(made, seal_to=self.officer.new_seal(made.id))

    async def ask(self, **changes: Any) -> str:
        signed = await self.officer.sign(self.request(**changes))
        signed = await self.supervisor.countersign(signed)
        assert await self.officer.submit(signed) == "review"
        await self.policed.ann.approve(signed.sha256)
        return signed.request.id

    async def answer(
        self, request: str, home: Home, *, number: int = 0, **more: Any
    ) -> Answer:
        """Let a home answer with a clip, or as ``more`` says."""
        identity = HybridIdentity(os.urandom(32))
        items = () if "kind" in more else (await self.item(request, home),)
        fields = {"kind": "clips", "items": items} | more
        answer = Answer(
            id=os.urandom(16).hex(),
            request=request,
            reply_to=str(identity.recipient),
            **fields,
        )
        self.replies[answer.id] = identity
        await self.post(request, home, encode(answer), number)
        return answer

    async def post(
        self, request: str, home: Home, content: bytes, number: int = 0
    ) -> None:
        to = parse_recipient(self.book.request(request).request.seal_to)
        assert isinstance(to, HybridRecipient)
        capsule = CapsulePost(
            request=request,
            round=number,
            capsule=seal_capsule(content, to, request.encode()),
            token=await home.token("capsule"),
        )
        await home.link.send("/api/capsules", capsule)

    async def item(self, request: str, home: Home) -> Item:
        key = Ed25519PrivateKey.generate()
        at = self.policed.town.clock().replace(microsecond=0)
        manifest = Manifest(
            request=request,
            kind="clip",
            media_type="video/mp4",
            sha256=sha256(CLIP).hexdigest(),
            bytes=len(CLIP),
            originals=(Original(sha256="0" * 64, started=at, ended=at),),
            edits=(Edit.TRIMMED, Edit.AUDIO_REMOVED),
            codec="h264",
            width=640,
            height=360,
            frames=80,
            started=at,
            ended=at,
            clock_source="system",
            engine="neighborcam 1",
            key=key.public_key().public_bytes_raw(),
        )
        sealed = seal_clip(CLIP, "video/mp4", os.urandom(32))
        names = [os.urandom(16).hex() for _ in sealed.pieces]
        for name, data in zip(names, sealed.pieces, strict=True):
            head = ChunkPost(
                id=name, lock=lock_of("0" * 32), token=await home.token("piece")
            )
            await home.link.put(f"/api/chunks/{name}", encode(head) + b"\n" + data)
        return Item(
            manifest=manifest,
            sig=sign_manifest(manifest, key),
            secret=sealed.secret,
            sealed_sha256=sealed.sha256,
            chunks=tuple(names),
        )

    def round_over(self, rounds: int = 1) -> None:
        self.policed.town.clock.at += rounds * DAY + timedelta(minutes=6)

    async def receipts(self, request: str) -> list[tuple[str, str]]:
        """Return what homes can read of the replies, as (answer, what)."""
        data = await self.policed.police.get(f"/api/requests/{request}/replies")
        found: list[tuple[str, str]] = []
        for raw in msgspec.json.decode(data)["bundles"]:
            spoken = msgspec.convert(raw, Spoken)
            assert isinstance(spoken.word, ReplyBundle)
            for answer, identity in self.replies.items():
                for slot in spoken.word.slots:
                    try:
                        content = open_slot(slot, identity, request.encode())
                    except CannotOpen:
                        continue
                    receipt = decode(content, Receipt)
                    check_receipt(receipt, spoken.certificate.certificate.key)
                    assert receipt.answer == answer
                    found.append((answer, receipt.what))
        return found

    async def export(self, request: str, answer: str) -> Path:
        path = await self.officer.open(request, answer, 0)
        status = await self.officer.status(request)
        assert status.entry is not None
        assert status.proof is not None
        (kept,) = [
            each for each in self.officer.answers(request) if each.answer.id == answer
        ]
        data = bundle(
            kept.answer.items[0],
            path.read_bytes(),
            entry=status.entry,
            proof=status.proof,
            settings=self.book.settings,
            custody=self.officer.custody,
        )
        out = self.folder / "bundle.zip"
        out.write_bytes(data)
        return out


def desk(policed: Policed, folder: Path, officer: Any) -> tuple[Desk, Casebook]:
    ring = Keyring.make(folder, "correct horse battery")
    ring.keys.own = officer.key.private_bytes_raw()
    ring.keys.issued = officer.issued
    ring.save()
    book = Casebook(folder)
    log = policed.town.hub.desk.log.key.vkey
    book.set_up(DeskSettings(hub=policed.town.url, log=log))
    client = HubClient(policed.town.url)
    return Desk(book, ring, client, policed.town.clock), book


@pytest.fixture
async def station(
    policed: Policed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Station:
    monkeypatch.setattr(keyring, "_COST", 2**4)
    await policed.join()
    officer, book = desk(policed, tmp_path / "officer", policed.agency.officer)
    supervisor, _ = desk(policed, tmp_path / "super", policed.agency.supervisor)
    return Station(policed, tmp_path, officer, supervisor, book, {})


async def test_a_request_goes_from_desk_to_desk_to_the_hub_and_back(
    station: Station,
) -> None:
    request = await station.ask()
    homes = [await station.policed.town.home() for _ in range(3)]
    answer = await station.answer(request, homes[0])
    for home in homes[1:]:
        await station.post(request, home, b"")
    assert await station.officer.collect(request) == (0, 0)  # the round runs
    station.round_over()
    assert await station.officer.collect(request) == (3, 1)
    assert await station.officer.collect(request) == (3, 0)
    path = await station.officer.open(request, answer.id, 0)
    assert path.read_bytes() == CLIP
    await station.officer.copied(request, answer.id, 0)
    await station.officer.question(request, answer.id, "Was the van white?")
    expected = ["received", "opened", "copied", "question"]
    assert await station.receipts(request) == [(answer.id, each) for each in expected]


async def test_the_end_leaves_nothing_but_words(station: Station) -> None:
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    station.round_over()
    await station.officer.collect(request)
    path = await station.officer.open(request, answer.id, 0)
    await station.officer.end(request, "resolved")
    await station.officer.file_outcome(request, "helped", "")
    await station.officer.delete(request)
    assert not path.exists()
    assert not list(path.parent.glob("*.age"))
    assert (answer.id, "deleted") in await station.receipts(request)
    status = await station.officer.status(request)
    assert (status.state, status.due) == ("outcome-filed", {})
    with pytest.raises(NotNow, match="deleted"):
        await station.officer.open(request, answer.id, 0)
    told = [each.what for each in station.officer.custody.of(request)]
    assert told[:2] == ["signed", "submitted"]
    assert told[-1] == "deleted"


async def test_a_revoked_clip_is_deleted_and_that_is_told(station: Station) -> None:
    request = await station.ask()
    home = await station.policed.town.home()
    answer = await station.answer(request, home)
    station.round_over()
    await station.officer.collect(request)
    path = await station.officer.open(request, answer.id, 0)
    await station.answer(request, home, number=1, kind="revoked", about=answer.id)
    station.round_over()
    await station.officer.collect(request)
    assert not path.exists()
    assert (answer.id, "deleted") in await station.receipts(request)


async def test_what_is_outside_of_the_limits_is_not_signed(station: Station) -> None:
    with pytest.raises(NotNow, match="retention_days: at most 90"):
        await station.officer.sign(station.request(retention_days=91))
    long = station.policed.town.clock().replace(microsecond=0) - timedelta(hours=6)
    with pytest.raises(NotNow, match="window_end: a window has at most 2 hours"):
        await station.officer.sign(station.request(window_start=long))


async def test_a_piece_with_another_bit_is_not_opened(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    station.round_over()
    await station.officer.collect(request)
    get = HubClient.get

    async def flipped(self: HubClient, path: str) -> bytes:
        data = bytearray(await get(self, path))
        if path.startswith("/api/chunks/"):
            data[5000] ^= 1
        return bytes(data)

    monkeypatch.setattr(HubClient, "get", flipped)
    with pytest.raises(CannotOpen, match="changed"):
        await station.officer.open(request, answer.id, 0)
    monkeypatch.setattr(HubClient, "get", get)
    path = await station.officer.open(request, answer.id, 0)
    assert path.read_bytes() == CLIP


async def test_a_crash_between_steps_loses_and_doubles_nothing(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    station.round_over()
    post = HubClient.post

    async def lost(self: HubClient, path: str, message: Any) -> bytes:
        data = await post(self, path, message)
        if path == "/api/replies":
            raise HubAway("the answer is lost")
        return data

    monkeypatch.setattr(HubClient, "post", lost)
    with pytest.raises(HubAway):
        await station.officer.collect(request)
    with pytest.raises(HubAway):
        await station.officer.open(request, answer.id, 0)
    monkeypatch.setattr(HubClient, "post", post)
    assert await station.officer.collect(request) == (1, 0)
    await station.officer.open(request, answer.id, 0)
    told = await station.receipts(request)
    assert told == [(answer.id, "received"), (answer.id, "opened")]


async def test_a_capsule_that_makes_no_sense_is_silence(station: Station) -> None:
    request = await station.ask()
    home = await station.policed.town.home()
    await station.post(request, home, b'{"type":"answer"}')
    await station.answer(request, home, kind="tip", text="A van.")
    station.round_over()
    assert await station.officer.collect(request) == (2, 1)


async def test_debian_s_age_opens_the_raw_file(
    station: Station, tmp_path: Path
) -> None:
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    pieces = [
        await station.policed.police.get(f"/api/chunks/{each}")
        for each in answer.items[0].chunks
    ]
    (tmp_path / "raw.age").write_bytes(b"".join(pieces))
    (tmp_path / "key").write_text(answer.items[0].secret)
    opened = debian_s_age(tmp_path)
    assert opened[: len(CLIP)] == CLIP
    assert len(b"".join(pieces)) % 2**20 == 0


def debian_s_age(folder: Path) -> bytes:
    need("age")
    asked = ["age", "--decrypt", "--identity", "key", "raw.age"]
    done = subprocess.run(asked, capture_output=True, check=True, cwd=folder)
    return done.stdout


# -- the bundle -----------------------------------------------------------------------


def script(path: Path, folder: Path) -> tuple[int, str]:
    """Run the bundle's own script, as somebody does who has nothing of ours."""
    need("openssl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    done = subprocess.run(
        [sys.executable, "-I", "verify.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


async def exported(station: Station) -> Path:
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    station.round_over()
    await station.officer.collect(request)
    return await station.export(request, answer.id)


async def test_a_bundle_proves_itself_twice(station: Station, tmp_path: Path) -> None:
    path = await exported(station)
    assert [each.what for each in check_bundle(path)] == [
        "clip",
        "request",
        "log",
        "custody",
    ]
    status, told = script(path, tmp_path / "out")
    assert (status, told[:5]) == (0, "RIGHT"), told


def changed(path: Path, name: str, data: bytes | None) -> Path:
    """Return the bundle with one file changed, or without it."""
    out = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
            elif data is not None:
                new.writestr(each, data)
    return out


def content(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("clip.mp4", b"\x10\x11", b"\x10\x12"),
        ("manifest.json", b'"frames":80', b'"frames":81'),
        ("manifest.sig", b"0", b"1"),
        ("request-entry.json", b"bakery", b"temple"),
        ("request-entry.tlog-proof", b"index ", b"index 1"),
        ("policy.json", b"localhost", b"localhose"),
        ("custody.log", b"submitted", b"forgotten"),
    ],
)
async def test_what_was_changed_is_named_by_both(
    station: Station, tmp_path: Path, name: str, old: bytes, new: bytes
) -> None:
    path = await exported(station)
    data = content(path, name)
    assert old in data
    for number, tampered in enumerate((data.replace(old, new, 1), None)):
        other = changed(path, name, tampered)
        with pytest.raises(ProtocolError):
            check_bundle(other)
        status, told = script(other, tmp_path / f"out{number}")
        assert (status, told[:5]) == (1, "WRONG"), told


async def test_a_custody_line_that_is_left_out_is_noticed(station: Station) -> None:
    path = await exported(station)
    lines = content(path, "custody.log").splitlines(keepends=True)
    other = changed(path, "custody.log", b"".join([lines[0], *lines[2:]]))
    with pytest.raises(ProtocolError, match="custody log, line 2"):
        check_bundle(other)


async def test_a_custody_log_that_was_cut_off_by_a_crash_goes_on(
    station: Station,
) -> None:
    request = await station.ask()
    path = station.book.folder / "custody.log"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"about":"')
    assert len(station.officer.custody.lines()) == 2
    await station.officer.end(request, "withdrawn")
    assert len(station.officer.custody.lines()) == 3
    path.write_bytes(whole.replace(b"signed", b"singed", 1))
    with pytest.raises(DeskUnreadable, match="line 1"):
        station.officer.custody.lines()
