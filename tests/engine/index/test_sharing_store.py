"""What a home keeps about sharing: for how long, and what deleting leaves of it."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from neighborcam.engine.index import sharing_store
from neighborcam.engine.index.database import connect
from neighborcam.engine.index.feed_store import FeedRow
from neighborcam.engine.index.letter_store import Parcel
from neighborcam.engine.index.own_rows import Own
from neighborcam.engine.index.sharing_store import NAME, SharingStore
from neighborcam.protocol.alerts import Token
from tests.hub.clock import START

DAY = timedelta(days=1)
SECRET = b"nobody else's business " * 40


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SharingStore]:
    made = SharingStore.open(tmp_path)
    yield made
    made.close()


def remnants(folder: Path, secret: bytes) -> list[str]:
    """Return the files that still hold something."""
    return [each.name for each in folder.iterdir() if secret in each.read_bytes()]


def token(day: str) -> bytes:
    made = Token(epoch=day, prepared=bytes(64), signature=bytes(256))
    return msgspec.json.encode(made)


def parcel(body: bytes = b"") -> Parcel:
    return Parcel(chain="a", path="/api/alerts", body=body, kind="alert", summary="A")


def test_what_is_deleted_is_overwritten_by_whoever_opened_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite forgets that setting with the connection that made it."""

    def as_most_systems_build_it(path: Path, *, readonly: bool) -> sqlite3.Connection:
        made = connect(path, readonly=readonly)
        made.execute("PRAGMA secure_delete = OFF")
        return made

    monkeypatch.setattr(sharing_store, "connect", as_most_systems_build_it)
    SharingStore.open(tmp_path).close()
    store = SharingStore.open(tmp_path)
    store.put_fact("member", SECRET)
    store.letters.queue([parcel(SECRET)], START)
    store.forget_everything()
    assert remnants(tmp_path, SECRET[:40]) == []  # the journal has nothing either
    store.close()
    assert remnants(tmp_path, SECRET[:40]) == []
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_the_diary_is_kept_for_a_year_and_longer_while_something_waits(
    store: SharingStore,
) -> None:
    store.letters.queue([parcel()], START)
    store.note(kind="round", summary="old", size=1, at=START, state="sent")
    later = START + 300 * DAY
    store.note(kind="round", summary="new", size=1, at=later, state="sent")
    store.prune(START + 365 * DAY)
    assert len(store.letters.diary()) == 3
    store.prune(START + 366 * DAY)
    kept = [(line.summary, line.state) for line in store.letters.diary()]
    assert kept == [("new", "sent"), ("A", "waiting")]


def test_keys_of_own_alerts_go_when_nothing_can_be_taken_back_any_more(
    store: SharingStore,
) -> None:
    store.letters.queue([parcel()], START, own=Own(id="a", seed=bytes(32), alert=b"{}"))
    store.prune(START + 40 * DAY)
    assert store.letters.own_ids() == {"a"}
    store.prune(START + 41 * DAY)
    assert store.letters.own_ids() == frozenset()


def test_votes_go_with_their_alerts_and_a_month_later_at_most(
    store: SharingStore,
) -> None:
    row = FeedRow(
        id="shown",
        seq=1,
        region="r",
        original="shown",
        author=b"",
        event=None,
        until=START + 30 * DAY,
        told=True,
    )
    store.feed.keep([row])
    for alert in ("shown", "over"):
        store.put_vote_token(alert, token("2026-11-23"))
        store.say(alert, "confirm")
    store.say("never", "confirm")
    store.prune(START + 35 * DAY)
    assert set(store.votes()) == {"shown", "over"}  # a veto's token has no alert
    store.prune(START + 36 * DAY)
    assert set(store.votes()) == {"shown"}
    store.feed.keep([], ["shown"])
    store.prune(START + 36 * DAY)
    assert store.votes() == {}


def test_a_vote_keeps_its_first_token(store: SharingStore) -> None:
    store.say("a", "confirm")
    assert [each.token for each in store.owed()] == [None]
    store.put_vote_token("a", token("2026-11-23"))
    store.put_vote_token("a", token("2026-11-24"))
    (vote,) = store.owed("a")
    assert (vote.kind, vote.token) == ("confirm", token("2026-11-23"))
    store.said("a")
    assert (store.owed(), store.votes()) == ([], {"a": "confirm"})
    store.say("a", "not-so")
    assert [each.kind for each in store.owed()] == ["not-so"]


def test_what_the_hub_was_asked_to_sign_is_kept_while_it_may_answer(
    store: SharingStore,
) -> None:
    store.put_unfinished("a", SECRET, "2026-11-23")
    store.prune(START + 35 * DAY)
    assert store.unfinished("a") == SECRET
    store.prune(START + 36 * DAY)
    assert store.unfinished("a") is None
