"""Whether an agency's alert may stand in the log: checked by all who read it."""

from datetime import datetime

from neighborcam.protocol.agency_alert_limits import check_agency_alert
from neighborcam.protocol.agency_alerts import SignedAlert, check_alert_signature
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.register_state import RegisterState
from neighborcam.protocol.vouching import check_known


def check_new_alert(state: RegisterState, signed: SignedAlert, now: datetime) -> None:
    """Raise `BadSignature` or `OutsideLimits` for one that may not be logged.

    Everything but the steward's approval. Taking back is no warning: an agency that
    may not warn any more may cancel what it said.
    """
    agency = state.agency(signed.agency)
    if not (signed.is_cancel or agency.may_ask(now)):
        raise BadSignature(f"this agency may not warn: it is {agency.standing}")
    check_alert_signature(signed, agency.record.key, now)
    check_known(state, signed.officer, now)
    earlier = state.alerts.values()
    check_agency_alert(signed.alert, agency.record.jurisdiction, earlier, now)
