"""Which entry may follow in a log: checked by everybody who reads it (spec/log.md)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from neighborcam.protocol.accounting import check_account
from neighborcam.protocol.age_keys import parse_recipient
from neighborcam.protocol.agencies import (
    MEMBERSHIP_LASTS,
    NOTICE,
    VETO_ONE_IN,
    IssuedCertificate,
    check_agency,
    check_certificate,
    check_record,
)
from neighborcam.protocol.agency_alert_rules import check_new_alert
from neighborcam.protocol.agency_alerts import APPROVED_AS
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
    ApplicationRefused,
    CertificateLogged,
    CertificateRevoked,
    Overdue,
    RequestLogged,
    RequestRefused,
    RulesSet,
    StewardInterest,
)
from neighborcam.protocol.approval_subjects import (
    announcement,
    renewal,
    restoration,
)
from neighborcam.protocol.entries import (
    AccountClosed,
    Entry,
    StewardAppointed,
    TokenKeys,
)
from neighborcam.protocol.errors import BadProof, BadSignature, ProtocolError
from neighborcam.protocol.identity import is_whole_second
from neighborcam.protocol.register_state import Asked, RegisterState, Standing
from neighborcam.protocol.request_limits import (
    check_history,
    check_request,
    check_rules,
)
from neighborcam.protocol.requests import (
    AgencyWord,
    SignedRequest,
    check_signatures,
    check_word,
)
from neighborcam.protocol.vouching import (
    check_approvals,
    check_known,
    check_revocable,
)

ADRIFT: Final = timedelta(days=1)  # how far the clocks of a hub and its readers are off
TARDY: Final = timedelta(days=1)  # a hub that was off suspends when it is back
URGENT: Final = 2  # stewards
TWO: Final = 2


def check_entry(state: RegisterState, entry: Entry) -> None:
    """Raise `BadProof` for an entry that may not follow."""
    try:
        _check_time(state, entry)
        if (check := _CHECKS.get(type(entry))) is not None:
            check(state, entry)
    except ProtocolError as problem:
        raise BadProof(f"{type(entry).__name__}: {problem}") from problem
    except OverflowError:
        raise BadProof(f"{type(entry).__name__}: a moment without a date") from None


def _check_time(state: RegisterState, entry: Entry) -> None:
    # The keys of a day are entered under its first second, whenever they are made.
    if not isinstance(entry, TokenKeys) and entry.at < state.newest - ADRIFT:
        raise BadProof("more than a day before what stands above it")


def enough_vetoes(households: int) -> int:
    """Return how many objections keep an agency out: a fifth, and at least one."""
    return max(1, -(-households // VETO_ONE_IN))


def is_vetoed(vetoes: int, households: int) -> bool:
    """Tell whether enough members objected."""
    return vetoes >= enough_vetoes(households)


def check_new_request(
    state: RegisterState, signed: SignedRequest, now: datetime
) -> None:
    """Raise `BadSignature`, `OutsideLimits` or `BadProof` for one not to be asked.

    Everything but the stewards' approval.
    """
    agency = state.agency(signed.request.agency)
    if not agency.may_ask(now):
        raise BadSignature(f"this agency may not ask: it is {agency.standing}")
    if state.is_late(signed.request.agency, now - TARDY):
        raise BadProof("the agency owes an outcome or a deletion")
    check_signatures(signed, agency.record.key, now)
    for issued in (signed.officer, signed.supervisor):
        if issued is not None:
            check_known(state, issued, now)
    request, rules = signed.request, state.rules
    check_request(request, rules, agency.record.jurisdiction, now)
    check_history(request, list(state.earlier(now)), rules, now)


def check_agency_word(
    state: RegisterState, word: AgencyWord, issued: IssuedCertificate, now: datetime
) -> Asked:
    """Return the request that an agency's officer speaks of.

    Raises `BadSignature` for one of another agency, revoked, or not of now.
    """
    asked = state.requests.get(word.request)
    if asked is None:
        raise BadSignature("there is no such request")
    agency = state.agency(asked.request.agency)
    certificate = check_certificate(issued, agency.record.key)
    if issued.sha256 != word.certificate:
        raise BadSignature("the word names another certificate")
    if not certificate.not_before <= now < certificate.not_after:
        raise BadSignature("the certificate is not of this time")
    check_known(state, issued, now)
    check_word(word, certificate.key)
    return asked


def _check_appointed(_state: RegisterState, entry: StewardAppointed) -> None:
    if entry.recipient:
        parse_recipient(entry.recipient)


def _check_keys(state: RegisterState, entry: TokenKeys) -> None:
    if state.token_keys is not None and entry.epoch <= state.token_keys.epoch:
        raise BadSignature("a day has one set of token keys")


def _check_announced(state: RegisterState, entry: AgencyAnnounced) -> None:
    record = check_agency(entry.agency)
    check_record(record)
    if record.kind not in state.rules.kinds:
        raise BadSignature(f"this hub takes no {record.kind} bodies")
    known = state.agencies.get(record.id)
    if known is not None and known.standing is not Standing.VETOED:
        raise BadSignature("the agency was announced before")
    if entry.until < entry.at + NOTICE:
        raise BadSignature("members have at least 7 days to object")
    if not state.may_decide(entry.call_back.steward, record.id):
        raise BadSignature("no steward called the agency back")
    subject = announcement(entry.agency, state.ends(record.id))
    check_approvals(state, entry.approvals, TWO, record.id, ("agency", subject))


def _check_application(state: RegisterState, entry: ApplicationRefused) -> None:
    known = state.agencies.get(entry.agency)
    if known is not None and known.standing is not Standing.VETOED:
        raise BadSignature("the agency was announced: its application is over")
    if not state.may_decide(entry.steward, entry.agency):
        raise BadSignature("a steward of the agency's own decides nothing about it")


def _check_closed(_state: RegisterState, entry: AccountClosed) -> None:
    if len(set(entry.stewards)) != len(entry.stewards):
        raise BadSignature(f"{TWO} different stewards close an account")


def _check_joined(state: RegisterState, entry: AgencyJoined) -> None:
    agency = state.agency(entry.agency)
    if agency.standing is not Standing.ANNOUNCED or entry.at < agency.notice_until:
        raise BadSignature("the time to object is not over")
    if is_vetoed(entry.vetoes, entry.households):
        raise BadSignature("the members objected")
    if entry.until > entry.at + MEMBERSHIP_LASTS:
        raise BadSignature("an agency joins for a year")


def _check_vetoed(state: RegisterState, entry: AgencyVetoed) -> None:
    if state.agency(entry.agency).standing is not Standing.ANNOUNCED:
        raise BadSignature("there is nothing to object to")


def _check_renewed(state: RegisterState, entry: AgencyRenewed) -> None:
    agency = state.agency(entry.agency)
    if agency.standing not in {Standing.MEMBER, Standing.SUSPENDED}:
        raise BadSignature("only a member can be renewed")
    if not entry.at < entry.until <= entry.at + MEMBERSHIP_LASTS:
        raise BadSignature("an agency is renewed for a year")
    if not is_whole_second(entry.until):
        raise BadSignature("write moments as 2026-11-23T18:30:00Z")
    subject = renewal(entry.agency, agency.until, entry.until)
    what = ("renewal", subject)
    check_approvals(state, entry.approvals, TWO, entry.agency, what)


def _check_suspended(state: RegisterState, entry: AgencySuspended) -> None:
    if state.agency(entry.agency).standing is not Standing.MEMBER:
        raise BadSignature("only a member can be suspended")


def _check_restored(state: RegisterState, entry: AgencyRestored) -> None:
    agency = state.agency(entry.agency)
    if agency.standing is not Standing.SUSPENDED:
        raise BadSignature("the agency is not suspended")
    if state.is_late(entry.agency, entry.at):
        raise BadSignature("the agency still owes an outcome or a deletion")
    subject = restoration(entry.agency, entry.fact, agency.ends)
    what = ("restoration", subject)
    check_approvals(state, entry.approvals, TWO, entry.agency, what)


def _check_certificate(state: RegisterState, entry: CertificateLogged) -> None:
    state.agency(entry.agency)
    if entry.sha256 in state.certificates:
        raise BadSignature("the certificate was logged before")


def _check_revoked(state: RegisterState, entry: CertificateRevoked) -> None:
    check_revocable(state, entry.revocation)


def _check_rules(_state: RegisterState, entry: RulesSet) -> None:
    check_rules(entry.rules)


def _check_logged(state: RegisterState, entry: RequestLogged) -> None:
    check_new_request(state, entry.request, entry.at)
    request, subject = entry.request.request, bytes.fromhex(entry.request.sha256)
    least = URGENT if request.urgent else 1
    check_approvals(state, entry.approvals, least, request.agency, ("request", subject))


def _check_alert(state: RegisterState, entry: AgencyAlertLogged) -> None:
    signed = entry.alert
    check_new_alert(state, signed, entry.at)
    if signed.is_cancel:
        if entry.approvals:
            raise BadSignature("a cancel waits for nobody's approval")
        return
    what = (APPROVED_AS, bytes.fromhex(signed.sha256))
    check_approvals(state, entry.approvals, 1, signed.agency, what)


def _check_refused(
    state: RegisterState, entry: RequestRefused | AgencyAlertRefused
) -> None:
    state.agency(entry.agency)
    if entry.steward and entry.steward not in state.stewards:
        raise BadSignature("there is no such steward")


def _check_interest(state: RegisterState, entry: StewardInterest) -> None:
    if entry.steward not in state.stewards:
        raise BadSignature("there is no such steward")


def _check_said(state: RegisterState, entry: AgencySaid) -> None:
    asked = check_agency_word(state, entry.word, entry.certificate, entry.at)
    check_account(asked, entry.word, entry.at)


def _check_overdue(state: RegisterState, entry: Overdue) -> None:
    asked = state.requests.get(entry.request)
    due = asked.due(entry.at).get(entry.what) if asked else None
    if asked is None or due is None or due > entry.at:
        raise BadSignature("nothing is overdue")
    if entry.what in asked.overdue:
        raise BadSignature("this was flagged before")


_CHECKS: Final[dict[type, Callable[[RegisterState, Any], None]]] = {
    StewardAppointed: _check_appointed,
    TokenKeys: _check_keys,
    AgencyAnnounced: _check_announced,
    ApplicationRefused: _check_application,
    AccountClosed: _check_closed,
    AgencyJoined: _check_joined,
    AgencyVetoed: _check_vetoed,
    AgencyRenewed: _check_renewed,
    AgencySuspended: _check_suspended,
    AgencyRestored: _check_restored,
    CertificateLogged: _check_certificate,
    CertificateRevoked: _check_revoked,
    RulesSet: _check_rules,
    RequestLogged: _check_logged,
    RequestRefused: _check_refused,
    AgencyAlertLogged: _check_alert,
    AgencyAlertRefused: _check_refused,
    AgencySaid: _check_said,
    Overdue: _check_overdue,
    StewardInterest: _check_interest,
}
