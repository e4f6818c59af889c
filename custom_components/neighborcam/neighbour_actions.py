"""Actions for the neighbourhood: alerts, what is said to them, and leaving.

What leaves this home is checked again by the engine, whose policy is the only door out.
Here it is checked who asks: what an automation shares is automatic, and a picture goes
after a person has looked at it.
"""

from datetime import timedelta
from typing import Any, Final

from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
from probatio import All, In, Length, Match, Optional, Required, Schema

from .callers import (
    check_may_control,
    check_may_speak,
    is_admin_in_person,
    is_in_person,
)
from .choosing import CATEGORIES, SEVERITIES
from .const import DOMAIN
from .coordinator import EngineCoordinator
from .engines import camera_named, engine_named, engine_that_knows
from .entity import wish
from .models import AlertPreview, MadePicture
from .recording_actions import ENGINE
from .told import alert_told
from .views import signed_shared_url

URGENCIES: Final = ("immediate", "expected", "future", "past", "unknown")
CERTAINTIES: Final = ("observed", "likely", "possible", "unlikely", "unknown")
# As long as the engine keeps what it made to be looked at.
PREVIEW_LASTS: Final = timedelta(minutes=30)

ID: Final = All(cv.string, Length(min=1, max=64))
PICTURE: Final = All(cv.string, Match(r"^[0-9a-f]{64}\Z"))
SHOWN: Final = frozenset({"camera", "episode"})  # of which a preview makes a picture
PICTURED: Final = SHOWN | {"pictures"}
SHARE: Final = Schema(
    {
        **ENGINE,
        Required("category"): In(CATEGORIES),
        Required("headline"): All(cv.string, Length(min=1, max=80)),
        Optional("text", default=""): All(cv.string, Length(max=1000)),
        Optional("instruction", default=""): All(cv.string, Length(max=300)),
        Optional("urgency", default="unknown"): In(URGENCIES),
        Optional("severity", default="unknown"): In(SEVERITIES),
        Optional("certainty", default="unknown"): In(CERTAINTIES),
        Optional("camera"): cv.entity_id,
        Optional("episode"): ID,
        Optional("pictures"): All(cv.ensure_list, [PICTURE], Length(max=4)),
        Optional("preview_only", default=False): cv.boolean,
    }
)
COMMENT: Final = Schema(
    {
        **ENGINE,
        Required("alert"): ID,
        Required("text"): All(cv.string, Length(min=1, max=500)),
    }
)
ALERT: Final = Schema({**ENGINE, Required("alert"): ID})
FLAG: Final = Schema(
    {
        **ENGINE,
        Required("alert"): ID,
        Required("reason"): All(cv.string, Length(min=1, max=300)),
        Optional("comment"): ID,
    }
)
LEAVE: Final = Schema(
    {
        **ENGINE,
        Required("confirm", default=False): cv.boolean,
        Optional("anyway", default=False): cv.boolean,
    }
)


async def share_alert(call: ServiceCall) -> JsonObjectType:
    """Publish an alert, or with ``preview_only`` see what would be published.

    Who calls decides whether it is automatic, not what is said: automatic alerts have
    a short list of categories, no pictures and two hours. A person's picture is made by
    the preview; publishing names it, and sends these very bytes.
    """
    await check_may_speak(call)
    coordinator, alert = await _alert_wish(call)
    alert["automatic"] = not await is_in_person(call.hass, call.context)
    preview_only = alert.pop("preview_only")
    if alert["automatic"] and PICTURED & alert.keys():
        raise _invalid("automatic_is_text")
    if not preview_only and SHOWN & alert.keys():
        raise _invalid("look_first")
    if preview_only:
        preview = await wish(coordinator.client.preview_alert(alert))
        return _preview_told(coordinator, preview)
    published = await wish(coordinator.client.publish_alert(alert))
    return {"alert": alert_told(coordinator, published)}


def _preview_told(
    coordinator: EngineCoordinator, preview: AlertPreview
) -> JsonObjectType:
    return {
        "alert": alert_told(coordinator, preview.alert),
        "pictures": [_picture_told(coordinator, each) for each in preview.pictures],
        "advice": [
            {"concern": each.concern, "text": each.text} for each in preview.advice
        ],
    }


def _picture_told(
    coordinator: EngineCoordinator, picture: MadePicture
) -> JsonObjectType:
    entry_id = coordinator.config_entry.entry_id
    url = signed_shared_url(
        coordinator.hass, entry_id, picture.kind, picture.id, life=PREVIEW_LASTS
    )
    return {
        "id": picture.id,
        "kind": picture.kind,
        "size_bytes": picture.size_bytes,
        "redaction": [*picture.redaction],
        "url": url,
    }


async def comment_alert(call: ServiceCall) -> None:
    """Write below an alert."""
    await check_may_speak(call)
    coordinator, alert = engine_that_knows(call, "alert"), call.data["alert"]
    await wish(coordinator.client.comment(alert, call.data["text"]))


async def confirm_alert(call: ServiceCall) -> None:
    """Tell that an alert is right."""
    await check_may_speak(call)
    coordinator = engine_that_knows(call, "alert")
    await wish(coordinator.client.react(call.data["alert"], "confirm"))


async def dispute_alert(call: ServiceCall) -> None:
    """Tell that an alert is not so."""
    await check_may_speak(call)
    coordinator = engine_that_knows(call, "alert")
    await wish(coordinator.client.react(call.data["alert"], "not_so"))


async def flag_alert(call: ServiceCall) -> None:
    """Have stewards look at an alert, or at a comment below it."""
    await check_may_speak(call)
    coordinator = engine_that_knows(call, "alert")
    named = {"reason", "comment"}
    told = {name: value for name, value in call.data.items() if name in named}
    await wish(coordinator.client.flag(call.data["alert"], told))


async def leave_neighbourhood(call: ServiceCall) -> None:
    """Leave the hub, with everything that this home said and kept."""
    if not await is_admin_in_person(call):
        raise _invalid("leave_in_person")
    if not call.data["confirm"]:
        raise _invalid("confirm_needed")
    coordinator = engine_named(call.hass, call.data.get("config_entry_id"))
    await wish(coordinator.client.leave(anyway=call.data["anyway"]))


async def _alert_wish(call: ServiceCall) -> tuple[EngineCoordinator, dict[str, Any]]:
    ours = {"config_entry_id", "camera"}
    alert = {name: value for name, value in call.data.items() if name not in ours}
    if "camera" in call.data:
        coordinator, camera = camera_named(call.hass, call.data["camera"])
        alert["camera"] = camera
    else:
        coordinator = engine_named(call.hass, call.data.get("config_entry_id"))
        camera = None
    if "episode" in call.data:
        episode = await wish(coordinator.client.episode(call.data["episode"]))
        if camera not in {None, episode.camera}:
            raise _invalid("episode_of_another_camera")
        camera = episode.camera
    if camera is not None:
        await _check_may_share(call, coordinator, camera)
    return coordinator, alert


async def _check_may_share(
    call: ServiceCall, coordinator: EngineCoordinator, camera: str
) -> None:
    await check_may_control(call, coordinator, camera)
    known = coordinator.data.cameras.get(camera)
    if known is None or not known.sharing:
        raise _invalid("camera_not_shared")


def _invalid(key: str) -> ServiceValidationError:
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key)
