"""The hub of tests/hub."""

from tests.hub.conftest import clock, session, settings, town

__all__ = ["clock", "session", "settings", "town"]
