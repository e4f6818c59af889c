"""The forms by which cameras are added and changed, and what is read off them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.components.camera import DOMAIN as CAMERA_DOMAIN
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from probatio import Optional, Required, Schema

from .errors import WishRefused
from .models import Camera, CameraTest, FoundDevice, OnvifProfile, RecordingMode

NAME: Final = "name"
ADDRESS: Final = "main_url"
SUB_ADDRESS: Final = "sub_url"
USERNAME: Final = "username"
PASSWORD: Final = "password"  # noqa: S105 - the name of a field
ENTITY: Final = "entity"
DEVICE: Final = "device"
CAMERA: Final = "camera"
RECORDING: Final = "recording"
AUDIO: Final = "audio"
CONNECTION: Final[tuple[str, ...]] = (
    ADDRESS,
    USERNAME,
    PASSWORD,
)  # what a camera is tried with
NO_SUB_STREAM: Final = ""
UNKNOWN: Final = "?"

_PASSWORD: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
_LOGIN: Final = {Optional(USERNAME): TextSelector(), Optional(PASSWORD): _PASSWORD}

BY_ADDRESS: Final = Schema(
    {
        Required(NAME): TextSelector(),
        Required(ADDRESS): TextSelector(),
        Optional(SUB_ADDRESS): TextSelector(),
        **_LOGIN,
    }
)
OF_HOME_ASSISTANT: Final = Schema(
    {
        Required(NAME): TextSelector(),
        Required(ENTITY): EntitySelector(
            EntitySelectorConfig(
                filter={
                    "domain": CAMERA_DOMAIN,
                    "supported_features": ["camera.CameraEntityFeature.STREAM"],
                }
            )
        ),
    }
)
EDITED: Final = BY_ADDRESS.extend(
    {
        Required(RECORDING): SelectSelector(
            SelectSelectorConfig(
                options=[mode.value for mode in RecordingMode],
                translation_key="recording",
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
        Required(AUDIO): BooleanSelector(),
    }
)


def device_form(devices: Iterable[FoundDevice]) -> Schema:
    """Ask which device it is, and for its login; the value is its place in the list."""
    options = [
        SelectOptionDict(value=str(place), label=f"{device.name} ({device.host})")
        for place, device in enumerate(devices)
    ]
    return Schema({Required(DEVICE): _choice(options), **_LOGIN})


def streams_form(profiles: Iterable[OnvifProfile], name: str) -> Schema:
    """Ask which of a device's streams to take; the first is its best, as a rule."""
    options = [
        SelectOptionDict(
            value=each.url,
            label=f"{each.name}: {each.codec}, {each.width} × {each.height}",
        )
        for each in profiles
    ]
    smallest = options[-1]["value"] if len(options) > 1 else NO_SUB_STREAM
    without = SelectOptionDict(value=NO_SUB_STREAM, label="-")
    return Schema(
        {
            Required(NAME, default=name): TextSelector(),
            Required(ADDRESS, default=options[0]["value"]): _choice(options),
            Required(SUB_ADDRESS, default=smallest): _choice([*options, without]),
        }
    )


def camera_form(cameras: Iterable[Camera]) -> Schema:
    """Ask which camera is meant."""
    options = [SelectOptionDict(value=each.id, label=each.name) for each in cameras]
    return Schema({Required(CAMERA): _choice(options)})


def values_of(camera: Camera) -> dict[str, Any]:
    """Return what a form shows of a camera: its password is not among it."""
    return {
        NAME: camera.name,
        ADDRESS: camera.main_url,
        SUB_ADDRESS: camera.sub_url,
        USERNAME: camera.username,
        RECORDING: camera.recording.value,
        AUDIO: camera.audio,
    }


def changes(camera: Camera, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a filled form changes; a field that was emptied becomes None.

    The password is not known here: an empty field leaves it as it is.
    """
    known = values_of(camera)
    told = {name: given.get(name) or None for name in (SUB_ADDRESS, USERNAME)}
    told |= {name: given[name] for name in (NAME, ADDRESS, RECORDING, AUDIO)}
    changed = {name: value for name, value in told.items() if value != known[name]}
    if given.get(PASSWORD):
        changed[PASSWORD] = given[PASSWORD]
    return changed


def without_password(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form may show again."""
    return {name: value for name, value in given.items() if name != PASSWORD}


def tried_words(tried: CameraTest) -> dict[str, str]:
    """Return what was found, as placeholders of a text."""
    size = (
        f"{tried.width} × {tried.height}" if tried.width and tried.height else UNKNOWN
    )
    return {
        "codec": (tried.codec or UNKNOWN).upper(),
        "size": size,
        "fps": f"{tried.fps:g}" if tried.fps else UNKNOWN,
        "sound": "♪" if tried.has_audio else "-",
        "reason": tried.reason or tried.state.value,
    }


def field_of(refused: WishRefused, schema: Schema) -> str:
    """Return the field that the engine complains about, "base" for another."""
    names = {str(marker) for marker in schema.schema}
    return refused.field if refused.field in names else "base"


def _choice(options: list[SelectOptionDict]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST)
    )
