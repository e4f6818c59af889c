"""Good messages, to be made bad one field at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.protocol.alerts import Alert, Category

NOW = datetime(2026, 11, 23, 18, 37, 5, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CELL = "881f1d4887fffff"
ID = "0123456789abcdef0123456789abcdef"
OTHER_ID = "f" * 32


def alert(**changes: Any) -> Alert:
    good = Alert(
        id=ID,
        category=Category.FIRE,
        onset=datetime(2026, 11, 23, 18, 30, tzinfo=UTC),
        expires=NOW.replace(microsecond=0) + timedelta(hours=1),
        cell=CELL,
        headline="Smoke above the school",
        author_key=KEY.public_key().public_bytes_raw(),
    )
    return msgspec.structs.replace(good, **changes)
