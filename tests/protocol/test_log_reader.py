"""A log is believed whole or not at all: what fails any check was never seen."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.protocol.agency_entries import (
    AgencyRestored,
    AgencySuspended,
    Overdue,
    RulesSet,
)
from neighborcam.protocol.approval_subjects import restoration
from neighborcam.protocol.canonical import canonical, encode
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.checkpoints import Checkpoint, LogPolicy
from neighborcam.protocol.entries import TokenKeys
from neighborcam.protocol.errors import BadProof, NotWitnessed, ProtocolError
from neighborcam.protocol.log_reader import LogReader
from neighborcam.protocol.merkle import Leaves, leaf_hash, root
from neighborcam.protocol.note_keys import LogKey, sign_note
from neighborcam.protocol.notes import Note
from neighborcam.protocol.request_limits import RequestRules
from neighborcam.protocol.requests import Deletion, Ending, Outcome
from neighborcam.protocol.tiles import bundle
from tests.protocol.written_log import HOST, NOW, WEEK, Log

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1")
POLICY = LogPolicy(
    log=LogKey(name=HOST, public_key=SECRET.public_key().public_bytes_raw())
)
READ = 3  # entries that the reader believes before the batch


def whole_life() -> list[bytes]:
    """Return a log in which an agency joins, asks, is suspended and accounts."""
    log = Log()
    log.join()
    request, agency = log.ask(), log.agency.record.id
    log.say(log.word(Ending, request, how="resolved"))
    log.now += timedelta(days=30)
    log.add(Overdue(at=log.now, agency=agency, request=request, what="outcome"))
    log.add(AgencySuspended(at=log.now, agency=agency, reason="outcome-overdue"))
    log.say(log.word(Outcome, request, result="no-use"))
    subject = restoration(agency, "Filed.", log.register.ends(agency))
    log.add(
        AgencyRestored(
            at=log.now,
            agency=agency,
            fact="Filed.",
            approvals=log.approvals("restoration", subject, "ann", "bob"),
        )
    )
    log.say(log.word(Deletion, request, what="deleted"))
    return log.entries


LIFE = whole_life()
LATER = NOW + timedelta(days=60)


def text_of(entries: list[bytes]) -> CheckpointText:
    tree = Leaves([leaf_hash(each) for each in entries])
    return CheckpointText(origin=HOST, size=len(entries), root=root(tree, len(entries)))


def checkpoint(entries: list[bytes]) -> bytes:
    """Return what the hub signs for a log of these entries."""
    text = str(text_of(entries))
    return Note(text=text, signatures=(sign_note(text, HOST, SECRET),)).encode()


def follow(
    reader: LogReader, entries: list[bytes], known: CheckpointText | None = None
) -> None:
    """Read what a hub shows, and believe it if it is right."""
    found = reader.accept(checkpoint(entries), LATER, known)
    reader.believe(reader.read(found, [bundle(entries)], known))


def reading(entries: list[bytes]) -> LogReader:
    reader = LogReader(POLICY)
    follow(reader, entries)
    return reader


def state(reader: LogReader) -> Any:
    return copy.deepcopy((reader.register, reader.size, root(reader._tree, READ)))


def changed(data: bytes, change: Callable[[Any], None]) -> bytes:
    entry = msgspec.json.decode(data)
    change(entry)
    return canonical(entry)


def at(moment: str) -> Callable[[Any], None]:
    return lambda entry: entry.update(at=moment)


def without_approvals(entry: Any) -> None:
    entry.update(approvals=entry.get("approvals", [])[:1])


def twice(entry: Any) -> None:
    if approvals := entry.get("approvals"):
        entry.update(approvals=[approvals[0]] * 2)


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-1],
    "flipped": lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
    "of another kind": lambda data: changed(
        data, lambda entry: entry.update(type="hub-opened")
    ),
    "long ago": lambda data: changed(data, at("0001-01-01T00:00:00Z")),
    "at the end of time": lambda data: changed(data, at("9999-12-31T23:59:59Z")),
    "of one steward": lambda data: changed(data, without_approvals),
    "of one steward twice": lambda data: changed(data, twice),
    "of a stranger": lambda data: changed(
        data, lambda entry: entry.update(agency="0" * 32)
    ),
    "until for ever": lambda data: changed(
        data, lambda entry: entry.update(until="9999-12-31T23:59:59Z")
    ),
}


@st.composite
def corrupted(draw: st.DrawFn) -> list[bytes]:
    """Return the log with its end changed, as a hub could write it."""
    tail, place = LIFE[READ:], draw(st.integers(0, len(LIFE) - READ - 1))
    match draw(st.sampled_from(["change", "drop", "repeat", "swap", "cut off"])):
        case "change":
            tail[place] = CHANGES[draw(st.sampled_from(sorted(CHANGES)))](tail[place])
        case "drop":
            del tail[place]
        case "repeat":
            tail.insert(place, tail[draw(st.integers(0, len(tail) - 1))])
        case "swap":
            other = draw(st.integers(0, len(tail) - 1))
            tail[place], tail[other] = tail[other], tail[place]
        case "cut off":
            tail = tail[:place]
    return [*LIFE[:READ], *tail]


@given(corrupted(), st.booleans())
def test_a_batch_that_is_wrong_anywhere_was_never_seen(
    entries: list[bytes],
    is_signed: bool,  # noqa: FBT001 - of the table
) -> None:
    shows_all_or_nothing(entries, is_signed=is_signed)


@pytest.mark.parametrize("place", range(READ, len(LIFE)))
def test_an_entry_that_was_changed_spoils_its_batch(place: int) -> None:
    for change in CHANGES.values():
        entries = [*LIFE]
        entries[place] = change(entries[place])
        shows_all_or_nothing(entries, is_signed=True)


def shows_all_or_nothing(entries: list[bytes], *, is_signed: bool) -> None:
    reader = reading(LIFE[:READ])
    before = state(reader)
    signed: Checkpoint = reader.accept(
        checkpoint(entries if is_signed else LIFE), LATER
    )
    try:
        growth = reader.read(signed, [bundle(entries)])
    except ProtocolError:
        growth = None
    assert state(reader) == before
    if growth is None:  # what is right is still believed
        follow(reader, LIFE)
        assert reader.register == reading(LIFE).register


@given(st.integers(READ, len(LIFE)), st.integers(READ, len(LIFE)))
def test_what_keys_came_from_must_be_in_the_log(shown: int, believed: int) -> None:
    reader = reading(LIFE[:READ])
    before = state(reader)
    known = text_of(LIFE[:believed])
    if shown >= believed:
        follow(reader, LIFE[:shown], known)
        return
    with pytest.raises(BadProof, match="shorter"):
        follow(reader, LIFE[:shown], known)
    assert state(reader) == before


def test_a_fork_of_what_keys_came_from_shows_nothing() -> None:
    reader = reading(LIFE[:READ])
    before = state(reader)
    known = text_of([*LIFE[:READ], b'{"type":"token-keys"}'])
    with pytest.raises(BadProof, match="rewritten"):
        follow(reader, LIFE, known)
    assert state(reader) == before


def test_a_reader_goes_on_from_what_was_kept() -> None:
    reader = LogReader(POLICY, LIFE[:READ])
    growth = reader.read(reader.accept(checkpoint(LIFE), LATER), [bundle(LIFE)])
    assert (growth.first, list(growth.entries)) == (READ, LIFE[READ:])
    assert reader.size == READ
    reader.believe(growth)
    assert reader.size == len(LIFE)
    assert encode(next(iter(reader.register.requests.values())).request)


def test_a_request_before_a_forbidden_entry_is_not_seen_either() -> None:
    upto = next(n for n, each in enumerate(LIFE) if b'"request-logged"' in each) + 1
    forbidden = changed(LIFE[upto], lambda entry: entry["word"].update(how="withdrawn"))
    reader = reading(LIFE[: upto - 1])
    with pytest.raises(BadProof):
        follow(reader, [*LIFE[:upto], forbidden])
    assert reader.register.requests == {}


def test_a_notice_is_not_made_shorter_by_wrong_dates() -> None:
    log = Log()
    log.add(log.announcement("ann", "bob"))
    announced, told = [*log.entries], log.now
    log.now += WEEK
    log.add(log.joined())
    reader = LogReader(POLICY, announced)
    signed = checkpoint(log.entries)
    early = reader.accept(signed, told + timedelta(days=6) - timedelta(seconds=1))
    with pytest.raises(NotWitnessed, match="of the future"):
        reader.read(early, [bundle(log.entries)])
    later = reader.accept(signed, told + timedelta(days=6))
    assert reader.read(later, [bundle(log.entries)]).entries


def test_no_entry_is_dated_a_day_before_those_above_it() -> None:
    log = Log()
    log.now += timedelta(days=10)
    log.add(RulesSet(at=log.now, rules=RequestRules()))
    log.add(RulesSet(at=log.now - timedelta(days=1), rules=RequestRules()))
    with pytest.raises(BadProof, match="before what stands above"):
        log.add(
            RulesSet(at=log.now - timedelta(days=1, seconds=1), rules=RequestRules())
        )
    midnight = log.now.replace(hour=0) - timedelta(days=1)
    log.add(TokenKeys(at=midnight, epoch=midnight.date().isoformat(), keys={}))


def test_a_log_that_signs_any_size_is_not_followed_there() -> None:
    """2^62 entries can be signed as easily as one: nothing is made of them."""
    text = str(CheckpointText(origin=HOST, size=2**62, root=bytes(32)))
    note = Note(text=text, signatures=(sign_note(text, HOST, SECRET),)).encode()
    reader = LogReader(POLICY, LIFE)
    signed = reader.accept(note, LATER)
    with pytest.raises(NotWitnessed, match="beyond all measure"):
        reader.wanted(signed)
    with pytest.raises(NotWitnessed, match="larger than all measure"):
        reader.read(signed, [bytes(2**20)] * 65)
