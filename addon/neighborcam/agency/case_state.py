"""What became of a request so far, as a desk keeps it: sealed, and less at its end.

What is erased leaves ids, hashes and states behind, and nothing that anybody said.
"""

from datetime import datetime
from typing import Literal

import msgspec

from neighborcam.protocol.answers import Answer
from neighborcam.protocol.canonical import decode, encode

type ItemState = Literal["received", "opened", "copied", "deleted"]
type Told = Literal["received", "opened", "copied", "deleted", "question"]


class KeptItem(msgspec.Struct, kw_only=True):
    """A clip of an answer by its hash, and how far it got."""

    sha256: str
    state: ItemState = "received"


class KeptAnswer(msgspec.Struct, kw_only=True):
    """An answer. ``body`` are its canonical bytes, empty once it is erased."""

    id: str
    kind: str
    body: bytes
    at: datetime
    items: list[KeptItem]
    revoked: datetime | None = None
    erased: datetime | None = None
    questions: list[str] = msgspec.field(default_factory=list)

    @classmethod
    def of(cls, answer: Answer, at: datetime) -> "KeptAnswer":
        """Return an answer as it is kept when it came."""
        return cls(
            id=answer.id,
            kind=answer.kind,
            body=encode(answer),
            at=at,
            items=[KeptItem(sha256=each.manifest.sha256) for each in answer.items],
        )

    @property
    def answer(self) -> Answer:
        """The answer itself, unless it is erased."""
        return decode(self.body, Answer)

    def erase(self, at: datetime) -> None:
        """Forget everything that was said; what is left tells that it was."""
        self.body, self.questions, self.erased = b"", [], at
        for item in self.items:
            item.state = "deleted"


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What an owner is to be told; ``to`` is an age recipient. Not sealed yet."""

    answer: str
    to: str
    what: Told
    text: str = ""
    at: datetime


class Posting(msgspec.Struct, kw_only=True):
    """A bundle of replies that the hub may have or not."""

    number: int
    words: list[Word]
    slots: list[bytes] = msgspec.field(default_factory=list)


class CaseState(msgspec.Struct, kw_only=True):
    """All of it. ``homes`` counts capsules by round, ``missed`` are rounds too late.

    ``said`` are the words about the request's end as they go to the hub, by kind;
    ``attests`` is what the deletion will say, from the moment that it was decided.
    """

    homes: dict[int, int] = msgspec.field(default_factory=dict)
    missed: list[int] = msgspec.field(default_factory=list)
    answers: dict[str, KeptAnswer] = msgspec.field(default_factory=dict)
    waiting: list[Word] = msgspec.field(default_factory=list)
    posting: Posting | None = None
    bundles: int = 0
    said: dict[str, bytes] = msgspec.field(default_factory=dict)
    attests: str = ""
    closed: datetime | None = None

    def is_elsewhere(self, kept: KeptAnswer, sha256: str) -> bool:
        """Tell whether another answer has the same clip.

        A custody line about it then says nothing of this one.
        """
        others = (each for each in self.answers.values() if each.id != kept.id)
        return any(item.sha256 == sha256 for each in others for item in each.items)

    @property
    def untold(self) -> int:
        """How many words wait to be told to owners."""
        return len(self.waiting) + (len(self.posting.words) if self.posting else 0)
