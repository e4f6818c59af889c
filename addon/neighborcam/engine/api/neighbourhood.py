"""Handlers for the neighbourhood: alerts and police requests.

Nothing leaves a home yet: sharing is off and cannot be turned on. What would be sent
is checked all the same, so that a client learns now what it will be held to.
"""

from typing import Final, NoReturn

from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.errors import InvalidField, SharingOff
from neighborcam.engine.api.neighbourhood_messages import (
    AlertView,
    AlertWish,
    Answer,
    AnswerWish,
    CommentWish,
    ReactionWish,
    RequestView,
    SharingView,
)

_OFF: Final = "sharing is off: nothing is sent and nothing is received"


async def sharing(_call: Call[None, None]) -> SharingView:
    """Whether this home shares, and by which hub."""
    return SharingView()


async def list_alerts(_call: Call[None, None]) -> tuple[AlertView, ...]:
    """Alerts of the neighbourhood that hold; none while sharing is off."""
    return ()


async def publish_alert(call: Call[None, AlertWish]) -> AlertView:
    """Publish an alert, or with ``preview_only`` see what would be published."""
    wish = call.body
    if wish.camera is not None:
        call.ports.cameras.get(wish.camera)
    if wish.episode is not None:
        await call.read(call.ports.index.episode, wish.episode)
    _refuse()


async def comment(_call: Call[None, CommentWish]) -> None:
    """Write below an alert."""
    _refuse()


async def react(_call: Call[None, ReactionWish]) -> None:
    """Confirm, dispute or thank for an alert; once per household."""
    _refuse()


async def list_requests(_call: Call[None, None]) -> tuple[RequestView, ...]:
    """Open requests of agencies; none while sharing is off."""
    return ()


async def answer(call: Call[None, AnswerWish]) -> None:
    """Answer an agency's request; ``confirm`` must say that a person means it."""
    if not call.body.confirm:
        raise InvalidField("confirm", "an answer needs confirm: true")
    if call.body.answer is Answer.TIP and not call.body.text:
        raise InvalidField("text", "a tip needs a text")
    _refuse()


def _refuse() -> NoReturn:
    raise SharingOff(_OFF)
