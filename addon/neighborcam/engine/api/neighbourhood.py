"""Handlers for the neighbourhood: joining, and alerts.

What would be sent is checked before it is asked whether sharing is on, so that a
client learns what it will be held to.
"""

from datetime import timedelta
from typing import Final

import msgspec
from aiohttp import web
from yarl import URL

from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.errors import InvalidField, SharingOff
from neighborcam.engine.api.neighbourhood_messages import (
    AlertWish,
    CommentWish,
    FlagWish,
    HubPageView,
    InviteView,
    JoinWish,
    LeaveWish,
    PictureWish,
    PreviewWish,
    ReactionWish,
    TrustWish,
    UpdateWish,
)
from neighborcam.engine.api.picture_orders import order_of
from neighborcam.engine.api.ports import NeighbourhoodPort
from neighborcam.engine.neighbours import (
    AlertPreview,
    AlertView,
    Change,
    CommentView,
    DiaryEntry,
    Draft,
    PictureView,
    Preferences,
    SharingView,
)

_OFF: Final = "sharing is off: nothing is sent and nothing is received"
_JPEG: Final = b"\xff\xd8"
_PICTURES: Final = "/api/sharing/pictures"
LASTS: Final = timedelta(minutes=30)  # a picture is kept no longer to be looked at


async def sharing(call: Call[None, None]) -> SharingView:
    """Whether this home shares, and by which hub."""
    return call.ports.neighbourhood.view()


async def join(call: Call[None, JoinWish]) -> SharingView:
    """Join a hub by an invite; the place stays in this engine."""
    wish = call.body
    place = (wish.latitude, wish.longitude)
    return await call.ports.neighbourhood.join(wish.invite, *place)


async def leave(call: Call[None, LeaveWish]) -> None:
    """Leave the hub: cancel what was said, delete the account, forget everything."""
    await _on(call).leave(anyway=call.body.anyway)


async def trust(call: Call[None, TrustWish]) -> SharingView:
    """Believe a hub again that contradicted its log, after looking at the evidence."""
    hub = _on(call).view().hub
    if hub is not None and hub.reason != call.body.reason:
        raise InvalidField("reason", "repeat the reason that is shown, word for word")
    return await _on(call).trust_again(anew=call.body.anew)


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


async def hub_page(call: Call[None, None]) -> HubPageView:
    """The hub's own page with today's pass: all that members may read there."""
    return HubPageView(url=await _on(call).hub_page())


async def list_alerts(call: Call[None, None]) -> tuple[AlertView, ...]:
    """Alerts of the neighbourhood that hold; none while sharing is off."""
    return call.ports.neighbourhood.alerts()


async def preview_alert(call: Call[None, PreviewWish]) -> AlertPreview:
    """See what would be published, and make the picture that would go with it."""
    wish = call.body
    pictures = wish.pictures
    if wish.episode is not None or wish.camera is not None:
        order = await order_of(
            call, PictureWish(episode=wish.episode, camera=wish.camera)
        )
        pictures = (*pictures, (await _on(call).make(order)).id)
    preview = _on(call).preview(_draft(wish, pictures))
    shown = tuple(_with_url(call, each) for each in preview.pictures)
    return msgspec.structs.replace(preview, pictures=shown)


async def publish_alert(call: Call[None, AlertWish]) -> AlertView:
    """Publish an alert, with pictures that were made and looked at before."""
    return await _on(call).publish(_draft(call.body, call.body.pictures))


async def make_picture(call: Call[None, PictureWish]) -> PictureView:
    """Make a redacted picture or clip of a recording, to be looked at."""
    order = await order_of(call, call.body)
    return _with_url(call, await _on(call).make(order))


async def made_picture(call: Call[None, None]) -> web.StreamResponse:
    """A picture or clip that was made: the exact bytes that would leave."""
    data = _on(call).made(call.item("picture"))
    return web.Response(body=data, content_type=_kind_of(data))


async def update_alert(call: Call[None, UpdateWish]) -> AlertView:
    """Say more about an alert of this home, or that it is over: a newer version."""
    change = Change(**msgspec.structs.asdict(call.body))
    return await _on(call).update(call.item("alert"), change)


async def cancel_alert(call: Call[None, None]) -> None:
    """Take back an alert of this home: all who had it are told."""
    await _on(call).cancel(call.item("alert"))


async def comment(call: Call[None, CommentWish]) -> None:
    """Write below an alert."""
    await _on(call).comment(call.item("alert"), call.body.text)


async def flag(call: Call[None, FlagWish]) -> None:
    """Have stewards look at an alert, or at a comment below it."""
    wish = call.body
    await _on(call).flag(call.item("alert"), wish.comment, wish.reason)


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


def _with_url(call: Call[None, object], picture: PictureView) -> PictureView:
    """Return the picture with an address for a browser: it sends no token."""
    url, _ = call.desk.signer.sign(URL(f"{_PICTURES}/{picture.id}"), LASTS)
    return msgspec.structs.replace(picture, url=str(url))


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
        onset=wish.onset,
        expires_in_h=wish.expires_in_h,
        automatic=wish.automatic,
        pictures=pictures,
    )
