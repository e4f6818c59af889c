"""Reads a hub's public log from outside, as anybody can, and checks all of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import aiohttp

from neighborcam.hub.errors import HubError
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.checkpoints import LogPolicy, accept
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.log_reader import LogReader
from neighborcam.protocol.note_keys import LogKey, parse_vkey

_TIMEOUT: Final = aiohttp.ClientTimeout(total=120, connect=15)
_MOST_BYTES: Final = 32 * 1024 * 1024  # a bundle has 256 entries of 64 KiB at most


async def read_log(
    vkey: str, url: str, clock: Callable[[], datetime]
) -> tuple[bytes, ...]:
    """Return all entries of a hub's log, which signed them with ``vkey``.

    Raises `HubError` when it does not answer, `ProtocolError` when it contradicts
    itself or says what its rules forbid.
    """
    reader = LogReader(LogPolicy(log=_log_key(vkey)))
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        log = f"{url.rstrip('/')}/log"
        checkpoint = reader.accept(await _get(session, f"{log}/checkpoint"), clock())
        bundles = [
            await _get(session, f"{log}/{tile.bundle_path}")
            for tile in reader.wanted(checkpoint)
        ]
    return reader.read(checkpoint, bundles).entries


async def read_checkpoint(
    vkey: str, url: str, clock: Callable[[], datetime]
) -> CheckpointText:
    """Return the newest checkpoint of a hub's log, which signed it with ``vkey``.

    Raises `HubError` when it does not answer, `ProtocolError` when another key signed.
    """
    policy = LogPolicy(log=_log_key(vkey))
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        data = await _get(session, f"{url.rstrip('/')}/log/checkpoint")
    return accept(data, policy, clock()).text


def _log_key(vkey: str) -> LogKey:
    key = parse_vkey(vkey)
    if not isinstance(key, LogKey):
        raise InvalidMessage("this is a witness's key: the log's own is wanted")
    return key


async def _get(session: aiohttp.ClientSession, address: str) -> bytes:
    try:
        async with session.get(address, allow_redirects=False) as answer:
            answer.raise_for_status()
            return await _whole(answer)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        raise HubError("the hub does not answer: is the address right?") from None


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    found = bytearray()
    async for piece in answer.content.iter_any():
        found += piece
        if len(found) > _MOST_BYTES:
            raise HubError("the hub's log has files without end")
    return bytes(found)
