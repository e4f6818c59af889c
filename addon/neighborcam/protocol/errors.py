"""Every error of the protocol, named for what the receiver should do.

::

    ProtocolError
    ├── InvalidMessage     refuse it and say the code; the sender can mend it
    ├── BadSignature       refuse it; nobody vouches for it
    ├── BadProof           refuse it and keep it: the log or its hub misbehaves
    └── CannotOpen         not for us, or damaged on the way

Texts are shown to people and written to logs. They never hold content of a message.
"""


class ProtocolError(Exception):
    """Base of every error that the protocol raises on purpose."""


class InvalidMessage(ProtocolError):
    """The bytes are no message of the kind expected."""


class BadSignature(ProtocolError):
    """A signature is missing, of an unknown key, or wrong."""


class BadProof(ProtocolError):
    """A log, a checkpoint or a proof contradicts itself or what was known."""


class CannotOpen(ProtocolError):
    """A sealed file or capsule is not for this key, or was changed."""
