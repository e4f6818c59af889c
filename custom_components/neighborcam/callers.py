"""Who calls an action, and whether they may."""

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import Unauthorized, UnknownUser

from .coordinator import EngineCoordinator
from .engines import entity_of_camera


async def user_of(call: ServiceCall) -> User | None:
    """Return the person who calls, None for an automation or Home Assistant itself."""
    return await _user(call.hass, call.context)


async def _user(hass: HomeAssistant, context: Context) -> User | None:
    if context.user_id is None:
        return None
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context)
    return user


async def check_may_control(
    call: ServiceCall, coordinator: EngineCoordinator, camera: str
) -> None:
    """Raise `Unauthorized` unless the caller may control the camera."""
    if not may(await user_of(call), coordinator, camera, POLICY_CONTROL):
        raise Unauthorized(context=call.context, permission=POLICY_CONTROL)


async def check_may_see(
    call: ServiceCall, coordinator: EngineCoordinator, camera: str
) -> None:
    """Raise `Unauthorized` unless the caller may see the camera."""
    if not may(await user_of(call), coordinator, camera, POLICY_READ):
        raise Unauthorized(context=call.context, permission=POLICY_READ)


async def seen_cameras(call: ServiceCall, coordinator: EngineCoordinator) -> set[str]:
    """Return the cameras that the caller may see."""
    user = await user_of(call)
    cameras = coordinator.data.cameras
    return {each for each in cameras if may(user, coordinator, each, POLICY_READ)}


async def is_admin_in_person(call: ServiceCall) -> bool:
    """Whether an admin calls: themselves, not an automation that they wrote, no app.

    The context of an automation has the context that triggered it as its parent, and no
    user; a user with a parent is nobody that we know of, and not believed either. Apps
    of the Supervisor call as a user that Home Assistant made, with every right.
    """
    user = await user_of(call)
    if user is None or not user.is_admin:
        return False
    return await is_in_person(call.hass, call.context)


async def is_in_person(hass: HomeAssistant, context: Context) -> bool:
    """Whether a person acts, themselves: no automation, no app of the Supervisor.

    A script that a person starts runs in that person's context; an automation never
    does, whatever a person did to trigger it.
    """
    user = await _user(hass, context)
    if user is None or user.system_generated:
        return False
    return context.parent_id is None


async def check_may_speak(call: ServiceCall) -> None:
    """Raise `Unauthorized` unless the caller may speak for this home.

    Who may only look, or has some rooms only, may not.
    """
    user = await user_of(call)
    if user is None or user.is_admin:
        return
    if not user.permissions.access_all_entities(POLICY_CONTROL):
        raise Unauthorized(context=call.context, permission=POLICY_CONTROL)


def may(
    user: User | None, coordinator: EngineCoordinator, camera: str, policy: str
) -> bool:
    """Whether a person (None: Home Assistant itself) may do this with a camera."""
    if user is None or user.is_admin:
        return True
    entity_id = entity_of_camera(coordinator, camera)
    return entity_id is not None and user.permissions.check_entity(entity_id, policy)
