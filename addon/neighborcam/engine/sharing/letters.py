"""What letters are made of: read again when their token is too old, or their cell.

A letter's bytes do not change between tries, so the hub takes it once however often
it comes. Only what the hub cannot have taken is written anew.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.engine.index.letter_store import Letter, Parcel
from neighborcam.engine.index.own_rows import Own
from neighborcam.protocol.alerts import CommentPost, Flag, Post, Token
from neighborcam.protocol.answers import ChunkRemoval
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.cells import parent_cell
from neighborcam.protocol.signing import sign

ALERTS: Final = "/api/alerts"
COMMENTS: Final = "/api/comments"
FLAGS: Final = "/api/flags"
REMOVALS: Final = "/api/chunk-removals"
_PAID: Final[dict[str, type[Post | CommentPost | Flag]]] = {
    ALERTS: Post,
    COMMENTS: CommentPost,
    FLAGS: Flag,
}


def removal(piece: str, unlock: str) -> Parcel:
    """Return what has the hub delete a piece of a clip."""
    return Parcel(
        chain=piece,
        path=REMOVALS,
        body=encode(ChunkRemoval(id=piece, unlock=unlock)),
        kind="removal",
        summary="a piece of a clip",
    )


def oldest_epoch(now: datetime) -> str:
    """Return the first day whose tokens a hub still takes: yesterday (UTC)."""
    return (now - timedelta(days=1)).date().isoformat()


def epoch_of(letter: Letter) -> str | None:
    """Return the day of a letter's token; None when none pays for it."""
    kind = _PAID.get(letter.path)
    if kind is None:
        return None
    token = decode(letter.body, kind).token
    return token.epoch if token is not None else None


def paid_with(letter: Letter, token: Token) -> bytes:
    """Return a letter's bytes with another token."""
    message = decode(letter.body, _PAID[letter.path])
    return encode(msgspec.structs.replace(message, token=token))


def widened(letter: Letter, own: Own) -> tuple[bytes, Own] | None:
    """Return an alert's letter for the cell around its own; None when none is wider.

    It is signed anew: ``own`` has the key, and comes back with the new alert.
    """
    post = decode(letter.body, Post)
    cell = parent_cell(post.alert.cell)
    if cell is None:
        return None
    alert = msgspec.structs.replace(post.alert, cell=cell)
    body = encode(alert)
    key = Ed25519PrivateKey.from_private_bytes(own.seed)
    made = msgspec.structs.replace(post, alert=alert, sig=sign(key, "alert", body))
    return encode(made), Own(id=own.id, seed=own.seed, alert=body)
