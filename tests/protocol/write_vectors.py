"""Writes vectors of places, invites, requests and answers: `python -m …write_vectors`.

Keys and moments are fixed, so only what is sealed differs from run to run. Call it when
a format changes, and say so in the page of `spec/`.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import h3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.agency import circle
from neighborcam.protocol import rounds
from neighborcam.protocol.age_keys import HybridIdentity
from neighborcam.protocol.agencies import Certificate, Role, agency_id, issue
from neighborcam.protocol.answers import (
    Answer,
    Edit,
    Item,
    Manifest,
    Original,
    Receipt,
    lock_of,
    sign_manifest,
    sign_receipt,
)
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.capsules import seal_capsule, seal_slot
from neighborcam.protocol.cells import publish_cell, region_of
from neighborcam.protocol.identity import Message
from neighborcam.protocol.invites import Invite, link_of
from neighborcam.protocol.note_keys import LogKey
from neighborcam.protocol.requests import (
    Offence,
    Request,
    SignedRequest,
    Tried,
    Wanted,
    countersign,
    sign_request,
)
from neighborcam.protocol.sealed_clips import pad, seal_clip
from tests.protocol.vectors import FOLDER

NOW: Final = datetime(2026, 11, 23, 18, 37, 5, tzinfo=UTC)
SOURCE: Final = "made by tests/protocol/write_vectors.py"
PLACES: Final = ((52.5172, 13.3751), (-33.8568, 151.2153), (64.1466, -21.9426))
CLIP: Final = b"\0\0\0\x10ftypisom\0\0\2\0"  # as much of an MP4 as padding looks at
PADDED: Final = 4096
SEAL: Final = HybridIdentity(bytes(range(32)))
HOME: Final = HybridIdentity(bytes(range(1, 33)))


def key(number: int) -> Ed25519PrivateKey:
    """Return a key of a test: 32 times the same byte."""
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def public(number: int) -> bytes:
    return key(number).public_key().public_bytes_raw()


def text(message: Message) -> str:
    return encode(message).decode()


def places() -> dict[str, Any]:
    """Return which cell is published where, and the region that it lies in."""
    cases = []
    for latitude, longitude in PLACES:
        for crowded in (None, 9, 8, 7, 6, 5):  # the finest resolution with a crowd
            crowd = _crowd(crowded)
            cell = publish_cell(latitude, longitude, crowd)
            cases.append(
                {
                    "latitude": latitude,
                    "longitude": longitude,
                    "finest_with_a_crowd": crowded,
                    "cell": cell,
                    "region": region_of(cell, 5),
                }
            )
    return {"source": SOURCE, "cases": cases}


def _crowd(finest: int | None) -> Any:
    return None if finest is None else lambda cell: h3.get_resolution(cell) <= finest


def accounts() -> dict[str, Any]:
    """Return an invite and its link."""
    log = LogKey(name="hub.example", public_key=public(7))
    invite = Invite(hub="https://hub.example", code="A" * 20, log=log.vkey)
    return {"source": SOURCE, "invite": text(invite), "link": link_of(invite)}


def certificate(role: Role, number: int) -> Certificate:
    return Certificate(
        agency=agency_id(public(1)),
        serial=f"{number:032x}",
        role=role,
        name=f"Badge {number}",
        key=public(number),
        not_before=NOW - timedelta(days=1),
        not_after=NOW + timedelta(days=80),
    )


def signed_request() -> SignedRequest:
    request = Request(
        id="0" * 31 + "1",
        agency=agency_id(public(1)),
        case_ref="2026-000001",
        offence=Offence.BURGLARY,
        necessity="Two homes were broken into and no camera of the city saw it.",
        tried=(Tried.SCENE, Tried.WITNESSES),
        area=circle(13.3751, 52.5172),
        window_start=NOW - timedelta(hours=3),
        window_end=NOW - timedelta(hours=2),
        what="A van that left in a hurry, between the bakery and the school.",
        media_wanted=(Wanted.CLIP, Wanted.TEXT),
        seal_to=str(SEAL.recipient),
        contact="Milltown Police, +31 20 555 0199",
        retention_days=60,
        published=NOW,
        expires=NOW + timedelta(days=6),
        nonce="0" * 31 + "2",
    )
    signed = sign_request(request, issue(certificate(Role.OFFICER, 2), key(1)), key(2))
    supervisor = issue(certificate(Role.SUPERVISOR, 3), key(1))
    return countersign(signed, supervisor, key(3))


def requests() -> dict[str, Any]:
    """Return a request with its certificates and signatures, and spans of rounds."""
    signed = signed_request()
    expires = signed.request.expires
    spans = [
        {
            "urgent": urgent,
            "number": number,
            "begins": begins.isoformat(),
            "ends": ends.isoformat(),
        }
        for urgent in (False, True)
        for number in (0, 1, rounds.count(NOW, expires, urgent=urgent) - 1)
        for begins, ends in [rounds.span(NOW, expires, number, urgent=urgent)]
    ]
    return {
        "source": SOURCE,
        "agency_key": public(1).hex(),
        "signed_request": text(signed),
        "sha256": signed.sha256,
        "rounds": {
            "logged": NOW.isoformat(),
            "expires": expires.isoformat(),
            "spans": spans,
        },
    }


def answers() -> dict[str, Any]:
    """Return a capsule with an answer and an empty one, a sealed clip, a reply."""
    request = signed_request().request.id
    manifest = Manifest(
        request=request,
        kind="clip",
        media_type="video/mp4",
        sha256=sha256(CLIP).hexdigest(),
        bytes=len(CLIP),
        originals=(
            Original(sha256="ab" * 32, started=NOW, ended=NOW + timedelta(minutes=1)),
        ),
        edits=(Edit.TRIMMED, Edit.METADATA_REMOVED, Edit.AUDIO_REMOVED),
        codec="h264",
        width=1280,
        height=720,
        frames=150,
        started=NOW + timedelta(seconds=10),
        ended=NOW + timedelta(seconds=20),
        clock_source="ntp",
        clock_offset_ms=-4,
        engine="neighborcam 0.1.0",
        key=public(4),
    )
    sealed = seal_clip(CLIP, "video/mp4", bytes([9]) * 32)
    answer = Answer(
        id="0" * 31 + "3",
        request=request,
        kind="clips",
        text="It turned left.",
        items=(
            Item(
                manifest=manifest,
                sig=sign_manifest(manifest, key(4)),
                secret=sealed.secret,
                sealed_sha256=sealed.sha256,
                chunks=_names(sealed.pieces),
            ),
        ),
        reply_to=str(HOME.recipient),
    )
    receipt = Receipt(
        request=request,
        answer=answer.id,
        what="received",
        at=NOW + timedelta(days=1),
        certificate=issue(certificate(Role.OFFICER, 2), key(1)).sha256,
    )
    receipt = sign_receipt(receipt, key(2))
    recipient, home = SEAL.recipient, HOME.recipient
    return {
        "source": SOURCE,
        "request": request,
        "seal_to": str(recipient),
        "seal_secret": SEAL.secret(),
        "answer": text(answer),
        "capsule": seal_capsule(encode(answer), recipient, request.encode()).hex(),
        "empty_capsule": seal_capsule(b"", recipient, request.encode()).hex(),
        "padding": [padding("video/mp4"), padding("image/jpeg")],
        "lock": {"unlock": "0" * 31 + "4", "lock": lock_of("0" * 31 + "4")},
        "officer_key": public(2).hex(),
        "reply_to": str(home),
        "reply_secret": HOME.secret(),
        "receipt": text(receipt),
        "slot": seal_slot(encode(receipt), home, request.encode()).hex(),
    }


def padding(media_type: str) -> dict[str, Any]:
    padded = pad(CLIP, media_type, PADDED)
    return {
        "media_type": media_type,
        "clip": CLIP.hex(),
        "size": PADDED,
        "padded_sha256": sha256(padded).hexdigest(),
    }


def _names(pieces: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(f"{number:032x}" for number in range(len(pieces)))


def main() -> None:
    """Write the files."""
    for name, made in (
        ("places", places()),
        ("accounts", accounts()),
        ("requests", requests()),
        ("answers", answers()),
    ):
        path = FOLDER / f"{name}.json"
        path.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
