"""What a desk says to its hub; nothing else of the desk speaks to a network."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import aiohttp
import msgspec

from neighborcam.agency.errors import HubAway, HubSaidNo
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.capsules import CAPSULE_BYTES
from neighborcam.protocol.checkpoints import LogPolicy
from neighborcam.protocol.errors import ProtocolError
from neighborcam.protocol.identity import Message
from neighborcam.protocol.log_reader import LogReader
from neighborcam.protocol.register import Register

_TIMEOUT: Final = aiohttp.ClientTimeout(total=120, connect=15)
_REFUSED: Final = range(400, 500)


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request is, as the hub says."""

    id: str
    state: str
    reason: str = ""
    logged: datetime | None = None
    index: int | None = None
    entry: bytes | None = None
    proof: str | None = None
    due: dict[str, datetime] = msgspec.field(default_factory=dict)


class HubClient:
    """One hub. Every method raises `HubAway`, `HubSaidNo`."""

    def __init__(self, hub: str) -> None:
        self._hub = hub.rstrip("/")

    async def post(self, path: str, message: Message) -> bytes:
        """Send a message of the protocol; return the answer."""
        return await self._request("POST", path, encode(message))

    async def get(self, path: str) -> bytes:
        """Fetch something."""
        return await self._request("GET", path)

    async def status(self, request: str) -> Status:
        """Return where a request is."""
        data = await self.get(f"/api/requests/{request}")
        try:
            return msgspec.json.decode(data, type=Status)
        except msgspec.DecodeError:
            raise HubAway("the hub's answer makes no sense") from None

    async def capsules(self, path: str, message: Message) -> list[bytes]:
        """Return the capsules of a round."""
        data = await self.post(path, message)
        return [
            data[at : at + CAPSULE_BYTES] for at in range(0, len(data), CAPSULE_BYTES)
        ]

    async def register(
        self, policy: LogPolicy, clock: Callable[[], datetime]
    ) -> Register:
        """Read the whole public log and return what it says.

        Raises `HubAway` when the log does not prove itself.
        """
        reader = LogReader(policy)
        try:
            checkpoint = reader.accept(await self.get("/log/checkpoint"), clock())
            wanted = reader.wanted(checkpoint)
            bundles = [await self.get(f"/log/{each.bundle_path}") for each in wanted]
            reader.believe(reader.read(checkpoint, bundles))
        except ProtocolError as problem:
            raise HubAway(f"the hub's log cannot be believed: {problem}") from problem
        return reader.register

    async def _request(
        self, method: str, path: str, data: bytes | None = None
    ) -> bytes:
        body = None if data is None else io.BytesIO(data)
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.request(
                    method, f"{self._hub}{path}", data=body, allow_redirects=False
                ) as answer,
            ):
                found = await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise HubAway("the hub does not answer: try again later") from None
        if status in _REFUSED:
            raise _refusal(found)
        if not answer.ok:
            raise HubAway(f"the hub answers {status}: try again later")
        return found


def _refusal(body: bytes) -> HubSaidNo:
    try:
        error: Any = msgspec.json.decode(body)["error"]
        return HubSaidNo(str(error["code"]), str(error["message"]))
    except (msgspec.DecodeError, KeyError, TypeError):
        return HubSaidNo("unknown", "no, and not why")
