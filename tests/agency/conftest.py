"""The town with police of tests/hub."""

from tests.hub.conftest import clock, session, settings
from tests.hub.police import policed

__all__ = ["clock", "policed", "session", "settings"]
