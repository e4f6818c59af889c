"""What all entities share: device, availability, the way to the engine."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, override

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import EngineCoordinator, EngineEntry
from .devices import camera_device, engine_device
from .errors import EngineFailure, EngineUnreachable, TokenRefused, WishRefused
from .models import Camera


def wish_error(failure: EngineFailure) -> HomeAssistantError:
    """Return the error that a person sees when the engine did not do something."""
    match failure:
        case WishRefused():
            key = "sharing_off" if failure.code == "sharing_off" else "wish_refused"
        case EngineUnreachable():
            key = "engine_unreachable"
        case TokenRefused():
            key = "token_refused"
        case _:
            key = "odd_answer"
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"reason": str(failure)},
    )


async def wish[T](asked: Awaitable[T]) -> T:
    """Await a call of the client; raises `HomeAssistantError` in words."""
    try:
        return await asked
    except EngineFailure as failure:
        raise wish_error(failure) from failure


class EngineEntity(CoordinatorEntity[EngineCoordinator]):
    """Something of the household as a whole."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: EngineCoordinator, key: str) -> None:
        super().__init__(coordinator)
        engine = coordinator.config_entry.unique_id
        self._attr_translation_key = key
        self._attr_unique_id = f"{engine}_{key}"
        self._attr_device_info = engine_device(coordinator)

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.connected

    async def async_wish[T](self, asked: Awaitable[T]) -> T:
        """Await a call of the client; raises `HomeAssistantError` in words."""
        return await wish(asked)


class SharingEntity(EngineEntity):
    """Something of the neighbourhood: unavailable while this home takes no part."""

    @property
    @override
    def available(self) -> bool:
        return super().available and self.coordinator.data.sharing.is_on


class CameraEntity(EngineEntity):
    """Something of one camera."""

    def __init__(self, coordinator: EngineCoordinator, camera: str, key: str) -> None:
        super().__init__(coordinator, key)
        self.camera_id = camera
        engine = coordinator.config_entry.unique_id
        self._attr_unique_id = f"{engine}_{camera}_{key}"
        self._attr_device_info = camera_device(coordinator, self.camera)

    @property
    def camera(self) -> Camera:
        """The camera as last told; only while `available`."""
        return self.coordinator.data.cameras[self.camera_id]

    @property
    @override
    def available(self) -> bool:
        return super().available and self.camera_id in self.coordinator.data.cameras

    async def async_change(self, **patch: Any) -> None:
        """Change the camera in the engine; its answer comes back by push."""
        await self.async_wish(
            self.coordinator.client.change_camera(self.camera_id, patch)
        )


@callback
def add_per_camera(
    entry: EngineEntry,
    add: AddConfigEntryEntitiesCallback,
    make: Callable[[EngineCoordinator, Camera], Iterable[Entity]],
) -> None:
    """Add what ``make`` gives for each camera, now and whenever something changes.

    A unique id is added once; it may come again after its camera or zone was removed.
    """
    coordinator = entry.runtime_data
    added: set[str] = set()

    @callback
    def look() -> None:
        made = [
            entity
            for camera in coordinator.data.cameras.values()
            for entity in make(coordinator, camera)
        ]
        _add_new(made, added, add)

    look()
    entry.async_on_unload(coordinator.async_add_listener(look))


@callback
def add_for_sharing(
    entry: EngineEntry,
    add: AddConfigEntryEntitiesCallback,
    make: Callable[[EngineCoordinator], Iterable[Entity]],
) -> None:
    """Add what ``make`` gives once sharing is on; without it nothing is shown."""
    coordinator = entry.runtime_data
    added: set[str] = set()

    @callback
    def look() -> None:
        if coordinator.data.sharing.is_on:
            _add_new(list(make(coordinator)), added, add)

    look()
    entry.async_on_unload(coordinator.async_add_listener(look))


def _add_new(
    made: list[Entity], added: set[str], add: AddConfigEntryEntitiesCallback
) -> None:
    current = {str(entity.unique_id) for entity in made}
    new = [entity for entity in made if str(entity.unique_id) not in added]
    added &= current
    added |= current
    if new:
        add(new)
