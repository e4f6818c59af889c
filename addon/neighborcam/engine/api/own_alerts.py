"""Handlers for what stewards decided about this home's alerts."""

from typing import Annotated

import msgspec

from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.errors import SharingOff
from neighborcam.engine.api.messages import Wish
from neighborcam.engine.api.own_alerts_port import OwnAlertsPort
from neighborcam.engine.neighbours import OwnAlertView, StatementView


class AppealWish(Wish, frozen=True, kw_only=True):
    """Have another steward look at an alert of this home; stewards read the reason."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


async def list_own(call: Call[None, None]) -> tuple[OwnAlertView, ...]:
    """This home's alerts that have not run out, and whether neighbours see them."""
    return call.ports.neighbourhood.own_alerts()


async def statements(call: Call[None, None]) -> tuple[StatementView, ...]:
    """Why stewards decided about an alert of this home as they did."""
    return await _on(call).statements(call.item("alert"))


async def appeal(call: Call[None, AppealWish]) -> None:
    """Have another steward look at an alert of this home."""
    _on(call).appeal(call.item("alert"), call.body.reason)


def _on(call: Call[None, object]) -> OwnAlertsPort:
    if not call.ports.neighbourhood.is_on:
        raise SharingOff("sharing is off: this home has said nothing")
    return call.ports.neighbourhood
