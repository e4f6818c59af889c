"""Handlers for the neighbourhood: joining, and alerts.

What would be sent is checked before it is asked whether sharing is on, so that a
client learns what it will be held to.
"""

from typing import Final

from aiohttp import web

from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.errors import SharingOff
from neighborcam.engine.api.neighbourhood_messages import (
    AlertWish,
    CommentWish,
    InviteView,
    JoinWish,
    PictureWish,
    ReactionWish,
)
from neighborcam.engine.api.picture_orders import order_of
from neighborcam.engine.api.ports import NeighbourhoodPort
from neighborcam.engine.neighbours import (
    AlertView,
    CommentView,
    DiaryEntry,
    Draft,
    PictureView,
    Preferences,
    SharingView,
)

_OFF: Final = "sharing is off: nothing is sent and nothing is received"
_JPEG: Final = b"\xff\xd8"


async def sharing(call: Call[None, None]) -> SharingView:
    """Whether this home shares, and by which hub."""
    return call.ports.neighbourhood.view()


async def join(call: Call[None, JoinWish]) -> SharingView:
    """Join a hub by an invite; the place stays in this engine."""
    wish = call.body
    place = (wish.latitude, wish.longitude)
    return await call.ports.neighbourhood.join(wish.invite, *place)


async def leave(call: Call[None, None]) -> None:
    """Leave the hub: cancel what was said, delete the account, forget everything."""
    await _on(call).leave()


async def diary(call: Call[None, None]) -> tuple[DiaryEntry, ...]:
    """What left this home, or waits to, the newest first."""
    return tuple(call.ports.neighbourhood.diary())


async def get_preferences(call: Call[None, None]) -> Preferences:
    """What this home wants to hear, and when."""
    return call.ports.neighbourhood.preferences()


async def put_preferences(call: Call[None, Preferences]) -> Preferences:
    """Change what this home wants to hear, and when."""
    call.ports.neighbourhood.prefer(call.body)
    return call.ports.neighbourhood.preferences()


async def invite(call: Call[None, None]) -> InviteView:
    """An invite for a neighbour; five in 90 days."""
    return InviteView(link=await _on(call).invite())


async def list_alerts(call: Call[None, None]) -> tuple[AlertView, ...]:
    """Alerts of the neighbourhood that hold; none while sharing is off."""
    return call.ports.neighbourhood.alerts()


async def publish_alert(call: Call[None, AlertWish]) -> AlertView:
    """Publish an alert, or with ``preview_only`` see what would be published."""
    wish = call.body
    pictures = wish.pictures
    if wish.episode is not None or wish.camera is not None:
        made = PictureWish(episode=wish.episode, camera=wish.camera)
        order = await order_of(call, made)
        pictures = (*pictures, (await _on(call).make(order)).id)
    draft = _draft(wish, pictures)
    return await _on(call).publish(draft, preview_only=wish.preview_only)


async def make_picture(call: Call[None, PictureWish]) -> PictureView:
    """Make a redacted picture or clip of a recording, to be looked at."""
    order = await order_of(call, call.body)
    return await _on(call).make(order)


async def made_picture(call: Call[None, None]) -> web.StreamResponse:
    """A picture or clip that was made: the exact bytes that would leave."""
    data = _on(call).made(call.item("picture"))
    return web.Response(body=data, content_type=_kind_of(data))


async def cancel_alert(call: Call[None, None]) -> None:
    """Take back an alert of this home: all who had it are told."""
    await _on(call).cancel(call.item("alert"))


async def comment(call: Call[None, CommentWish]) -> None:
    """Write below an alert."""
    await _on(call).comment(call.item("alert"), call.body.text)


async def list_comments(call: Call[None, None]) -> tuple[CommentView, ...]:
    """What stands below an alert, oldest first."""
    return await _on(call).comments(call.item("alert"))


async def react(call: Call[None, ReactionWish]) -> None:
    """Confirm, dispute or thank for an alert; a later word replaces the earlier."""
    await _on(call).react(call.item("alert"), call.body.kind)


async def media(call: Call[None, None]) -> web.StreamResponse:
    """A picture or clip of an alert, as the hub serves it."""
    data = await _on(call).media(call.item("alert"), call.item("media"))
    return web.Response(body=data, content_type=_kind_of(data))


def _on(call: Call[None, object]) -> NeighbourhoodPort:
    if not call.ports.neighbourhood.is_on:
        raise SharingOff(_OFF)
    return call.ports.neighbourhood


def _kind_of(data: bytes) -> str:
    return "image/jpeg" if data.startswith(_JPEG) else "video/mp4"


def _draft(wish: AlertWish, pictures: tuple[str, ...]) -> Draft:
    return Draft(
        category=wish.category,
        headline=wish.headline,
        text=wish.text,
        instruction=wish.instruction,
        urgency=wish.urgency,
        severity=wish.severity,
        certainty=wish.certainty,
        scope=wish.scope,
        expires_in_h=wish.expires_in_h,
        automatic=wish.automatic,
        pictures=pictures,
    )
