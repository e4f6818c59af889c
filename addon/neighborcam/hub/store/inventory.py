"""What the hub's database can be made to give: every table and column, in words.

Each hub shows this list of its own version (`/api/inventory`), docs/hub.md and
docs/operators/inventory.md are written from it, and none of them can leave out what
the tables have: a column without a line here is an error.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, Table

from neighborcam.hub.store.agency_words import AGENCY_WORDS, Words
from neighborcam.hub.store.schema import METADATA, Instant


class ColumnTold(msgspec.Struct, frozen=True, kw_only=True):
    """A column: its name, what it holds, and what that tells."""

    name: str
    holds: str
    tells: str


class TableTold(msgspec.Struct, frozen=True, kw_only=True):
    """A table: what its rows tell, and for how long they are kept."""

    name: str
    tells: str
    kept: str
    columns: tuple[ColumnTold, ...]


_WORDS: Final[dict[str, Words]] = {
    "settings": Words(
        "the hub's own keys, passes of the day, how its duties stand, and when its"
        " witnesses signed",
        "always; passes two days",
        {
            "name": "which setting",
            "value": "its value",
        },
    ),
    "counters": Words(
        "the number of the last event",
        "always",
        {"name": "which counter", "value": "how far it has counted"},
    ),
    "households": Words(
        "that somebody takes part: a random id and a public key",
        "until they leave",
        {
            "id": "a random number",
            "key": "the public half of its engine's key",
        },
    ),
    "invites": Words(
        "hashes of codes that nobody used yet",
        "30 days, and the rest of the last",
        {
            "code": "its hash; the code itself is nowhere else but with who gave it",
            "expires": "the day on which it is of no use any more",
        },
    ),
    "invited": Words(
        "how many invites a household gave, and the codes that nobody used yet; not who"
        " came by them",
        "90 days; the code until it is used, 31 days at most",
        {
            "household": "who gave it",
            "nonce": "so that the same wish gets the same code",
            "code": "the code it got; empty once it was used",
            "at": "the day",
        },
    ),
    "token_keys": Words(
        "the hub's keys for tokens of a day",
        "two days",
        {
            "epoch": "the day",
            "purpose": "what its tokens are for",
            "private": "the key itself",
            "public": "its public half, which all homes get",
        },
    ),
    "issued": Words(
        "how many tokens a household took on a day, and for which alerts and agencies"
        " one to vote with (every engine takes one for every one)",
        "two days; of those to vote with a month, or until the alert goes",
        {
            "household": "who took them",
            "scope": "the day and purpose, or the alert or agency",
            "request": "a hash of what was blinded: leads to no token",
            "number": "how many",
            "epoch": "the day",
        },
    ),
    "spent": Words(
        "hashes of tokens that were used; nobody can tell whose",
        "two days",
        {
            "token": "its hash",
            "epoch": "the day of its key",
            "used": "a hash of what it paid for",
        },
    ),
    "alerts": Words(
        "what was published: text, cell, one-time key",
        "until it expires; while it waits for a steward 14 days, unseen; 30 at most",
        {
            "id": "a random number",
            "original": "the alert of which it is a version",
            "region": "the H3 cell of resolution 5 in which it lies",
            "cell": "the cell that was published, never finer than a crowd",
            "scope": "how far it goes",
            "msg_type": "new, an update, or taken back",
            "body": "the alert as its author signed it",
            "sig": "the signature by the one-time key",
            "author_key": "a key made for this alert alone",
            "standing": "whether it is shown",
            "reason": "why it is not",
            "published": "when it came",
            "expires": "when it ends",
            "verified": "whether two households said the same",
            "seq": "its place among all events",
            "vote_private": "the hub's key for reactions to it",
            "vote_public": "its public half",
        },
    ),
    "votes": Words(
        "reactions, by tokens of nobody",
        "as the alert",
        {
            "token": "its hash; names no household",
            "alert": "to what",
            "kind": "which reaction",
            "at": "when",
        },
    ),
    "comments": Words(
        "what was written below, with one-time keys",
        "as the alert",
        {
            "id": "a random number",
            "alert": "below which alert",
            "body": "the comment as its author signed it",
            "sig": "the signature by the one-time key",
            "standing": "whether it is shown",
            "at": "when",
        },
    ),
    "envelopes": Words(
        "who posted, sealed so that only two stewards together can read it",
        "14 days",
        {
            "subject": "of which alert or comment",
            "sealed": "the account's id, sealed in shares to the stewards",
            "expires": "the day on which it is deleted",
        },
    ),
    "media": Words(
        "which pictures there are, and where they lie",
        "7 days",
        {
            "alert": "of which alert",
            "sha256": "the picture's hash, as its author signed it",
            "kind": "picture or clip",
            "type": "its media type",
            "bytes": "how large it is",
            "blob": "the random name of its file",
            "expires": "when it is deleted",
        },
    ),
    "cases": Words(
        "what stewards looked at, and what they decided",
        "as the alert",
        {
            "id": "a random number",
            "subject": "which alert or comment",
            "kind": "alert or comment",
            "opened_by": "what brought it before the stewards",
            "reason": "what was said about it, by nobody",
            "opened": "when",
            "decision": "what was decided",
            "rule": "by which rule; public",
            "fact": "on what it rests; public",
            "steward": "by whom; public",
            "decided": "when",
        },
    ),
    "takedowns": Words(
        "that somebody who is filmed asked for a picture to go, and how to reach them"
        " if they said so",
        "as the alert; the contact until a steward has decided",
        {
            "code": "the hash of a code that only who asked has",
            "alert": "which alert",
            "sha256": "which of its pictures",
            "contact": "what who asked chose to write, empty once it is decided",
            "at": "when",
        },
    ),
    "stewards": Words(
        "names that stewards chose, public keys of their passkeys",
        "until they leave",
        {
            "name": "what the steward wants to be called",
            "credential": "the passkey's id",
            "public_key": "its public half",
            "sign_count": "how often it says that it was used",
            "recipient": "the public key to which envelopes are sealed",
            "position": "which of the stewards this is",
        },
    ),
    "offices": Words(
        "who shall become a steward or be one no more, until it is done",
        "7 days at most",
        {
            "id": "a random number",
            "kind": "appointment or removal",
            "name": "of whom; the name that the log will have",
            "code": "the hash of the invite's code",
            "by": "which steward wants it",
            "seconded": "which steward agrees",
            "ends": "until when",
        },
    ),
    "sessions": Words(
        "that a steward is logged in",
        "12 hours",
        {
            "session": "a hash of what the steward's browser holds",
            "steward": "who",
            "ends": "when it ends",
        },
    ),
    "challenges": Words(
        "that some passkey answered a challenge, so that none is answered twice",
        "10 minutes, and until the next sweep",
        {"challenge": "its hash", "ends": "when it could not be answered any more"},
    ),
    "openings": Words(
        "one steward's share of an envelope, which alone names nobody",
        "3 days, and not longer than the case is open",
        {
            "case": "of which case",
            "steward": "who brought it",
            "share": "a point of a line; the household is where two of them meet;"
            " once it is open, behind it what only who was told can compare",
            "at": "when",
            "told": "the other steward, who was told; the log has both",
        },
    ),
    "log": Words(
        "the public log, which anybody can read",
        "always",
        {
            "position": "its number",
            "entry": "the entry, whole",
            "hash": "its hash",
        },
    ),
    "witnessed": Words(
        "checkpoints of other hubs' logs",
        "always",
        {
            "origin": "which hub's",
            "vkey": "the key of its log",
            "size": "how long it was when we signed last",
            "root": "the hash over all of it",
        },
    ),
    **AGENCY_WORDS,
}


def inventory() -> tuple[TableTold, ...]:
    """Return what the database holds, table by table.

    Raises `KeyError` for a table or column that nobody described.
    """
    return tuple(map(_told, METADATA.tables.values()))


def strangers() -> set[str]:
    """Return what is described and not there."""
    told = {
        f"{name}.{column}" for name, each in _WORDS.items() for column in each.columns
    }
    there = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.columns
    }
    return told - there


def _told(table: Table) -> TableTold:
    words = _WORDS[table.name]
    return TableTold(
        name=str(table.name),
        tells=words.tells,
        kept=words.kept,
        columns=tuple(_columns(table, words.columns)),
    )


def _columns(table: Table, words: dict[str, str]) -> Iterator[ColumnTold]:
    for column in table.columns:
        if isinstance(column.type, Instant):
            holds = "a moment"
        elif isinstance(column.type, BigInteger | Integer):
            holds = "a number"
        elif isinstance(column.type, Boolean):
            holds = "yes or no"
        elif isinstance(column.type, LargeBinary):
            holds = "bytes"
        else:
            holds = "text"
        yield ColumnTold(name=str(column.name), holds=holds, tells=words[column.name])
