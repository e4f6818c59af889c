"""Being witness of other hubs' logs (C2SP tlog-witness), and asking for witnesses.

A witness signs only what continues what it signed before, so a log that shows two
pasts needs witnesses that lie too.
"""

import base64
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select, update

from neighborcam.hub.errors import HubError
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import WITNESSED
from neighborcam.hub.store.settings import put_setting, setting
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.errors import BadProof, BadSignature, InvalidMessage
from neighborcam.protocol.merkle import check_consistency
from neighborcam.protocol.note_keys import LogKey, WitnessKey, cosign, parse_vkey
from neighborcam.protocol.notes import decimal, from_base64, parse_note

_KEY: Final = "witness-key"
_PROOF_LINES: Final = 63
_LOG: Final = logging.getLogger(__name__)


class UnknownLog(HubError):
    """This hub is no witness of that log."""


class OldSize(HubError):
    """The checkpoint does not start where we are; ``size`` is where."""

    def __init__(self, size: int) -> None:
        super().__init__("the proof starts at another size than we cosigned last")
        self.size = size


class Witness:
    """Cosigns checkpoints of logs that stewards added."""

    def __init__(
        self,
        database: Database,
        name: str,
        key: Ed25519PrivateKey,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._private = key
        self._clock = clock
        self.key = WitnessKey(name=name, public_key=key.public_key().public_bytes_raw())

    @classmethod
    async def open(
        cls, database: Database, name: str, clock: Callable[[], datetime]
    ) -> "Witness":
        """Return the witness; its key is made at the first start."""
        async with database.write() as tx:
            seed = await setting(tx, _KEY)
            if seed is None:
                seed = Ed25519PrivateKey.generate().private_bytes_raw()
                await put_setting(tx, _KEY, seed)
        return cls(database, name, Ed25519PrivateKey.from_private_bytes(seed), clock)

    async def add_log(self, vkey: str) -> None:
        """Become a witness of a log. Raises `InvalidMessage` for no key of a log."""
        key = parse_vkey(vkey)
        if not isinstance(key, LogKey):
            raise InvalidMessage("this key is not that of a log")
        async with self._database.write() as tx:
            known = await tx.scalar(
                select(WITNESSED.c.vkey).where(WITNESSED.c.origin == key.name)
            )
            if known is None:
                await tx.execute(
                    insert(WITNESSED).values(
                        origin=key.name, vkey=key.vkey, size=0, root=b""
                    )
                )
            elif known != key.vkey:
                raise InvalidMessage("a log of this name has another key")

    async def cosign(self, body: bytes) -> bytes:
        """Answer an ``add-checkpoint`` request with the line of our signature.

        Raises `InvalidMessage`, `UnknownLog`, `BadSignature`, `OldSize`, `BadProof`.
        """
        old, proof, data = _parse(body)
        note = parse_note(data)
        text = CheckpointText.parse(note.text)
        async with self._database.write() as tx:
            row = (
                await tx.execute(
                    select(WITNESSED).where(WITNESSED.c.origin == text.origin)
                )
            ).first()
            if row is None:
                raise UnknownLog("this hub is no witness of that log")
            key = parse_vkey(row.vkey)
            if not key.has_signed(note):
                raise BadSignature("the log has not signed its checkpoint")
            if old > text.size:
                raise InvalidMessage("the old size is larger than the checkpoint's")
            if old != row.size:
                raise OldSize(row.size)
            if old:
                check_consistency(old, text.size, proof, row.root, text.root)
            elif proof:
                raise BadProof("there is nothing to prove from an empty log")
            await tx.execute(
                update(WITNESSED)
                .where(WITNESSED.c.origin == text.origin)
                .values(size=text.size, root=text.root)
            )
        signature = cosign(note.text, self.key.name, self._private, self._clock())
        return signature.line.encode()


def request_body(old: int, proof: list[bytes], checkpoint: bytes) -> bytes:
    """Return what a log sends to its witness."""
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof), ""]
    return "".join(f"{line}\n" for line in lines).encode() + checkpoint


def _parse(body: bytes) -> tuple[int, list[bytes], bytes]:
    head, separator, checkpoint = body.partition(b"\n\n")
    if not separator or not head.isascii():
        raise InvalidMessage("this is no request to a witness")
    first, *lines = head.decode().split("\n")
    if not first.startswith("old ") or len(lines) > _PROOF_LINES:
        raise InvalidMessage("this is no request to a witness")
    return (
        decimal(first.removeprefix("old ")),
        list(map(from_base64, lines)),
        checkpoint,
    )
