"""A log that is written by hand, entry by entry, with an agency and two stewards."""

from datetime import timedelta
from typing import Any

import msgspec

from demo.agency import MakeBelieveAgency, Officer
from demo.passkey import Passkey
from neighborcam.protocol.agency_alerts import APPROVED_AS, SignedAlert
from neighborcam.protocol.agency_entries import (
    AgencyAlertLogged,
    AgencyAnnounced,
    AgencyJoined,
    AgencyRenewed,
    AgencySaid,
    CallBack,
    CertificateLogged,
    RequestLogged,
    RequestRefused,
    RulesSet,
)
from neighborcam.protocol.approval_subjects import announcement, renewal
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.entries import Entry, StewardAppointed, read_entry
from neighborcam.protocol.register import Register
from neighborcam.protocol.request_limits import RequestRules
from neighborcam.protocol.requests import Offence, SignedRequest
from tests.protocol.messages import NOW as FRACTION

NOW = FRACTION.replace(microsecond=0)
HOST = "hub.example"
PLACE = (13.3751, 52.5172)
WEEK = timedelta(days=7)


class Log:
    """A log that is written by hand, entry by entry, as time goes by."""

    def __init__(self) -> None:
        self.now = NOW
        self.register = Register(host=HOST)
        self.entries: list[bytes] = []
        self.agency = MakeBelieveAgency(now=NOW, place=PLACE)
        self.passkeys: dict[str, Passkey] = {}
        for name in ("ann", "bob"):
            self.appoint(name)

    def appoint(self, steward: str) -> None:
        """Appoint a steward with a new passkey."""
        key = Passkey(HOST, f"https://{HOST}")
        self.passkeys[steward] = key
        self.add(StewardAppointed(at=self.now, steward=steward, key=key.public_der))

    def add(self, entry: Entry) -> None:
        """Write an entry, as every reader gets it."""
        data = encode(entry)
        self.register.take(read_entry(data))
        self.entries.append(data)

    def approvals(self, kind: str, subject: bytes, *names: str) -> tuple[Any, ...]:
        return tuple(self.passkeys[each].approve(each, kind, subject) for each in names)

    def announcement(self, *names: str) -> AgencyAnnounced:
        ends = self.register.ends(self.agency.record.id)
        subject = announcement(self.agency.signed, ends)
        return AgencyAnnounced(
            at=self.now,
            agency=self.agency.signed,
            call_back=CallBack(at=self.now, directory="the city's page", steward="ann"),
            approvals=self.approvals("agency", subject, *names),
            until=self.now + WEEK,
            veto_key=bytes(294),  # nobody objects here
        )

    def joined(self) -> AgencyJoined:
        """Return the entry by which the agency is a member from now on."""
        return AgencyJoined(
            at=self.now,
            agency=self.agency.record.id,
            households=30,
            vetoes=0,
            until=self.now + timedelta(days=365),
        )

    def join(self, **changes: Any) -> None:
        """Let the agency in, with its two certificates."""
        self.add(RulesSet(at=self.now, rules=RequestRules(households=500, monthly=2)))
        self.add(self.announcement("ann", "bob"))
        self.now += WEEK
        self.agency.now = self.now
        self.agency.__post_init__()
        self.add(msgspec.structs.replace(self.joined(), **changes))
        for officer in (self.agency.officer, self.agency.supervisor):
            self.add(self.certificate(officer))

    def certificate(self, officer: Officer) -> CertificateLogged:
        """Return the entry from which a certificate counts."""
        certificate = officer.issued.certificate
        return CertificateLogged(
            at=self.now,
            agency=certificate.agency,
            sha256=officer.issued.sha256,
            role=certificate.role,
            not_after=certificate.not_after,
        )

    def renewal(self, *, days: int) -> AgencyRenewed:
        """Return the entry by which both stewards renew the agency from now on."""
        agency, until = self.agency.record.id, self.now + timedelta(days=days)
        subject = renewal(agency, self.register.agencies[agency].until, until)
        return AgencyRenewed(
            at=self.now,
            agency=agency,
            approvals=self.approvals("renewal", subject, "ann", "bob"),
            until=until,
        )

    def logged(self, signed: SignedRequest, *names: str) -> RequestLogged:
        subject = bytes.fromhex(signed.sha256)
        return RequestLogged(
            at=self.now,
            request=signed,
            approvals=self.approvals("request", subject, *(names or ("ann",))),
        )

    def warned(self, signed: SignedAlert, *names: str) -> AgencyAlertLogged:
        """Return the entry of an agency's alert, approved by stewards."""
        subject = bytes.fromhex(signed.sha256)
        return AgencyAlertLogged(
            at=self.now,
            alert=signed,
            approvals=self.approvals(APPROVED_AS, subject, *names),
        )

    def refusal(self, steward: str) -> RequestRefused:
        """Return the entry by which a request is refused; by nobody: too late."""
        return RequestRefused(
            at=self.now,
            agency=self.agency.record.id,
            request="0" * 64,
            offence=Offence.BURGLARY,
            rule="no protest",
            fact="It is about a march.",
            steward=steward,
        )

    def ask(self, **changes: Any) -> str:
        signed = self.agency.signed_request(self.now, **changes)
        self.add(self.logged(signed))
        return signed.request.id

    def say(self, word: Any) -> None:
        officer = self.agency.officer
        self.add(
            AgencySaid(
                at=self.now, word=officer.signed(word), certificate=officer.issued
            )
        )

    def word(self, kind: Any, request: str, **fields: Any) -> Any:
        return kind(request=request, certificate="0" * 64, at=self.now, **fields)
