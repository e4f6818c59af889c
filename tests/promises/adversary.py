"""Somebody who may read all of a hub's database, and guesses who answered.

Half a town is known to him; from it he learns which numbers go with an answer, and
guesses the rest. He sees every row in the order in which the database gives it, whom
it names, and what stands at the same place, or at the same time, in the other tables.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

type Rows = list[dict[str, Any]]
type Dump = dict[str, Rows]
type Numbers = NDArray[np.float64]
type Learner = Callable[[Numbers, Numbers], Callable[[Numbers], Numbers]]

FOLDS = 5
SURE = 3.9  # standard deviations: chance does that once in ten thousand games
_TIMES = frozenset({"at", "received", "expires"})


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How often he was right about ``count`` homes, half of which answered."""

    learner: str
    right: int
    count: int

    @property
    def accuracy(self) -> float:
        return self.right / self.count

    @property
    def bound(self) -> float:
        """What a coin reaches once in ten thousand games."""
        return 0.5 + SURE * 0.5 / math.sqrt(self.count)

    def __str__(self) -> str:
        return (
            f"{self.learner:>22}: right about {self.right} of {self.count}"
            f" ({self.accuracy:.1%}; a coin reaches {self.bound:.1%} once in 10,000)"
        )


def guess(clues: list[dict[str, float]], answered: Sequence[bool]) -> list[Verdict]:
    """Let every learner guess each home; he learns from four fifths of the others."""
    names = sorted({name for each in clues for name in each})
    raw = np.array([[each.get(name, -1.0) for name in names] for each in clues])
    table = np.empty_like(raw)  # places instead of numbers: hashes have no scale
    for at in range(raw.shape[1]):
        _, place, count = np.unique(raw[:, at], return_inverse=True, return_counts=True)
        table[:, at] = (np.cumsum(count)[place] - count[place] / 2) / len(raw)
    labels = np.where(np.array(answered), 1.0, -1.0)
    fold = np.random.default_rng(1).permutation(len(labels)) % FOLDS
    found = []
    for name, learn in LEARNERS.items():
        right = 0
        for number in range(FOLDS):
            mine = fold == number
            says = learn(table[~mine], labels[~mine])(table[mine])
            right += int((np.sign(says + 1e-12) == labels[mine]).sum())
        found.append(Verdict(learner=name, right=right, count=len(labels)))
    return found


# -- learners ------------------------------------------------------------------------


def boosted(table: Numbers, labels: Numbers) -> Callable[[Numbers], Numbers]:
    """Learn a sum of thirty cuts, each through one number (AdaBoost)."""
    cuts = np.linspace(0.04, 0.96, 24)
    votes = np.sign(table[:, :, None] - cuts).reshape(len(table), -1)
    weights, chosen = np.full(len(table), 1 / len(table)), []
    for _ in range(30):
        lean = (weights * labels) @ votes
        best = int(np.abs(lean).argmax())
        wrong = min(max((1 - abs(lean[best])) / 2, 1e-6), 1 - 1e-6)
        say = math.copysign(0.5 * math.log((1 - wrong) / wrong), lean[best])
        chosen.append((best // len(cuts), cuts[best % len(cuts)], say))
        weights *= np.exp(-say * labels * votes[:, best])
        weights /= weights.sum()
    return lambda rows: sum(
        (say * np.sign(rows[:, name] - cut) for name, cut, say in chosen),
        np.zeros(len(rows)),
    )


def weighed(table: Numbers, labels: Numbers) -> Callable[[Numbers], Numbers]:
    """Learn a weight for each number (ridge regression)."""
    middle = table.mean(axis=0)
    rows = table - middle
    ridge = rows.T @ rows + 5.0 * np.eye(table.shape[1])
    weights = np.linalg.solve(ridge, rows.T @ labels)
    return lambda other: (other - middle) @ weights


def alike(table: Numbers, labels: Numbers) -> Callable[[Numbers], Numbers]:
    """Take what the fifteen most alike homes did."""

    def says(other: Numbers) -> Numbers:
        far = ((other[:, None, :] - table[None]) ** 2).sum(axis=2)
        near = far.argsort(axis=1)[:, :15]
        return np.asarray(labels[near].sum(axis=1))

    return says


LEARNERS: dict[str, Learner] = {
    "thirty cuts": boosted,
    "a weight for each clue": weighed,
    "fifteen like it": alike,
}


# -- clues ---------------------------------------------------------------------------


def clues(dump: Dump, household: str, key: bytes) -> dict[str, float]:
    """Return every number that a database has, or could have, about a household."""
    names: set[Any] = {household, key}
    names |= {sha256(household.encode()).digest(), sha256(key).digest()}
    found: dict[str, float] = {}
    for table, rows in dump.items():
        mine = [(at, row) for at, row in enumerate(rows) if names & set(row.values())]
        found[f"{table}: rows"] = len(mine)
        for at, row in mine:
            found |= _about(f"{table} {_kind(row)}", row)
            found[f"{table} {_kind(row)}: place"] = at
            found |= dict(_neighbours(dump, table, at / len(rows), row))
    return found


def _about(name: str, row: dict[str, Any]) -> dict[str, float]:
    return {f"{name}: {column}": _number(value) for column, value in row.items()}


def _kind(row: dict[str, Any]) -> str:
    """Return what a row is of: tokens of a purpose, without their day."""
    return str(row.get("scope", "")).rpartition(" ")[2]


def _neighbours(
    dump: Dump, table: str, place: float, row: dict[str, Any]
) -> Iterator[tuple[str, float]]:
    """Yield what other tables have at the same place, and at about the same time."""
    about = f"{table} {_kind(row)}"
    for other, rows in dump.items():
        if not rows or other == table:
            continue
        there = rows[int(place * len(rows))]
        for column, value in there.items():
            yield f"{about} > {other}: {column}", _number(value)
        for mine in _TIMES & row.keys():
            for theirs in _TIMES & there.keys():
                gaps = [_number(e[theirs]) - _number(row[mine]) for e in rows]
                name = f"{about} {mine} ~ {other} {theirs}"
                yield f"{name} after", min([g for g in gaps if g >= 0], default=1e9)
                yield f"{name} before", max([g for g in gaps if g < 0], default=-1e9)


def _number(value: Any) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bool | int | float):
        return float(value)
    data = value if isinstance(value, bytes) else str(value).encode()
    return float(int.from_bytes(sha256(data).digest()[:4]))
