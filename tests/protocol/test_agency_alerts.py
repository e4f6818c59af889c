"""What an agency may warn of: spec/vectors/agency-alerts.json, and the log."""

from datetime import datetime, timedelta
from typing import Any

import h3
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.agency import MakeBelieveAgency
from neighborcam.protocol.agencies import Role
from neighborcam.protocol.agency_alert_limits import (
    agency_alert_problems,
    cell_area,
)
from neighborcam.protocol.agency_alert_wording import (
    alert_findings,
    check_alert_wording,
)
from neighborcam.protocol.agency_alerts import SignedAlert, check_alert_signature
from neighborcam.protocol.agency_entries import (
    AgencyAlertRefused,
    AgencySuspended,
    CertificateLogged,
    CertificateRevoked,
    StewardInterest,
)
from neighborcam.protocol.alerts import Alert, Category, Origin, Scope
from neighborcam.protocol.areas import Area, within
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import BadProof, BadSignature, OutsideLimits
from neighborcam.protocol.limits import BY_AGENCY, alert_problems
from tests.protocol.messages import alert
from tests.protocol.vectors import vectors
from tests.protocol.written_log import Log

VECTORS = vectors("agency-alerts")
NOW = datetime.fromisoformat(VECTORS["now"])
ROOT = bytes.fromhex(VECTORS["root"])
DISTRICT = msgspec.convert(VECTORS["jurisdiction"], Area)
DAY = timedelta(days=1)


def read(case: dict[str, Any]) -> SignedAlert:
    return decode(case["signed"].encode(), SignedAlert)


def first_problem(signed: SignedAlert) -> str | None:
    found = agency_alert_problems(signed.alert, DISTRICT, (), NOW)
    return next((each.field for each in found), None)


@pytest.fixture
def log() -> Log:
    made = Log()
    made.join()
    return made


@pytest.mark.parametrize("case", VECTORS["taken"], ids=lambda c: c["why"])
def test_vectors_that_are_taken(case: dict[str, Any]) -> None:
    signed = read(case)
    check_alert_signature(signed, ROOT, NOW)
    assert first_problem(signed) is None
    assert signed.sha256 == case["sha256"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda c: c["why"])
def test_vectors_that_are_one_step_too_far(case: dict[str, Any]) -> None:
    assert first_problem(read(case)) == case["field"]


@pytest.mark.parametrize("case", VECTORS["unsigned"], ids=lambda c: c["why"])
def test_vectors_that_nobody_vouches_for(case: dict[str, Any]) -> None:
    signed = read(case)
    with pytest.raises(BadSignature):
        check_alert_signature(signed, ROOT, NOW)


def written(case: dict[str, Any]) -> Alert:
    return alert(**{"headline": "Fire", case["field"]: case["text"]})


@pytest.mark.parametrize("case", VECTORS["words"]["refused"], ids=lambda c: c["text"])
def test_an_alert_asks_for_nothing_and_names_no_plate_or_house(
    case: dict[str, Any],
) -> None:
    with pytest.raises(OutsideLimits) as refused:
        check_alert_wording(written(case))
    assert refused.value.field == case["field"]


@pytest.mark.parametrize("case", VECTORS["words"]["hints"], ids=lambda c: c["text"])
def test_other_words_are_only_pointed_at(case: dict[str, Any]) -> None:
    check_alert_wording(written(case))
    (found,) = alert_findings(written(case))
    assert (found.hint, found.field) == (case["hint"], case["field"])


@pytest.mark.parametrize("case", VECTORS["words"]["clean"], ids=lambda c: c["text"])
def test_a_warning_may_say_what_has_to_be_done(case: dict[str, Any]) -> None:
    assert alert_findings(written(case)) == ()


def test_no_category_describes_who_did_something() -> None:
    assert not BY_AGENCY & {
        Category.BREAK_IN,
        Category.THEFT,
        Category.VANDALISM,
        Category.VEHICLE,
    }


@settings(max_examples=60, deadline=None)
@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2), st.integers(6, 9))
def test_a_cell_is_taken_when_all_of_it_lies_in_the_district_and_never_else(
    east: float, north: float, resolution: int
) -> None:
    cell = h3.latlng_to_cell(52.5172 + north, 13.3751 + east, resolution)
    signed = read(VECTORS["taken"][0])
    changed = msgspec.structs.replace(signed.alert, cell=cell)
    problems = list(agency_alert_problems(changed, DISTRICT, (), NOW))
    assert (not problems) == within(cell_area(cell), DISTRICT)
    assert all(each.field == "cell" for each in problems)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(Category),
    st.sampled_from(Origin),
    st.sampled_from(Scope),
    st.sampled_from([None, "a" * 32]),
    st.timedeltas(timedelta(seconds=1), timedelta(days=4)),
)
def test_whoever_names_an_agency_is_within_its_limits(
    category: Category,
    origin: Origin,
    scope: Scope,
    agency: str | None,
    lasts: timedelta,
) -> None:
    made = alert(
        category=category,
        origin=origin,
        scope=scope,
        agency=agency,
        expires=(NOW + lasts).replace(microsecond=0),
    )
    longest = timedelta(hours=72 if category is Category.MISSING_PERSON else 24)
    fits = (
        agency is not None
        and category in BY_AGENCY
        and scope is Scope.PUBLIC
        and lasts < longest + timedelta(minutes=5, seconds=1)
    )
    if origin is Origin.AGENCY or agency is not None:
        problems = [each.field for each in alert_problems(made, NOW)]
        assert (not problems) == (fits and origin is Origin.AGENCY)


# -- the log ---------------------------------------------------------------------------


def test_an_approved_alert_stands_in_the_register(log: Log) -> None:
    signed = log.agency.warn(log.agency.alert(log.now))
    log.add(log.warned(signed, "ann"))
    assert encode(log.register.alerts[signed.alert.id].signed) == encode(signed)


def refuse(log: Log, signed: SignedAlert, match: str, *names: str) -> None:
    with pytest.raises(BadProof, match=match):
        log.add(log.warned(signed, *names))
    assert signed.alert.id not in log.register.alerts


def test_an_alert_that_no_steward_approved_is_evidence(log: Log) -> None:
    signed = log.agency.warn(log.agency.alert(log.now))
    refuse(log, signed, "1 different steward")
    other = log.agency.warn(log.agency.alert(log.now, headline="All is well"))
    entry = msgspec.structs.replace(
        log.warned(other, "ann"), approvals=log.warned(signed, "ann").approvals
    )
    with pytest.raises(BadProof, match="something else"):
        log.add(entry)
    agency = log.agency.record.id
    log.add(StewardInterest(at=log.now, steward="ann", agency=agency))
    refuse(log, signed, "own decides nothing", "ann")


def test_only_a_member_warns_and_only_with_a_certificate_that_counts(log: Log) -> None:
    agency = log.agency
    new = agency.certified(Role.OFFICER, "Badge 9")
    refuse(log, agency.warn(agency.alert(log.now), new), "not in the public", "ann")
    chief = agency.warn(agency.alert(log.now), agency.supervisor)
    refuse(log, chief, "key of a supervisor", "ann")
    warned = agency.warn(agency.alert(log.now))
    log.add(log.warned(warned, "ann"))
    log.add(AgencySuspended(at=log.now, agency=agency.record.id, reason="complaints"))
    refuse(log, agency.warn(agency.alert(log.now)), "it is suspended", "ann")
    log.add(log.warned(agency.warn(agency.cancel(warned.alert))))
    revoked = agency.revoked(agency.officer, log.now)
    log.add(CertificateRevoked(at=log.now, revocation=revoked))
    refuse(log, agency.warn(agency.alert(log.now)), "suspended", "ann")


def test_a_revoked_officer_cannot_even_cancel_but_a_colleague_can(log: Log) -> None:
    agency = log.agency
    warned = agency.warn(agency.alert(log.now))
    log.add(log.warned(warned, "ann"))
    revoked = agency.revoked(agency.officer, log.now)
    log.add(CertificateRevoked(at=log.now, revocation=revoked))
    cancel = agency.cancel(warned.alert)
    refuse(log, agency.warn(cancel), "revoked")
    colleague = agency.certified(Role.OFFICER, "Badge 9")
    certificate = colleague.issued.certificate
    log.add(
        CertificateLogged(
            at=log.now,
            agency=certificate.agency,
            sha256=colleague.issued.sha256,
            role=certificate.role,
            not_after=certificate.not_after,
        )
    )
    log.add(log.warned(agency.warn(cancel, colleague)))


def test_another_member_agency_changes_and_cancels_nothing_of_it(log: Log) -> None:
    first = log.agency
    log.agency = MakeBelieveAgency(now=log.now, place=first.place)
    log.join()
    warned = first.warn(first.alert(log.now))
    log.add(log.warned(warned, "ann"))
    other, named = log.agency, {"agency": log.agency.record.id}
    update = other.warn(other.version(warned.alert, **named))
    refuse(log, update, "another agency's alert", "ann")
    cancel = other.warn(other.cancel(warned.alert, **named))
    refuse(log, cancel, "another agency's alert")


def test_three_a_day_and_updates_do_not_count(log: Log) -> None:
    agency = log.agency
    for _ in range(3):
        warned = agency.warn(agency.alert(log.now))
        log.add(log.warned(warned, "ann"))
    update = agency.version(warned.alert, text="The street is closed.")
    log.add(log.warned(agency.warn(update), "bob"))
    log.add(log.warned(agency.warn(agency.cancel(update))))
    refuse(log, agency.warn(agency.alert(log.now)), "3 new alerts", "ann")
    log.now += DAY
    log.add(log.warned(agency.warn(agency.alert(log.now)), "ann"))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"text": "Send tips to the desk."}, "nothing new"),
        ({"headline": "Look at your neighbour"}, "has the headline"),
        ({"category": Category.INFO}, "has the headline"),
        ({"expires": timedelta(hours=5)}, "stays as long"),
        ({"cell": "881f1d4883fffff"}, "cell of the first"),
        ({"references": ("0" * 32,)}, "no alert of this id"),
    ],
)
def test_a_cancel_says_nothing_that_no_steward_has_read(
    log: Log, changes: dict[str, Any], match: str
) -> None:
    warned = log.agency.warn(log.agency.alert(log.now))
    log.add(log.warned(warned, "ann"))
    if "expires" in changes:
        changes = {"expires": log.now + changes["expires"]}
    cancel = log.agency.cancel(warned.alert, **changes)
    refuse(log, log.agency.warn(cancel), match)


def test_nothing_follows_a_cancel_and_nobody_approves_one(log: Log) -> None:
    agency = log.agency
    warned = agency.warn(agency.alert(log.now))
    log.add(log.warned(warned, "ann"))
    cancel = agency.warn(agency.cancel(warned.alert))
    refuse(log, cancel, "waits for nobody", "ann")
    log.add(log.warned(cancel))
    refuse(log, agency.warn(agency.version(warned.alert)), "was cancelled", "ann")


def test_a_refusal_is_counted_and_has_no_text(log: Log) -> None:
    entry = AgencyAlertRefused(
        at=log.now,
        agency=log.agency.record.id,
        alert="0" * 64,
        category=Category.INFO,
        rule="no request in disguise",
        fact="It asks for tips.",
        steward="ann",
    )
    log.add(entry)
    assert log.register.agencies[entry.agency].alerts_refused == 1
    with pytest.raises(BadProof, match="no such steward"):
        log.add(msgspec.structs.replace(entry, steward="mallory"))
