"""Passes on what happens in any engine, however often its entry is loaded anew.

Triggers listen here and not at a coordinator: an automation may be set up before the
entry, and outlives its reload. The logbook gets what belongs to the neighbourhood by an
event on Home Assistant's bus; the rest it knows from entities.
"""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import (
    async_dispatcher_connect,
    async_dispatcher_send,
)
from homeassistant.util.signal_type import SignalType

from .const import DOMAIN
from .coordinator import EngineCoordinator, EngineEntry
from .household import Happening, Kind
from .nearby import is_near

EVENT: Final = f"{DOMAIN}_event"

_HAPPENED: Final = SignalType[EngineCoordinator, Happening](f"{DOMAIN}_happened")


@callback
def relay_happenings(entry: EngineEntry) -> None:
    """Pass on what happens in an engine until its entry is unloaded."""
    coordinator = entry.runtime_data

    @callback
    def tell(happening: Happening) -> None:
        async_dispatcher_send(coordinator.hass, _HAPPENED, coordinator, happening)
        if (data := _for_logbook(coordinator, happening)) is not None:
            coordinator.hass.bus.async_fire(EVENT, data)

    entry.async_on_unload(coordinator.async_on_happening(tell))


@callback
def async_listen(
    hass: HomeAssistant, hear: Callable[[EngineCoordinator, Happening], None]
) -> CALLBACK_TYPE:
    """Call ``hear`` for what happens in any engine, those added later too."""
    return async_dispatcher_connect(hass, _HAPPENED, hear)


def _for_logbook(
    coordinator: EngineCoordinator, happening: Happening
) -> dict[str, Any] | None:
    """Return what everybody in the area may know, None for all else.

    Neither a decision of this home nor a place: the bus is recorded.
    """
    alert, request = happening.alert, happening.request
    if happening.kind is Kind.ALERT_CHANGED:
        return None  # each confirmation is one
    if alert is not None and is_near(coordinator, alert):
        return {
            "type": happening.kind.value,
            "alert": alert.id,
            "category": alert.category,
            "headline": alert.headline,
        }
    if request is not None:
        return {
            "type": happening.kind.value,
            "request": request.id,
            "agency": request.agency,
            "offence": request.offence,
            "state": request.state,
        }
    return None
