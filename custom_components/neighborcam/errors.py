"""What goes wrong with an engine, named for what the caller should do.

::

    EngineFailure
    ├── EngineUnreachable     no connection or no answer: try again later
    ├── TokenRefused          the token was revoked: pair again
    ├── CodeRefused           the pairing code is wrong, used or out of date
    ├── EngineTooNew          it speaks a newer schema: update the integration
    ├── EngineTooOld          it speaks an older schema: update the engine
    ├── OddAnswer             it is no NeighborCam engine, or sends nonsense
    └── WishRefused           it answered, and said no; ``code`` and text tell why

Texts hold no address, token or picture: they reach logs and people.
"""


class EngineFailure(Exception):
    """Base of everything that `client` raises."""


class EngineUnreachable(EngineFailure):
    """Closed port, unknown host, no answer in time, or the connection broke."""


class TokenRefused(EngineFailure):
    """The engine does not know our token any more, or it may not do this."""


class CodeRefused(EngineFailure):
    """The pairing code is wrong, used or out of date."""


class EngineTooNew(EngineFailure):
    """The engine speaks a schema that this integration does not know yet."""


class EngineTooOld(EngineFailure):
    """The engine speaks a schema that this integration no longer knows."""


class OddAnswer(EngineFailure):
    """What was sent is not what an engine sends."""


class WishRefused(EngineFailure):
    """The engine understood, and will not. Its own words are the text."""

    def __init__(self, message: str, *, code: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
