"""What a desk says to a hub, as plain calls: for tests and the demo."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import msgspec

from demo.agency import MakeBelieveAgency, Officer
from demo.steward import Refused
from neighborcam.protocol.agencies import TXT_PREFIX, SignedAgency
from neighborcam.protocol.answers import Receipt, sign_receipt
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.capsules import CAPSULE_BYTES
from neighborcam.protocol.requests import (
    AgencyWord,
    CollectWish,
    SignedRequest,
)

NOBODY = "0" * 64


@dataclass
class MakeBelieveDomain:
    """A domain and its DNS as an agency made them (`hub.domains.Resolver`)."""

    file: bytes = b""
    text: str = ""

    def serve(self, agency: MakeBelieveAgency) -> None:
        """Put up the key file and the record."""
        self.put_up(encode(agency.signed))

    def put_up(self, key_file: bytes) -> None:
        """Put up a key file, and the record that goes with it."""
        self.file = key_file
        self.text = f"{TXT_PREFIX}{decode(key_file, SignedAgency).agency.id}"

    async def key_file(self, _domain: str) -> bytes:
        """Return the file below the well-known path."""
        return self.file

    async def texts(self, _name: str) -> list[str]:
        """Return the TXT records of a name."""
        return ["v=spf1 -all", self.text]


@dataclass
class AgencyClient:
    """An agency at a hub."""

    agency: MakeBelieveAgency
    session: aiohttp.ClientSession
    hub: str

    async def post(self, path: str, message: Any) -> bytes:
        """Send a message. Raises `Refused`."""
        address = f"{self.hub}{path}"
        async with self.session.post(address, data=encode(message)) as answer:
            return await _read(answer)

    async def get(self, path: str) -> bytes:
        """Fetch something. Raises `Refused`."""
        async with self.session.get(f"{self.hub}{path}") as answer:
            return await _read(answer)

    async def apply(self) -> None:
        """Ask to join."""
        await self.post("/api/agencies", self.agency.signed)

    async def certify(self, *officers: Officer) -> None:
        """Have certificates logged."""
        own = (self.agency.officer, self.agency.supervisor)
        for officer in officers or own:
            await self.post("/api/certificates", officer.issued)

    async def ask(self, signed: SignedRequest) -> str:
        """Send a request to the stewards; return its id."""
        await self.post("/api/requests", signed)
        return signed.request.id

    async def status(self, request: str) -> dict[str, Any]:
        """Return where a request is."""
        found: dict[str, Any] = msgspec.json.decode(
            await self.get(f"/api/requests/{request}")
        )
        return found

    async def say(self, word: AgencyWord, officer: Officer | None = None) -> None:
        """Say how a request ended, what came of it, that clips are gone."""
        await self.post("/api/words", (officer or self.agency.officer).say(word))

    async def collect(
        self, request: str, number: int, now: datetime, officer: Officer | None = None
    ) -> list[bytes]:
        """Return the capsules of a round."""
        wish = CollectWish(
            request=request,
            certificate=NOBODY,
            at=now.replace(microsecond=0),
            round=number,
        )
        spoken = (officer or self.agency.officer).say(wish)
        data = await self.post("/api/collections", spoken)
        return [
            data[at : at + CAPSULE_BYTES] for at in range(0, len(data), CAPSULE_BYTES)
        ]

    def receipt(self, request: str, answer: str, now: datetime, **what: Any) -> Receipt:
        """Return a receipt that the officer signed."""
        officer = self.agency.officer
        made = Receipt(
            request=request,
            answer=answer,
            at=now.replace(microsecond=0),
            certificate=officer.issued.sha256,
            **what,
        )
        return sign_receipt(made, officer.key)


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    body = await answer.read()
    if not answer.ok:
        error = msgspec.json.decode(body)["error"]
        raise Refused(error["code"], error["message"])
    return body
