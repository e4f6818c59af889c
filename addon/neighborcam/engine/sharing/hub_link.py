"""One home's connection to its hub. Nothing else in the engine speaks to one.

It decides nothing and keeps nothing: what may be sent was decided before, and what
is tried again is the outbox's business.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from neighborcam.engine.errors import HubMisbehaves, HubRefused, HubUnreachable
from neighborcam.engine.neighbours import StatementView
from neighborcam.engine.sharing.hub_http import ANSWER_LIMIT, HubHttp, decoded
from neighborcam.protocol.accounts import (
    AccountMessage,
    InviteWish,
    Join,
    Leave,
    PassWish,
    Purpose,
    TokenWish,
    VoteWish,
    signed,
)
from neighborcam.protocol.alerts import Token
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import BadSignature, InvalidMessage
from neighborcam.protocol.feed import FeedMessage, PublishedComment
from neighborcam.protocol.identity import Message
from neighborcam.protocol.standing import Standing
from neighborcam.protocol.tokens import Blinded, blind, finalize

RECEIVE_S: Final = 75.0  # the hub pings every 30 seconds
NONCE_BYTES: Final = 32
_MOST_SHOWN: Final = 1000  # comments or statements of an alert
_KEY_BITS: Final = range(2048, 4097)
_NO_PASS: Final = frozenset({401, 403, 4401})  # of HTTP, and of a socket's end


@dataclass(frozen=True, kw_only=True)
class Membership:
    """What a home knows of itself at its hub. ``key`` never leaves the home."""

    hub: str  # base URL
    household: str
    key: Ed25519PrivateKey

    def __repr__(self) -> str:
        """Hide the key: this may be logged."""
        return f"Membership(hub={self.hub!r})"


class KeysView(msgspec.Struct, frozen=True, kw_only=True):
    """Token keys of the day, and the proof that the public log has them."""

    epoch: str
    keys: dict[str, bytes]
    proof: str


class HubView(msgspec.Struct, frozen=True, kw_only=True):
    """What a hub says of itself."""

    name: str
    log: str
    recipients: tuple[str, ...]


class CellsView(msgspec.Struct, frozen=True, kw_only=True):
    """Which cells of a region may be named, of resolution 6 to 9."""

    region: str
    census: bool
    cells: tuple[str, ...]


class _Taken(msgspec.Struct, frozen=True, kw_only=True):
    standing: Standing


class _Signatures(msgspec.Struct, frozen=True, kw_only=True):
    signatures: tuple[bytes, ...]


class _Pass(msgspec.Struct, frozen=True, kw_only=True):
    reading_pass: str


class _Comments(msgspec.Struct, frozen=True, kw_only=True):
    comments: tuple[PublishedComment, ...]


class _Statements(msgspec.Struct, frozen=True, kw_only=True):
    statements: tuple[StatementView, ...]


class HubLink:
    """Asks and tells a hub. Every method raises the errors of `sharing.errors`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        hub: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._hub = hub.rstrip("/")
        self._http = HubHttp(session, hub)
        self._clock = clock

    async def view(self) -> HubView:
        """Return what the hub says of itself."""
        return await self._ask("GET", "/api/hub", HubView)

    async def join(self, code: str, key: Ed25519PrivateKey) -> Membership:
        """Use an invite; the same code and key again give the same household."""
        public = key.public_key().public_bytes_raw()
        wish = Join(code=code, key=public, at=self._now())
        answer = await self._post("/api/households", signed(wish, key), dict[str, str])
        return Membership(hub=self._hub, household=answer["household"], key=key)

    async def leave(self, member: Membership) -> None:
        """Have the account deleted."""
        wish = Leave(household=member.household, at=self._now())
        await self._tell("/api/leave", signed(wish, member.key))

    async def keys(self) -> KeysView:
        """Return the token keys of the day. Whether to believe them: `log_keeper`."""
        return await self._ask("GET", "/api/keys", KeysView)

    async def cells(self, region: str) -> CellsView:
        """Return which cells of a region may be named. Raises `HubRefused`."""
        found = await self._ask("GET", f"/api/cells/{region}", CellsView)
        if found.region != region:
            raise HubUnreachable("the hub's answer makes no sense")
        return found

    async def tokens(
        self,
        member: Membership,
        keys: KeysView,
        purpose: Purpose,
        blinded: Sequence[Blinded],
    ) -> list[Token]:
        """Return tokens that the hub signed without seeing them.

        The same blinded numbers again give the same tokens, and cost nothing.
        """
        key = _public(keys.keys.get(purpose, b""))
        wish = TokenWish(
            household=member.household,
            epoch=keys.epoch,
            purpose=purpose,
            blinded=tuple(each.request for each in blinded),
            at=self._now(),
        )
        answer = await self._post("/api/tokens", signed(wish, member.key), _Signatures)
        if len(answer.signatures) != len(blinded):
            raise HubMisbehaves("the hub signed another number of tokens than asked")
        return [
            _token(key, keys.epoch, each, signature)
            for each, signature in zip(blinded, answer.signatures, strict=True)
        ]

    async def vote_token(
        self, member: Membership, subject: str, vote_key: bytes, blinded: Blinded
    ) -> Token:
        """Return the one token that this home gets for an alert, or an agency."""
        key = _public(vote_key)
        wish = VoteWish(
            household=member.household,
            alert=subject,
            blinded=blinded.request,
            at=self._now(),
        )
        answer = await self._post(
            "/api/vote-tokens", signed(wish, member.key), _Signatures
        )
        epoch = self._now().date().isoformat()
        return _token(key, epoch, blinded, *answer.signatures[:1])

    async def reading_pass(self, member: Membership) -> str:
        """Return the pass of the day."""
        wish = PassWish(household=member.household, at=self._now())
        answer = await self._post("/api/passes", signed(wish, member.key), _Pass)
        found: str = answer.reading_pass
        return found

    async def invite(self, member: Membership, nonce: str) -> str:
        """Return an invite for a neighbour, as a link."""
        wish = InviteWish(household=member.household, nonce=nonce, at=self._now())
        answer = await self._post(
            "/api/invites", signed(wish, member.key), dict[str, str]
        )
        link: str = answer["link"]
        return link

    async def send(self, path: str, message: Message) -> None:
        """Send a message that needs no account."""
        await self._tell(path, message)

    async def publish(self, data: bytes) -> Standing:
        """Send an alert that was encoded before; return how it stands at the hub."""
        answer = await self._http.ask("POST", "/api/alerts", data=data)
        found: _Taken = decoded(answer, _Taken)
        return found.standing

    async def post(self, path: str, data: bytes) -> None:
        """Send another message that was encoded before."""
        await self._http.tell("POST", path, data)

    async def put(self, path: str, data: bytes) -> None:
        """Send bytes under a path."""
        await self._http.tell("PUT", path, data)

    async def get_media(self, alert: str, sha256: str, reading_pass: str) -> bytes:
        """Return a picture or clip of an alert."""
        path = f"/api/alerts/{alert}/media/{sha256}"
        return await self._http.ask("GET", path, reading_pass=reading_pass)

    async def comments(
        self, alert: str, reading_pass: str
    ) -> tuple[PublishedComment, ...]:
        """Return the comments of an alert, as the hub shows them."""
        data = await self._http.ask(
            "GET", f"/api/alerts/{alert}/comments", reading_pass=reading_pass
        )
        found: _Comments = decoded(data, _Comments)
        return found.comments[:_MOST_SHOWN]

    async def statements(self, alert: str) -> tuple[StatementView, ...]:
        """Return why stewards decided about an alert as they did."""
        found = await self._ask("GET", f"/api/alerts/{alert}/statements", _Statements)
        return found.statements[:_MOST_SHOWN]

    async def raw(self, path: str) -> bytes:
        """Return a file of the public log."""
        return await self._http.ask("GET", path)

    @asynccontextmanager
    async def feed(
        self, region: str, after: int | None, reading_pass: str
    ) -> AsyncIterator[AsyncIterator[FeedMessage]]:
        """Yield the messages of a region's feed until it breaks, which raises."""
        query = {"region": region} | ({} if after is None else {"after": str(after)})
        try:
            async with self._session.ws_connect(
                f"{self._hub}/api/feed",
                params=query,
                headers={"Authorization": f"Pass {reading_pass}"},
                max_msg_size=ANSWER_LIMIT,
                timeout=aiohttp.ClientWSTimeout(ws_receive=RECEIVE_S),
            ) as socket:
                yield _messages(socket)
        except aiohttp.WSServerHandshakeError as problem:
            if problem.status in _NO_PASS:
                raise HubRefused("no_pass", "the hub wants a new pass") from None
            raise HubUnreachable("the hub's feed does not open") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise HubUnreachable("the hub does not answer") from problem

    def _now(self) -> datetime:
        return self._clock().replace(microsecond=0)

    async def _ask[T](self, method: str, path: str, kind: type[T]) -> T:
        found: T = decoded(await self._http.ask(method, path), kind)
        return found

    async def _post(self, path: str, message: AccountMessage, kind: Any) -> Any:
        return decoded(await self._http.ask("POST", path, data=encode(message)), kind)

    async def _tell(self, path: str, message: AccountMessage | Message) -> None:
        await self._http.tell("POST", path, encode(message))


async def _messages(
    socket: aiohttp.ClientWebSocketResponse,
) -> AsyncIterator[FeedMessage]:
    async for message in socket:
        if message.type is aiohttp.WSMsgType.TEXT:
            yield decoded(message.data.encode(), FeedMessage)
    if socket.close_code in _NO_PASS:
        raise HubRefused("no_pass", "the hub wants a new pass")
    raise HubUnreachable("the hub ended its feed")


def _public(der: bytes) -> RSAPublicKey:
    try:
        key = load_der_public_key(der)
    except ValueError:
        raise HubMisbehaves("the hub's key for tokens is none") from None
    if not isinstance(key, RSAPublicKey) or key.key_size not in _KEY_BITS:
        raise HubMisbehaves("the hub's key for tokens is of the wrong kind")
    return key


def blinded(der: bytes, count: int) -> list[Blinded]:
    """Return numbers for a hub to sign. Raises `HubMisbehaves` for its key."""
    key = _public(der)
    return [_blinded(key) for _ in range(count)]


def _blinded(key: RSAPublicKey) -> Blinded:
    try:
        return blind(key, secrets.token_bytes(NONCE_BYTES))
    except InvalidMessage as problem:
        raise HubMisbehaves(str(problem)) from None


def _token(
    key: RSAPublicKey, epoch: str, blinded: Blinded, signature: bytes = b""
) -> Token:
    try:
        made = finalize(key, blinded, signature)
    except BadSignature as problem:
        raise HubMisbehaves(str(problem)) from None
    return Token(epoch=epoch, prepared=blinded.prepared, signature=made)
