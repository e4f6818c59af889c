"""Handlers for what neighbours say without an account (spec/alerts.md)."""

from aiohttp import web

from neighborcam.hub.api.desk import SESSION, Call
from neighborcam.hub.api.messages import (
    AlertList,
    Appeal,
    CodeWish,
    CommentList,
    PublishedAs,
    RegionQuery,
    Report,
    Statement,
    Statements,
    TakedownAppeal,
    TakedownCode,
)
from neighborcam.hub.api.plumbing import read_body
from neighborcam.hub.current_alerts import holds, is_newest, lies_in
from neighborcam.hub.errors import NotASteward, NotFound
from neighborcam.hub.events import newest_seq, region_key, shown
from neighborcam.hub.store.schema import ALERTS
from neighborcam.hub.takedowns import TakedownState
from neighborcam.protocol.alerts import (
    CommentPost,
    Flag,
    Post,
    Scope,
    Takedown,
    Vote,
)
from neighborcam.protocol.cells import check_region
from neighborcam.protocol.feed import Event, Published


async def publish(call: Call[None, Post]) -> PublishedAs:
    """Publish an alert, an update or a cancel."""
    standing = await call.desk.alerts.publish(call.body)
    return PublishedAs(id=call.body.alert.id, standing=standing)


async def list_alerts(call: Call[RegionQuery, None]) -> AlertList:
    """Alerts of a region that hold, in their newest version; needs the day's pass."""
    await call.need_pass()
    region = check_region(call.query.region)
    async with call.desk.database.read() as tx:
        seq = await newest_seq(tx)
        found = await shown(
            tx,
            ALERTS.c.region == region_key(region),
            lies_in(region),
            holds(call.desk.clock()),
            is_newest(),
        )
    return AlertList(seq=seq, alerts=tuple(found))


async def alert(call: Call[None, None]) -> Event:
    """One alert as it stands; one that is not public needs the pass of the day."""
    return await _readable(call)


async def comments(call: Call[None, None]) -> CommentList:
    """Comments of an alert, oldest first."""
    await _readable(call)
    found = await call.desk.replies.comments(call.item("alert"))
    return CommentList(comments=tuple(found))


async def statements(call: Call[None, None]) -> Statements:
    """Why stewards decided about an alert as they did."""
    found = await call.desk.moderation.statement(call.item("alert"))
    return Statements(statements=tuple(Statement(**each) for each in found))


async def appeal(call: Call[None, Appeal]) -> None:
    """Have another steward look again; signed by the alert's author."""
    await call.desk.moderation.appeal(
        call.item("alert"), call.body.reason, call.body.sig
    )


async def comment(call: Call[None, CommentPost]) -> None:
    """Write below an alert."""
    await call.desk.replies.comment(call.body)


async def vote(call: Call[None, Vote]) -> None:
    """Say that it is so, is not, was me, is over; once for a household."""
    await call.desk.replies.vote(call.body)


async def flag(call: Call[None, Flag]) -> None:
    """Have stewards look at an alert or comment."""
    await call.desk.replies.flag(call.body)


async def report(call: Call[None, Report]) -> None:
    """Have stewards look at something, by whoever can read it."""
    await call.desk.reports.report(
        call.body.subject, call.body.reason, is_member=await call.is_member()
    )


async def take_down(call: Call[None, Takedown]) -> TakedownCode:
    """Have a picture hidden at once, by anyone."""
    code, hidden = await call.desk.takedowns.ask(call.body)
    return TakedownCode(code=code, hidden=hidden)


async def takedown_state(call: Call[None, CodeWish]) -> TakedownState:
    """What came of a takedown, by its code."""
    return await call.desk.takedowns.state(call.body.code)


async def appeal_takedown(call: Call[None, TakedownAppeal]) -> None:
    """Have another steward look at a picture that is shown again."""
    await call.desk.takedowns.appeal(call.body.code, call.body.reason)


async def put_media(call: Call[None, None]) -> None:
    """Send a picture or clip that an alert announced; it is encoded anew."""
    alert, name, media = call.item("alert"), call.item("sha256"), call.desk.media
    with media.room():
        if most := await media.awaited(alert, name):
            data = await read_body(call.http_request, most)
            await media.put(alert, name, data)


async def get_media(call: Call[None, None]) -> web.StreamResponse:
    """A picture or clip of an alert."""
    found = await call.desk.media.get(
        call.item("alert"),
        call.item("sha256"),
        is_member=await call.is_member(),
        is_steward=await _is_steward(call),
    )
    return web.Response(
        body=found.data,
        content_type=found.type,
        headers={
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


async def _is_steward(call: Call[None, None]) -> bool:
    try:
        await call.desk.sessions.who(call.http_request.cookies.get(SESSION))
    except NotASteward:
        return False
    return True


async def _readable(call: Call[None, None]) -> Event:
    is_member = await call.is_member()
    event = await call.desk.alerts.get(call.item("alert"))
    is_public = isinstance(event, Published) and event.alert.scope is Scope.PUBLIC
    if not (is_member or is_public):
        raise NotFound("there is no such alert")  # as for one that does not exist
    return event
