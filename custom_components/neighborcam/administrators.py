"""Tells the engine who administers Home Assistant.

The engine's page is open to every user of Home Assistant whom the Supervisor lets in,
and the Supervisor does not say who administers. The engine lets only those decide whom
it was told of here: ids of users, nothing else of them.
"""

from typing import Any

from homeassistant.auth import EVENT_USER_ADDED, EVENT_USER_REMOVED, EVENT_USER_UPDATED
from homeassistant.core import Event, HomeAssistant, callback

from .const import DOMAIN, LOGGER
from .coordinator import EngineEntry
from .errors import EngineFailure

_EVENTS = (EVENT_USER_ADDED, EVENT_USER_UPDATED, EVENT_USER_REMOVED)


@callback
def follow_administrators(hass: HomeAssistant, entry: EngineEntry) -> None:
    """Tell the engine now, after each change, and whenever it is back."""
    coordinator = entry.runtime_data
    was_connected = False

    async def tell() -> None:
        users = await administrators(hass)
        try:
            await coordinator.client.put_administrators(users)
        except EngineFailure as failure:
            # A token that only views may not say this; nobody decides then.
            LOGGER.debug("%s was not told who administers: %s", entry.title, failure)

    @callback
    def begin() -> None:
        entry.async_create_background_task(hass, tell(), name=f"{DOMAIN} users")

    @callback
    def users_changed(_event: Event[Any]) -> None:
        begin()

    @callback
    def look() -> None:
        nonlocal was_connected
        if coordinator.connected and not was_connected:
            begin()
        was_connected = coordinator.connected

    look()
    entry.async_on_unload(coordinator.async_add_listener(look))
    for name in _EVENTS:
        entry.async_on_unload(hass.bus.async_listen(name, users_changed))


async def administrators(hass: HomeAssistant) -> list[str]:
    """Return the ids of the people who administer Home Assistant."""
    return sorted(
        user.id
        for user in await hass.auth.async_get_users()
        if user.is_active and user.is_admin and not user.system_generated
    )
