"""Bytes to a hub and back, and what its refusals mean. Nothing else does HTTP to one.

A transfer may take as long as bytes flow: a clip over a slow uplink takes half an hour.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import aiohttp
import msgspec

from neighborcam.engine.errors import HubBusy, HubRefused, HubUnreachable

CONNECT_S: Final = 10.0
ANSWER_S: Final = 30.0  # without a byte in either direction
UPLOADED_S: Final = 180.0  # likewise, for large bodies: the hub encodes them anew
SLOWEST: Final = 4096  # bytes a second: an uplink that bad still sends a clip
BUFFERED: Final = 4 * 2**20  # bytes that the system takes before any has left
LATER_S: Final = 3600.0  # the longest that a hub can make a home wait
ANSWER_LIMIT: Final = 20 * 2**20  # a clip of an alert has 16 MiB
_PIECE: Final = 64 * 1024
_NO_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, connect=CONNECT_S)
_BUSY: Final = 429
_TOO_SLOW: Final = 408
CLOCK: Final = "at"  # the field of messages that says what this home's clock says
_GOOD: Final = range(200, 300)
_ELSEWHERE: Final = range(300, 400)
_REFUSED: Final = range(400, 500)
IN_BETWEEN: Final = "does something in between want a login first?"
_LONGEST_TEXT: Final = 300  # characters of a refusal: diaries and pages show it


class _Error(msgspec.Struct, frozen=True, kw_only=True):
    code: Annotated[str, msgspec.Meta(max_length=40)]
    message: str
    field: Annotated[str, msgspec.Meta(max_length=80)] | None = None


class _Refusal(msgspec.Struct, frozen=True, kw_only=True):
    error: _Error


def hub_session() -> aiohttp.ClientSession:
    """Return a session that goes where it was sent, and nowhere else.

    A hub could have a home ask for addresses of its own network otherwise: a socket
    cannot be opened without following.
    """
    stays = aiohttp.TraceConfig()
    stays.on_request_redirect.append(_stay)
    return aiohttp.ClientSession(trace_configs=[stays])


async def _stay(
    _session: aiohttp.ClientSession,
    _context: object,
    told: aiohttp.TraceRequestRedirectParams,
) -> None:
    told.response.close()
    raise aiohttp.ClientError("the hub's address leads elsewhere")


class HubHttp:
    """Requests to one hub. Raises `HubUnreachable`, `HubRefused`, `HubBusy`."""

    def __init__(self, session: aiohttp.ClientSession, hub: str) -> None:
        self._session = session
        self._hub = hub.rstrip("/")

    async def ask(
        self,
        method: str,
        path: str,
        *,
        data: bytes | None = None,
        reading_pass: str | None = None,
    ) -> bytes:
        """Return the body of a success."""
        headers = {"Authorization": f"Pass {reading_pass}"} if reading_pass else {}
        if data is not None:
            headers["Content-Length"] = str(len(data))
        patience_s = ANSWER_S if len(data or b"") <= _PIECE else UPLOADED_S
        try:
            async with asyncio.timeout(patience_s) as limit:
                progress = _Progress(limit, patience_s)
                async with self._session.request(
                    method,
                    f"{self._hub}{path}",
                    data=None if data is None else _pieces(data, progress),
                    headers=headers,
                    timeout=_NO_TIMEOUT,
                    allow_redirects=False,
                ) as answer:
                    body = await _whole(answer, progress)
                    _raise_for(answer, body)
                    return body
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            # The problem's own text names addresses; ours does not.
            raise HubUnreachable("the hub does not answer") from problem

    async def tell(self, method: str, path: str, data: bytes) -> None:
        """Say what a hub takes without a word.

        Who answers with one is no hub: a guest network's page would else pass for the
        delivery of a letter that nobody has.
        """
        if await self.ask(method, path, data=data):
            raise HubUnreachable(f"what answers is not the hub: {IN_BETWEEN}")


def decoded(data: bytes, kind: Any) -> Any:
    """Return what a hub said. Raises `HubUnreachable` for what makes no sense."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise HubUnreachable("the hub's answer makes no sense") from None


class _Progress:
    """Moves a deadline while bytes flow, and not faster than the slowest uplink."""

    def __init__(self, limit: asyncio.Timeout, patience_s: float) -> None:
        self._limit = limit
        self._patience_s = patience_s
        self._began = asyncio.get_running_loop().time()
        self._moved = 0

    def note(self, count: int) -> None:
        """Take it that some bytes went through."""
        self._moved += count
        now = asyncio.get_running_loop().time()
        slowest = self._began + self._moved / SLOWEST
        self._limit.reschedule(min(now, slowest) + self._patience_s)

    def all_sent(self) -> None:
        """Take it that the rest is this machine's to send, which tells nothing."""
        still_s = min(self._moved, BUFFERED) / SLOWEST
        now = asyncio.get_running_loop().time()
        self._limit.reschedule(now + still_s + self._patience_s)


async def _pieces(data: bytes, progress: _Progress) -> AsyncIterator[bytes]:
    """Yield the bytes piece by piece: the next one once the network took the last."""
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        yield piece
        progress.note(len(piece))
    progress.all_sent()


async def _whole(answer: aiohttp.ClientResponse, progress: _Progress) -> bytes:
    """Return the whole body; a hub cannot fill a home's memory."""
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        progress.note(len(piece))
        if len(body) > ANSWER_LIMIT:
            raise HubUnreachable("the hub's answer has no end")
    return bytes(body)


def _raise_for(answer: aiohttp.ClientResponse, body: bytes) -> None:
    if answer.status in _GOOD:
        return
    if answer.status in _ELSEWHERE:
        raise HubUnreachable(
            f"the hub's address leads elsewhere ({answer.status}): {IN_BETWEEN}"
        )
    if answer.status not in _REFUSED:
        raise HubUnreachable(f"the hub answers {answer.status}")
    try:
        error = msgspec.json.decode(body, type=_Refusal).error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise HubUnreachable(
            f"the hub answers {answer.status}, as no hub does"
        ) from None
    code, text, field = error.code, error.message[:_LONGEST_TEXT], error.field
    if answer.status == _BUSY:
        raise HubBusy(code, text, _after_s(answer.headers.get("Retry-After", "")))
    if answer.status == _TOO_SLOW:
        raise HubUnreachable("the network is too slow for the hub")
    if field == CLOCK:
        text = (
            "this machine's clock and the hub's differ by more than 5 minutes: turn on"
            " time synchronisation here, or tell the hub's operator"
        )
    raise HubRefused(code, text, field)


def _after_s(header: str) -> float:
    """Return how long to wait; a hub cannot send a home away for good."""
    if not header.isascii() or not header.isdecimal() or len(header) > len("86400"):
        return 60.0
    return min(float(header), LATER_S)
