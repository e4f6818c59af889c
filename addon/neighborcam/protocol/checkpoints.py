"""Whom to believe about a log: its own key, and enough witnesses (spec/log.md).

A log that shows two homes two different pasts is caught by witnesses: each signs only
what continues what it signed before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.errors import (
    BadProof,
    BadSignature,
    InvalidMessage,
    NotWitnessed,
)
from neighborcam.protocol.merkle import check_consistency
from neighborcam.protocol.note_keys import LogKey, WitnessKey
from neighborcam.protocol.notes import find, parse_note

CLOCK_SKEW: Final = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class LogPolicy:
    """Of which log, by which witnesses, and how many of them; from the invite."""

    log: LogKey
    witnesses: tuple[WitnessKey, ...] = ()
    quorum: int = 0

    def __post_init__(self) -> None:
        names = {witness.name for witness in self.witnesses}
        if not 0 <= self.quorum <= len(names):
            raise ValueError("a quorum cannot be larger than the number of witnesses")


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A checkpoint that the policy accepts."""

    text: CheckpointText
    note: bytes
    at: datetime  # when it was checked
    seen_at: tuple[datetime, ...]  # by the witnesses, the earliest first


def is_word_of(data: bytes, log: LogKey) -> bool:
    """Tell whether bytes are a checkpoint of a log that names its key as signer.

    Anything else is nobody's word, as a guest network's page for logging in is.
    """
    try:
        note = parse_note(data)
        text = CheckpointText.parse(note.text)
    except InvalidMessage:
        return False
    signed = find(note.signatures, log.name, log.id)
    return text.origin == log.name and signed is not None


def accept(data: bytes, policy: LogPolicy, now: datetime) -> Checkpoint:
    """Check a checkpoint's signatures and return it.

    Raises `InvalidMessage`, `BadSignature` when the log did not sign, `NotWitnessed`
    when too few witnesses did, or in the future, and `BadProof` for another log's.
    """
    note = parse_note(data)
    text = CheckpointText.parse(note.text)
    if text.origin != policy.log.name:
        raise BadProof("the checkpoint is of another log")
    if not policy.log.has_signed(note):
        raise BadSignature("the log has not signed its checkpoint")
    seen = {
        witness.name: witness.seen_at(note)
        for witness in policy.witnesses
        if witness.has_signed(note)
    }
    if any(at > now + CLOCK_SKEW for at in seen.values()):
        # No proof of anything: it is as likely that this machine's clock is slow.
        raise NotWitnessed(
            "a witness signed it in the future: check this machine's clock"
        )
    if len(seen) < policy.quorum:
        raise NotWitnessed(
            f"{len(seen)} of {policy.quorum} witnesses have signed the checkpoint"
        )
    return Checkpoint(
        text=text, note=data, at=now, seen_at=tuple(sorted(seen.values()))
    )


def continues(old: CheckpointText, new: CheckpointText, proof: Sequence[bytes]) -> None:
    """Raise `BadProof` unless ``new`` is of the same log and keeps all of ``old``."""
    if old.origin != new.origin:
        raise BadProof("the checkpoint is of another log")
    check_consistency(old.size, new.size, proof, old.root, new.root)
