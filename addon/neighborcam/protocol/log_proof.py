"""Proof that something is in the log, checked without a network (C2SP tlog-proof).

The file names an index, the hashes from the entry to the root, and the checkpoint.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from neighborcam.protocol.checkpoints import Checkpoint, LogPolicy, accept
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.merkle import HASH_BYTES, check_inclusion, leaf_hash
from neighborcam.protocol.notes import NOTE_LIMIT, decimal, from_base64

_FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
_HASHES_LIMIT: Final = 63


@dataclass(frozen=True, kw_only=True)
class LogProof:
    """Where an entry is, and under which checkpoint. Not verified yet."""

    index: int
    hashes: Sequence[bytes]
    checkpoint: bytes

    def encode(self) -> bytes:
        """Return the proof as it travels."""
        lines = (
            _FIRST_LINE,
            f"index {self.index}",
            *(base64.b64encode(each).decode() for each in self.hashes),
            "",
        )
        return "".join(f"{line}\n" for line in lines).encode() + self.checkpoint

    def check(self, entry: bytes, policy: LogPolicy, now: datetime) -> Checkpoint:
        """Return the checkpoint under which ``entry`` is in the log.

        Raises `InvalidMessage`, `BadSignature` or `BadProof`.
        """
        checkpoint = accept(self.checkpoint, policy, now)
        check_inclusion(
            leaf_hash(entry),
            self.index,
            checkpoint.text.size,
            self.hashes,
            checkpoint.text.root,
        )
        return checkpoint


def parse_log_proof(data: bytes) -> LogProof:
    """Read a proof; extra data in it is nobody's word and left out.

    Raises `InvalidMessage`.
    """
    above, separator, checkpoint = data.partition(b"\n\n")
    if len(data) > NOTE_LIMIT or not separator or not above.isascii():
        raise InvalidMessage("this is no proof of the log")
    first, *lines = above.decode().split("\n")
    if lines and lines[0].startswith("extra "):
        from_base64(lines.pop(0).removeprefix("extra "))
    if first != _FIRST_LINE or not lines or not lines[0].startswith("index "):
        raise InvalidMessage("this is no proof of the log")
    hashes = [from_base64(line) for line in lines[1:]]
    if len(hashes) > _HASHES_LIMIT or any(len(each) != HASH_BYTES for each in hashes):
        raise InvalidMessage("the proof of the log has odd hashes")
    return LogProof(
        index=decimal(lines[0].removeprefix("index ")),
        hashes=tuple(hashes),
        checkpoint=checkpoint,
    )
