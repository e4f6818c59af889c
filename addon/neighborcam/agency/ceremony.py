"""Keys of an agency: made, certified, revoked. The root's part needs no network."""

import os
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from neighborcam.agency.errors import NotNow
from neighborcam.agency.keyring import Keyring, PendingKey, Secret, public_of
from neighborcam.protocol.agencies import (
    CERTIFICATE_LASTS,
    AgencyRecord,
    Certificate,
    IssuedCertificate,
    Revocation,
    Role,
    SignedAgency,
    SignedRevocation,
    agency_id,
    issue,
    revoke,
    sign_agency,
)
from neighborcam.protocol.areas import Area
from neighborcam.protocol.identity import Message, PublicKey
from neighborcam.protocol.terms import TERMS_SHA256


class KeyRequest(Message, frozen=True, kw_only=True, tag="key-request"):
    """What an officer carries to the root: the public half of a key, and a name."""

    v: int = 1
    role: Role
    name: str
    key: PublicKey


def new_seed() -> bytes:
    """Return a new key that lies in the file of keys."""
    return os.urandom(32)


def make_root(ring: Keyring, make: Callable[[], Secret] = new_seed) -> bytes:
    """Make the agency's root key; return its public half. Raises `NotNow`.

    ``make`` makes the key itself: here, or in a token.
    """
    if ring.keys.root is not None:
        raise NotNow("this keyring has a root key already")
    ring.keys.root = make()
    ring.save()
    return public_of(ring.keys.root)


def key_file(
    ring: Keyring,
    *,
    name: str,
    domain: str,
    kind: str,
    contact: str,
    jurisdiction: Area,
    now: datetime,
) -> SignedAgency:
    """Return the agency's key file, for its domain and its application.

    Raises `NotNow` for a name, domain or kind that no agency has.
    """
    said = {
        "type": "agency",
        "name": name,
        "domain": domain,
        "kind": kind,
        "contact": contact,
        "key": ring.root.public_key().public_bytes_raw(),
        "jurisdiction": jurisdiction,
        "terms": TERMS_SHA256,
        "at": now.replace(microsecond=0),
    }
    try:
        record = msgspec.convert(msgspec.to_builtins(said), AgencyRecord)
    except msgspec.ValidationError as problem:
        raise NotNow(f"this is no agency's record: {problem}") from None
    return sign_agency(record, ring.root)


def make_own(
    ring: Keyring, role: Role, name: str, make: Callable[[], Secret] = new_seed
) -> KeyRequest:
    """Make an officer's or supervisor's key; return what the root has to certify.

    A key that is in use stays in use until `accept`. One that waits for the root is
    not made again: the same wish is returned. Raises `NotNow` for another one.
    """
    waiting = ring.keys.pending
    if waiting is None:
        ring.keys.pending = PendingKey(key=make(), role=role, name=name)
        ring.save()
    elif (waiting.role, waiting.name) != (role, name):
        raise NotNow(
            f"a key for {waiting.role} {waiting.name!r} waits for the root: let it"
            " certify that one, or drop it first (agency drop-key)"
        )
    return key_request(ring)


def drop_pending(ring: Keyring) -> None:
    """Forget the key that waits for the root; the one in use stays."""
    if ring.keys.pending is None:
        raise NotNow("no key waits for the root")
    ring.keys.pending = None
    ring.save()


def key_request(ring: Keyring) -> KeyRequest:
    """Return what the root has to certify, again. Raises `NotNow` without a key."""
    waiting = ring.keys.pending
    if waiting is None:
        raise NotNow("make a key first")
    key = public_of(waiting.key)
    return KeyRequest(role=waiting.role, name=waiting.name, key=key)


def certify(
    ring: Keyring,
    wish: KeyRequest,
    now: datetime,
    lasts: timedelta = CERTIFICATE_LASTS,
) -> IssuedCertificate:
    """Return the certificate of an officer's key, by the root."""
    start = now.replace(microsecond=0)
    certificate = Certificate(
        agency=agency_id(ring.root.public_key().public_bytes_raw()),
        serial=secrets.token_hex(16),
        role=wish.role,
        name=wish.name,
        key=wish.key,
        not_before=start,
        not_after=start + min(lasts, CERTIFICATE_LASTS),
    )
    return issue(certificate, ring.root)


def check_accepts(ring: Keyring, issued: IssuedCertificate) -> None:
    """Raise `NotNow` unless a certificate is for a key of this desk."""
    waiting, key = ring.keys.pending, issued.certificate.key
    if ring.keys.own is not None and key == public_of(ring.keys.own):
        return
    if waiting is None or key != public_of(waiting.key):
        raise NotNow("this certificate is for another key than those of this desk")
    if issued.certificate.role is not waiting.role:
        raise NotNow("the root certified it for another role")


def accept(ring: Keyring, issued: IssuedCertificate) -> None:
    """Use the certified key from now on. Raises `NotNow` for another's."""
    check_accepts(ring, issued)
    waiting = ring.keys.pending
    if waiting is not None and issued.certificate.key == public_of(waiting.key):
        ring.keys.own, ring.keys.pending = waiting.key, None
    ring.keys.issued = issued
    if issued not in ring.keys.held:
        ring.keys.held.append(issued)
    ring.save()


def end_certificate(ring: Keyring, certificate: str, now: datetime) -> SignedRevocation:
    """Return the revocation of a certificate, by its hash and the root."""
    revocation = Revocation(
        agency=agency_id(ring.root.public_key().public_bytes_raw()),
        certificate=certificate,
        at=now.replace(microsecond=0),
    )
    return revoke(revocation, ring.root)
