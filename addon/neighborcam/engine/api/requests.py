"""Handlers for agencies' requests. Whatever tells a decision is for administrators."""

import asyncio

from aiohttp import web

from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.errors import InvalidField, SharingOff
from neighborcam.engine.api.request_messages import (
    AnswerWish,
    LetterWish,
    MuteWish,
    PinWish,
    ViewpointsWish,
)
from neighborcam.engine.api.request_port import RequestsPort
from neighborcam.engine.requests import (
    AgencyView,
    AnswerDraft,
    AnswerView,
    ClipOrder,
    ClipView,
    Decision,
    HoldView,
    MuteView,
    RequestReview,
    RequestView,
    TakenBack,
    Viewpoint,
)


async def list_requests(call: Call[None, None]) -> tuple[RequestView, ...]:
    """Requests of agencies that this home shows; none while sharing is off."""
    return call.ports.requests.shown()


async def review(call: Call[None, None]) -> RequestReview:
    """A request with what this home has, and what it answered."""
    return await _on(call).review(call.item("request"))


async def make_clip(call: Call[None, ClipOrder]) -> ClipView:
    """Make a clip for an answer, to be looked at; nothing leaves by it."""
    return await _on(call).make(call.item("request"), call.body)


async def made_clip(call: Call[None, None]) -> web.StreamResponse:
    """A clip that was made: the exact bytes that would leave."""
    data, media_type = _on(call).made(call.item("clip"))
    return web.Response(body=data, content_type=media_type)


async def answer(call: Call[None, AnswerWish]) -> None:
    """Answer a request; ``confirm`` must say that a person means it."""
    wish = call.body
    if not wish.confirm:
        raise InvalidField("confirm", "an answer needs confirm: true")
    if wish.answer is Decision.TIP and not wish.text:
        raise InvalidField("text", "a tip needs a text")
    draft = AnswerDraft(
        decision=wish.answer,
        pin=wish.pin,
        text=wish.text or "",
        contact=wish.contact,
        clips=wish.clips,
        holds_originals=wish.holds_originals,
        mutes=wish.mutes,
    )
    await _on(call).answer(call.item("request"), draft)


async def write(call: Call[None, LetterWish]) -> AnswerView:
    """Write to the agency again, about an answer."""
    path = (call.item("request"), call.item("answer"))
    return await _on(call).write(*path, call.body.text, call.body.pin)


async def revoke(call: Call[None, None]) -> TakenBack:
    """Take an answer back: what was fetched already has to be deleted."""
    return await _on(call).revoke(call.item("request"), call.item("answer"))


async def get_viewpoints(call: Call[None, None]) -> tuple[Viewpoint, ...]:
    """Where the cameras stand and what they see. Stays in this engine."""
    return call.ports.requests.viewpoints()


async def put_viewpoints(call: Call[None, ViewpointsWish]) -> tuple[Viewpoint, ...]:
    """Say where the cameras stand and what they see."""
    call.ports.requests.place(call.body.viewpoints)
    return call.ports.requests.viewpoints()


async def get_muted(call: Call[None, None]) -> MuteView:
    """What this home does not want to be asked."""
    return call.ports.requests.muted()


async def put_muted(call: Call[None, MuteWish]) -> MuteView:
    """Change what this home does not want to be asked."""
    wish = call.body
    call.ports.requests.mute(
        MuteView(
            agencies=wish.agencies,
            offences=wish.offences,
            everything=wish.everything,
            takes_part=wish.takes_part,
            drip=wish.drip,
        )
    )
    return call.ports.requests.muted()


async def list_holds(call: Call[None, None]) -> tuple[HoldView, ...]:
    """Recordings that are held for answers, also after this home left its hub."""
    return await asyncio.to_thread(call.ports.requests.held)


async def let_go(call: Call[None, None]) -> None:
    """Let recordings go that were held for an answer."""
    await asyncio.to_thread(call.ports.requests.let_go, call.item("hold"))


async def put_pin(call: Call[None, PinWish]) -> None:
    """Set, change or remove the PIN that answers need."""
    await call.ports.requests.set_pin(call.body.pin, call.body.old)


async def list_agencies(call: Call[None, None]) -> tuple[AgencyView, ...]:
    """The agencies of the hub, by its public log; whether this home objects."""
    return call.ports.requests.agencies()


async def veto(call: Call[None, None]) -> None:
    """Object to an agency in its notice: once, and nobody learns who it was."""
    await _on(call).veto(call.item("agency"))


def _on(call: Call[None, object]) -> RequestsPort:
    if not call.ports.neighbourhood.is_on:
        raise SharingOff("sharing is off: no request comes and no answer leaves")
    return call.ports.requests
