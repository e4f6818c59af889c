"""What can go wrong between a home and its hub, by what the home should do.

::

    EngineError
    ├── HubUnreachable   keep what was to be sent, and try again
    ├── HubRefused       the hub's code and words; sending the same again is no use
    │   └── HubBusy      too much at once, or the day's quota: wait `after_s`
    └── HubMisbehaves    what it shows contradicts itself: stop, and keep the evidence
"""

from neighborcam.engine.errors import EngineError


class HubUnreachable(EngineError):
    """No answer, or none that makes sense: try again later."""


class HubRefused(EngineError):
    """The hub said no. ``code`` is one of spec/hub.md."""

    def __init__(self, code: str, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.field = field


class HubBusy(HubRefused):
    """The hub said not now; try again in ``after_s`` seconds."""

    def __init__(self, code: str, text: str, after_s: float) -> None:
        super().__init__(code, text)
        self.after_s = after_s


class HubMisbehaves(EngineError):
    """The hub contradicts its own log, or signed nothing of what it shows."""
