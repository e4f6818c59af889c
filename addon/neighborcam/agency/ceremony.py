"""Keys of an agency: made, certified, revoked. The root's part needs no network."""

import os
import secrets
from datetime import datetime, timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.agency.errors import NotNow
from neighborcam.agency.keyring import Keyring
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


def make_root(ring: Keyring) -> bytes:
    """Make the agency's root key; return its public half. Raises `NotNow`."""
    if ring.keys.root is not None:
        raise NotNow("this keyring has a root key already")
    ring.keys.root = os.urandom(32)
    ring.save()
    return ring.root.public_key().public_bytes_raw()


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


def make_own(ring: Keyring, role: Role, name: str) -> KeyRequest:
    """Make an officer's or supervisor's key; return what the root has to certify."""
    ring.keys.own = os.urandom(32)
    ring.keys.issued = None
    ring.save()
    return key_request(ring, role, name)


def key_request(ring: Keyring, role: Role, name: str) -> KeyRequest:
    """Return what the root has to certify, again. Raises `NotNow` without a key."""
    if ring.keys.own is None:
        raise NotNow("make a key first")
    return KeyRequest(role=role, name=name, key=_public(ring.keys.own))


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


def accept(ring: Keyring, issued: IssuedCertificate) -> None:
    """Keep the certificate of the own key. Raises `NotNow` for another's."""
    if ring.keys.own is None or issued.certificate.key != _public(ring.keys.own):
        raise NotNow("this certificate is for another key")
    ring.keys.issued = issued
    ring.save()


def end_certificate(ring: Keyring, certificate: str, now: datetime) -> SignedRevocation:
    """Return the revocation of a certificate, by its hash and the root."""
    revocation = Revocation(
        agency=agency_id(ring.root.public_key().public_bytes_raw()),
        certificate=certificate,
        at=now.replace(microsecond=0),
    )
    return revoke(revocation, ring.root)


def _public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
