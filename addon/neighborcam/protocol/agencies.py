"""Agencies and their keys: a root that stays offline, certificates of 90 days.

A name is not proven by a key. What proves an agency is its announcement in the public
log, after stewards looked at its domain and called it back (spec/agencies.md).
"""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Final, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.protocol.alerts import Token
from neighborcam.protocol.areas import Area, check_district
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import BadSignature, OutsideLimits
from neighborcam.protocol.identity import (
    Id,
    Message,
    Moment,
    PublicKey,
    Sha256,
    Signature,
    is_whole_second,
)
from neighborcam.protocol.signing import sign, verify
from neighborcam.protocol.terms import check_terms
from neighborcam.protocol.wording import is_line

CERTIFICATE_LASTS: Final = timedelta(days=90)
MEMBERSHIP_LASTS: Final = timedelta(days=365)
NOTICE: Final = timedelta(days=7)
VETO_ONE_IN: Final = 5  # of the households keep an agency out
WELL_KNOWN: Final = "/.well-known/neighborcam-agency.json"
TXT_NAME: Final = "_neighborcam"
TXT_PREFIX: Final = "neighborcam-agency="

type AgencyName = Annotated[str, msgspec.Meta(min_length=3, max_length=80)]
type Contact = Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
# A name of the DNS in lower case (RFC 1035; others as xn--…): no address, no port.
type Domain = Annotated[
    str,
    msgspec.Meta(
        max_length=200,
        pattern=r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z",
    ),
]


class Role(StrEnum):
    """What a certificate lets its holder do: ask, or let others ask."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"


class AgencyRecord(Message, frozen=True, kw_only=True, tag="agency"):
    """Who an agency is, as it says itself; its root key signs this.

    ``kind`` is a class of bodies: a hub opens those other than ``police`` and
    ``rescue`` only by a public entry of its rules. ``terms`` is the hash of the Terms
    of Asking that it accepts.
    """

    v: Literal[1] = 1
    name: AgencyName
    domain: Domain
    kind: Literal["police", "rescue", "federal", "immigration", "intelligence"]
    contact: Contact  # switchboard: shown with every request
    key: PublicKey
    jurisdiction: Area
    terms: Sha256
    at: Moment

    @property
    def id(self) -> str:
        """The agency's id, by its root key."""
        return agency_id(self.key)


class SignedAgency(Message, frozen=True, kw_only=True, tag="signed-agency"):
    """The key file of an agency: on its domain, and in its application."""

    v: Literal[1] = 1
    agency: AgencyRecord
    sig: Signature


class Certificate(Message, frozen=True, kw_only=True, tag="certificate"):
    """One officer's key, for at most 90 days."""

    v: Literal[1] = 1
    agency: Id
    serial: Id
    role: Role
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]  # badge, desk
    key: PublicKey
    not_before: Moment
    not_after: Moment


class IssuedCertificate(Message, frozen=True, kw_only=True, tag="issued-certificate"):
    """A certificate with the signature of its agency's root key."""

    v: Literal[1] = 1
    certificate: Certificate
    sig: Signature

    @property
    def sha256(self) -> str:
        """Its name in the log and in messages."""
        return sha256(encode(self.certificate)).hexdigest()


class Revocation(Message, frozen=True, kw_only=True, tag="revocation"):
    """The end of a certificate, at once."""

    v: Literal[1] = 1
    agency: Id
    certificate: Sha256
    at: Moment


class SignedRevocation(Message, frozen=True, kw_only=True, tag="signed-revocation"):
    """A revocation with the signature of the agency's root key."""

    v: Literal[1] = 1
    revocation: Revocation
    sig: Signature


class Veto(Message, frozen=True, kw_only=True, tag="veto"):
    """A household objects to an announced agency; the token is of its own key."""

    v: Literal[1] = 1
    agency: Id
    token: Token


def agency_id(key: bytes) -> str:
    """Return the id of the agency with a root key: half of the key's hash."""
    return sha256(key).hexdigest()[:32]


def sign_agency(record: AgencyRecord, root: Ed25519PrivateKey) -> SignedAgency:
    """Return the key file."""
    return SignedAgency(agency=record, sig=sign(root, "agency", encode(record)))


def check_agency(signed: SignedAgency) -> AgencyRecord:
    """Return what an agency says of itself. Raises `BadSignature`."""
    verify(signed.agency.key, "agency", encode(signed.agency), signed.sig)
    return signed.agency


def check_record(record: AgencyRecord) -> None:
    """Raise `OutsideLimits` for a record by which no agency can join."""
    for field in ("name", "contact"):
        if not is_line(getattr(record, field)):
            raise OutsideLimits(
                field, "only plain text in one line, without space at either end"
            )
    check_district(record.jurisdiction)
    check_terms(record.terms)


def issue(certificate: Certificate, root: Ed25519PrivateKey) -> IssuedCertificate:
    """Return a certificate with the root's signature."""
    body = encode(certificate)
    return IssuedCertificate(
        certificate=certificate, sig=sign(root, "certificate", body)
    )


def check_certificate(issued: IssuedCertificate, root: bytes) -> Certificate:
    """Return a certificate that the root key issued, whatever the time is.

    Raises `BadSignature`, and `OutsideLimits` for one that lasts too long.
    """
    certificate = issued.certificate
    verify(root, "certificate", encode(certificate), issued.sig)
    if certificate.agency != agency_id(root):
        raise BadSignature("the certificate is of another agency")
    moments = (certificate.not_before, certificate.not_after)
    if not all(map(is_whole_second, moments)):
        raise OutsideLimits("certificate", "write moments as 2026-11-23T18:30:00Z")
    lasts = certificate.not_after - certificate.not_before
    if not timedelta(0) < lasts <= CERTIFICATE_LASTS:
        raise OutsideLimits("certificate", "a certificate lasts at most 90 days")
    return certificate


def check_holds(certificate: Certificate, role: Role, now: datetime) -> None:
    """Raise `BadSignature` for a certificate of another role, or not of now."""
    if certificate.role is not role:
        raise BadSignature(f"this is signed by the key of a {certificate.role}")
    if not certificate.not_before <= now < certificate.not_after:
        raise BadSignature(f"the certificate of the {role} is not of this time")


def revoke(revocation: Revocation, root: Ed25519PrivateKey) -> SignedRevocation:
    """Return a revocation with the root's signature."""
    sig = sign(root, "revocation", encode(revocation))
    return SignedRevocation(revocation=revocation, sig=sig)


def check_revocation(signed: SignedRevocation, root: bytes) -> Revocation:
    """Return a revocation. Raises `BadSignature`."""
    verify(root, "revocation", encode(signed.revocation), signed.sig)
    if signed.revocation.agency != agency_id(root):
        raise BadSignature("the revocation is of another agency")
    return signed.revocation
