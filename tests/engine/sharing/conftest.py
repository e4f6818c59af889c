"""The hub of tests/hub, for homes that share through it."""

from tests.hub.conftest import clock, session, settings, town

__all__ = ["clock", "session", "settings", "town"]
