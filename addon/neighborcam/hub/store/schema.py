"""The tables. `inventory` says of each column what it could tell a stranger.

SQLite numbers rows in the order in which they came. For what comes from nobody in
particular even that order must not be there: those tables are without row ids.

No column holds a name, an address, a place finer than a published cell, or an address
of a connection; tests/hub/store reads this metadata and fails when one appears.
"""

from datetime import UTC, datetime
from typing import Any, Final, override

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

METADATA: Final = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s"}
)


class Instant(TypeDecorator[datetime]):
    """An aware moment in UTC, kept as whole milliseconds: alike in both databases."""

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else round(value.timestamp() * 1000)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


SETTINGS: Final = Table(
    "settings",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
COUNTERS: Final = Table(
    "counters",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
HOUSEHOLDS: Final = Table(
    "households",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("key", LargeBinary, nullable=False, unique=True),
    sqlite_with_rowid=False,
)
INVITES: Final = Table(
    "invites",
    METADATA,
    Column("code", LargeBinary, primary_key=True),  # its hash
    Column("expires", Instant, nullable=False),
    sqlite_with_rowid=False,
)
INVITED: Final = Table(  # how many invites a household gave, for 90 days
    "invited",
    METADATA,
    Column("household", String(32), primary_key=True),
    Column("nonce", String(32), primary_key=True),
    Column("code", String(20), nullable=False),  # empty once it is used
    Column("at", Instant, nullable=False),  # the day
)
TOKEN_KEYS: Final = Table(
    "token_keys",
    METADATA,
    Column("epoch", String(10), primary_key=True),
    Column("purpose", String(16), primary_key=True),
    Column("private", LargeBinary, nullable=False),
    Column("public", LargeBinary, nullable=False),
)
ISSUED: Final = Table(  # what a household got of a day: a number, never for what
    "issued",
    METADATA,
    Column("household", String(32), primary_key=True),
    Column("scope", String(64), primary_key=True),  # epoch and purpose, or an alert
    Column("request", LargeBinary, primary_key=True),  # hash of what was blinded
    Column("number", Integer, nullable=False),
    Column("epoch", String(10), nullable=False, index=True),
)
SPENT: Final = Table(
    "spent",
    METADATA,
    Column("token", LargeBinary, primary_key=True),  # hash of what was prepared
    Column("epoch", String(10), nullable=False, index=True),
    Column("used", LargeBinary, nullable=False),  # hash of the message it paid for
    sqlite_with_rowid=False,
)
ALERTS: Final = Table(
    "alerts",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("original", String(32), nullable=False, index=True),
    Column("region", String(15), nullable=False),  # resolution 5
    Column("cell", String(15), nullable=False),
    Column("scope", String(8), nullable=False),
    Column("msg_type", String(8), nullable=False),
    Column("body", LargeBinary, nullable=False),  # canonical
    Column("sig", LargeBinary, nullable=False),
    Column("author_key", LargeBinary, nullable=False),
    Column("standing", String(10), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("published", Instant, nullable=False),
    Column("expires", Instant, nullable=False, index=True),
    Column("verified", Boolean, nullable=False, default=False),
    Column("seq", BigInteger, nullable=False, unique=True),
    Column("vote_private", LargeBinary, nullable=False),
    Column("vote_public", LargeBinary, nullable=False),
    Index("ix_alerts_region_seq", "region", "seq"),
)
VOTES: Final = Table(
    "votes",
    METADATA,
    Column("token", LargeBinary, primary_key=True),  # hash; names no household
    Column("alert", String(32), nullable=False, index=True),  # the first version
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
COMMENTS: Final = Table(
    "comments",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("alert", String(32), nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
    Column("sig", LargeBinary, nullable=False),
    Column("standing", String(10), nullable=False),
    Column("at", Instant, nullable=False),
)
ENVELOPES: Final = Table(
    "envelopes",
    METADATA,
    Column("subject", String(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires", Instant, nullable=False, index=True),
)
MEDIA: Final = Table(
    "media",
    METADATA,
    Column("alert", String(32), primary_key=True),
    Column("sha256", String(64), primary_key=True),  # as the author signed it
    Column("kind", String(8), nullable=False),
    Column("type", String(32), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("blob", String(64), nullable=False),
    Column("expires", Instant, nullable=False, index=True),
)
CASES: Final = Table(
    "cases",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("subject", String(32), nullable=False, index=True),
    Column("kind", String(8), nullable=False),  # alert, comment
    Column("opened_by", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened", Instant, nullable=False),
    Column("decision", String(10)),
    Column("rule", Text),
    Column("fact", Text),
    Column("steward", String(40)),
    Column("decided", Instant),
)
TAKEDOWNS: Final = Table(  # who asked for a picture's removal, by a code of theirs
    "takedowns",
    METADATA,
    Column("code", LargeBinary, primary_key=True),  # its hash
    Column("alert", String(32), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("contact", Text, nullable=False),  # emptied with the decision
    Column("at", Instant, nullable=False),
)
STEWARDS: Final = Table(
    "stewards",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("recipient", Text, nullable=False, default=""),
    Column("position", Integer, nullable=False, unique=True),
)
OFFICES: Final = Table(  # appointments and removals of stewards, until they are done
    "offices",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(40), nullable=False),
    Column("code", LargeBinary),  # its hash, of an appointment
    Column("by", String(40), nullable=False),  # empty: the hub's own
    Column("seconded", String(40), nullable=False, default=""),
    Column("ends", Instant, nullable=False),
)
SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("session", LargeBinary, primary_key=True),  # its hash
    Column("steward", String(40), nullable=False, index=True),
    Column("ends", Instant, nullable=False),
)
CHALLENGES: Final = Table(  # that a passkey answered: none is answered twice
    "challenges",
    METADATA,
    Column("challenge", LargeBinary, primary_key=True),  # its hash
    Column("ends", Instant, nullable=False),
    sqlite_with_rowid=False,
)
OPENINGS: Final = Table(  # of envelopes: one steward's share, until another's comes
    "openings",
    METADATA,
    Column("case", String(32), primary_key=True),
    Column("steward", String(40), nullable=False),
    Column("share", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("told", String(40)),
)
LOG: Final = Table(
    "log",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
WITNESSED: Final = Table(  # what we cosigned last, of each other log
    "witnessed",
    METADATA,
    Column("origin", String(200), primary_key=True),
    Column("vkey", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
)
APPLICATIONS: Final = Table(  # agencies that want to join, until they are announced
    "applications",
    METADATA,
    Column("agency", String(32), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # canonical key file
    Column("received", Instant, nullable=False),
    Column("domain_checked", Instant),
    Column("call_back", LargeBinary),
)
APPROVALS: Final = Table(  # of stewards, until there are enough for an entry
    "approvals",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("subject", LargeBinary, primary_key=True),
    Column("steward", String(40), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
)
VETO_KEYS: Final = Table(
    "veto_keys",
    METADATA,
    Column("agency", String(32), primary_key=True),
    Column("private", LargeBinary, nullable=False),
    Column("public", LargeBinary, nullable=False),
)
VETOES: Final = Table(
    "vetoes",
    METADATA,
    Column("token", LargeBinary, primary_key=True),  # hash; names no household
    Column("agency", String(32), nullable=False, index=True),
    sqlite_with_rowid=False,
)
REVIEWS: Final = Table(  # requests that wait for a steward, or were refused
    "reviews",
    METADATA,
    Column("request", String(32), primary_key=True),
    Column("agency", String(32), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    Column("received", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False, default=""),
)
AGENCY_ALERTS: Final = Table(  # that wait for a steward, or were decided
    "agency_alerts",
    METADATA,
    Column("alert", String(32), primary_key=True),
    Column("agency", String(32), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    Column("received", Instant, nullable=False),
    Column("standing", String(10), nullable=False),
    Column("reason", Text, nullable=False, default=""),
)
CAPSULES: Final = Table(  # no time, no order, no account
    "capsules",
    METADATA,
    Column("name", LargeBinary, primary_key=True),  # hash of the capsule
    Column("request", String(32), nullable=False),
    Column("round", Integer, nullable=False),
    Column("capsule", LargeBinary, nullable=False),
    Index("ix_capsules_request_round", "request", "round"),
    sqlite_with_rowid=False,
)
CHUNKS: Final = Table(  # pieces of sealed clips; of which request nobody here knows
    "chunks",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("lock", String(64), nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("expires", Instant, nullable=False, index=True),  # whole days
    sqlite_with_rowid=False,
)
REPLIES: Final = Table(
    "replies",
    METADATA,
    Column("request", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
