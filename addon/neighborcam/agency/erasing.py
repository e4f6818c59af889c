"""Erasing: of an answer that its owner took back, and of everything at the end.

Clips are sealed where they lie and their keys stand in the case's notes; so what is
erased is written out of the notes, the notes get another key, and the old one is
destroyed. Then the files go, and with them what crashes left behind.
"""

from neighborcam.agency.case_state import CaseState, KeptAnswer
from neighborcam.agency.parts import Parts
from neighborcam.agency.replies import Replies


class Erasing:
    """Destroys answers."""

    def __init__(self, parts: Parts, replies: Replies) -> None:
        self._parts = parts
        self._replies = replies

    def erase(
        self, request: str, state: CaseState, kept: KeptAnswer, *, tell: bool = True
    ) -> None:
        """Erase an answer in ``state``, for `put`; ``tell`` lets its owner know."""
        if kept.erased is not None:
            return
        for about in [each.sha256 for each in kept.items] or [kept.id]:
            again = state.is_elsewhere(kept, about)
            self._parts.note(request, "erased", about, again=again)
        if tell:
            self._replies.tell(state, kept, "deleted")
        kept.erase(self._parts.now())

    def put(self, request: str, state: CaseState) -> None:
        """Keep ``state``, in which something was erased, so that it is gone."""
        self._parts.notes.put_anew(request, state)
        self.sweep(request, state)

    def sweep(self, request: str, state: CaseState) -> None:
        """Delete files that belong to nothing any more."""
        kept = {
            self._parts.book.sealed_path(request, answer.id, number)
            for answer in state.answers.values()
            for number, _ in enumerate(answer.items)
            if answer.erased is None
        }
        self._parts.book.sweep(request, kept)


def is_copied(kept: KeptAnswer) -> bool:
    """Tell whether a clip of an answer lies outside of the desk too."""
    return any(each.state == "copied" for each in kept.items)


def erased_in(state: CaseState) -> int:
    """Return how many answers are erased."""
    return sum(each.erased is not None for each in state.answers.values())
