"""A police station at a real hub: two desks, and homes that answer."""

import os
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.town_home import Home
from neighborcam.agency.casebook import Casebook, DeskSettings
from neighborcam.agency.desk import Desk
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import Keyring
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
from neighborcam.protocol.errors import CannotOpen
from neighborcam.protocol.requests import ReplyBundle, Request, Spoken
from neighborcam.protocol.sealed_clips import seal_clip
from tests.hub.police import Policed

DAY = timedelta(days=1)
PASSPHRASE = "correct horse battery"
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
                id=name, lock=lock_of("0" * 32), token=await home.token("capsule")
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

    def again(self) -> Desk:
        """Return the officer's desk as another process finds it."""
        return opened_desk(self.policed, self.folder / "officer")

    async def answered(self, **more: Any) -> tuple[str, Answer]:
        """Have a request answered by one home, and collect that."""
        request = await self.ask()
        answer = await self.answer(request, await self.policed.town.home(), **more)
        self.round_over()
        await self.officer.collect(request)
        return request, answer

    async def export(self, request: str, answer: str) -> Path:
        out = self.folder / "bundle.zip"
        out.write_bytes(await self.officer.export(request, answer, 0))
        return out

    async def due(self, request: str) -> set[str]:
        """Return what the agency owes, as the log has it."""
        asked = (await self.officer.register()).requests[request]
        return set(asked.due(self.policed.town.clock()))

    def done(self, request: str) -> list[str]:
        """Return what the custody log says, in order."""
        return [line.what for line in self.officer.custody(request)]


def desk(policed: Policed, folder: Path, officer: Any) -> tuple[Desk, Casebook]:
    ring = Keyring.make(folder, PASSPHRASE)
    ring.keys.own = officer.key.private_bytes_raw()
    ring.keys.issued = officer.issued
    ring.keys.held = [officer.issued]
    ring.save()
    book = Casebook(folder)
    log = policed.town.hub.desk.log.key.vkey
    book.set_up(DeskSettings(hub=policed.town.url, log=log))
    return opened_desk(policed, folder), book


def opened_desk(policed: Policed, folder: Path) -> Desk:
    """Open a desk that was set up, as a program does when it starts."""
    ring = Keyring.open(folder, PASSPHRASE)
    client = HubClient(policed.town.url)
    return Desk(Casebook(folder), ring, client, policed.town.clock)
