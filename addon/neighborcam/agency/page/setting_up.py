"""Handlers for the hub, keys and certificates. What is carried elsewhere is a text."""

import msgspec

from neighborcam.agency import ceremony
from neighborcam.agency.errors import InvalidInput
from neighborcam.agency.hub_line import read_hub_line
from neighborcam.agency.page.messages import (
    Carried,
    CarriedWish,
    HubWish,
    KeyWish,
    RecordWish,
    RevocationWish,
    Said,
)
from neighborcam.agency.page.plumbing import Call
from neighborcam.protocol.agencies import (
    IssuedCertificate,
    SignedAgency,
    SignedRevocation,
)
from neighborcam.protocol.areas import Area
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.identity import Message


async def set_hub(call: Call[HubWish]) -> Said:
    """Say which hub this desk asks by."""
    settings = read_hub_line(call.body.text, call.body.hub)
    call.room.book.set_up(settings)
    call.room.forget_desk()
    return Said(text=f"This desk asks by {settings.hub}.")


async def make_key(call: Call[KeyWish]) -> Carried:
    """Make a key, which the root has to certify."""
    wish = ceremony.make_own(call.room.ring, call.body.role, call.body.name)
    return _carried(wish, f"{wish.role}.key")


async def drop_key(call: Call[None]) -> None:
    """Forget a key that waits for the root."""
    ceremony.drop_pending(call.room.ring)


async def accept(call: Call[CarriedWish]) -> Said:
    """Use a certified key from now on, and have its certificate logged."""
    issued = _read(call.body.text, IssuedCertificate)
    ceremony.check_accepts(call.room.ring, issued)
    await call.room.client.post("/api/certificates", issued)
    ceremony.accept(call.room.ring, issued)
    await call.room.desk.register()
    return Said(text="The certificate is in the public log, and the key is in use.")


async def make_root(call: Call[None]) -> None:
    """Make the agency's root key."""
    ceremony.make_root(call.room.ring)


async def sign_record(call: Call[RecordWish]) -> Carried:
    """Sign who the agency is: its key file."""
    wish = call.body
    try:
        area = msgspec.convert(wish.jurisdiction, Area)
    except msgspec.ValidationError as problem:
        raise InvalidInput(str(problem), "jurisdiction") from None
    signed = ceremony.key_file(
        call.room.ring,
        name=wish.name,
        domain=wish.domain,
        kind=wish.kind,
        contact=wish.contact,
        jurisdiction=area,
        now=call.room.clock(),
    )
    return _carried(signed, "neighborcam-agency.json")


async def apply(call: Call[CarriedWish]) -> Said:
    """Ask the hub to let the agency join."""
    signed = _read(call.body.text, SignedAgency)
    await call.room.client.post("/api/agencies", signed)
    return Said(text=f"Applied as {signed.agency.id}. Stewards look at it now.")


async def read_key(call: Call[CarriedWish]) -> KeyWish:
    """What a key request asks for, to look at before it is certified."""
    wish = _read(call.body.text, ceremony.KeyRequest)
    return KeyWish(role=wish.role, name=wish.name)


async def certify(call: Call[CarriedWish]) -> Carried:
    """Certify somebody's key, by the root."""
    wish = _read(call.body.text, ceremony.KeyRequest)
    issued = ceremony.certify(call.room.ring, wish, call.room.clock())
    return _carried(issued, f"{wish.role}.cert")


async def revoke(call: Call[RevocationWish]) -> Carried:
    """End a certificate, by the root."""
    signed = ceremony.end_certificate(
        call.room.ring, call.body.sha256, call.room.clock()
    )
    return _carried(signed, "revocation.json")


async def publish(call: Call[CarriedWish]) -> Said:
    """Have a revocation logged."""
    await call.room.client.post(
        "/api/revocations", _read(call.body.text, SignedRevocation)
    )
    return Said(text="The certificate counts no more.")


def _carried(message: Message, file: str) -> Carried:
    return Carried(text=encode(message).decode(), file=file)


def _read[M: Message](text: str, kind: type[M]) -> M:
    try:
        return decode(text.strip().encode(), kind)
    except (InvalidMessage, UnicodeEncodeError) as problem:
        raise InvalidInput(str(problem), "text") from None
