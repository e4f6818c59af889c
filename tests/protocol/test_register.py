"""The register: what a log may say of agencies, and what follows from it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from demo.agency import MakeBelieveAgency, Officer, circle
from demo.passkey import Passkey
from neighborcam.protocol.age_keys import ClassicIdentity
from neighborcam.protocol.agencies import Role, sign_agency
from neighborcam.protocol.agency_entries import (
    AgencyRestored,
    AgencySaid,
    AgencySuspended,
    AgencyVetoed,
    ApplicationRefused,
    CallBack,
    CertificateRevoked,
    Overdue,
    RulesSet,
    StewardInterest,
)
from neighborcam.protocol.approval_subjects import (
    announcement,
    restoration,
)
from neighborcam.protocol.areas import Area
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.entries import (
    AccountClosed,
    StewardAppointed,
    StewardLeft,
    TokenKeys,
    read_entry,
)
from neighborcam.protocol.errors import BadProof, InvalidMessage
from neighborcam.protocol.register_rules import is_vetoed
from neighborcam.protocol.register_state import Standing
from neighborcam.protocol.request_limits import RequestRules
from neighborcam.protocol.request_states import RequestState
from neighborcam.protocol.requests import (
    Deletion,
    Ending,
    Outcome,
    sign_request,
)
from tests.protocol.written_log import NOW, PLACE, WEEK, Log


@pytest.fixture
def log() -> Log:
    return Log()


def district(*corners: tuple[float, float]) -> Area:
    x, y = PLACE
    ring = tuple((x + a, y + b) for a, b in (*corners, corners[0]))
    return Area(coordinates=(ring,))


def test_an_agency_joins_asks_ends_and_owes_nothing(log: Log) -> None:
    log.join()
    agency = log.register.agencies[log.agency.record.id]
    assert agency.may_ask(log.now)
    request = log.ask()
    asked = log.register.requests[request]
    assert asked.state_at(log.now) is RequestState.OPEN
    log.say(log.word(Ending, request, how="resolved"))
    assert asked.state_at(log.now) is RequestState.RESOLVED
    assert set(asked.due(log.now)) == {"outcome", "deletion"}
    log.say(log.word(Outcome, request, result="helped"))
    log.say(log.word(Deletion, request, what="deleted"))
    assert asked.due(log.now) == {}
    assert asked.state_at(log.now) is RequestState.OUTCOME_FILED


@pytest.mark.parametrize("names", [("ann",), ("ann", "ann"), ()])
def test_one_steward_cannot_announce_an_agency(
    log: Log, names: tuple[str, ...]
) -> None:
    entry = log.announcement("ann", "bob")
    few = log.approvals("agency", announcement(log.agency.signed), *names)
    with pytest.raises(BadProof, match="2 different stewards"):
        log.register.take(msgspec.structs.replace(entry, approvals=few))


def test_an_approval_of_something_else_is_none(log: Log) -> None:
    entry = log.announcement("ann", "bob")
    other = log.approvals("agency", bytes(32), "ann", "bob")
    with pytest.raises(BadProof, match="something else"):
        log.add(msgspec.structs.replace(entry, approvals=other))


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Milltown Police and Border Guard"},
        {"kind": "rescue"},
        {"domain": "police.example.net"},
        {"jurisdiction": circle(*PLACE, 30_000.0)},
    ],
)
def test_an_approval_is_of_one_record_and_no_other(
    log: Log, change: dict[str, Any]
) -> None:
    entry = log.announcement("ann", "bob")
    record = msgspec.structs.replace(log.agency.record, **change)
    signed = sign_agency(record, log.agency.root)
    with pytest.raises(BadProof, match="something else"):
        log.add(msgspec.structs.replace(entry, agency=signed))
    log.add(entry)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"terms": "00" * 32}, "Terms of Asking"),
        ({"name": "Milltown\nPolice"}, "plain text"),
        ({"name": "Milltown \u202eecilop"}, "plain text"),
        ({"contact": " +31 20 555 0199"}, "plain text"),
        ({"jurisdiction": district((0, 0), (1, 1), (1, 0), (0, 1))}, "cross"),
        ({"jurisdiction": district((0, 0), (6, 0), (6, 1), (0, 1))}, "more than 5°"),
        ({"jurisdiction": district((0, 0), (1, 0), (1, 0), (0, 1))}, "corner twice"),
        (
            {"jurisdiction": Area(coordinates=(circle(*PLACE).ring[:-1],))},
            "first again",
        ),
    ],
)
def test_nobody_joins_by_a_record_that_is_not_right(
    log: Log, change: dict[str, Any], text: str
) -> None:
    record = msgspec.structs.replace(log.agency.record, **change)
    signed = sign_agency(record, log.agency.root)
    entry = msgspec.structs.replace(
        log.announcement("ann", "bob"),
        agency=signed,
        approvals=log.approvals("agency", announcement(signed), "ann", "bob"),
    )
    with pytest.raises(BadProof, match=text):
        log.add(entry)


def test_a_refusal_is_by_a_steward_or_by_the_software(log: Log) -> None:
    log.join()
    log.add(log.refusal("ann"))
    log.add(log.refusal(""))
    with pytest.raises(BadProof, match="no such steward"):
        log.add(log.refusal("eve"))


def test_an_application_is_refused_before_members_heard_of_it(log: Log) -> None:
    refused = ApplicationRefused(
        at=log.now, agency=log.agency.record.id, rule="r", fact="f", steward="ann"
    )
    log.add(refused)
    with pytest.raises(BadProof, match="decides nothing"):
        log.add(msgspec.structs.replace(refused, steward="eve"))
    log.join()
    with pytest.raises(BadProof, match="was announced"):
        log.add(msgspec.structs.replace(refused, at=log.now))


def test_one_steward_closes_no_account(log: Log) -> None:
    log.add(AccountClosed(at=log.now, case="0" * 32, stewards=("ann", "bob")))
    with pytest.raises(BadProof, match="2 different stewards"):
        log.add(AccountClosed(at=log.now, case="0" * 32, stewards=("ann", "ann")))


def test_a_veto_is_not_ended_by_approvals_from_before_it(log: Log) -> None:
    before = log.announcement("ann", "bob")
    log.add(before)
    agency = log.agency.record.id
    log.add(AgencyVetoed(at=log.now, agency=agency, households=30, vetoes=6))
    with pytest.raises(BadProof, match="something else"):
        log.add(before)
    log.add(log.announcement("ann", "bob"))
    log.add(AgencyVetoed(at=log.now, agency=agency, households=30, vetoes=6))
    with pytest.raises(BadProof, match="something else"):
        log.add(before)


def test_a_suspension_is_not_ended_by_approvals_of_another(log: Log) -> None:
    log.join()
    suspension = AgencySuspended(
        at=log.now, agency=log.agency.record.id, reason="terms", fact="Aired."
    )
    log.add(suspension)
    first = restored(log, log.now, "ann", "bob")
    log.add(first)
    log.add(suspension)  # in the same words, at the same second
    with pytest.raises(BadProof, match="something else"):
        log.add(first)
    log.add(restored(log, log.now, "ann", "bob"))


def test_a_year_is_approved_once(log: Log) -> None:
    log.join()
    log.now += timedelta(days=300)
    first, then = log.renewal(days=200), log.renewal(days=365)
    log.add(then)
    for old in (first, then):
        with pytest.raises(BadProof, match="something else"):
            log.add(old)
    log.now += timedelta(days=300)
    log.add(log.renewal(days=365))


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_a_renewal_ends_within_a_year_from_now(log: Log, days: int) -> None:
    log.join()
    with pytest.raises(BadProof, match="for a year"):
        log.add(log.renewal(days=days))


def test_who_was_kept_out_is_not_renewed(log: Log) -> None:
    log.add(log.announcement("ann", "bob"))
    with pytest.raises(BadProof, match="only a member"):
        log.add(log.renewal(days=300))


def test_a_passkey_of_another_hub_approves_nothing(log: Log) -> None:
    stranger = Passkey("other.example", "https://other.example")
    log.add(StewardAppointed(at=NOW, steward="eve", key=stranger.public_der))
    log.passkeys["eve"] = stranger
    with pytest.raises(BadProof, match="another hub"):
        log.add(log.announcement("ann", "eve"))


def test_a_notice_shorter_than_a_week_is_refused(log: Log) -> None:
    entry = log.announcement("ann", "bob")
    short = msgspec.structs.replace(entry, until=log.now + WEEK - timedelta(seconds=1))
    with pytest.raises(BadProof, match="7 days"):
        log.add(short)


@pytest.mark.parametrize(
    ("changes", "text"),
    [({"vetoes": 6}, "objected"), ({"until": NOW + timedelta(days=800)}, "a year")],
)
def test_an_agency_that_may_not_join_is_refused(
    log: Log, changes: dict[str, Any], text: str
) -> None:
    with pytest.raises(BadProof, match=text):
        log.join(**changes)


@pytest.mark.parametrize(
    ("households", "enough"), [(0, 1), (1, 1), (5, 1), (6, 2), (35, 7), (36, 8)]
)
def test_a_fifth_and_at_least_one_keeps_an_agency_out(
    households: int, enough: int
) -> None:
    assert is_vetoed(enough, households)
    assert not is_vetoed(enough - 1, households)


def is_close(log: Log, steward: str) -> None:
    agency = log.agency.record.id
    log.add(StewardInterest(at=log.now, steward=steward, agency=agency))


def test_a_steward_close_to_an_agency_does_not_let_it_in(log: Log) -> None:
    log.appoint("cem")
    is_close(log, "ann")
    with pytest.raises(BadProof, match="called"):  # by ann
        log.add(log.announcement("bob", "cem"))
    call_back = CallBack(at=log.now, directory="the city's page", steward="bob")
    for names in (("ann", "bob"), ("bob", "cem")):
        entry = log.announcement(*names)
        entry = msgspec.structs.replace(entry, call_back=call_back)
        if "ann" in names:
            with pytest.raises(BadProof, match="of the agency's own"):
                log.add(entry)
        else:
            log.add(entry)


def test_nor_passes_its_requests_nor_renews_it(log: Log) -> None:
    log.join()
    is_close(log, "ann")
    signed = log.agency.signed_request(log.now)
    for entry in (log.logged(signed, "ann"), log.renewal(days=300)):
        with pytest.raises(BadProof, match="of the agency's own"):
            log.add(entry)
    log.add(log.logged(signed, "bob"))


def test_only_a_steward_has_an_interest(log: Log) -> None:
    with pytest.raises(BadProof, match="no such steward"):
        log.add(StewardInterest(at=log.now, steward="eve", agency="0" * 32))


def test_nobody_joins_before_the_notice_is_over(log: Log) -> None:
    with pytest.raises(BadProof, match="not over"):
        log.join(at=NOW + WEEK - timedelta(seconds=1))


def test_a_vetoed_agency_may_try_again(log: Log) -> None:
    log.add(log.announcement("ann", "bob"))
    agency = log.agency.record.id
    log.add(AgencyVetoed(at=log.now, agency=agency, households=30, vetoes=6))
    assert log.register.agencies[agency].standing is Standing.VETOED
    log.join()


def test_federal_bodies_join_only_where_the_rules_say_so(log: Log) -> None:
    log.agency = MakeBelieveAgency(now=NOW, place=PLACE)
    record = msgspec.structs.replace(log.agency.record, kind="immigration")
    entry = log.announcement("ann", "bob")
    signed = sign_agency(record, log.agency.root)
    with pytest.raises(BadProof, match="no immigration bodies"):
        log.add(msgspec.structs.replace(entry, agency=signed))


def test_an_urgent_request_needs_two_stewards(log: Log) -> None:
    log.join()
    signed = log.agency.signed_request(log.now, urgent=True)
    with pytest.raises(BadProof, match="2 different stewards"):
        log.add(log.logged(signed, "ann"))
    log.add(log.logged(signed, "ann", "bob"))


def test_a_request_without_its_supervisor_is_refused(log: Log) -> None:
    log.join()
    request = log.agency.request(log.now)
    once = sign_request(request, log.agency.officer.issued, log.agency.officer.key)
    with pytest.raises(BadProof, match="supervisor"):
        log.add(log.logged(once))


def test_an_officer_cannot_be_the_supervisor(log: Log) -> None:
    log.join()
    log.agency.supervisor = log.agency.officer
    with pytest.raises(BadProof, match="key of a officer"):
        log.add(log.logged(log.agency.signed_request(log.now)))


def test_a_revoked_certificate_asks_for_nothing(log: Log) -> None:
    log.join()
    signed = log.agency.signed_request(log.now)
    revocation = log.agency.revoked(log.agency.officer, log.now)
    log.add(CertificateRevoked(at=log.now, revocation=revocation))
    with pytest.raises(BadProof, match="revoked"):
        log.add(log.logged(signed))


def test_an_unlogged_certificate_asks_for_nothing(log: Log) -> None:
    log.join()
    log.agency.officer = log.agency.certified(
        log.agency.officer.issued.certificate.role, "Badge 99"
    )
    with pytest.raises(BadProof, match="not in the public log"):
        log.ask()


def test_an_agency_ends_its_own_certificates_and_no_other_s(log: Log) -> None:
    log.join()
    police, rival = log.agency, MakeBelieveAgency(now=log.now, place=PLACE)
    log.agency = rival
    log.add(log.announcement("ann", "bob"))
    log.add(log.certificate(rival.officer))
    with pytest.raises(BadProof, match="of another agency"):
        log.add(revocation(log, rival, police.officer))
    with pytest.raises(BadProof, match="not in the public log"):
        log.add(revocation(log, rival, rival.certified(Role.OFFICER, "Badge 9")))
    log.add(revocation(log, rival, rival.officer))
    assert set(log.register.revoked) == {rival.officer.issued.sha256}
    log.agency = police
    log.ask()


def test_the_end_of_a_certificate_cannot_be_moved(log: Log) -> None:
    log.join()
    first = revocation(log, log.agency, log.agency.officer)
    log.add(first)
    with pytest.raises(BadProof, match="revoked before"):
        log.add(msgspec.structs.replace(first, at=log.now + timedelta(days=30)))
    with pytest.raises(BadProof, match="logged before"):
        log.add(log.certificate(log.agency.officer))
    with pytest.raises(BadProof, match="revoked"):
        log.ask()


def revocation(log: Log, by: MakeBelieveAgency, officer: Officer) -> CertificateRevoked:
    return CertificateRevoked(at=log.now, revocation=by.revoked(officer, log.now))


def test_an_expired_certificate_asks_for_nothing(log: Log) -> None:
    log.join()
    log.now += timedelta(days=91)
    with pytest.raises(BadProof, match="not of this time"):
        log.ask()


def test_a_request_changed_after_it_was_signed_is_refused(log: Log) -> None:
    log.join()
    signed = log.agency.signed_request(log.now)
    changed = msgspec.structs.replace(signed.request, what="Something else entirely.")
    with pytest.raises(BadProof, match="signature"):
        log.add(log.logged(msgspec.structs.replace(signed, request=changed)))


def test_the_same_request_twice_is_refused(log: Log) -> None:
    log.join()
    signed = log.agency.signed_request(log.now)
    log.add(log.logged(signed))
    with pytest.raises(BadProof, match="made before"):
        log.add(log.logged(signed))


def test_a_month_has_as_many_requests_as_the_rules_say(log: Log) -> None:
    log.join()
    log.ask()
    log.ask()
    with pytest.raises(BadProof, match="2 in 30 days"):
        log.ask()


def test_one_case_is_asked_about_twice_whatever_its_spelling(log: Log) -> None:
    log.join()
    log.add(RulesSet(at=log.now, rules=RequestRules(households=5000, monthly=12)))
    log.ask(case_ref="2026-1")
    log.ask(case_ref="2026 1")
    with pytest.raises(BadProof, match="for one case"):
        log.ask(case_ref="2026/1")


def test_capsules_of_the_day_are_counted_until_a_day_after_the_end(log: Log) -> None:
    log.join()
    request = log.ask(urgent=False)
    (counted,) = log.register.earlier(log.now)
    assert counted.turns == 2
    log.say(log.word(Ending, request, how="withdrawn"))
    (counted,) = log.register.earlier(log.now + timedelta(hours=23, minutes=59))
    assert counted.turns == 2
    (counted,) = log.register.earlier(log.now + timedelta(days=1))
    assert counted.turns == 0


def test_what_is_overdue_suspends_and_two_stewards_restore(log: Log) -> None:
    log.join()
    request = log.ask()
    agency = log.agency.record.id
    late = Overdue(at=log.now, agency=agency, request=request, what="outcome")
    with pytest.raises(BadProof, match="nothing is overdue"):
        log.add(late)
    log.now += timedelta(days=6 + 30)
    assert [what for _, what in log.register.late(log.now)] == ["outcome"]
    log.add(msgspec.structs.replace(late, at=log.now))
    suspended = AgencySuspended(
        at=log.now, agency=agency, reason="outcome-overdue", request=request
    )
    log.add(suspended)
    asked = log.register.requests[request]
    assert asked.state_at(log.now) is RequestState.OVERDUE
    with pytest.raises(BadProof, match="suspended"):
        log.ask()
    with pytest.raises(BadProof, match="still owes"):
        log.add(restored(log, log.now, "bob", "ann"))
    log.say(log.word(Outcome, request, result="no-use"))
    log.say(log.word(Deletion, request, what="deleted"))
    with pytest.raises(BadProof, match="2 different stewards"):
        log.register.take(restored(log, log.now, "ann"))
    log.add(restored(log, log.now, "ann", "bob"))
    assert log.register.agencies[agency].may_ask(log.now)


def restored(log: Log, at: datetime, *names: str) -> AgencyRestored:
    agency = log.agency.record.id
    fact = "The outcome was filed."
    subject = restoration(agency, fact, log.register.ends(agency))
    approvals = log.approvals("restoration", subject, *names)
    return AgencyRestored(at=at, agency=agency, fact=fact, approvals=approvals)


def test_an_outcome_is_put_off_once_and_then_filed(log: Log) -> None:
    log.join()
    request = log.ask()
    asked = log.register.requests[request]
    with pytest.raises(BadProof, match="cannot put-off"):
        log.say(log.word(Outcome, request, result="open"))
    log.say(log.word(Ending, request, how="resolved"))
    ended = log.now
    log.now += timedelta(days=29)
    log.say(log.word(Outcome, request, result="open"))
    assert asked.due(log.now)["outcome"] == ended + timedelta(days=60)
    with pytest.raises(BadProof, match="put off before"):
        log.say(log.word(Outcome, request, result="open", text="Still."))
    log.now = ended + timedelta(days=60)
    agency = log.agency.record.id
    late = Overdue(at=log.now, agency=agency, request=request, what="outcome")
    log.add(late)
    with pytest.raises(BadProof, match="flagged before"):
        log.add(late)
    log.say(log.word(Outcome, request, result="helped"))
    assert asked.state_at(log.now) is RequestState.OUTCOME_FILED
    for result in ("helped", "no-use", "open"):
        with pytest.raises(BadProof, match="cannot"):
            log.say(log.word(Outcome, request, result=result))


def test_an_outcome_that_is_due_cannot_be_put_off(log: Log) -> None:
    log.join()
    request = log.ask()
    log.say(log.word(Ending, request, how="resolved"))
    log.now += timedelta(days=30)
    with pytest.raises(BadProof, match="too late"):
        log.say(log.word(Outcome, request, result="open"))


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        (("deleted",), True),
        (("evidence", "deleted"), True),
        (("nothing-received", "evidence", "deleted"), True),
        (("deleted", "deleted"), False),
        (("deleted", "evidence"), False),
        (("evidence", "nothing-received"), False),
        (("evidence", "evidence"), False),
    ],
)
def test_a_deletion_is_attested_once_for_each_change(
    log: Log,
    said: tuple[str, ...],
    fits: bool,  # noqa: FBT001 - of the table
) -> None:
    log.join()
    request = log.ask()
    with pytest.raises(BadProof, match="is open"):
        log.say(log.word(Deletion, request, what=said[0]))
    log.say(log.word(Ending, request, how="resolved"))
    for what in said[:-1]:
        log.say(log.word(Deletion, request, what=what))
    if fits:
        log.say(log.word(Deletion, request, what=said[-1]))
        return
    with pytest.raises(BadProof, match="attested before"):
        log.say(log.word(Deletion, request, what=said[-1]))


def test_a_hub_that_does_not_suspend_is_caught_at_the_next_request(log: Log) -> None:
    log.join()
    log.ask()
    log.now += timedelta(days=6 + 31, seconds=1)
    with pytest.raises(BadProof, match="owes an outcome"):
        log.ask()


def test_suspension_ends_what_is_open(log: Log) -> None:
    log.join()
    request = log.ask()
    log.add(
        AgencySuspended(
            at=log.now,
            agency=log.agency.record.id,
            reason="terms",
            fact="Clips were published.",
            steward="ann",
        )
    )
    asked = log.register.requests[request]
    assert asked.state_at(log.now) is RequestState.SUSPENDED


def test_another_agency_cannot_speak_of_a_request(log: Log) -> None:
    log.join()
    request = log.ask()
    other = MakeBelieveAgency(now=log.now, place=PLACE)
    word = other.officer.signed(log.word(Ending, request, how="withdrawn"))
    with pytest.raises(BadProof, match="signature"):
        log.add(AgencySaid(at=log.now, word=word, certificate=other.officer.issued))


def test_rules_beyond_the_ceiling_are_refused(log: Log) -> None:
    with pytest.raises(BadProof, match="so many homes"):
        log.add(RulesSet(at=NOW, rules=RequestRules(households=500, monthly=3)))


def test_an_entry_of_a_known_kind_and_another_form_is_no_unknown_one() -> None:
    with pytest.raises(InvalidMessage, match="not as the spec says"):
        read_entry(b'{"type":"agency-suspended","v":1}')
    assert read_entry(b'{"type":7}') is None


OTHER_FORMS: dict[str, Callable[[bytes], bytes]] = {
    "spaced": lambda entry: json.dumps(json.loads(entry), indent=1).encode(),
    "said twice": lambda entry: entry.replace(b'"v":', b'"v":1,"v":'),
    "an offset": lambda entry: entry.replace(b'Z"', b'+00:00"'),
    "left out": lambda entry: entry.replace(b',"fact":""', b""),
    "junk behind": lambda entry: entry + b"{}",
    "no JSON": lambda entry: entry[1:],
    "unknown and spaced": lambda entry: entry.replace(b"-suspended", b" ended").replace(
        b":", b": "
    ),
    "no such year": lambda entry: entry.replace(b"2026-", b"9999-"),
}


@pytest.mark.parametrize("change", OTHER_FORMS.values(), ids=OTHER_FORMS)
def test_an_entry_has_one_form(change: Callable[[bytes], bytes]) -> None:
    """Or two readers of the same log could see two logs."""
    entry = encode(AgencySuspended(at=NOW, agency="a" * 32, reason="complaints"))
    assert read_entry(entry) is not None
    assert change(entry) != entry
    with pytest.raises(InvalidMessage):
        read_entry(change(entry))


def test_an_unknown_entry_counts_and_changes_nothing(log: Log) -> None:
    size = log.register.size
    log.register.take(read_entry(b'{"type":"of-the-future"}'))
    assert log.register.size == size + 1


def test_the_log_says_to_whom_envelopes_are_sealed_and_in_which_order(log: Log) -> None:
    assert not log.register.share_recipients  # ann and bob have no keys
    for name in ("ann", "bob"):
        log.add(StewardLeft(at=NOW, steward=name))
    keys = {n: str(ClassicIdentity(bytes([n]) * 32).recipient) for n in (1, 2, 3)}
    for number in (3, 1, 2):
        log.add(appointed(f"steward {number}", keys[number]))
    assert list(log.register.share_recipients) == [keys[3], keys[1], keys[2]]
    log.add(StewardLeft(at=NOW, steward="steward 1"))
    assert list(log.register.share_recipients) == [keys[3], keys[2]]


def test_a_steward_s_key_that_is_none_is_not_believed(log: Log) -> None:
    with pytest.raises(BadProof):
        log.add(appointed("cem", "age1nonsense"))


def appointed(name: str, recipient: str) -> StewardAppointed:
    return StewardAppointed(at=NOW, steward=name, key=b"key", recipient=recipient)


def test_a_day_has_one_set_of_token_keys(log: Log) -> None:
    log.add(keys("2026-11-23"))
    log.add(keys("2026-11-24"))
    for day in ("2026-11-24", "2026-11-23", "2026-11-22"):
        with pytest.raises(BadProof, match="one set"):
            log.add(keys(day))
    assert log.register.token_keys == keys("2026-11-24")


def keys(day: str) -> TokenKeys:
    return TokenKeys(at=NOW, epoch=day, keys={"post": "0" * 64})
