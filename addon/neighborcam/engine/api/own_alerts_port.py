"""What the API needs of sharing to tell an author what stewards decided."""

from typing import Protocol

from neighborcam.engine.neighbours import OwnAlertView, StatementView


class OwnAlertsPort(Protocol):
    """This home's own alerts; on the loop."""

    def own_alerts(self) -> tuple[OwnAlertView, ...]:
        """Return those that have not run out; none while sharing is off."""

    async def statements(self, alert: str) -> tuple[StatementView, ...]:
        """Ask the hub why stewards decided about one as they did."""

    def appeal(self, alert: str, reason: str) -> None:
        """Have another steward look at one."""
