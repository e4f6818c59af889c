"""Alerting: alerts written, signed by an officer, sent to the stewards, taken back.

Each is kept in the desk's folder before it is sent, and sent again alike: an answer of
the hub that was lost neither doubles it nor loses it.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.agency import files
from neighborcam.agency.alert_drafting import (
    AlertDraft,
    ExaminedAlert,
    alert_of,
    alert_problems,
    cancel_of,
    examine_alert,
)
from neighborcam.agency.errors import DeskUnreadable, HubAway, HubSaidNo, NotNow
from neighborcam.agency.hub_client import read_answer
from neighborcam.agency.parts import Parts
from neighborcam.protocol.agencies import IssuedCertificate, Role
from neighborcam.protocol.agency_alerts import SignedAlert, sign_alert
from neighborcam.protocol.alerts import Alert, MsgType
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.identity import is_id
from neighborcam.protocol.register import Register

FOLDER: Final = "alerts"
AT_DESK: Final = "signed, and not at the hub"


class _Answer(msgspec.Struct):
    standing: str
    reason: str = ""


class ToldAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert of the agency, and where it is: at the desk, at the hub, or shown."""

    alert: Alert
    state: str
    reason: str = ""


class Alerting:
    """What officers warn of."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._folder = parts.book.folder / FOLDER

    async def examine(self, draft: AlertDraft, before: str = "") -> ExaminedAlert:
        """Look at a draft, of an update of ``before`` if that is named."""
        _, issued = self._parts.ring.own_as(Role.OFFICER)
        register, now = self._parts.log.known(), self._parts.clock()
        first = self._versions(register, before)[-1] if before else None
        return examine_alert(draft, issued, register, now, first)

    async def send(self, draft: AlertDraft, before: str = "") -> SignedAlert:
        """Sign an alert, or an update of one, and send it. Raises `NotNow`."""
        _, issued = self._own()
        register = await self._parts.log.register()
        first = self._versions(register, before)[-1] if before else None
        return await self._sign(
            register, alert_of(draft, issued, self._parts.clock(), first)
        )

    async def cancel(self, alert: str) -> SignedAlert:
        """Take an alert back; any officer of the agency may. Raises `NotNow`."""
        _, issued = self._own()
        register = await self._parts.log.register()
        versions = self._versions(register, alert)
        made = cancel_of(versions, issued)
        is_logged = made.original in register.alerts
        return await self._sign(register, made, is_checked=is_logged)

    async def again(self, alert: str) -> str:
        """Send what was signed once more; return how it stands."""
        signed = self._kept(alert)
        if signed is None:
            raise NotNow(
                "this desk signed no such alert: neighborcam agency alert list"
            )
        return await self._post(signed)

    async def told(self) -> list[ToldAlert]:
        """Return the agency's alerts, by the log and by this desk, oldest first."""
        register = await self._parts.log.register()
        agency = self._parts.own()[1].certificate.agency
        logged = [e.alert for e in register.alerts.values() if e.alert.agency == agency]
        found = [ToldAlert(alert=each, state="shown") for each in logged]
        kept = (e for e in self._all_kept() if e.alert.id not in register.alerts)
        found += [await self._where(each) for each in kept]
        return sorted(found, key=_oldest_first)

    # -- parts -----------------------------------------------------------------------

    def _own(self) -> tuple[Ed25519PrivateKey, IssuedCertificate]:
        self._parts.own()  # names a certificate that has run out
        return self._parts.ring.own_as(Role.OFFICER)

    async def _sign(
        self, register: Register, alert: Alert, *, is_checked: bool = True
    ) -> SignedAlert:
        """Sign, keep and send. What still waits is taken back without the log."""
        key, issued = self._own()
        for problem in alert_problems(alert, register, self._parts.clock()):
            if is_checked:
                raise NotNow(
                    f"{problem.field}: {problem}" if problem.field else str(problem)
                )
        signed = sign_alert(alert, issued, key)
        files.write(self._folder / f"{alert.id}.json", encode(signed))
        await self._post(signed)
        return signed

    async def _post(self, signed: SignedAlert) -> str:
        data = await self._parts.client.post("/api/agency-alerts", signed)
        return read_answer(data, _Answer).standing

    async def _where(self, signed: SignedAlert) -> ToldAlert:
        try:
            data = await self._parts.client.get(f"/api/agency-alerts/{signed.alert.id}")
            found = read_answer(data, _Answer)
        except HubSaidNo:
            found = _Answer(standing=AT_DESK)
        except HubAway:
            found = _Answer(standing="the hub does not answer")
        return ToldAlert(alert=signed.alert, state=found.standing, reason=found.reason)

    def _versions(self, register: Register, alert: str) -> list[Alert]:
        """Return the versions of an alert that is logged, or of one that waits.

        The newest is the last. Raises `NotNow` for one of nobody, or another agency's.
        """
        agency = self._parts.own()[1].certificate.agency
        named = register.alerts.get(alert)
        original = named.alert.original if named is not None else alert
        logged = [
            each.alert
            for each in register.alerts.values()
            if each.alert.original == original and each.alert.agency == agency
        ]
        kept = self._kept(alert)
        if not logged and kept is None:
            raise NotNow("your agency has no such alert: neighborcam agency alert list")
        return logged or ([kept.alert] if kept is not None else [])

    def _kept(self, alert: str) -> SignedAlert | None:
        path = self._folder / f"{alert}.json"
        return _read(path) if is_id(alert) and path.exists() else None

    def _all_kept(self) -> Iterator[SignedAlert]:
        for path in sorted(self._folder.glob("*.json")):
            if is_id(path.stem):
                yield _read(path)


def _oldest_first(told: ToldAlert) -> tuple[datetime, datetime, int]:
    """Order alerts; of one moment, versions come after the first, a cancel last."""
    alert = told.alert
    return alert.onset, alert.expires, list(MsgType).index(alert.msg_type)


def _read(path: Path) -> SignedAlert:
    try:
        return decode(files.read(path), SignedAlert)
    except InvalidMessage:
        raise DeskUnreadable(f"{path} is damaged: use its copy") from None
