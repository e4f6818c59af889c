"""Every error of the desk, named for what its user should do.

::

    DeskError
    ├── WrongPassphrase   try again
    ├── DeskUnreadable    the folder or a file in it is damaged: use the copy
    ├── DeskInUse         another program works in the folder: wait for it, or close it
    ├── InvalidInput      mend what you wrote; `field` names it
    ├── NotNow            its present state forbids this; the text says what comes first
    ├── HubAway           try again later: nothing is lost
    ├── HubSaidNo         the hub refused; `code` is one of spec/hub.md
    └── HubMisbehaves     ask nothing of this hub until a person has looked

Texts are shown to people. They never hold a key or a passphrase.
"""


class DeskError(Exception):
    """Base of every error that the desk raises on purpose."""


class WrongPassphrase(DeskError):
    """The passphrase does not open the keys, or their file was changed."""


class DeskUnreadable(DeskError):
    """A file of the desk is missing or damaged."""


class DeskInUse(DeskError):
    """Another program works in the desk's folder."""


class InvalidInput(DeskError):
    """What somebody wrote cannot be used; ``field`` names where, if that is known."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(f"{field}: {text}" if field else text)
        self.field = field


class NotNow(DeskError):
    """Its present state forbids this."""


class HubAway(DeskError):
    """The hub does not answer, or makes no sense."""


class HubSaidNo(DeskError):
    """The hub refused."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"the hub says: {text}")
        self.code = code


class HubMisbehaves(DeskError):
    """The hub's log contradicts itself, or what it showed before."""
