"""The hub and the police of tests/hub."""

from tests.hub.conftest import clock, session, settings, town
from tests.hub.police import policed

__all__ = ["clock", "policed", "session", "settings", "town"]
