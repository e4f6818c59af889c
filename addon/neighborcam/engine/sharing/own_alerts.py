"""Who can read this home's alerts, what stewards decided, and the wish for more.

A hub cannot tell one reader of its feed from another: all show the same pass. One that
keeps an alert from neighbours keeps it from its author too, who compares the feed with
what the hub said when it took the alert.

The key that wrote an alert proves who appeals, and only this home has it. Statements
are asked for when the owner wants them: a home that asked by itself for those of its
own alerts would name them to the hub.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.engine.index.letter_store import LetterStore, Parcel
from neighborcam.engine.index.own_rows import Own
from neighborcam.engine.neighbours import OwnAlertState, OwnAlertView, StatementView
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.letters import ALERTS
from neighborcam.engine.sharing.outbox import Outbox
from neighborcam.protocol.alerts import Alert, MsgType
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.signing import sign
from neighborcam.protocol.standing import Standing

# A feed that broke is noticed within 75 seconds, and opened again soon after.
FEED_TAKES: Final = timedelta(minutes=5)


class OwnAlerts:
    """The alerts of this home.

    ``heard`` tells what the feed said of one last; ``is_live`` whether it is whole.
    """

    def __init__(
        self,
        letters: LetterStore,
        link: HubLink,
        outbox: Outbox,
        heard: Callable[[str], Literal["shown", "hidden"] | None],
        is_live: Callable[[], bool],
        clock: Callable[[], datetime],
    ) -> None:
        self._letters = letters
        self._link = link
        self._outbox = outbox
        self._heard = heard
        self._is_live = is_live
        self._clock = clock

    def all(self) -> tuple[OwnAlertView, ...]:
        """Return this home's alerts that hold, the newest first."""
        found = [
            (each, decode(each.alert, Alert)) for each in self._letters.own_alerts()
        ]
        cancelled = {
            alert.original for _, alert in found if alert.msg_type is MsgType.CANCEL
        }
        return tuple(
            OwnAlertView(
                id=alert.id,
                headline=alert.headline,
                expires=alert.expires,
                state=self._state(own),
            )
            for own, alert in reversed(found)
            if alert.original not in cancelled and alert.expires > self._clock()
        )

    def missing(self) -> tuple[OwnAlertView, ...]:
        """Return the alerts that the hub claims to show, and keeps from everybody."""
        return tuple(each for each in self.all() if each.state == "missing")

    async def statements(self, alert: str) -> tuple[StatementView, ...]:
        """Ask the hub what was decided. Raises `NotFound`, and what the hub says."""
        self._letters.need_own_alert(alert)
        return await self._link.statements(alert)

    def appeal(self, alert: str, reason: str) -> None:
        """Queue the wish that another steward looks. Raises `NotFound`."""
        own = self._letters.need_own_alert(alert)
        key = Ed25519PrivateKey.from_private_bytes(own.seed)
        said = alert.encode() + reason.encode()
        wish = {"reason": reason, "sig": sign(key, "appeal", said)}
        parcel = Parcel(
            chain=f"appeal {alert}",
            path=f"{ALERTS}/{alert}/appeal",
            body=msgspec.json.encode(wish),
            kind="appeal",
            summary=reason[:80],
            about=decode(own.alert, Alert).original,
        )
        self._letters.queue([parcel], self._clock())
        self._outbox.wake()

    def _state(self, own: Own) -> OwnAlertState:
        heard = self._heard(own.id)
        if heard is not None:
            return heard
        if own.taken_at is None:
            return "waiting"
        if own.standing != Standing.SHOWN:
            return "review" if own.standing == Standing.REVIEW else "hidden"
        is_late = self._clock() - own.taken_at > FEED_TAKES
        return "missing" if is_late and self._is_live() else "sent"
