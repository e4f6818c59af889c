"""Reads the hub's public log, remembers it, and sees when it says something else.

The last checkpoint and all entries stay in the desk's folder. A log that became
shorter, or was rewritten, or is signed by nobody whom we believe, is evidence: both
sides of the contradiction are kept as a file, and nothing of it is used.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from neighborcam.agency import files
from neighborcam.agency.errors import DeskUnreadable, HubAway, HubMisbehaves
from neighborcam.agency.hub_client import HubClient
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.checkpoints import Checkpoint, LogPolicy
from neighborcam.protocol.errors import InvalidMessage, NotWitnessed, ProtocolError
from neighborcam.protocol.log_proof import LogProof
from neighborcam.protocol.log_reader import LogReader
from neighborcam.protocol.merkle import Leaves, inclusion_proof, leaf_hash
from neighborcam.protocol.notes import parse_note
from neighborcam.protocol.register import Register
from neighborcam.protocol.tiles import bundle, entries_of

_CHECKPOINT: Final = "log/checkpoint"
_ENTRIES: Final = "log/entries"
_EVIDENCE: Final = "evidence"


class LogKeeper:
    """The public log as this desk knows it. Raises `HubMisbehaves`, `HubAway`."""

    def __init__(
        self,
        folder: Path,
        client: HubClient,
        policy: LogPolicy,
        clock: Callable[[], datetime],
    ) -> None:
        self._folder = folder
        self._client = client
        self._policy = policy
        self._clock = clock
        self._note: bytes | None = None
        self._entries: list[bytes] = []
        self._reader: LogReader | None = None

    async def register(self) -> Register:
        """Read what is new, and return what the log says."""
        reader = self._known()
        note = await self._client.get("/log/checkpoint")
        try:
            _ = parse_note(note)
        except InvalidMessage as problem:
            raise HubAway(f"the hub's log makes no sense: {problem}") from None
        try:
            checkpoint = reader.accept(note, self._clock(), self._last())
            new = await self._follow(reader, checkpoint)
        except NotWitnessed as problem:
            raise HubAway(f"{problem}: try again in a minute") from None
        except ProtocolError as problem:
            raise self._misbehaves(note, problem) from problem
        self._keep(checkpoint.note, new)
        return reader.register

    def known(self) -> Register:
        """Return what the log said when it was last read; nothing is fetched."""
        return self._known().register

    def evidence(self) -> list[Path]:
        """Return the files of what the hub showed against its own log."""
        return sorted((self._folder / _EVIDENCE).glob("*.txt"))

    def entries(self) -> tuple[bytes, ...]:
        """Return all entries, as far as `register` has read."""
        return tuple(self._entries)

    def prove(self, index: int) -> LogProof:
        """Return the proof that an entry is in the log, by the last checkpoint."""
        assert self._note is not None  # noqa: S101 - `register` was called
        leaves = Leaves([leaf_hash(each) for each in self._entries])
        return LogProof(
            index=index,
            hashes=inclusion_proof(leaves, index, len(self._entries)),
            checkpoint=self._note,
        )

    async def _follow(self, reader: LogReader, checkpoint: Checkpoint) -> list[bytes]:
        wanted = reader.wanted(checkpoint)
        get = self._client.get
        bundles = [await get(f"/log/{each.bundle_path}") for each in wanted]
        # What was kept of the entries may have been lost: the checkpoint binds still.
        growth = reader.read(checkpoint, bundles, self._last())
        reader.believe(growth)
        return list(growth.entries)

    def _known(self) -> LogReader:
        """Return a reader that has read what is in the folder."""
        if self._reader is not None:
            return self._reader
        self._reader = LogReader(self._policy)
        try:
            self._note = files.read(self._folder / _CHECKPOINT)
            last = self._last()
            entries = entries_of(files.read(self._folder / _ENTRIES))
            size = last.size if last else 0
            reader = LogReader(self._policy, entries[:size])
            if last is not None and reader.size == size:
                reader.check(last)
                self._reader, self._entries = reader, entries[:size]
        except (ProtocolError, DeskUnreadable):
            pass  # read it anew: what the checkpoint says still binds the hub
        return self._reader

    def _last(self) -> CheckpointText | None:
        try:
            return (
                CheckpointText.parse(parse_note(self._note).text)
                if self._note
                else None
            )
        except InvalidMessage:
            return None

    def _keep(self, note: bytes, new: list[bytes]) -> None:
        if note == self._note and not new:
            return
        self._entries.extend(new)
        # Entries first: a checkpoint without them is read anew, others are cut off.
        files.write(self._folder / _ENTRIES, bundle(self._entries))
        files.write(self._folder / _CHECKPOINT, note)
        self._note = note

    def _misbehaves(self, shown: bytes, problem: ProtocolError) -> HubMisbehaves:
        name = self._clock().strftime("%Y%m%dT%H%M%SZ.txt")
        path = self._folder / _EVIDENCE / name
        files.write(path, (self._note or b"") + b"\n\n" + shown)
        return HubMisbehaves(
            f"the hub's log cannot be believed: {problem}. What it showed, and what it"
            f" had shown before, is in {path}: tell its stewards, and ask nothing of it"
        )
