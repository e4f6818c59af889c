"""Every error of the engine, named for what the caller should do.

::

    EngineError
    ├── InvalidInput          the data is wrong; the text says what and how to mend it
    ├── NotFound              no such camera, episode, clip …
    ├── WrongPin              ask for the PIN again; after five, wait
    ├── Conflict              it exists already, or its state forbids this
    ├── CameraError           one stream failed; `state` says how, the text what to do
    │   ├── CameraUnreachable     unknown host, closed port, no answer: try again
    │   ├── CameraUnauthorised    user or password refused: ask the owner
    │   ├── CameraUnsupported     no video that we can use: tell the owner
    │   ├── CameraStalled         it stopped sending: reconnect
    │   └── CameraEnded           the stream ended, which is a failure: reconnect
    ├── StorageError          disk full, read-only, gone: detect, do not record
    ├── DataInUse             another engine runs on this data folder: do not start
    ├── DataUnreadable        written by a newer version, or not ours: leave it alone
    │   └── DataDamaged           run `neighborcam check --repair`
    ├── ModelUnavailable      no model file, or a wrong one: work without labels
    ├── HubUnreachable        keep what was to be sent, and try again
    ├── HubRefused            the hub said no: sending the same again is no use
    │   └── HubBusy               not now: wait `after_s`
    └── HubMisbehaves         it contradicts its own log: stop, keep the evidence

Texts are shown to people. They never hold credentials, a token or a position.
"""

from typing import ClassVar

from neighborcam.engine.states import CameraState


class EngineError(Exception):
    """Base of every error that the engine raises on purpose."""


class InvalidInput(EngineError):
    """The caller's data is wrong; the text names the field and the remedy."""


class NotFound(EngineError):
    """There is no such thing."""


class Conflict(EngineError):
    """It exists already, or its present state forbids this."""


class WrongPin(EngineError):
    """The PIN is missing or wrong."""


class CameraError(EngineError):
    """One camera's stream failed. The text is for the camera's owner."""

    state: ClassVar[CameraState] = CameraState.UNREACHABLE


class CameraUnreachable(CameraError):
    """Unknown host, closed port or no answer."""


class CameraUnauthorised(CameraError):
    """The camera refused the user name or the password."""

    state = CameraState.UNAUTHORISED


class CameraUnsupported(CameraError):
    """It answers, but sends nothing that we can use."""

    state = CameraState.UNSUPPORTED


class CameraStalled(CameraError):
    """The connection is open and nothing comes through it."""

    state = CameraState.STALLED


class CameraEnded(CameraError):
    """The stream ended; a camera never ends, so this is a failure."""

    state = CameraState.RECONNECTING


class StorageError(EngineError):
    """The disk is full, read-only or gone. Detection goes on, recording stops."""


class DataInUse(EngineError):
    """Another engine runs on this data folder."""


class DataUnreadable(EngineError):
    """The data folder was written by a newer version, or is not ours."""


class DataDamaged(DataUnreadable):
    """The index is damaged; its recordings are not."""


class ModelUnavailable(EngineError):
    """There is no model file, or it is not the one expected."""


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
    """The hub contradicts its own log, or signed nothing of what it shows.

    ``evidence`` names the file in the data folder that shows it; empty without one.
    """

    def __init__(self, text: str, evidence: str = "") -> None:
        super().__init__(text)
        self.evidence = evidence
