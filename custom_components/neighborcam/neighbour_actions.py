"""Actions for the neighbourhood: alerts, and the requests of the police.

What leaves this home is checked again by the engine, whose policy is the only door out.
Here it is checked who asks: the police are answered by an admin in person, and what the
answer was is told to nobody, not even in the response to whoever lists requests.
"""

from typing import Any, Final, cast

from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType, JsonValueType
from probatio import All, In, Length, Optional, Required, Schema

from .callers import (
    check_may_control,
    check_may_speak,
    is_admin_in_person,
    is_in_person,
)
from .choosing import CATEGORIES, SEVERITIES
from .const import DOMAIN
from .coordinator import EngineCoordinator
from .discreet import hide, uncovered
from .engines import camera_named, engine_named, loaded_engines
from .entity import wish
from .recording_actions import ENGINE
from .told import alert_told, request_told

URGENCIES: Final = ("immediate", "expected", "future", "past", "unknown")
CERTAINTIES: Final = ("observed", "likely", "possible", "unlikely", "unknown")
TIP: Final = "tip"
ANSWERS: Final = ("decline", "mute", TIP, "approve")

ID: Final = All(cv.string, Length(min=1, max=64))
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
LIST: Final = Schema({**ENGINE, Optional("open_only", default=True): cv.boolean})
ANSWER: Final = Schema(
    {
        **ENGINE,
        Required("request"): ID,
        Required("answer"): All(In(ANSWERS), hide),
        Required("confirm", default=False): cv.boolean,
        Optional("pin"): All(cv.string, Length(min=1, max=64), hide),
        Optional("text"): All(cv.string, Length(min=1, max=1000), hide),
    }
)
DECISION: Final = ("config_entry_id", "request", "answer", "confirm", "pin", "text")


async def share_alert(call: ServiceCall) -> JsonObjectType:
    """Publish an alert, or with ``preview_only`` see what would be published.

    Who calls decides whether it is automatic, not what is said: automatic alerts have
    a short list of categories, no pictures and two hours.
    """
    await check_may_speak(call)
    coordinator, alert = await _alert_wish(call)
    alert["automatic"] = not await is_in_person(call)
    if alert["automatic"] and {"camera", "episode"} & alert.keys():
        raise _invalid("automatic_is_text")
    published = await wish(coordinator.client.publish_alert(alert))
    return {"alert": alert_told(coordinator, published)}


async def comment_alert(call: ServiceCall) -> None:
    """Write below an alert."""
    await check_may_speak(call)
    coordinator, alert = _engine_of(call, "alert"), call.data["alert"]
    await wish(coordinator.client.comment(alert, call.data["text"]))


async def confirm_alert(call: ServiceCall) -> None:
    """Tell that an alert is right."""
    await check_may_speak(call)
    coordinator = _engine_of(call, "alert")
    await wish(coordinator.client.react(call.data["alert"], "confirm"))


async def dispute_alert(call: ServiceCall) -> None:
    """Tell that an alert is not so."""
    await check_may_speak(call)
    coordinator = _engine_of(call, "alert")
    await wish(coordinator.client.react(call.data["alert"], "not_so"))


async def list_requests(call: ServiceCall) -> JsonObjectType:
    """Answer what the police ask the area for, as they published it."""
    coordinator = engine_named(call.hass, call.data.get("config_entry_id"))
    requests = await wish(coordinator.client.requests())
    return {
        "requests": [
            {
                **request_told(coordinator, request),
                "area": cast("list[JsonValueType]", request.area),
            }
            for request in requests
            if request.state == "open" or not call.data["open_only"]
        ]
    }


async def answer_request(call: ServiceCall) -> None:
    """Answer a police request: an admin in person, who says that they mean it."""
    if not await is_admin_in_person(call):
        raise _invalid("only_in_person")
    if not call.data["confirm"]:
        raise _invalid("confirm_needed")
    told = uncovered(call.data)
    if told["answer"] == TIP and "text" not in told:
        raise _invalid("tip_needs_text")
    coordinator = _engine_of(call, "request")
    told.pop("config_entry_id", None)
    await wish(coordinator.client.answer(told.pop("request"), told))


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


def _engine_of(call: ServiceCall, what: str) -> EngineCoordinator:
    """Return the engine that knows an alert or request; ids are those of the hub."""
    entry_id = call.data.get("config_entry_id")
    if entry_id is None:
        for coordinator in loaded_engines(call.hass):
            known = {*coordinator.data.alerts, *coordinator.data.requests}
            if call.data[what] in known:
                return coordinator
    return engine_named(call.hass, entry_id)


def _invalid(key: str) -> ServiceValidationError:
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key)
