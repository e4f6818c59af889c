"""Actions for the requests of the police.

Here it is checked who asks: the police are answered by an admin in person, an
automation may decline and mute and nothing else. What the answer was is told to nobody,
not even in the response to whoever lists requests.
"""

from typing import Final, cast

from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType, JsonValueType
from probatio import All, In, Length, Match, Optional, Required, Schema

from .callers import is_admin_in_person
from .const import DOMAIN
from .discreet import hide, uncovered
from .engines import engine_named, engine_that_knows
from .entity import wish
from .recording_actions import ENGINE
from .told import request_told

TIP: Final = "tip"
APPROVE: Final = "approve"
ANSWERS: Final = ("decline", "mute", TIP, APPROVE)
# What takes nothing out of the home may be decided once and for all.
BY_AUTOMATION: Final = frozenset({"decline", "mute"})

ID: Final = All(cv.string, Length(min=1, max=64))
CLIP: Final = All(cv.string, Match(r"^[0-9a-f]{64}\Z"))
LIST: Final = Schema({**ENGINE, Optional("open_only", default=True): cv.boolean})
ANSWER: Final = Schema(
    {
        **ENGINE,
        Required("request"): ID,
        Required("answer"): All(In(ANSWERS), hide),
        Required("confirm", default=False): cv.boolean,
        Optional("pin"): All(cv.string, Length(min=1, max=64), hide),
        Optional("text"): All(cv.string, Length(min=1, max=1000), hide),
        Optional("clips"): All(cv.ensure_list, [CLIP], Length(min=1, max=4), hide),
    }
)
DECISION: Final = (
    *("config_entry_id", "request", "answer", "confirm", "pin", "text", "clips"),
)


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
    """Answer a police request: whoever may, and says that they mean it."""
    told = uncovered(call.data)
    if told["answer"] not in BY_AUTOMATION and not await is_admin_in_person(call):
        raise _invalid("only_in_person")
    if not call.data["confirm"]:
        raise _invalid("confirm_needed")
    if told["answer"] == TIP and "text" not in told:
        raise _invalid("tip_needs_text")
    if told["answer"] == APPROVE and "clips" not in told:
        raise _invalid("approve_needs_clips")
    coordinator = engine_that_knows(call, "request")
    told.pop("config_entry_id", None)
    await wish(coordinator.client.answer(told.pop("request"), told))


def _invalid(key: str) -> ServiceValidationError:
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key)
