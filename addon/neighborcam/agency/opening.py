"""Opening clips: fetched, opened, checked, and given out only after it was noted.

An opened clip is never written into the desk's folder. It is shown, or it leaves the
desk into a file that a person names, and then counts as copied.
"""

from dataclasses import dataclass

from neighborcam.agency import files
from neighborcam.agency.case_state import CaseState, KeptAnswer
from neighborcam.agency.custody import Done
from neighborcam.agency.errors import NotNow
from neighborcam.agency.parts import Parts, answer_of, item_of
from neighborcam.agency.replies import Replies
from neighborcam.agency.texts import check_line
from neighborcam.protocol.answers import Item, Manifest, check_manifest
from neighborcam.protocol.errors import CannotOpen
from neighborcam.protocol.sealed_clips import join, open_clip


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A clip, and what the home's engine says of it."""

    item: Item
    clip: bytes

    def __repr__(self) -> str:
        """Hide the clip: this may be logged."""
        return f"Opened({self.manifest.sha256})"

    @property
    def manifest(self) -> Manifest:
        """What the clip is and how it was made."""
        return self.item.manifest


class Opening:
    """The clips of answers, and what is asked about them."""

    def __init__(self, parts: Parts, replies: Replies) -> None:
        self._parts = parts
        self._replies = replies

    async def open(self, request: str, answer: str, number: int) -> Opened:
        """Return a clip; its owner learns that it was opened.

        Raises `CannotOpen` for a piece that was changed, `BadProof` for another clip
        than its manifest says, `NotNow`, `HubAway`, `HubSaidNo`.
        """
        state = self._parts.notes.get(request)
        kept, item = item_of(state, answer, number)
        sealed = await self._sealed(request, answer, number, item)
        clip = open_clip(sealed, item.secret, item.manifest.bytes)
        check_manifest(item.manifest, item.sig, clip)
        if kept.items[number].state == "received":
            about = item.manifest.sha256
            again = state.is_elsewhere(kept, about)
            self._parts.note(request, "opened", about, again=again)
            kept.items[number].state = "opened"
            self._replies.tell(state, kept, "opened")
            self._parts.notes.put(request, state)
        await self._replies.deliver(request, state)
        return Opened(item=item, clip=clip)

    async def take_out(
        self, request: str, answer: str, number: int, how: Done, *, again: bool = False
    ) -> Opened:
        """Open a clip that is about to leave the desk: ``how`` says in what way."""
        opened = await self.open(request, answer, number)
        state = self._parts.notes.get(request)
        kept, item = item_of(state, answer, number)
        self._parts.note(request, how, item.manifest.sha256, again=again)
        self._count_as_copied(request, state, kept, number)
        await self._replies.deliver(request, state)
        return opened

    def _count_as_copied(
        self, request: str, state: CaseState, kept: KeptAnswer, number: int
    ) -> None:
        if kept.items[number].state != "copied":
            kept.items[number].state = "copied"
            self._replies.tell(state, kept, "copied")
            self._parts.notes.put(request, state)

    async def note_copy(self, request: str, answer: str, number: int) -> None:
        """Write down that a clip was copied to evidence, and tell its owner."""
        state = self._parts.notes.get(request)
        kept, item = item_of(state, answer, number)
        if kept.items[number].state == "received":
            raise NotNow("open the clip first")
        self._parts.note(request, "copied", item.manifest.sha256)
        self._count_as_copied(request, state, kept, number)
        await self._replies.deliver(request, state)

    async def question(self, request: str, answer: str, text: str) -> None:
        """Ask who answered something; nobody learns who that is.

        Raises `InvalidInput` for a question that an answer has no room for.
        """
        check_line("question", text)
        state = self._parts.notes.get(request)
        kept = answer_of(state, answer)
        self._replies.tell(state, kept, "question", text)
        number = len(kept.questions) + 1
        self._parts.note(request, "asked", f"{answer} question {number}")
        kept.questions.append(text)
        self._parts.notes.put(request, state)
        await self._replies.deliver(request, state)

    async def _sealed(
        self, request: str, answer: str, number: int, item: Item
    ) -> bytes:
        """Return the sealed file, from the folder or, missing or damaged, the hub."""
        path = self._parts.book.sealed_path(request, answer, number)
        if path.exists():
            try:
                return join([files.read(path)], item.sealed_sha256)
            except CannotOpen:
                files.remove(path)
        get = self._parts.client.get
        pieces = [await get(f"/api/chunks/{each}") for each in item.chunks]
        sealed = join(pieces, item.sealed_sha256)
        files.write(path, sealed)
        return sealed
