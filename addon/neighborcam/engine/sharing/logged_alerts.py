"""Whether the public log vouches for an alert of an agency, and whose it is.

A feed can say anything. What an agency warned of is what this home has read in the log
itself, where certificate, standing, jurisdiction, limits and the steward's passkey were
checked (spec/alerts.md).
"""

from collections.abc import Callable

from neighborcam.protocol.alerts import Alert, MsgType, Origin
from neighborcam.protocol.register_state import RegisterState


class LoggedAlerts:
    """Asks the register of the hub's log, as far as this home has read it."""

    def __init__(self, register: Callable[[], RegisterState]) -> None:
        self._register = register

    def vouches(self, alert: Alert) -> bool:
        """Tell whether an alert may be shown: a neighbour's, or one that is logged.

        One that the log says was cancelled is none, also where a hub withholds that.
        """
        if alert.origin is not Origin.AGENCY:
            return True
        known = self._register().alerts
        logged = known.get(alert.id)
        if logged is None or logged.alert != alert:
            return False
        return alert.msg_type is MsgType.CANCEL or not any(
            each.signed.is_cancel and each.alert.original == alert.original
            for each in known.values()
        )

    def name(self, alert: Alert) -> str:
        """Return the name of the agency that says it; empty for neighbours."""
        agency = self._register().agencies.get(alert.agency or "")
        return agency.record.name if agency is not None else ""
