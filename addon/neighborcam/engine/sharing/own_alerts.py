"""What stewards decided about this home's alerts, and the wish for another look.

The key that wrote an alert proves who appeals, and only this home has it. Statements
are asked for when the owner wants them: a home that asked by itself for those of its
own alerts would name them to the hub.
"""

from collections.abc import Callable
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.engine.index.letter_store import LetterStore, Parcel
from neighborcam.engine.neighbours import OwnAlertView, StatementView
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.letters import ALERTS
from neighborcam.engine.sharing.outbox import Outbox
from neighborcam.protocol.alerts import Alert, MsgType
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.signing import sign


class OwnAlerts:
    """The alerts of this home, as stewards see them."""

    def __init__(
        self,
        letters: LetterStore,
        link: HubLink,
        outbox: Outbox,
        is_shown: Callable[[str], bool],
        clock: Callable[[], datetime],
    ) -> None:
        self._letters = letters
        self._link = link
        self._outbox = outbox
        self._is_shown = is_shown
        self._clock = clock

    def all(self) -> tuple[OwnAlertView, ...]:
        """Return this home's alerts that have not run out, the newest first."""
        found = [decode(each.alert, Alert) for each in self._letters.own_alerts()]
        return tuple(
            OwnAlertView(
                id=alert.id,
                headline=alert.headline,
                expires=alert.expires,
                shown=self._is_shown(alert.id),
            )
            for alert in reversed(found)
            if alert.msg_type is not MsgType.CANCEL and alert.expires > self._clock()
        )

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
