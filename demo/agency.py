"""A make-believe police: keys, certificates, requests within the limits."""

import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import cos, pi, radians, sin
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.protocol.age_keys import HybridIdentity
from neighborcam.protocol.agencies import (
    AgencyRecord,
    Certificate,
    IssuedCertificate,
    Revocation,
    Role,
    SignedAgency,
    SignedRevocation,
    issue,
    revoke,
    sign_agency,
)
from neighborcam.protocol.agency_alerts import SignedAlert, sign_alert
from neighborcam.protocol.alerts import Alert, Category, MsgType, Origin, Scope
from neighborcam.protocol.areas import EARTH_M, Area
from neighborcam.protocol.cells import publish_cell
from neighborcam.protocol.limits import bucket
from neighborcam.protocol.requests import (
    AgencyWord,
    Offence,
    Request,
    SignedRequest,
    Spoken,
    Tried,
    Wanted,
    countersign,
    say,
    sign_request,
)
from neighborcam.protocol.terms import TERMS_SHA256

SCENE_M: Final = 240.0  # 0.17 km²


def circle(longitude: float, latitude: float, radius_m: float = SCENE_M) -> Area:
    """Return an area around a place: a polygon of sixteen corners."""
    north = radius_m / EARTH_M * 180 / pi
    east = north / cos(radians(latitude))
    corners = [
        (
            round(longitude + east * cos(2 * pi * step / 16), 6),
            round(latitude + north * sin(2 * pi * step / 16), 6),
        )
        for step in range(16)
    ]
    return Area(coordinates=((*corners, corners[0]),))


@dataclass(kw_only=True)
class Officer:
    """Somebody with a certificate and its key."""

    issued: IssuedCertificate
    key: Ed25519PrivateKey

    def signed[W: AgencyWord](self, word: W) -> W:
        """Sign something about a request."""
        named = msgspec.structs.replace(word, certificate=self.issued.sha256)
        return say(named, self.key)

    def say(self, word: AgencyWord) -> Spoken:
        """Say it to a hub."""
        return Spoken(word=self.signed(word), certificate=self.issued)


@dataclass(kw_only=True)
class MakeBelieveAgency:
    """A police department of one officer and one supervisor."""

    now: datetime
    place: tuple[float, float]  # longitude, latitude
    root: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    domain: str = "police.example"
    seals: dict[str, HybridIdentity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Issue the two certificates."""
        self.now = self.now.replace(microsecond=0)
        self.officer = self.certified(Role.OFFICER, "Badge 4711")
        self.supervisor = self.certified(Role.SUPERVISOR, "Badge 12")

    @property
    def record(self) -> AgencyRecord:
        """Who it says that it is."""
        return AgencyRecord(
            name="Milltown Police",
            domain=self.domain,
            kind="police",
            contact="Milltown Police, +31 20 555 0199",
            key=self.root.public_key().public_bytes_raw(),
            jurisdiction=circle(*self.place, 9000.0),
            terms=TERMS_SHA256,
            at=self.now,
        )

    @property
    def signed(self) -> SignedAgency:
        """Its key file."""
        return sign_agency(self.record, self.root)

    def certified(
        self,
        role: Role,
        name: str,
        *,
        days: float = 90,
        begins: datetime | None = None,
        public: bytes | None = None,
    ) -> Officer:
        """Give somebody a certificate; ``public`` is of a key that is elsewhere."""
        key = Ed25519PrivateKey.generate()
        start = begins or self.now - timedelta(minutes=1)
        certificate = Certificate(
            agency=self.record.id,
            serial=secrets.token_hex(16),
            role=role,
            name=name,
            key=public or key.public_key().public_bytes_raw(),
            not_before=start,
            not_after=start + timedelta(days=days),
        )
        return Officer(issued=issue(certificate, self.root), key=key)

    def revoked(self, officer: Officer, at: datetime) -> SignedRevocation:
        """End somebody's certificate."""
        revocation = Revocation(
            agency=self.record.id,
            certificate=officer.issued.sha256,
            at=at.replace(microsecond=0),
        )
        return revoke(revocation, self.root)

    def request(self, now: datetime, **changes: Any) -> Request:
        """Return a request that may be asked, changed."""
        now = now.replace(microsecond=0)
        seal = HybridIdentity(os.urandom(32))
        made = Request(
            id=secrets.token_hex(16),
            agency=self.record.id,
            case_ref=f"2026-{secrets.randbelow(10**6):06}",
            offence=Offence.BURGLARY,
            necessity="Two homes were broken into and no camera of the city saw it.",
            tried=(Tried.SCENE, Tried.WITNESSES),
            area=circle(*self.place),
            window_start=now - timedelta(hours=3),
            window_end=now - timedelta(hours=2),
            what="A van that left in a hurry, between the bakery and the school.",
            media_wanted=(Wanted.CLIP, Wanted.TEXT),
            seal_to=str(seal.recipient),
            contact="Milltown Police, +31 20 555 0199",
            retention_days=60,
            published=now,
            expires=now + timedelta(days=6),
            nonce=secrets.token_hex(16),
        )
        made = msgspec.structs.replace(made, **changes)
        self.seals[made.id] = seal
        return made

    def signed_request(self, now: datetime, **changes: Any) -> SignedRequest:
        """Return a request with both signatures."""
        return self.sign(self.request(now, **changes))

    def sign(self, request: Request) -> SignedRequest:
        """Let officer and supervisor sign."""
        once = sign_request(request, self.officer.issued, self.officer.key)
        return countersign(once, self.supervisor.issued, self.supervisor.key)

    def alert(self, now: datetime, **changes: Any) -> Alert:
        """Return an alert that may be logged, changed; to be signed by its officer."""
        now = now.replace(microsecond=0)
        longitude, latitude = self.place
        made = Alert(
            id=secrets.token_hex(16),
            scope=Scope.PUBLIC,
            origin=Origin.AGENCY,
            agency=self.record.id,
            category=Category.GAS,
            urgency="immediate",
            severity="severe",
            certainty="observed",
            onset=bucket(now),
            expires=now + timedelta(hours=6),
            cell=publish_cell(latitude, longitude, None),
            headline="Gas leak near the mill",
            text="Keep windows shut and leave the switches alone.",
            instruction="Leave the house if you smell gas.",
            author_key=self.officer.issued.certificate.key,
        )
        return msgspec.structs.replace(made, **changes)

    def version(self, of: Alert, **changes: Any) -> Alert:
        """Return an update of an alert, changed."""
        new = {"id": secrets.token_hex(16), "msg_type": MsgType.UPDATE}
        return msgspec.structs.replace(
            of, **(new | {"references": (of.original,)} | changes)
        )

    def cancel(self, of: Alert, **changes: Any) -> Alert:
        """Return what takes an alert back."""
        said = {"msg_type": MsgType.CANCEL, "text": "", "instruction": ""}
        return self.version(of, **(said | changes))

    def warn(self, alert: Alert, officer: Officer | None = None) -> SignedAlert:
        """Let an officer sign an alert, under that officer's key."""
        signer = officer or self.officer
        key = signer.issued.certificate.key
        named = msgspec.structs.replace(alert, author_key=key)
        return sign_alert(named, signer.issued, signer.key)
