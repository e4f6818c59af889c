"""Events of a feed as a hub would tell them, made by hand and truly signed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import h3
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.town_home import CELL, new_id
from neighborcam.protocol.alerts import Alert, Category, MsgType
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.feed import Published, Withdrawn
from neighborcam.protocol.limits import bucket
from neighborcam.protocol.signing import sign
from neighborcam.protocol.standing import Standing
from tests.hub.clock import START

REGION = h3.cell_to_parent(CELL, 5)


@dataclass
class Author:
    """Somebody who writes one alert and its versions; numbers grow by themselves."""

    now: datetime = START
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    seq: list[int] = field(default_factory=lambda: [0])
    published: dict[str, datetime] = field(default_factory=dict)

    def alert(self, **changes: Any) -> Alert:
        """Return an alert of now."""
        made = Alert(
            id=new_id(),
            category=Category.FIRE,
            onset=bucket(self.now),
            expires=self.now.replace(microsecond=0) + timedelta(hours=3),
            cell=CELL,
            headline="Smoke above the school",
            author_key=self.key.public_key().public_bytes_raw(),
        )
        return msgspec.structs.replace(made, **changes)

    def update(self, of: Alert, **changes: Any) -> Alert:
        """Return a later version of an alert."""
        new = {"id": new_id(), "msg_type": MsgType.UPDATE, "references": (of.original,)}
        return msgspec.structs.replace(of, **(new | changes))

    def cancel(self, of: Alert, **changes: Any) -> Alert:
        """Return what takes an alert back."""
        return self.update(of, msg_type=MsgType.CANCEL, media=(), **changes)

    def tell(self, alert: Alert, **changes: Any) -> Published:
        """Return the next event about an alert, signed with this author's key."""
        self.seq[0] += 1
        first = self.now + timedelta(milliseconds=self.seq[0])
        made = Published(
            seq=self.seq[0],
            alert=alert,
            sig=sign(self.key, "alert", encode(alert)),
            published=self.published.setdefault(alert.id, first),
            vote_key=b"key",
        )
        return msgspec.structs.replace(made, **changes)

    def withdraw(self, alert: Alert) -> Withdrawn:
        """Return the event that an alert must not be shown."""
        self.seq[0] += 1
        return Withdrawn(seq=self.seq[0], id=alert.id, standing=Standing.HIDDEN)
