"""What a desk keeps of its requests, as files that a person can look into.

desk.json                       the hub and whom to believe
requests/<id>/signed.json       the request
requests/<id>/state.json        rounds, answers and their items
requests/<id>/<answer>-<n>.*    a clip, sealed and opened
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec

from neighborcam.agency import files
from neighborcam.agency.errors import NotNow
from neighborcam.protocol.answers import Answer
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.checkpoints import LogPolicy
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.note_keys import LogKey, WitnessKey, parse_vkey
from neighborcam.protocol.requests import SignedRequest

SETTINGS: Final = "desk.json"

type ItemState = Literal["received", "opened", "copied", "deleted"]


class DeskSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The hub of a desk, pinned. ``log`` and ``witnesses`` are C2SP verifier keys."""

    hub: str
    log: str
    witnesses: tuple[str, ...] = ()
    quorum: int = 0

    @property
    def policy(self) -> LogPolicy:
        """Whom to believe. Raises `InvalidMessage` for keys that are none."""
        log = parse_vkey(self.log)
        witnesses = [parse_vkey(each) for each in self.witnesses]
        known = tuple(each for each in witnesses if isinstance(each, WitnessKey))
        if not isinstance(log, LogKey) or len(known) != len(witnesses):
            raise InvalidMessage("these are not keys of a log and its witnesses")
        return LogPolicy(log=log, witnesses=known, quorum=self.quorum)


class KeptItem(msgspec.Struct, kw_only=True):
    """A clip of an answer, and how far it got."""

    state: ItemState = "received"


class KeptAnswer(msgspec.Struct, kw_only=True):
    """An answer, in its canonical bytes, and what waits to be told to its owner."""

    body: bytes
    at: datetime
    items: list[KeptItem]
    revoked: datetime | None = None
    questions: list[str] = msgspec.field(default_factory=list)

    @property
    def answer(self) -> Answer:
        """The answer itself."""
        return decode(self.body, Answer)


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt that was not posted yet: a sealed slot of 4 KiB."""

    slot: bytes


class CaseState(msgspec.Struct, kw_only=True):
    """What became of a request so far. ``homes`` counts capsules by round."""

    homes: dict[str, int] = msgspec.field(default_factory=dict)
    answers: dict[str, KeptAnswer] = msgspec.field(default_factory=dict)
    waiting: list[Waiting] = msgspec.field(default_factory=list)
    bundle: bytes | None = None  # on its way: sent again alike until it is taken
    bundles: int = 0


class Casebook:
    """The folder of a desk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def settings(self) -> DeskSettings:
        """The hub of this desk. Raises `DeskUnreadable`."""
        return files.read_json(self.folder / SETTINGS, DeskSettings)

    def set_up(self, settings: DeskSettings) -> None:
        """Say which hub this desk is for."""
        files.write_json(self.folder / SETTINGS, settings)

    def requests(self) -> Iterator[SignedRequest]:
        """Yield all requests of this desk, by id."""
        for each in sorted((self.folder / "requests").glob("*/signed.json")):
            yield decode(files.read(each), SignedRequest)

    def keep(self, signed: SignedRequest) -> None:
        """Keep a request as it stands."""
        path = self._of(signed.request.id) / "signed.json"
        files.write(path, encode(signed))

    def request(self, request: str) -> SignedRequest:
        """Return a request. Raises `NotNow` for one that is not here."""
        path = self._of(request) / "signed.json"
        if not path.exists():
            raise NotNow("this desk has no such request")
        return decode(files.read(path), SignedRequest)

    def state(self, request: str) -> CaseState:
        """Return what became of a request."""
        path = self._of(request) / "state.json"
        return files.read_json(path, CaseState) if path.exists() else CaseState()

    def put_state(self, request: str, state: CaseState) -> None:
        """Keep what became of a request."""
        files.write_json(self._of(request) / "state.json", state)

    def sealed_path(self, request: str, answer: str, number: int) -> Path:
        """Return where the sealed file of a clip is."""
        return self._of(request) / f"{answer}-{number}.age"

    def clip_path(self, request: str, answer: str, number: int, kind: str) -> Path:
        """Return where an opened clip is."""
        suffix = "jpg" if kind == "still" else "mp4"
        return self._of(request) / f"{answer}-{number}.{suffix}"

    def _of(self, request: str) -> Path:
        return self.folder / "requests" / request
