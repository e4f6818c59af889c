"""Actions of `neighborcam agency` about the hub, keys and certificates."""

from pathlib import Path
from typing import Any

import msgspec

from neighborcam.agency import ceremony, files
from neighborcam.agency.casebook import DeskSettings
from neighborcam.agency.errors import InvalidInput
from neighborcam.commands.desk_session import Session, now
from neighborcam.protocol.agencies import (
    IssuedCertificate,
    Role,
    SignedAgency,
    SignedRevocation,
)
from neighborcam.protocol.areas import Area
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.identity import Message


def init(session: Session, hub: str, log: str) -> str:
    """Set up a desk for a hub."""
    settings = DeskSettings(
        hub=hub,
        log=log,
        witnesses=tuple(session.options.witness),
        quorum=session.options.quorum,
    )
    _ = settings.policy
    session.lock()
    if session.book.is_set_up and session.book.settings != settings:
        session.confirm("This desk is set up for a hub already. Change it?")
    session.book.set_up(settings)
    return f"this desk asks by {hub}"


def root(session: Session) -> str:
    """Make the agency's root key."""
    public = ceremony.make_root(session.make_ring(), session.make_key())
    return f"the agency's root key is made: {public.hex()}"


def record(session: Session, path: str) -> str:
    """Sign the agency's record."""
    said = files.read_written(Path(path), dict[str, Any])
    try:
        area = msgspec.convert(said.pop("jurisdiction"), Area)
        signed = ceremony.key_file(session.ring, jurisdiction=area, now=now(), **said)
    except KeyError:
        raise InvalidInput(f"{path} has no jurisdiction") from None
    except (TypeError, msgspec.ValidationError) as problem:
        raise InvalidInput(f"{path}: {problem}") from None
    return encode(signed).decode()


async def apply(session: Session, path: str) -> str:
    """Ask a hub to join it."""
    signed = _carried(path, SignedAgency)
    await session.client.post("/api/agencies", signed)
    return f"applied as {signed.agency.id}: its stewards look at it now"


def key(session: Session, role: str, name: str) -> str:
    """Make the own key."""
    if role not in tuple(Role):
        raise InvalidInput(f"a role is {' or '.join(Role)}", "role")
    ring = session.make_ring()
    wish = ceremony.make_own(ring, Role(role), name, session.make_key())
    return encode(wish).decode()


def drop_key(session: Session) -> str:
    """Forget a key that waits for the root."""
    ceremony.drop_pending(session.ring)
    return "the key that waited for the root is gone; the one in use stays"


def certify(session: Session, path: str) -> str:
    """Certify somebody's key, by the root."""
    wish = _carried(path, ceremony.KeyRequest)
    _ = session.ring.root
    session.confirm(f"Certify {wish.name!r} as {wish.role} for 90 days?")
    return encode(ceremony.certify(session.ring, wish, now())).decode()


async def accept(session: Session, path: str) -> str:
    """Use a certified key from now on, and log its certificate."""
    issued = _carried(path, IssuedCertificate)
    ceremony.check_accepts(session.ring, issued)
    # The hub first: a key whose certificate is not in the log is of no use.
    await session.client.post("/api/certificates", issued)
    ceremony.accept(session.ring, issued)
    return f"certificate {issued.sha256} is yours, and in the public log"


def revoke(session: Session, sha256: str) -> str:
    """End a certificate, by the root; what it prints is carried to a desk."""
    return encode(ceremony.end_certificate(session.ring, sha256, now())).decode()


async def publish(session: Session, path: str) -> str:
    """Have a revocation logged."""
    await session.client.post("/api/revocations", _carried(path, SignedRevocation))
    return "the certificate counts no more"


def passphrase(session: Session) -> str:
    """Lock the keys with another passphrase."""
    ring = session.ring
    file: Path | None = session.options.new_passphrase_file
    ring.change_passphrase(session.new_passphrase(file))
    return "the keys open with the new passphrase; copies of them with the old one"


def _carried[M: Message](path: str, kind: type[M]) -> M:
    """Return a message that somebody carried here as a file."""
    try:
        return decode(files.read(Path(path)).strip(), kind)
    except InvalidMessage as problem:
        raise InvalidInput(f"{path}: {problem}") from None
