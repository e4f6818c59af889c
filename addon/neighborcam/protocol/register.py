"""The register of a hub: its public log, read from the first entry on.

Home, hub, desk and any reader run this over the same entries, so they agree.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from neighborcam.protocol.accounting import ENDINGS
from neighborcam.protocol.agency_alerts import LoggedAlert
from neighborcam.protocol.agency_entries import (
    AgencyAlertLogged,
    AgencyAlertRefused,
    AgencyAnnounced,
    AgencyJoined,
    AgencyRenewed,
    AgencyRestored,
    AgencySaid,
    AgencySuspended,
    AgencyVetoed,
    CertificateLogged,
    CertificateRevoked,
    Overdue,
    RequestLogged,
    RequestRefused,
    RulesSet,
    StewardInterest,
    is_misuse,
)
from neighborcam.protocol.approval_subjects import place
from neighborcam.protocol.entries import (
    Entry,
    StewardAppointed,
    StewardLeft,
    TokenKeys,
)
from neighborcam.protocol.register_rules import check_entry
from neighborcam.protocol.register_state import Agency, Asked, RegisterState, Standing
from neighborcam.protocol.request_states import Step, after_step
from neighborcam.protocol.requests import Deletion, Ending, Outcome


class Register(RegisterState):
    """A log's state that grows entry by entry."""

    def take(self, entry: Entry | None) -> None:
        """Take the next entry of the log, None for one of a kind we do not know.

        Raises `BadProof`; the register is then as before the entry.
        """
        if entry is not None:
            check_entry(self, entry)
            change = _CHANGES.get(type(entry))
            if change is not None:
                change(self, entry)
            self.newest = max(self.newest, entry.at)
        self.size += 1

    def with_entries(self, entries: Iterable[Entry | None]) -> "Register":
        """Return a register with more entries; this one stays as it is.

        Raises `BadProof` for one that the rules forbid.
        """
        grown = replace(
            self,
            stewards=dict(self.stewards),
            recipients=dict(self.recipients),
            agencies={id_: replace(each) for id_, each in self.agencies.items()},
            certificates=dict(self.certificates),
            revoked=dict(self.revoked),
            alerts=dict(self.alerts),
            requests={
                id_: replace(each, overdue=set(each.overdue))
                for id_, each in self.requests.items()
            },
        )
        for entry in entries:
            grown.take(entry)
        return grown

    def _appoint(self, entry: StewardAppointed) -> None:
        self.stewards[entry.steward] = entry.key
        self.recipients[entry.steward] = entry.recipient

    def _dismiss(self, entry: StewardLeft) -> None:
        self.stewards.pop(entry.steward, None)
        self.recipients.pop(entry.steward, None)

    def _declare(self, entry: StewardInterest) -> None:
        self.interests |= {(entry.steward, entry.agency)}

    def _note_keys(self, entry: TokenKeys) -> None:
        self.token_keys = entry

    def _set_rules(self, entry: RulesSet) -> None:
        self.rules = entry.rules

    def _join(self, entry: AgencyJoined) -> None:
        self._stand(entry.agency, Standing.MEMBER, entry.until)
        self.agencies[entry.agency].vetoes = entry.vetoes

    def _renew(self, entry: AgencyRenewed) -> None:
        self.agencies[entry.agency].until = entry.until

    def _veto(self, entry: AgencyVetoed) -> None:
        self._stand(entry.agency, Standing.VETOED)
        agency = self.agencies[entry.agency]
        agency.vetoes, agency.ends = entry.vetoes, place(self.size, entry)

    def _restore(self, entry: AgencyRestored) -> None:
        self._stand(entry.agency, Standing.MEMBER)

    def _note_certificate(self, entry: CertificateLogged) -> None:
        self.certificates[entry.sha256] = entry

    def _revoke(self, entry: CertificateRevoked) -> None:
        self.revoked[entry.revocation.revocation.certificate] = entry.at

    def _open(self, entry: RequestLogged) -> None:
        asked = Asked(signed=entry.request, index=self.size, logged=entry.at)
        self.requests[asked.request.id] = asked

    def _announce(self, entry: AgencyAnnounced) -> None:
        record = entry.agency.agency
        self.agencies[record.id] = Agency(
            record=record,
            standing=Standing.ANNOUNCED,
            notice_until=entry.until,
            until=entry.until,
            index=self.size,
            call_back=entry.call_back,
            approved_by=tuple(each.steward for each in entry.approvals),
            veto_key=entry.veto_key,
            ends=self.ends(record.id),
        )

    def _stand(
        self, agency: str, standing: Standing, until: datetime | None = None
    ) -> None:
        found = self.agencies[agency]
        found.standing = standing
        found.until = until or found.until

    def _suspend(self, entry: AgencySuspended) -> None:
        self._stand(entry.agency, Standing.SUSPENDED)
        agency = self.agencies[entry.agency]
        agency.ends = place(self.size, entry)
        agency.suspended += 1
        for asked in self.open_requests(entry.at):
            if asked.request.agency == entry.agency:
                asked.state = after_step(asked.state, Step.SUSPEND)
                asked.ended = entry.at

    def _refuse(self, entry: RequestRefused) -> None:
        agency = self.agencies[entry.agency]
        if is_misuse(entry):
            agency.misused += ((entry.at, entry.request),)
        else:  # what a thief asked is no request of the agency
            agency.refused += 1

    def _warn(self, entry: AgencyAlertLogged) -> None:
        logged = LoggedAlert(signed=entry.alert, index=self.size, logged=entry.at)
        self.alerts[logged.alert.id] = logged

    def _refuse_alert(self, entry: AgencyAlertRefused) -> None:
        self.agencies[entry.agency].alerts_refused += 1

    def _hear(self, entry: AgencySaid) -> None:
        asked = self.requests[entry.word.request]
        self._run_out(asked, entry.at)
        match entry.word:
            case Ending(how=how):
                asked.state = after_step(asked.state, ENDINGS[how])
                asked.ended, asked.ending = entry.at, entry.word
            case Outcome(result=result):
                step = Step.PUT_OFF if result == "open" else Step.FILE_OUTCOME
                asked.state = after_step(asked.state, step)
                asked.outcome = entry.word
            case Deletion():
                asked.deletion = entry.word

    def _miss(self, entry: Overdue) -> None:
        asked = self.requests[entry.request]
        self._run_out(asked, entry.at)
        asked.overdue.add(entry.what)
        if entry.what == "outcome":
            asked.state = after_step(asked.state, Step.MISS)

    def _run_out(self, asked: Asked, now: datetime) -> None:
        asked.ended = asked.ended_at(now)
        asked.state = asked.state_at(now)


_CHANGES: Final[dict[type, Callable[[Register, Any], None]]] = {
    StewardAppointed: Register._appoint,  # noqa: SLF001
    StewardLeft: Register._dismiss,  # noqa: SLF001
    StewardInterest: Register._declare,  # noqa: SLF001
    TokenKeys: Register._note_keys,  # noqa: SLF001
    RulesSet: Register._set_rules,  # noqa: SLF001
    AgencyAnnounced: Register._announce,  # noqa: SLF001
    AgencyJoined: Register._join,  # noqa: SLF001
    AgencyRenewed: Register._renew,  # noqa: SLF001
    AgencyVetoed: Register._veto,  # noqa: SLF001
    AgencySuspended: Register._suspend,  # noqa: SLF001
    AgencyRestored: Register._restore,  # noqa: SLF001
    CertificateLogged: Register._note_certificate,  # noqa: SLF001
    CertificateRevoked: Register._revoke,  # noqa: SLF001
    RequestLogged: Register._open,  # noqa: SLF001
    RequestRefused: Register._refuse,  # noqa: SLF001
    AgencySaid: Register._hear,  # noqa: SLF001
    AgencyAlertLogged: Register._warn,  # noqa: SLF001
    AgencyAlertRefused: Register._refuse_alert,  # noqa: SLF001
    Overdue: Register._miss,  # noqa: SLF001
}
