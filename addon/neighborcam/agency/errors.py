"""Every error of the desk, named for what its user should do.

::

    DeskError
    ├── WrongPassphrase   try again
    ├── DeskUnreadable    the folder or a file in it is damaged: use the copy
    ├── NotNow            its present state forbids this; the text says what comes first
    ├── HubAway           try again later: nothing is lost
    └── HubSaidNo         the hub refused; `code` is one of spec/hub.md

Texts are shown to people. They never hold a key or a passphrase.
"""


class DeskError(Exception):
    """Base of every error that the desk raises on purpose."""


class WrongPassphrase(DeskError):
    """The passphrase does not open the keys, or their file was changed."""


class DeskUnreadable(DeskError):
    """A file of the desk is missing or damaged."""


class NotNow(DeskError):
    """Its present state forbids this."""


class HubAway(DeskError):
    """The hub does not answer, or makes no sense."""


class HubSaidNo(DeskError):
    """The hub refused."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"the hub says: {text}")
        self.code = code
