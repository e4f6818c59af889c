"""Handlers for feeds that stock clients read: public alerts only (spec/hub.md)."""

from typing import Any

from aiohttp import web
from sqlalchemy import ColumnElement

from neighborcam.hub.api.desk import Call
from neighborcam.hub.api.messages import PublicQuery
from neighborcam.hub.errors import NotFound
from neighborcam.hub.events import is_in, is_public, region_key, shown
from neighborcam.hub.feeds.atom import atom
from neighborcam.hub.feeds.cap import cap
from neighborcam.hub.feeds.geojson import geojson
from neighborcam.hub.feeds.georss import georss
from neighborcam.hub.store.schema import ALERTS
from neighborcam.protocol.agencies import AgencyRecord
from neighborcam.protocol.alerts import MsgType
from neighborcam.protocol.cells import check_region
from neighborcam.protocol.feed import Published
from neighborcam.protocol.standing import Standing


async def geojson_feed(call: Call[PublicQuery, None]) -> web.StreamResponse:
    """Public alerts as GeoJSON."""
    events = current(await _public(call))
    data = geojson(events, hub=call.desk.settings.url, agencies=await _agencies(call))
    return _answer(data, "application/geo+json")


async def georss_feed(call: Call[PublicQuery, None]) -> web.StreamResponse:
    """Public alerts as GeoRSS."""
    settings = call.desk.settings
    data = georss(
        current(await _public(call)),
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
        found = await shown(tx, ALERTS.c.id == call.item("alert"), is_public())
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


def current(events: list[Published]) -> list[Published]:
    """Return the newest version of each alert, without those that were cancelled.

    By the time of publishing: a comment gives an old version a new number.
    """
    newest: dict[str, Published] = {}
    cancelled: set[str] = set()
    for event in sorted(events, key=lambda each: (each.published, each.seq)):
        newest[event.alert.original] = event
        if event.alert.msg_type is MsgType.CANCEL:
            cancelled.add(event.alert.original)
    shown = [each for first, each in newest.items() if first not in cancelled]
    return sorted(shown, key=lambda each: each.published, reverse=True)


async def _public(call: Call[PublicQuery, None]) -> list[Published]:
    conditions: list[ColumnElement[bool]] = [
        is_public(),
        ALERTS.c.expires > call.desk.clock(),
        ALERTS.c.standing == Standing.SHOWN,
    ]
    region = call.query.region
    if region is not None:
        conditions.append(ALERTS.c.region == region_key(check_region(region)))
    async with call.desk.database.read() as tx:
        found = await shown(tx, *conditions)
    return [each for each in found if region is None or is_in(each.alert.cell, region)]


async def _agencies(call: Call[Any, None]) -> dict[str, AgencyRecord]:
    """Return who agencies are, by the register: what they call themselves is there."""
    async with call.desk.database.read() as tx:
        register = await call.desk.log.register(tx)
    return {id_: each.record for id_, each in register.agencies.items()}


def _answer(data: bytes, kind: str) -> web.Response:
    return web.Response(
        body=data, content_type=kind, headers={"Cache-Control": "max-age=30"}
    )
