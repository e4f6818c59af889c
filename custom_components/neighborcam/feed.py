"""What the dashboard card asks for over Home Assistant's WebSocket."""

from typing import Any, Final

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from probatio import Optional, Required

from .callers import may
from .const import DOMAIN
from .coordinator import EngineCoordinator
from .engines import camera_named
from .errors import EngineFailure
from .media_browsing import day_bounds
from .media_items import LINK_LIFE
from .models import Episode
from .views import Kind, signed_url

LIMIT: Final = 200  # the engine's own limit of one answer


@callback
def async_setup_feed(hass: HomeAssistant) -> None:
    """Register the commands."""
    websocket_api.async_register_command(hass, ws_episodes)


@websocket_api.websocket_command(
    {
        Required("type"): f"{DOMAIN}/episodes",
        Required("entity_id"): cv.entity_id,
        Optional("day"): cv.date,
    }
)
@websocket_api.async_response
async def ws_episodes(
    hass: HomeAssistant,
    connection: websocket_api.ActiveConnection,
    msg: dict[str, Any],
) -> None:
    """Answer a camera's episodes of a day, the newest first, with signed links."""
    try:
        coordinator, camera = camera_named(hass, msg["entity_id"])
    except ServiceValidationError:
        connection.send_error(
            msg["id"], websocket_api.ERR_NOT_FOUND, "no camera of ours"
        )
        return
    if not may(connection.user, coordinator, camera, POLICY_READ):
        connection.send_error(msg["id"], websocket_api.ERR_UNAUTHORIZED, "not yours")
        return
    start, end = day_bounds(msg.get("day") or dt_util.now().date())
    try:
        found = await coordinator.client.episodes(
            camera=camera,
            start=start.isoformat(),
            end=end.isoformat(),
            limit=str(LIMIT),
        )
    except EngineFailure as failure:
        connection.send_error(msg["id"], "engine_failed", str(failure))
        return
    episodes = [_told(coordinator, each) for each in found if each.zone is None]
    connection.send_result(msg["id"], {"episodes": episodes})


def _told(coordinator: EngineCoordinator, episode: Episode) -> dict[str, Any]:
    def link(kind: Kind) -> str:
        entry_id = coordinator.config_entry.entry_id
        return signed_url(coordinator.hass, entry_id, kind, episode.id, life=LINK_LIFE)

    ended_at = episode.ended_at
    return {
        "id": episode.id,
        "started_at": episode.started_at.isoformat(),
        "ended_at": ended_at.isoformat() if ended_at else None,
        "labels": [label.value for label in episode.labels],
        "thumbnail": link("thumbnail") if episode.has_thumbnail else None,
        # A clip is whole once its episode has ended.
        "clip": link("clip") if ended_at else None,
    }
