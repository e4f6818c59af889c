"""A police station at a real hub: two desks, and homes that answer."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from demo.answering import give_clip, post_capsule, write_answer
from demo.town_home import Home
from neighborcam.agency.casebook import Casebook, DeskSettings
from neighborcam.agency.desk import Desk
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import Keyring
from neighborcam.protocol.age_keys import HybridIdentity
from neighborcam.protocol.answers import Answer, Item, Receipt, check_receipt
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.capsules import open_slot
from neighborcam.protocol.errors import CannotOpen
from neighborcam.protocol.requests import ReplyBundle, Request, Spoken
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
        items = () if "kind" in more else (await self.item(request, home),)
        answer, identity = write_answer(request, **{"items": items} | more)
        self.replies[answer.id] = identity
        await self.post(request, home, encode(answer), number)
        return answer

    async def post(
        self, request: str, home: Home, content: bytes, number: int = 0
    ) -> None:
        seal_to = self.book.request(request).request.seal_to
        await post_capsule(home, request, seal_to, content, number)

    async def item(self, request: str, home: Home) -> Item:
        return await give_clip(home, request, CLIP, self.policed.town.clock())

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
