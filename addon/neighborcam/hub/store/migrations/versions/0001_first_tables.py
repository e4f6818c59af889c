"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of a new database."""
    _make_agency_alerts()
    _make_alerts()
    _make_applications()
    _make_approvals()
    _make_capsules()
    _make_cases()
    _make_challenges()
    _make_chunks()
    _make_comments()
    _make_counters()
    _make_envelopes()
    _make_households()
    _make_invited()
    _make_invites()
    _make_issued()
    _make_log()
    _make_media()
    _make_offices()
    _make_openings()
    _make_replies()
    _make_reviews()
    _make_sessions()
    _make_settings()
    _make_spent()
    _make_stewards()
    _make_takedowns()
    _make_token_keys()
    _make_veto_keys()
    _make_vetoes()
    _make_votes()
    _make_witnessed()


def _make_agency_alerts() -> None:
    op.create_table(
        "agency_alerts",
        sa.Column("alert", sa.String(length=32), nullable=False),
        sa.Column("agency", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert"),
        sa.UniqueConstraint("sha256"),
    )


def _make_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("original", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=15), nullable=False),
        sa.Column("cell", sa.String(length=15), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("msg_type", sa.String(length=8), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sig", sa.LargeBinary(), nullable=False),
        sa.Column("author_key", sa.LargeBinary(), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("vote_private", sa.LargeBinary(), nullable=False),
        sa.Column("vote_public", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index("ix_alerts_expires", "alerts", ["expires"])
    op.create_index("ix_alerts_original", "alerts", ["original"])
    op.create_index("ix_alerts_region_seq", "alerts", ["region", "seq"])


def _make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("opened_by", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("fact", sa.Text(), nullable=True),
        sa.Column("steward", sa.String(length=40), nullable=True),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_cases_subject", "cases", ["subject"])


def _make_challenges() -> None:
    op.create_table(
        "challenges",
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("challenge"),
        sqlite_with_rowid=False,
    )


def _make_comments() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("alert", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sig", sa.LargeBinary(), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_comments_alert", "comments", ["alert"])


def _make_counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _make_envelopes() -> None:
    op.create_table(
        "envelopes",
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.create_index("ix_envelopes_expires", "envelopes", ["expires"])


def _make_households() -> None:
    op.create_table(
        "households",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sqlite_with_rowid=False,
    )


def _make_invited() -> None:
    op.create_table(
        "invited",
        sa.Column("household", sa.String(length=32), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("household", "nonce"),
    )


def _make_invites() -> None:
    op.create_table(
        "invites",
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
        sqlite_with_rowid=False,
    )


def _make_issued() -> None:
    op.create_table(
        "issued",
        sa.Column("household", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("household", "scope", "request"),
    )
    op.create_index("ix_issued_epoch", "issued", ["epoch"])


def _make_log() -> None:
    op.create_table(
        "log",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )


def _make_media() -> None:
    op.create_table(
        "media",
        sa.Column("alert", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "sha256"),
    )
    op.create_index("ix_media_expires", "media", ["expires"])


def _make_offices() -> None:
    op.create_table(
        "offices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("seconded", sa.String(length=40), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _make_openings() -> None:
    op.create_table(
        "openings",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("steward", sa.String(length=40), nullable=False),
        sa.Column("share", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("case"),
    )


def _make_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("session", sa.LargeBinary(), nullable=False),
        sa.Column("steward", sa.String(length=40), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session"),
    )
    op.create_index("ix_sessions_steward", "sessions", ["steward"])


def _make_settings() -> None:
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _make_spent() -> None:
    op.create_table(
        "spent",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.String(length=10), nullable=False),
        sa.Column("used", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_spent_epoch", "spent", ["epoch"])


def _make_stewards() -> None:
    op.create_table(
        "stewards",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("credential"),
        sa.UniqueConstraint("position"),
    )


def _make_takedowns() -> None:
    op.create_table(
        "takedowns",
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("alert", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    with op.batch_alter_table("takedowns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_takedowns_alert"), ["alert"], unique=False)


def _make_token_keys() -> None:
    op.create_table(
        "token_keys",
        sa.Column("epoch", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", "purpose"),
    )


def _make_votes() -> None:
    op.create_table(
        "votes",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("alert", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_votes_alert", "votes", ["alert"])


def _make_witnessed() -> None:
    op.create_table(
        "witnessed",
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("origin"),
    )


def _make_applications() -> None:
    op.create_table(
        "applications",
        sa.Column("agency", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("domain_checked", sa.BigInteger(), nullable=True),
        sa.Column("call_back", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("agency"),
    )


def _make_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("steward", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", "steward"),
    )


def _make_capsules() -> None:
    op.create_table(
        "capsules",
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("capsule", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_capsules_request_round", "capsules", ["request", "round"], unique=False
    )


def _make_chunks() -> None:
    op.create_table(
        "chunks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("lock", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_chunks_expires", "chunks", ["expires"])


def _make_replies() -> None:
    op.create_table(
        "replies",
        sa.Column("request", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("request", "number"),
    )


def _make_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("request", sa.String(length=32), nullable=False),
        sa.Column("agency", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request"),
        sa.UniqueConstraint("sha256"),
    )


def _make_veto_keys() -> None:
    op.create_table(
        "veto_keys",
        sa.Column("agency", sa.String(length=32), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agency"),
    )


def _make_vetoes() -> None:
    op.create_table(
        "vetoes",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("agency", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("token"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_vetoes_agency", "vetoes", ["agency"])
