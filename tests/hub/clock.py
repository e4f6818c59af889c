"""Time that a test moves, and the place where its homes are."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 23, 18, 37, tzinfo=UTC)
REGION = "851f1d4bfffffff"  # around demo.town_home.CELL


class Clock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at

    def advance(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)
