"""The keys of a desk in one encrypted file (scrypt, RFC 7914; ChaCha20-Poly1305).

A root's keyring belongs on a machine without a network. Officers and supervisors have
keyrings of their own; no key ever has to be copied from one to another.

A case has two keys here: what homes seal their answers to, and what the desk seals its
notes of the case with. Destroying them erases what was sealed, wherever copies of the
sealed files may be.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from neighborcam.agency import files
from neighborcam.agency.errors import DeskUnreadable, NotNow, WrongPassphrase
from neighborcam.agency.token import OnToken, TokenKey
from neighborcam.protocol.age_keys import HybridIdentity, parse_identity
from neighborcam.protocol.agencies import IssuedCertificate, Role

NAME: Final = "keys"
_VERSION: Final = 1
_COST: Final = 2**17  # half a second and 128 MiB
_LEAST: Final = 10  # characters of a passphrase
_KEY_BYTES: Final = 32


type Secret = bytes | OnToken  # a seed, or where a token has it


class CaseKeys(msgspec.Struct, kw_only=True):
    """Keys of a request. ``seal`` is an age identity, empty once it is destroyed.

    ``notes`` seal the desk's own notes: the last one, and while it is being changed the
    one before too.
    """

    seal: str
    notes: list[bytes]


class PendingKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that the root has not certified yet. The one in use stays until then."""

    key: Secret
    role: Role
    name: str


class Keys(msgspec.Struct, kw_only=True):
    """What is in the file. ``own`` is an officer's or a supervisor's key.

    ``held`` are all certificates that this desk ever signed custody with.
    """

    root: Secret | None = None
    own: Secret | None = None
    issued: IssuedCertificate | None = None
    pending: PendingKey | None = None
    held: list[IssuedCertificate] = msgspec.field(default_factory=list)
    cases: dict[str, CaseKeys] = msgspec.field(default_factory=dict)

    def __repr__(self) -> str:
        """Hide the keys: this may be logged."""
        return "Keys()"


class _File(msgspec.Struct, frozen=True, kw_only=True):
    v: int
    salt: bytes
    cost: int
    nonce: bytes
    sealed: bytes
    token: bool = False  # so that a PIN can be asked for together with the passphrase


class Keyring:
    """Keys that were opened with a passphrase; `save` after each change."""

    def __init__(self, path: Path, passphrase: str, keys: Keys) -> None:
        self._path = path
        self.keys = keys
        self.ask_pin: Callable[[], str] = _no_pin
        self._pin: str | None = None
        self._is_retired = False
        self._salt, self._key = derive(passphrase)

    @classmethod
    def make(cls, folder: Path, passphrase: str) -> "Keyring":
        """Make an empty keyring. Raises `NotNow` when there is one."""
        path = folder / NAME
        if path.exists():
            raise NotNow(f"there are keys in {path} already")
        made = cls(path, passphrase, Keys())
        made.save()
        return made

    @classmethod
    def open(cls, folder: Path, passphrase: str) -> "Keyring":
        """Open a keyring. Raises `WrongPassphrase`, `DeskUnreadable`."""
        path = folder / NAME
        file = files.read_json(path, _File)
        if file.v > _VERSION:
            raise DeskUnreadable(
                f"{path} was written by a newer NeighborCam: install that again"
            )
        if file.v != _VERSION:
            raise DeskUnreadable(f"{path} is of another version, or damaged")
        try:
            key = _derived(passphrase, file.salt, min(file.cost, _COST))
            plain = ChaCha20Poly1305(key).decrypt(file.nonce, file.sealed, None)
            keys = msgspec.json.decode(plain, type=Keys)
        except (InvalidTag, ValueError):
            raise WrongPassphrase(
                "the passphrase is wrong, or the file of keys was changed"
            ) from None
        return cls(path, passphrase, keys)

    def save(self) -> None:
        """Write the keys. Raises `NotNow` after `retire`."""
        if self._is_retired:
            raise NotNow("the desk was locked meanwhile: do that again")
        nonce = os.urandom(12)
        plain = msgspec.json.encode(self.keys)
        sealed = ChaCha20Poly1305(self._key).encrypt(nonce, plain, None)
        file = _File(
            v=_VERSION,
            salt=self._salt,
            cost=_COST,
            nonce=nonce,
            sealed=sealed,
            token=self._is_on_token,
        )
        files.write_json(self._path, file)

    def change_passphrase(self, passphrase: str) -> None:
        """Lock the file with another passphrase. Raises `NotNow` for a short one.

        Copies of the file still open with the old one.
        """
        self.relock(derive(passphrase))

    def relock(self, derived: tuple[bytes, bytes]) -> None:
        """Lock the file with what `derive` made of another passphrase."""
        self._salt, self._key = derived
        self.save()

    def retire(self) -> None:
        """Save no more: the file was opened anew, and has what this may not have."""
        self._is_retired = True

    @property
    def root(self) -> Ed25519PrivateKey:
        """The agency's root key. Raises `NotNow`."""
        if self.keys.root is None:
            raise NotNow("the root key is on another machine: run this there")
        return self.private(self.keys.root)

    @property
    def own(self) -> tuple[Ed25519PrivateKey, IssuedCertificate]:
        """The officer's or supervisor's key and certificate. Raises `NotNow`."""
        if self.keys.own is not None and self.keys.issued is not None:
            return self.private(self.keys.own), self.keys.issued
        if self.keys.pending is None:
            raise NotNow("make a key first: neighborcam agency key")
        raise NotNow("the root has to certify your key: neighborcam agency certify")

    def private(self, secret: Secret) -> Ed25519PrivateKey:
        """Return the key itself, or what signs with it in its token."""
        if isinstance(secret, bytes):
            return Ed25519PrivateKey.from_private_bytes(secret)
        if self._pin is None:
            self._pin = self.ask_pin()
        return TokenKey(secret, self._pin)

    @property
    def _is_on_token(self) -> bool:
        pending = self.keys.pending.key if self.keys.pending else None
        held = (self.keys.root, self.keys.own, pending)
        return any(isinstance(each, OnToken) for each in held)

    def own_as(self, role: Role) -> tuple[Ed25519PrivateKey, IssuedCertificate]:
        """Return the own key for the work of a role. Raises `NotNow` for another."""
        key, issued = self.own
        held = issued.certificate.role
        if held is not role:
            raise NotNow(
                f"this takes the key of role {role}: that of this desk is {held}"
            )
        return key, issued

    # -- cases -----------------------------------------------------------------------

    def new_case(self, request: str) -> str:
        """Make the keys of a request; return the recipient to which homes seal."""
        identity = HybridIdentity(os.urandom(_KEY_BYTES))
        notes = [os.urandom(_KEY_BYTES)]
        self.keys.cases[request] = CaseKeys(seal=identity.secret(), notes=notes)
        self.save()
        return str(identity.recipient)

    def seal(self, request: str) -> HybridIdentity:
        """Return the key of a request. Raises `NotNow` once it was destroyed."""
        case = self.keys.cases.get(request)
        identity = parse_identity(case.seal) if case and case.seal else None
        if not isinstance(identity, HybridIdentity):
            raise NotNow("the key of this request is not here, or was destroyed")
        return identity

    def notes_keys(self, request: str) -> list[bytes]:
        """Return what opens the notes of a case, the newest last. Raises `NotNow`."""
        case = self.keys.cases.get(request)
        if case is None:
            raise NotNow("this desk has no keys of this request: another one made it")
        return case.notes

    def add_notes_key(self, request: str) -> None:
        """Let notes be sealed with another key from now on."""
        self.keys.cases[request].notes.append(os.urandom(_KEY_BYTES))
        self.save()

    def drop_old_notes_keys(self, request: str) -> None:
        """Destroy all keys of notes but the newest."""
        case = self.keys.cases[request]
        if len(case.notes) > 1:
            case.notes = case.notes[-1:]
            self.save()

    def destroy_seal(self, request: str) -> None:
        """Destroy the key to which homes sealed; nothing opens their answers then."""
        case = self.keys.cases.get(request)
        if case is not None and case.seal:
            case.seal = ""
            self.save()


def derive(passphrase: str) -> tuple[bytes, bytes]:
    """Return a new salt, and the key made of it; takes half a second.

    Raises `NotNow` for a short one. The passphrase itself is kept nowhere.
    """
    _check_passphrase(passphrase)
    salt = os.urandom(16)
    return salt, _derived(passphrase, salt, _COST)


def needs_pin(folder: Path) -> bool:
    """Tell whether a key of a folder is in a token. Raises `DeskUnreadable`."""
    return files.read_json(folder / NAME, _File).token


def public_of(secret: Secret) -> bytes:
    """Return the public half of a key; its token need not be there."""
    if isinstance(secret, OnToken):
        return secret.public
    key = Ed25519PrivateKey.from_private_bytes(secret)
    return key.public_key().public_bytes_raw()


def _no_pin() -> str:
    raise NotNow("a key of this desk is in a token: its PIN is needed")


def _check_passphrase(passphrase: str) -> None:
    if len(passphrase) < _LEAST:
        raise NotNow(f"a passphrase has at least {_LEAST} characters")


def _derived(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=_KEY_BYTES, n=cost, r=8, p=1).derive(
        passphrase.encode()
    )
