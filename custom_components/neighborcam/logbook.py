"""Puts what happened in the neighbourhood into words for the logbook."""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.components.logbook.models import LazyEventPartialState
from homeassistant.core import Event, HomeAssistant, callback

from .const import DOMAIN
from .relay import EVENT
from .texts import cached_text

type Described = Event | LazyEventPartialState

NAME: Final = "NeighborCam"


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[
        [str, str, Callable[[Described], dict[str, Any]]], None
    ],
) -> None:
    """Tell the logbook how to describe our event."""

    @callback
    def describe(event: Described) -> dict[str, Any]:
        data = event.data
        message = cached_text(hass, "logbook", str(data.get("type")))
        for name in ("headline", "agency", "offence"):
            message = message.replace(f"{{{name}}}", str(data.get(name, "")))
        return {
            LOGBOOK_ENTRY_NAME: NAME,
            LOGBOOK_ENTRY_MESSAGE: message,
            LOGBOOK_ENTRY_ICON: (
                "mdi:police-badge" if "request" in data else "mdi:bullhorn"
            ),
        }

    async_describe_event(DOMAIN, EVENT, describe)
