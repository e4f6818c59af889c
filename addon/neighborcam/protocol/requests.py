"""What an agency may ask a neighbourhood for: all of it, there is nothing else.

No field is for a person's appearance, face or plate, none for a live view, none for an
order of a court. Two people of the agency sign: one who asks, one who answers for it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Final, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.protocol.agencies import (
    Contact,
    IssuedCertificate,
    Role,
    check_certificate,
    check_holds,
)
from neighborcam.protocol.areas import Area
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.identity import Id, Message, Moment, Sha256, Signature
from neighborcam.protocol.signing import sign, verify

_HOUR: Final = timedelta(hours=1)

type CaseRef = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ./_-]{1,38}[A-Za-z0-9]\Z")
]


class Offence(StrEnum):
    """What may be asked about. Protest, residence, health: nothing of it is here."""

    BURGLARY = "burglary"
    ROBBERY = "robbery"
    ASSAULT = "assault"
    HOMICIDE = "homicide"
    SEXUAL_OFFENCE = "sexual-offence"
    KIDNAPPING = "kidnapping"
    MISSING_PERSON = "missing-person"
    ARSON = "arson"
    HIT_AND_RUN = "hit-and-run"
    VEHICLE_THEFT = "vehicle-theft"
    VANDALISM = "vandalism"
    OTHER_SERIOUS = "other-serious"


class Tried(StrEnum):
    """What the agency did before it asked."""

    SCENE = "scene"
    WITNESSES = "witnesses"
    PUBLIC_CCTV = "public-cctv"
    BUSINESSES = "businesses"
    DOORS = "doors"  # it rang


class Wanted(StrEnum):
    """What helps."""

    CLIP = "clip"
    STILL = "still"
    TEXT = "text"


class Request(Message, frozen=True, kw_only=True, tag="request"):
    """A request. ``seal_to`` is an age recipient (age1pq1…) made for it alone."""

    v: Literal[1] = 1
    id: Id
    agency: Id
    case_ref: CaseRef
    offence: Offence
    necessity: Annotated[str, msgspec.Meta(min_length=10, max_length=300)]
    tried: Annotated[tuple[Tried, ...], msgspec.Meta(min_length=1, max_length=5)]
    legal_basis: Literal["voluntary"] = "voluntary"
    area: Area
    window_start: Moment
    window_end: Moment
    what: Annotated[str, msgspec.Meta(min_length=10, max_length=400)]
    media_wanted: Annotated[
        tuple[Wanted, ...], msgspec.Meta(min_length=1, max_length=3)
    ]
    audio: Literal[False] = False
    seal_to: Annotated[str, msgspec.Meta(max_length=4000)]
    contact: Contact
    retention_days: Annotated[int, msgspec.Meta(ge=1)]
    published: Moment  # when the officer signed it
    expires: Moment
    urgent: bool = False
    nonce: Id

    @property
    def hours(self) -> float:
        """How long the window is."""
        return (self.window_end - self.window_start) / _HOUR


class SignedRequest(Message, frozen=True, kw_only=True, tag="signed-request"):
    """A request on its way: from the officer, by the supervisor, to the hub."""

    v: Literal[1] = 1
    request: Request
    officer: IssuedCertificate
    sig_officer: Signature
    supervisor: IssuedCertificate | None = None
    sig_supervisor: Signature | None = None

    @property
    def sha256(self) -> str:
        """The hash of the request, by which stewards approve it."""
        return digest(self.request)


def digest(request: Request) -> str:
    """Return the hash of a request."""
    return sha256(encode(request)).hexdigest()


def sign_request(
    request: Request, officer: IssuedCertificate, key: Ed25519PrivateKey
) -> SignedRequest:
    """Return a request with its officer's signature."""
    sig = sign(key, "request", encode(request))
    return SignedRequest(request=request, officer=officer, sig_officer=sig)


def countersign(
    signed: SignedRequest, supervisor: IssuedCertificate, key: Ed25519PrivateKey
) -> SignedRequest:
    """Return a request with its supervisor's signature over the officer's."""
    sig = sign(key, "countersignature", _countersigned(signed))
    return msgspec.structs.replace(signed, supervisor=supervisor, sig_supervisor=sig)


def check_officer(signed: SignedRequest, root: bytes) -> None:
    """Raise `BadSignature` unless an officer of the agency signed at that time."""
    certificate = check_certificate(signed.officer, root)
    check_holds(certificate, Role.OFFICER, signed.request.published)
    if certificate.agency != signed.request.agency:
        raise BadSignature("the request names another agency")
    body = encode(signed.request)
    verify(certificate.key, "request", body, signed.sig_officer)


def check_signatures(signed: SignedRequest, root: bytes, now: datetime) -> None:
    """Raise `BadSignature` unless officer and supervisor signed, two people."""
    check_officer(signed, root)
    check_holds(signed.officer.certificate, Role.OFFICER, now)
    if signed.supervisor is None or signed.sig_supervisor is None:
        raise BadSignature("a supervisor has to sign it too")
    certificate = check_certificate(signed.supervisor, root)
    check_holds(certificate, Role.SUPERVISOR, now)
    if certificate.key == signed.officer.certificate.key:
        raise BadSignature("officer and supervisor are the same key")
    verify(
        certificate.key,
        "countersignature",
        _countersigned(signed),
        signed.sig_supervisor,
    )


def _countersigned(signed: SignedRequest) -> bytes:
    return bytes.fromhex(digest(signed.request)) + signed.sig_officer


class _Word(Message, frozen=True, kw_only=True):
    """Base of what an agency says about its request later; a certificate signs."""

    v: Literal[1] = 1
    request: Id
    certificate: Sha256
    at: Moment
    sig: Signature = bytes(64)


class Ending(_Word, frozen=True, kw_only=True, tag="ending"):
    """The request ends before its time."""

    how: Literal["resolved", "withdrawn"]


class Outcome(_Word, frozen=True, kw_only=True, tag="outcome"):
    """What came of it, within 30 days. Never how many answered.

    ``open`` puts it off, once, for another 30 days: the case is not over.
    """

    result: Literal["helped", "led-to-charge", "excluded-somebody", "no-use", "open"]
    text: Annotated[str, msgspec.Meta(max_length=300)] = ""


class Deletion(_Word, frozen=True, kw_only=True, tag="deletion"):
    """What became of the clips, when the time to keep them is over."""

    what: Literal["deleted", "evidence", "nothing-received"]


class CollectWish(_Word, frozen=True, kw_only=True, tag="collect-wish"):
    """Give a page of the capsules of a round that is over, by their hashes.

    ``after`` is the hash of the last one of the page before.
    """

    round: Annotated[int, msgspec.Meta(ge=0)]
    after: Sha256 | None = None


class ReplyBundle(_Word, frozen=True, kw_only=True, tag="reply-bundle"):
    """Eight sealed replies of 4 KiB, filled up with empty ones (spec/answers.md)."""

    number: Annotated[int, msgspec.Meta(ge=0)]
    slots: Annotated[tuple[bytes, ...], msgspec.Meta(min_length=8, max_length=8)]


type AgencyWord = Ending | Outcome | Deletion | CollectWish | ReplyBundle


class Spoken(Message, frozen=True, kw_only=True, tag="spoken"):
    """A word on its way to the hub, with the certificate of who says it."""

    v: Literal[1] = 1
    word: AgencyWord
    certificate: IssuedCertificate


def say[W: AgencyWord](word: W, key: Ed25519PrivateKey) -> W:
    """Return what an agency says with its officer's signature."""
    return msgspec.structs.replace(word, sig=sign(key, _kind(word), _unsigned(word)))


def check_word(word: AgencyWord, key: bytes) -> None:
    """Raise `BadSignature` unless the certificate's key signed it."""
    verify(key, _kind(word), _unsigned(word), word.sig)


def _kind(word: AgencyWord) -> str:
    return str(word.__struct_config__.tag)


def _unsigned(word: AgencyWord) -> bytes:
    return encode(msgspec.structs.replace(word, sig=bytes(64)))
