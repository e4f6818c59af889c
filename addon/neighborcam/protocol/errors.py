"""Every error of the protocol, named for what the receiver should do.

::

    ProtocolError
    ├── InvalidMessage     refuse it and say the code; the sender can mend it
    ├── BadSignature       refuse it; nobody vouches for it
    │   └── NotWitnessed       not yet: too few witnesses, too much at once; try again
    ├── BadProof           refuse it and keep it: the log or its hub misbehaves
    ├── OutsideLimits      refuse it; the text says what to change
    ├── IllegalStanding    it happened already, or cannot happen any more
    └── CannotOpen         not for us, or damaged on the way

Texts are shown to people and written to logs. They never hold content of a message.
"""


class ProtocolError(Exception):
    """Base of every error that the protocol raises on purpose."""


class InvalidMessage(ProtocolError):
    """The bytes are no message of the kind expected."""


class BadSignature(ProtocolError):
    """A signature is missing, of an unknown key, or wrong."""


class NotWitnessed(BadSignature):
    """Too few witnesses have signed a checkpoint, not yet by this clock, or too much.

    It proves nothing against anybody.
    """


class BadProof(ProtocolError):
    """A log, a checkpoint or a proof contradicts itself or what was known."""


class CannotOpen(ProtocolError):
    """A sealed file or capsule is not for this key, or was changed."""


class OutsideLimits(ProtocolError):
    """A message of the right form that may not be sent; ``field`` names what is wrong.

    The text tells people what to change.
    """

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field
