"""Handlers for the public log (C2SP tlog-tiles, tlog-witness) and its numbers."""

import re
from typing import Final

from aiohttp import web

from neighborcam.hub.api.desk import Call
from neighborcam.hub.api.messages import CellsView
from neighborcam.hub.api.plumbing import read_body
from neighborcam.hub.errors import NotFound
from neighborcam.hub.statistics import Statistics
from neighborcam.hub.statistics import statistics as count
from neighborcam.protocol.cells import check_region
from neighborcam.protocol.tiles import TILE_WIDTH, Tile

_FOREVER: Final = "public, max-age=31536000, immutable"
_TILE: Final = re.compile(r"((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")
_INDEX_DIGITS: Final = 12
_REQUEST_BYTES: Final = 64 * 1024


async def checkpoint(call: Call[None, None]) -> web.StreamResponse:
    """The newest checkpoint, with the signatures of witnesses."""
    return web.Response(
        body=await call.desk.log.checkpoint(),
        content_type="text/plain",
        charset="utf-8",
        headers={"Cache-Control": "no-store"},
    )


async def tile(call: Call[None, None]) -> web.StreamResponse:
    """A tile of hashes."""
    found = _parsed(call.item("path"), call.item("level"))
    return _bytes(await call.desk.log.tile(found))


async def entries(call: Call[None, None]) -> web.StreamResponse:
    """A bundle of entries."""
    found = _parsed(call.item("path"), "0")
    return _bytes(await call.desk.log.entry_bundle(found))


async def entry(call: Call[None, None]) -> web.StreamResponse:
    """One entry by its index, as it is hashed."""
    found = await call.desk.log.entries(_index(call), 1)
    if not found:
        raise NotFound("the log has no such entry yet")
    return web.Response(body=found[0], content_type="application/json")


async def proof(call: Call[None, None]) -> web.StreamResponse:
    """The proof that an entry is in the log (C2SP tlog-proof)."""
    found = await call.desk.log.prove_at(_index(call))
    return web.Response(body=found.encode(), content_type="text/plain", charset="utf-8")


def _index(call: Call[None, None]) -> int:
    text = call.item("index")
    if len(text) > _INDEX_DIGITS:  # more than a database can hold
        raise NotFound("the log has no such entry yet")
    return int(text)


async def add_checkpoint(call: Call[None, None]) -> web.StreamResponse:
    """Have this hub cosign a checkpoint of another hub's log."""
    body = await read_body(call.http_request, _REQUEST_BYTES)
    return web.Response(body=await call.desk.witness.cosign(body))


async def statistics(call: Call[None, None]) -> Statistics:
    """What the log says in numbers; anybody can compute the same."""
    found: list[bytes] = []
    while batch := await call.desk.log.entries(len(found), 1000):
        found += batch
    return count(found, call.desk.census)


async def census(call: Call[None, None]) -> web.StreamResponse:
    """The census by which cells are chosen and shares counted; public, as it was."""
    file = call.desk.settings.census
    if file is None:
        raise NotFound("this hub has no census")
    return web.FileResponse(file, headers={"Content-Type": "text/csv; charset=utf-8"})


async def cells(call: Call[None, None]) -> CellsView:
    """Which cells of a region may be named by alerts (spec/places.md)."""
    region = check_region(call.item("region"))
    known = call.desk.census
    if known is None:
        return CellsView(region=region, census=False)
    return CellsView(
        region=region, census=True, cells=known.cells(region, call.desk.crowd)
    )


def _bytes(data: bytes) -> web.Response:
    return web.Response(
        body=data,
        content_type="application/octet-stream",
        headers={"Cache-Control": _FOREVER},
    )


def _parsed(path: str, level: str) -> Tile:
    found = _TILE.fullmatch(path)
    if found is None or not re.fullmatch(r"[0-9]|[1-5][0-9]|6[0-3]", level):
        raise NotFound("the log has no such tile")
    number, width = found[1].replace("x", "").replace("/", ""), found[2]
    tile = Tile(
        level=int(level),
        index=int(number),
        width=int(width) if width else TILE_WIDTH,
    )
    if tile.width > TILE_WIDTH or (width and tile.width == TILE_WIDTH):
        raise NotFound("the log has no such tile")
    return tile
