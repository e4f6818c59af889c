"""Writes an answer: manifests, sealed pieces, a key of its own for each. No I/O."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam import __version__
from neighborcam.engine.errors import InvalidInput
from neighborcam.engine.requests import ClipView
from neighborcam.engine.sharing.clip_maker import MadeClip
from neighborcam.engine.sharing.clock_error import clock_error
from neighborcam.protocol.age_keys import HybridIdentity
from neighborcam.protocol.answers import (
    Answer,
    Item,
    Manifest,
    lock_of,
    sign_manifest,
)
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.capsules import CONTENT_LIMIT
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.sealed_clips import seal_clip


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A piece of a sealed clip; who knows ``unlock`` may have it deleted."""

    id: str
    unlock: str
    data: bytes

    @property
    def lock(self) -> str:
        """What the hub gets."""
        return lock_of(self.unlock)


@dataclass(frozen=True, kw_only=True)
class Written:
    """An answer, its pieces, and what opens the agency's replies to it."""

    answer: Answer
    reply_secret: str
    pieces: tuple[Piece, ...] = ()

    def __repr__(self) -> str:
        """Hide the keys: this may be logged."""
        return "Written()"


def write_answer(
    request: str,
    kind: Literal["clips", "tip", "letter", "revoked"],
    *,
    clips: Sequence[MadeClip] = (),
    text: str = "",
    contact: str = "",
    about: str | None = None,
    holds_originals: bool = False,
) -> Written:
    """Return an answer to a request. Sealing takes a while: call it in a thread.

    Raises `InvalidInput` when it does not fit into a capsule.
    """
    identity = HybridIdentity(os.urandom(32))
    items, pieces = [], []
    for clip in clips:
        item, parts = _item(request, clip)
        items.append(item)
        pieces.extend(parts)
    answer = Answer(
        id=secrets.token_hex(16),
        request=request,
        kind=kind,
        about=about,
        text=text.strip(),
        contact=contact.strip(),
        items=tuple(items),
        holds_originals=holds_originals,
        reply_to=str(identity.recipient),
    )
    if len(encode(answer)) > CONTENT_LIMIT:
        raise InvalidInput("clips: too many or too long for one answer: send fewer")
    return Written(answer=answer, reply_secret=identity.secret(), pieces=tuple(pieces))


def clip_view(clip: MadeClip) -> ClipView:
    """Return a clip as its owner sees it."""
    return ClipView(
        id=clip.sha256,
        camera=clip.camera,
        kind=clip.kind,
        size_bytes=len(clip.data),
        width=clip.pictures.width,
        height=clip.pictures.height,
        frames=clip.pictures.frames,
        start=clip.start,
        end=clip.end,
        edits=tuple(clip.edits),
        redaction=tuple(clip.redaction),
    )


def _item(request: str, clip: MadeClip) -> tuple[Item, list[Piece]]:
    key = Ed25519PrivateKey.generate()
    manifest = _manifest(request, clip, key.public_key().public_bytes_raw())
    try:
        sealed = seal_clip(clip.data, clip.media_type, os.urandom(32))
    except InvalidMessage as problem:
        raise InvalidInput(f"clips: {problem}") from None
    pieces = [
        Piece(id=secrets.token_hex(16), unlock=secrets.token_hex(16), data=each)
        for each in sealed.pieces
    ]
    item = Item(
        manifest=manifest,
        sig=sign_manifest(manifest, key),
        secret=sealed.secret,
        sealed_sha256=sealed.sha256,
        chunks=tuple(each.id for each in pieces),
    )
    return item, pieces


def _manifest(request: str, clip: MadeClip, key: bytes) -> Manifest:
    source, offset_ms = clock_error()
    return Manifest(
        request=request,
        kind=clip.kind,
        media_type=clip.media_type,
        sha256=clip.sha256,
        bytes=len(clip.data),
        originals=clip.originals,
        edits=clip.edits,
        redaction=clip.redaction,
        codec=clip.pictures.codec,
        width=clip.pictures.width,
        height=clip.pictures.height,
        frames=clip.pictures.frames,
        started=_utc(clip.start),
        ended=_utc(clip.end),
        clock_source=source,
        clock_offset_ms=offset_ms,
        engine=f"neighborcam {__version__}",
        key=key,
    )


def _utc(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
