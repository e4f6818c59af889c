"""The folder of a desk.

desk.json                        the hub and whom to believe; nothing secret
keys                             all keys, encrypted with a passphrase
log/                             what was read of the hub's public log
evidence/                        what a hub showed that contradicts its log
requests/<id>/signed.json        the request, which is public or will be
requests/<id>/custody.log        what was done with evidence
requests/<id>/notes              rounds, answers, receipts: sealed with a key of `keys`
requests/<id>/<answer>-<n>.age   a clip, sealed as it came; its key stands in the notes
alerts/<id>.json                 what an officer warned of, as it was signed: public

No opened clip lies in it, and nothing that anybody answered can be read without the
passphrase.
"""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from neighborcam.agency import files
from neighborcam.agency.case_state import CaseState
from neighborcam.agency.custody import NAME as CUSTODY
from neighborcam.agency.custody import Custody
from neighborcam.agency.errors import DeskUnreadable, NotNow
from neighborcam.agency.keyring import Keyring
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.checkpoints import LogPolicy
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.identity import is_id
from neighborcam.protocol.note_keys import LogKey, WitnessKey, parse_vkey
from neighborcam.protocol.requests import SignedRequest

SETTINGS: Final = "desk.json"
_NONCE_BYTES: Final = 12


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
        try:
            return LogPolicy(log=log, witnesses=known, quorum=self.quorum)
        except ValueError as problem:
            raise InvalidMessage(str(problem)) from None


class Casebook:
    """What of the folder needs no key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def is_set_up(self) -> bool:
        """Whether this desk knows its hub."""
        return (self.folder / SETTINGS).exists()

    @property
    def settings(self) -> DeskSettings:
        """The hub of this desk. Raises `DeskUnreadable`, `NotNow`."""
        if not self.is_set_up:
            raise NotNow(
                f"{self.folder} is no desk yet: neighborcam agency init, or --desk"
            )
        return files.read_json(self.folder / SETTINGS, DeskSettings)

    def set_up(self, settings: DeskSettings) -> None:
        """Say which hub this desk is for."""
        files.write_json(self.folder / SETTINGS, settings)

    def ids(self) -> Iterator[str]:
        """Yield the ids of all requests of this desk."""
        for each in sorted((self.folder / "requests").glob("*/signed.json")):
            if is_id(each.parent.name):
                yield each.parent.name

    def requests(self) -> Iterator[SignedRequest]:
        """Yield all requests of this desk, by id. Raises `DeskUnreadable`."""
        return map(self.request, self.ids())

    def keep(self, signed: SignedRequest) -> None:
        """Keep a request as it stands. Raises `NotNow` for another of the same id.

        The custody log begins with its hash: no line of it would fit any more.
        """
        path = self.of(signed.request.id) / "signed.json"
        if path.exists() and self._read(path).request != signed.request:
            raise NotNow("this desk has another request with this id")
        files.write(path, encode(signed))

    def request(self, request: str) -> SignedRequest:
        """Return a request. Raises `NotNow` for one that is not here."""
        path = self.of(request) / "signed.json"
        if not path.exists():
            raise NotNow("this desk has no such request: neighborcam agency list")
        return self._read(path)

    def custody(self, signed: SignedRequest) -> Custody:
        """Return the custody log of a request."""
        id_ = signed.request.id
        return Custody(self.of(id_) / CUSTODY, id_, signed.sha256)

    def of(self, request: str) -> Path:
        """Return the folder of a request. Raises `NotNow` for what is no id."""
        if not is_id(request):
            raise NotNow("a request has an id of 32 hexadecimal digits")
        return self.folder / "requests" / request

    def sealed_path(self, request: str, answer: str, number: int) -> Path:
        """Return where the sealed file of a clip is."""
        return self.of(request) / f"{answer}-{number}.age"

    def sweep(self, request: str, kept: Collection[Path]) -> None:
        """Delete sealed clips that are not among ``kept``, and halves of files."""
        folder = self.of(request)
        for path in (*folder.glob("*.age"), *folder.glob(f".*{files.PART}")):
            if path not in kept:
                path.unlink(missing_ok=True)

    def _read(self, path: Path) -> SignedRequest:
        try:
            return decode(files.read(path), SignedRequest)
        except InvalidMessage:
            raise DeskUnreadable(f"{path} is damaged: use its copy") from None


class Notes:
    """The notes of cases, each sealed with a key of its own."""

    def __init__(self, casebook: Casebook, keyring: Keyring) -> None:
        self._book = casebook
        self._ring = keyring

    def get(self, request: str) -> CaseState:
        """Return what became of a request. Raises `NotNow`, `DeskUnreadable`."""
        keys, path = self._ring.notes_keys(request), self._path(request)
        if not path.exists():
            return CaseState()
        data = files.read(path)
        for key in reversed(keys):
            state = _opened(data, key, request)
            if state is None:
                continue
            if key == keys[-1]:  # a crash may have left the one before
                self._ring.drop_old_notes_keys(request)
            return state
        raise DeskUnreadable(f"{path} is damaged, or older than the keys: use its copy")

    def put(self, request: str, state: CaseState) -> None:
        """Keep what became of a request."""
        key = self._ring.notes_keys(request)[-1]
        files.write(self._path(request), _sealed(state, key, request))

    def put_anew(self, request: str, state: CaseState) -> None:
        """Keep it under another key, so that nothing opens what it said before."""
        self._ring.add_notes_key(request)
        self.put(request, state)
        self._ring.drop_old_notes_keys(request)

    def _path(self, request: str) -> Path:
        return self._book.of(request) / "notes"


def _sealed(state: CaseState, key: bytes, request: str) -> bytes:
    nonce, plain = os.urandom(_NONCE_BYTES), msgspec.json.encode(state)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, request.encode())


def _opened(data: bytes, key: bytes, request: str) -> CaseState | None:
    nonce, sealed = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
    try:
        plain = ChaCha20Poly1305(key).decrypt(nonce, sealed, request.encode())
    except (InvalidTag, ValueError):
        return None
    return msgspec.json.decode(plain, type=CaseState)
