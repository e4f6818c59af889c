"""Every error of the hub, named for what the sender should do.

::

    HubError
    ├── NotFound          there is no such thing, or it is gone
    ├── NotAMember        no such household, or its key did not sign
    ├── NotASteward       log in as a steward
    ├── NoPass            ask for the pass of the day
    ├── WrongCode         the invite was used, or is too old: ask for another
    ├── WrongAuthor       only who wrote it may change it
    ├── WrongToken        not of this hub, day and purpose: get others
    ├── TokenSpent        get another token
    ├── IdTaken           something else has this id: send it under a new one
    ├── QuotaUsed         wait until the next day (UTC)
    ├── TooMany           too much at once: try again later
    ├── TooLarge          send less
    ├── UnfitMedia        no picture or clip that can be shown
    ├── NotAllowed        this agency, certificate or role may not do that
    ├── Conflict          its present state forbids this
    └── StorageFailed     the hub's disk or database is not there: try again

Texts are shown to people. They never hold a token, a code or a household's id.
"""


class HubError(Exception):
    """Base of every error that the hub raises on purpose."""


class NotFound(HubError):
    """There is no such thing, or it is gone."""


class NotAMember(HubError):
    """No such household, or its key did not sign this."""


class NotASteward(HubError):
    """Only a steward may do this."""


class NoPass(HubError):
    """The feed is for members: the pass of the day is missing or old."""


class WrongCode(HubError):
    """The invite is unknown, used or too old."""


class WrongAuthor(HubError):
    """It was signed with another key than the first version."""


class WrongToken(HubError):
    """The token is not of this hub, day and purpose."""


class TokenSpent(HubError):
    """The token was used for something else."""


class IdTaken(HubError):
    """Something else has this id."""


class QuotaUsed(HubError):
    """The household has had all that it gets."""


class TooMany(HubError):
    """Too much at once, from one network or in one region."""


class TooLarge(HubError):
    """More bytes than this may have."""


class UnfitMedia(HubError):
    """These bytes are no picture or clip that can be shown."""


class NotAllowed(HubError):
    """This agency, certificate or role may not do that."""


class Conflict(HubError):
    """Its present state forbids this."""


class StorageFailed(HubError):
    """Disk or database failed."""
