"""Entries of the public log: what a hub does with power over people (spec/log.md).

A reader that meets a kind it does not know keeps it as it is: the log outlives us.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, TypeAliasType, get_args

import msgspec

from neighborcam.protocol.agency_entries import AgencyEntry
from neighborcam.protocol.canonical import check_form, encode
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.identity import Message, Moment, Sha256

type Reason = Annotated[str, msgspec.Meta(max_length=300)]
type Count = Annotated[int, msgspec.Meta(ge=0)]
type DemandKind = Literal["order", "subpoena", "warrant", "informal", "other"]


class HubOpened(Message, frozen=True, kw_only=True, tag="hub-opened"):
    """The first entry."""

    v: Literal[1] = 1
    at: Moment
    name: str


class TokenKeys(Message, frozen=True, kw_only=True, tag="token-keys"):
    """The keys of a day, by purpose: everybody must get tokens of the same."""

    v: Literal[1] = 1
    at: Moment
    epoch: str
    keys: dict[str, Sha256]  # of the key's SubjectPublicKeyInfo


class StewardAppointed(Message, frozen=True, kw_only=True, tag="steward-appointed"):
    """A steward took up the office; ``steward`` is a name for the log only.

    ``key`` is the passkey's, SubjectPublicKeyInfo: by it anybody checks approvals.
    """

    v: Literal[1] = 1
    at: Moment
    steward: str
    key: bytes
    recipient: str = ""  # age; moderation envelopes are sealed to it
    by: tuple[str, ...] = ()  # stewards; none for the first


class StewardLeft(Message, frozen=True, kw_only=True, tag="steward-left"):
    """A steward is one no more: ``by`` itself, two others, or nobody: the operator."""

    v: Literal[1] = 1
    at: Moment
    steward: str
    by: tuple[str, ...] = ()


class Decision(Message, frozen=True, kw_only=True, tag="decision"):
    """What a steward decided, with the statement of reasons. Nothing of the post."""

    v: Literal[1] = 1
    at: Moment
    case: str
    subject: Literal["alert", "comment", "media"]
    opened_by: Literal["rule", "flag", "dispute", "takedown", "appeal"]
    decision: Literal["approved", "refused", "restored", "upheld"]
    rule: Reason
    fact: Reason
    automated: bool = False
    steward: str


class EnvelopeOpened(Message, frozen=True, kw_only=True, tag="envelope-opened"):
    """Two stewards learned who posted something."""

    v: Literal[1] = 1
    at: Moment
    case: str
    stewards: Annotated[tuple[str, ...], msgspec.Meta(min_length=2)]
    reason: Reason


class AccountClosed(Message, frozen=True, kw_only=True, tag="account-closed"):
    """Two stewards closed the account behind a case. Nothing of the household."""

    v: Literal[1] = 1
    at: Moment
    case: str
    stewards: Annotated[tuple[str, ...], msgspec.Meta(min_length=2)]


class LegalDemand(Message, frozen=True, kw_only=True, tag="legal-demand"):
    """Somebody demanded data of the hub; what was given."""

    v: Literal[1] = 1
    at: Moment
    kind: DemandKind
    given: Reason


class Release(Message, frozen=True, kw_only=True, tag="release"):
    """The software that the hub runs from now on."""

    v: Literal[1] = 1
    at: Moment
    version: str


type Entry = (
    HubOpened
    | TokenKeys
    | StewardAppointed
    | StewardLeft
    | Decision
    | EnvelopeOpened
    | AccountClosed
    | LegalDemand
    | Release
    | AgencyEntry
)


def _leaves(union: Any) -> Iterator[Any]:
    """Yield the messages of a union of unions."""
    for each in get_args(union):
        if isinstance(each, TypeAliasType):
            yield from _leaves(each.__value__)
        else:
            yield each


KINDS: Final = frozenset(
    str(each.__struct_config__.tag) for each in _leaves(Entry.__value__)
)


class _Kind(msgspec.Struct):
    type: Any = ""


def read_entry(data: bytes) -> Entry | None:
    """Return an entry; None for a kind that this version does not know.

    Raises `InvalidMessage` for one of a kind that we know, but of another form, and for
    what is no canonical message: two readers would see two entries in it.
    """
    try:
        entry: Entry = msgspec.json.decode(data, type=Entry)
    except msgspec.ValidationError as problem:
        check_form(data)
        if _kind(data) in KINDS:
            raise InvalidMessage(
                f"an entry is not as the spec says: {problem}"
            ) from None
        return None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise InvalidMessage("an entry is no message") from None
    if encode(entry) != data:
        raise InvalidMessage("an entry is not in canonical form (RFC 8785)")
    return entry


def _kind(data: bytes) -> str:
    try:
        return str(msgspec.json.decode(data, type=_Kind).type)
    except msgspec.ValidationError:  # no object
        return ""
