"""What a log says of itself at one moment (C2SP tlog-checkpoint; spec/log.md)."""

import base64
from dataclasses import dataclass
from typing import Final

from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.merkle import HASH_BYTES
from neighborcam.protocol.notes import decimal, from_base64

_LINES: Final = 3


@dataclass(frozen=True, kw_only=True)
class CheckpointText:
    """Which log, how many entries, and the root of their tree."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        root = base64.b64encode(self.root).decode()
        lines = (self.origin, str(self.size), root, *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> "CheckpointText":
        """Read the text of a note. Raises `InvalidMessage`."""
        lines = text.split("\n")
        if len(lines) <= _LINES or lines.pop() or not all(lines):
            raise InvalidMessage("this is no checkpoint: it needs three lines")
        origin, size, encoded, *extensions = lines
        root = from_base64(encoded)
        if len(root) != HASH_BYTES:
            raise InvalidMessage("the root of a checkpoint has the wrong size")
        return cls(
            origin=origin, size=decimal(size), root=root, extensions=tuple(extensions)
        )
