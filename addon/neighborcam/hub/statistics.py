"""What the public log says in numbers: anybody can compute the same from it."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from neighborcam.protocol.entries import (
    Decision,
    EnvelopeOpened,
    LegalDemand,
    StewardAppointed,
    StewardLeft,
    read_entry,
)


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over all entries, and of decisions by what they were about."""

    entries: int
    decisions: dict[str, int]
    decisions_by_rule: dict[str, int]
    decisions_by_steward: dict[str, int]
    envelopes_opened: int
    legal_demands: dict[str, int]
    stewards: int
    unknown: int


def statistics(entries: Iterable[bytes]) -> Statistics:
    """Count the entries of a log."""
    decoded = [read_entry(each) for each in entries]
    decisions = [each for each in decoded if isinstance(each, Decision)]
    stewards = sum(isinstance(each, StewardAppointed) for each in decoded)
    left = sum(isinstance(each, StewardLeft) for each in decoded)
    demands = (each.kind for each in decoded if isinstance(each, LegalDemand))
    return Statistics(
        entries=len(decoded),
        decisions=dict(Counter(f"{d.opened_by} {d.decision}" for d in decisions)),
        decisions_by_rule=dict(Counter(each.rule for each in decisions)),
        decisions_by_steward=dict(Counter(each.steward for each in decisions)),
        envelopes_opened=sum(isinstance(each, EnvelopeOpened) for each in decoded),
        legal_demands=dict(Counter(demands)),
        stewards=stewards - left,
        unknown=sum(each is None for each in decoded),
    )
