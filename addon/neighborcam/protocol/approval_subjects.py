"""What exactly a steward approves: 32 bytes for each kind (spec/agencies.md).

A subject holds the whole of what was shown, and the entry of the log that the
approval ends: so an old approval is never good for something new.
"""

from datetime import datetime
from hashlib import sha256
from typing import Final

from neighborcam.protocol.agencies import SignedAgency
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.identity import Message

NOTHING: Final = bytes(40)  # an announcement that ends no veto


def place(index: int, entry: Message) -> bytes:
    """Return the name of an entry at its index: 8 bytes, and its SHA-256."""
    return index.to_bytes(8) + sha256(encode(entry)).digest()


def announcement(agency: SignedAgency, ends: bytes = NOTHING) -> bytes:
    """Return the subject of letting an agency join; ``ends``: the last veto."""
    return sha256(ends + encode(agency)).digest()


def restoration(agency: str, fact: str, ends: bytes) -> bytes:
    """Return the subject of lifting the suspension that ``ends`` names."""
    return sha256(ends + bytes.fromhex(agency) + fact.encode()).digest()


def renewal(agency: str, present: datetime, until: datetime) -> bytes:
    """Return the subject of another year, after the one that ends at ``present``."""
    days = f"{present.isoformat()} {until.isoformat()}"
    return sha256(bytes.fromhex(agency) + days.encode()).digest()
