"""Who may do what: tokens, one-time pairing codes and the limit on failed tries."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from neighborcam.engine.api.errors import TooManyTries, WrongCode
from neighborcam.engine.api.messages import NewToken, PairingCode, Scope
from neighborcam.engine.errors import Conflict, NotFound
from neighborcam.engine.index.rows import TokenRow

TOKEN_BYTES: Final = 32
SHORTEST: Final = 43  # characters of a token: what is shorter nobody made
CODE_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no I, L, O, 0, 1
CODE_LENGTH: Final = 8
CODE_LIFETIME: Final = timedelta(minutes=10)
CODE_TRIES: Final = 5
FAILED_TRIES: Final = 20
FAILED_WINDOW: Final = timedelta(minutes=1)
MAX_ADDRESSES: Final = 1000

_INCLUDES: Final[dict[Scope, frozenset[Scope]]] = {
    Scope.ADMIN: frozenset(Scope),
    Scope.VIEWER: frozenset({Scope.VIEWER, Scope.STREAM}),
    Scope.STREAM: frozenset({Scope.STREAM}),
}


def includes(held: Scope, needed: Scope) -> bool:
    """Tell whether a token with scope ``held`` may do what needs ``needed``."""
    return needed in _INCLUDES[held]


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What one HTTP request may do. ``token`` is an id; None for a signed URL."""

    scope: Scope
    token: str | None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Tokens:
    """The tokens that are valid now, in memory: checking one needs no disk.

    The caller stores what `make` and `revoke` return before or after, in a thread.
    """

    def __init__(self, rows: Sequence[TokenRow]) -> None:
        # Found by hash, so the time of the look-up tells nothing about a token.
        self._rows = {row.hash: row for row in rows}
        self._standing: set[str] = set()

    def check(self, token: str) -> Grant | None:
        """Return what ``token`` may do, None if it is not valid."""
        if len(token) < SHORTEST:
            return None  # whatever is stored: an empty one is everybody's
        row = self._rows.get(_hash(token))
        return None if row is None else Grant(scope=Scope(row.scope), token=row.id)

    def list(self) -> Sequence[TokenRow]:
        """Return every token, oldest first."""
        return sorted(self._rows.values(), key=lambda row: (row.created_at, row.id))

    def make(self, *, name: str, scope: Scope, now: datetime) -> tuple[TokenRow, str]:
        """Return a new row and its token; it is not valid before `admit`."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        return self.row(token, name=name, scope=scope, now=now), token

    def row(self, token: str, *, name: str, scope: Scope, now: datetime) -> TokenRow:
        """Return a new row for a token that somebody made."""
        return TokenRow(
            id=secrets.token_hex(6),
            name=name,
            scope=scope.value,
            hash=_hash(token),
            created_at=now,
        )

    def admit(self, row: TokenRow) -> None:
        """Make a stored token valid."""
        self._rows[row.hash] = row

    def keep(self, token: str) -> None:
        """Let nobody revoke a valid token as long as this engine runs."""
        self._standing.add(self._rows[_hash(token)].id)

    def find(self, token_id: str) -> TokenRow:
        """Return the token with this id, or raise `NotFound`."""
        for row in self._rows.values():
            if row.id == token_id:
                return row
        raise NotFound("there is no such token")

    def revocable(self, token_id: str) -> TokenRow:
        """Return the token if it may go.

        Raises `Conflict` for the last one of an admin, and for one that is kept.
        """
        row = self.find(token_id)
        if token_id in self._standing:
            raise Conflict("Home Assistant's app needs this token as long as it runs")
        admins = [r for r in self._rows.values() if r.scope == Scope.ADMIN]
        if admins == [row]:
            raise Conflict(
                "this is the last token that may administer; pair another one first"
            )
        return row

    def revoke(self, row: TokenRow) -> None:
        """Make a token invalid at once."""
        self._rows.pop(row.hash, None)


@dataclass(kw_only=True, slots=True)
class _Open:
    code: str
    scope: Scope
    expires_at: datetime
    wrong: int = 0


class PairingDesk:
    """Hands out one-time codes. Only the newest is good; none is stored."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._open: _Open | None = None

    def issue(self, scope: Scope) -> PairingCode:
        """Return a new code; the one before it is void."""
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        expires_at = self._clock() + CODE_LIFETIME
        self._open = _Open(code=code, scope=scope, expires_at=expires_at)
        return PairingCode(code=code, expires_at=expires_at, scope=scope)

    def redeem(self, typed: str) -> Scope:
        """Return the scope that the code grants and void it; raise `WrongCode`."""
        code = "".join(typed.split()).replace("-", "").upper()
        waiting = self._open
        if waiting is None or self._clock() >= waiting.expires_at:
            self._open = None
            raise WrongCode("no code is open: ask for a new one")
        if not hmac.compare_digest(code.encode(), waiting.code.encode()):
            self._count_wrong(waiting)
        self._open = None
        return waiting.scope

    def _count_wrong(self, waiting: _Open) -> None:
        waiting.wrong += 1
        if waiting.wrong < CODE_TRIES:
            raise WrongCode("the code is wrong: look at it again")
        self._open = None
        raise WrongCode("the code was wrong too often and is void: ask for a new one")


class FailedTries:
    """Counts failed proofs per address, so that guessing is slow.

    A valid token is never refused here: behind a proxy everybody has one address,
    and a stranger's guesses must not lock the owner out.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._failures: dict[str, list[datetime]] = {}

    def refuse_if_too_many(self, address: str) -> None:
        """Raise `TooManyTries` while ``address`` has failed too often."""
        if len(self._recent(address)) >= FAILED_TRIES:
            raise TooManyTries("too many failed tries: wait a minute")

    def note(self, address: str) -> None:
        """Count one failure."""
        if address not in self._failures and len(self._failures) >= MAX_ADDRESSES:
            self._failures.pop(next(iter(self._failures)))  # the oldest address
        self._failures[address] = [*self._recent(address), self._clock()]

    def _recent(self, address: str) -> list[datetime]:
        since = self._clock() - FAILED_WINDOW
        recent = [at for at in self._failures.get(address, ()) if at > since]
        return recent[-FAILED_TRIES:]


def new_token(row: TokenRow, token: str) -> NewToken:
    """Return the only message that ever holds ``token``."""
    return NewToken(token=token, scope=Scope(row.scope))
