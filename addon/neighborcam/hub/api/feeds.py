"""Handlers for feeds that stock clients read: public alerts only (spec/hub.md)."""

from typing import Any

from aiohttp import web
from sqlalchemy import ColumnElement

from neighborcam.hub.api.desk import Call
from neighborcam.hub.api.messages import PublicQuery
from neighborcam.hub.current_alerts import holds, is_newest, lasts, lies_in
from neighborcam.hub.errors import NotFound
from neighborcam.hub.events import is_public, shown
from neighborcam.hub.feeds.atom import atom
from neighborcam.hub.feeds.cap import cap
from neighborcam.hub.feeds.geojson import geojson
from neighborcam.hub.feeds.georss import georss
from neighborcam.hub.store.schema import ALERTS
from neighborcam.protocol.agencies import AgencyRecord
from neighborcam.protocol.cells import check_region
from neighborcam.protocol.feed import Published


async def geojson_feed(call: Call[PublicQuery, None]) -> web.StreamResponse:
    """Public alerts as GeoJSON."""
    events = await _current(call)
    data = geojson(events, hub=call.desk.settings.url, agencies=await _agencies(call))
    return _answer(data, "application/geo+json")


async def georss_feed(call: Call[PublicQuery, None]) -> web.StreamResponse:
    """Public alerts as GeoRSS."""
    settings = call.desk.settings
    data = georss(
        await _current(call),
        hub=settings.url,
        title=settings.name,
        updated=call.desk.clock(),
        agencies=await _agencies(call),
    )
    return _answer(data, "application/rss+xml")


async def atom_feed(call: Call[PublicQuery, None]) -> web.StreamResponse:
    """Public alerts, their updates and cancels as Atom; each leads to its CAP."""
    settings = call.desk.settings
    data = atom(
        await _public(call),
        hub=settings.url,
        title=settings.name,
        updated=call.desk.clock(),
        agencies=await _agencies(call),
    )
    return _answer(data, "application/atom+xml")


async def cap_document(call: Call[None, None]) -> web.StreamResponse:
    """A public alert as CAP 1.2."""
    async with call.desk.database.read() as tx:
        found = await shown(
            tx,
            ALERTS.c.id == call.item("alert"),
            is_public(),
            lasts(call.desk.clock()),
        )
    if not found:
        raise NotFound("there is no such public alert")
    (event,) = found
    settings = call.desk.settings
    data = cap(
        event,
        hub=settings.url,
        sender=settings.origin,
        agencies=await _agencies(call),
        referenced=await call.desk.alerts.first_version(event),
    )
    return _answer(data, "application/cap+xml")


async def _current(call: Call[PublicQuery, None]) -> list[Published]:
    """Return the newest version of each alert that holds, the newest first."""
    found = await _public(call, is_newest())
    return sorted(found, key=lambda each: each.published, reverse=True)


async def _public(
    call: Call[PublicQuery, None], *conditions: ColumnElement[bool]
) -> list[Published]:
    if call.query.region is not None:
        conditions = (*conditions, lies_in(check_region(call.query.region)))
    async with call.desk.database.read() as tx:
        return await shown(tx, is_public(), holds(call.desk.clock()), *conditions)


async def _agencies(call: Call[Any, None]) -> dict[str, AgencyRecord]:
    """Return who agencies are, by the register: what they call themselves is there."""
    async with call.desk.database.read() as tx:
        register = await call.desk.log.register(tx)
    return {id_: each.record for id_, each in register.agencies.items()}


def _answer(data: bytes, kind: str) -> web.Response:
    return web.Response(
        body=data, content_type=kind, headers={"Cache-Control": "max-age=30"}
    )
