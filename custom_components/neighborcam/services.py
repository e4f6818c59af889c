"""The actions that Home Assistant offers: who may, what each takes and forgets."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse, callback
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util.json import JsonObjectType
from probatio import Schema

from . import (
    camera_actions,
    neighbour_actions,
    recording_actions,
    request_actions,
)
from .const import DOMAIN
from .discreet import forgetting


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action. ``admin_only``: of all people; automations are no people.

    ``forgets`` names what Home Assistant may not remember of a call; see `discreet`.
    """

    run: Callable[[ServiceCall], Coroutine[Any, Any, JsonObjectType | None]]
    schema: Schema
    response: SupportsResponse = SupportsResponse.NONE
    admin_only: bool = False
    forgets: tuple[str, ...] = ()


_ASKED: Final = SupportsResponse.ONLY  # it does nothing but answer
_ALSO: Final = SupportsResponse.OPTIONAL

ACTIONS: Final[dict[str, Action]] = {
    "add_camera": Action(
        run=camera_actions.add_camera,
        schema=camera_actions.ADD,
        response=_ALSO,
        admin_only=True,
        forgets=camera_actions.SECRET,
    ),
    "answer_request": Action(
        run=request_actions.answer_request,
        schema=request_actions.ANSWER,
        admin_only=True,
        forgets=request_actions.DECISION,
    ),
    "comment_alert": Action(
        run=neighbour_actions.comment_alert, schema=neighbour_actions.COMMENT
    ),
    "confirm_alert": Action(
        run=neighbour_actions.confirm_alert, schema=neighbour_actions.ALERT
    ),
    "dispute_alert": Action(
        run=neighbour_actions.dispute_alert, schema=neighbour_actions.ALERT
    ),
    "export_clip": Action(
        run=recording_actions.export_clip,
        schema=recording_actions.EXPORT,
        response=_ALSO,
    ),
    "flag_alert": Action(
        run=neighbour_actions.flag_alert, schema=neighbour_actions.FLAG
    ),
    "hold_clip": Action(
        run=recording_actions.hold_clip, schema=recording_actions.EPISODE
    ),
    "leave_neighbourhood": Action(
        run=neighbour_actions.leave_neighbourhood,
        schema=neighbour_actions.LEAVE,
        admin_only=True,
    ),
    "list_episodes": Action(
        run=recording_actions.list_episodes,
        schema=recording_actions.LIST,
        response=_ASKED,
    ),
    "list_requests": Action(
        run=request_actions.list_requests,
        schema=request_actions.LIST,
        response=_ASKED,
    ),
    "release_clip": Action(
        run=recording_actions.release_clip, schema=recording_actions.EPISODE
    ),
    "remove_camera": Action(
        run=camera_actions.remove_camera,
        schema=recording_actions.CAMERA,
        admin_only=True,
    ),
    "share_alert": Action(
        run=neighbour_actions.share_alert,
        schema=neighbour_actions.SHARE,
        response=_ALSO,
    ),
    "take_snapshot": Action(
        run=recording_actions.take_snapshot,
        schema=recording_actions.CAMERA,
        response=_ALSO,
    ),
    "update_camera": Action(
        run=camera_actions.update_camera,
        schema=camera_actions.UPDATE,
        response=_ALSO,
        admin_only=True,
        forgets=camera_actions.SECRET,
    ),
}


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions, once for all engines."""
    for name, action in ACTIONS.items():
        schema = forgetting(action.schema, *action.forgets)
        if action.admin_only:
            async_register_admin_service(
                hass, DOMAIN, name, action.run, schema, action.response
            )
        else:
            hass.services.async_register(
                DOMAIN, name, action.run, schema, action.response
            )
