"""How a home answers an agency, as plain calls: for tests and the demo."""

import os
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.town_home import Home
from neighborcam.protocol.age_keys import (
    HybridIdentity,
    HybridRecipient,
    parse_recipient,
)
from neighborcam.protocol.answers import (
    Answer,
    CapsulePost,
    ChunkPost,
    Edit,
    Item,
    Manifest,
    Original,
    lock_of,
    sign_manifest,
)
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.capsules import seal_capsule
from neighborcam.protocol.sealed_clips import seal_clip


async def give_clip(home: Home, request: str, clip: bytes, now: datetime) -> Item:
    """Upload a clip; return how the agency opens it."""
    key, at = Ed25519PrivateKey.generate(), now.replace(microsecond=0)
    manifest = Manifest(
        request=request,
        kind="clip",
        media_type="video/mp4",
        sha256=sha256(clip).hexdigest(),
        bytes=len(clip),
        originals=(Original(sha256="0" * 64, started=at, ended=at),),
        edits=(Edit.TRIMMED, Edit.AUDIO_REMOVED),
        codec="h264",
        width=640,
        height=360,
        frames=80,
        started=at,
        ended=at,
        clock_source="system",
        engine="neighborcam 1",
        key=key.public_key().public_bytes_raw(),
    )
    sealed = seal_clip(clip, "video/mp4", os.urandom(32))
    names = [os.urandom(16).hex() for _ in sealed.pieces]
    for name, data in zip(names, sealed.pieces, strict=True):
        head = ChunkPost(
            id=name, lock=lock_of("0" * 32), token=await home.token("piece")
        )
        await home.link.put(f"/api/chunks/{name}", encode(head) + b"\n" + data)
    return Item(
        manifest=manifest,
        sig=sign_manifest(manifest, key),
        secret=sealed.secret,
        sealed_sha256=sealed.sha256,
        chunks=tuple(names),
    )


def write_answer(request: str, **fields: Any) -> tuple[Answer, HybridIdentity]:
    """Return an answer, and the key that opens the replies to it."""
    identity = HybridIdentity(os.urandom(32))
    said = {
        "id": os.urandom(16).hex(),
        "request": request,
        "kind": "clips",
        "reply_to": str(identity.recipient),
    }
    return Answer(**said | fields), identity


async def post_capsule(
    home: Home, request: str, seal_to: str, content: bytes, number: int = 0
) -> None:
    """Post a capsule of a round."""
    to = parse_recipient(seal_to)
    if not isinstance(to, HybridRecipient):
        raise TypeError("requests are sealed to hybrid keys")
    capsule = CapsulePost(
        request=request,
        round=number,
        capsule=seal_capsule(content, to, request.encode()),
        token=await home.token("capsule"),
    )
    await home.link.send("/api/capsules", capsule)
