"""What a desk says to its hub; nothing else of the desk speaks to a network."""

import io
from datetime import datetime
from typing import Any, Final

import aiohttp
import msgspec

from neighborcam.agency.errors import HubAway, HubSaidNo
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.capsules import CAPSULE_BYTES
from neighborcam.protocol.identity import Message
from neighborcam.protocol.requests import SignedRequest, Spoken

_TIMEOUT: Final = aiohttp.ClientTimeout(total=120, connect=15)
_GOOD: Final = range(200, 300)
_ELSEWHERE: Final = range(300, 400)
_REFUSED: Final = range(400, 500)
_FAILED: Final = 500  # a proxy says that its hub is away
_PAGE: Final = "text/html"
_IN_BETWEEN: Final = "does something in between want a login first?"
_BUSY: Final = 429
_MOST_BYTES: Final = 32 * 2**20  # a bundle of the log has 256 entries of 64 KiB


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request is that the public log does not have, as the hub says."""

    id: str
    state: str
    reason: str = ""
    logged: datetime | None = None


class _Submitted(msgspec.Struct, frozen=True, kw_only=True):
    state: str


class _Replies(msgspec.Struct, frozen=True, kw_only=True):
    bundles: tuple[Spoken, ...]


class HubClient:
    """One hub. Every method raises `HubAway`, `HubSaidNo`."""

    def __init__(self, hub: str) -> None:
        self._hub = hub.rstrip("/")

    async def post(self, path: str, message: Message) -> bytes:
        """Send a message of the protocol; return the answer."""
        return await self.send(path, encode(message))

    async def send(self, path: str, body: bytes) -> bytes:
        """Send a message of the protocol that is encoded; return the answer."""
        return await self._request("POST", path, body)

    async def get(self, path: str) -> bytes:
        """Fetch something."""
        return await self._request("GET", path)

    async def submit(self, signed: SignedRequest) -> str:
        """Send a request; return its state at the hub."""
        return read_answer(await self.post("/api/requests", signed), _Submitted).state

    async def status(self, request: str) -> Status:
        """Return where a request is."""
        return read_answer(await self.get(f"/api/requests/{request}"), Status)

    async def capsules(self, path: str, message: Message) -> list[bytes]:
        """Return a page of the capsules of a round."""
        data = await self.post(path, message)
        if len(data) % CAPSULE_BYTES:
            raise HubAway("the hub's answer was cut off: try again")
        return [
            data[at : at + CAPSULE_BYTES] for at in range(0, len(data), CAPSULE_BYTES)
        ]

    async def replies(self, request: str, after: int) -> tuple[Spoken, ...]:
        """Return bundles of replies that the hub has, from number ``after`` on."""
        data = await self.get(f"/api/requests/{request}/replies?after={after}")
        return read_answer(data, _Replies).bundles

    async def _request(self, method: str, path: str, data: bytes = b"") -> bytes:
        url = f"{self._hub}{path}"
        body = io.BytesIO(data) if data else None
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.request(
                    method, url, data=body, allow_redirects=False
                ) as answer,
            ):
                found = await _whole(answer)
                status, is_page = answer.status, answer.content_type == _PAGE
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise HubAway("the hub does not answer: try again later") from None
        if status in _ELSEWHERE or (is_page and status < _FAILED):
            # Taken for a success, a deletion would be attested to a guest network.
            raise HubAway(f"what answers ({status}) is not the hub: {_IN_BETWEEN}")
        if status in _GOOD:
            return found
        if status in _REFUSED and status != _BUSY:
            raise _refusal(found)
        raise HubAway(f"the hub answers {status}: try again later")


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    found = bytearray()
    async for piece in answer.content.iter_any():
        found += piece
        if len(found) > _MOST_BYTES:
            raise HubAway("the hub's answer has no end")
    return bytes(found)


def read_answer[M](data: bytes, kind: type[M]) -> M:
    """Return what a hub said. Raises `HubAway` for what makes no sense."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise HubAway("the hub's answer makes no sense") from None


def _refusal(body: bytes) -> HubSaidNo:
    try:
        error: Any = msgspec.json.decode(body)["error"]
        return HubSaidNo(str(error["code"]), str(error["message"]))
    except (msgspec.DecodeError, KeyError, TypeError):
        return HubSaidNo("unknown", "no, and not why")
