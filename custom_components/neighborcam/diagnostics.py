"""What may be attached to a public issue: versions, states, counts, settings.

Only what is named here gets out; a field that an engine gains stays in. No text that
an engine or a person wrote is among it, as names, reasons and addresses all tell of a
home. Where the engine sends a word, it is one of a few that we know, or ``other``.

Cameras have numbers, in the order of their ids. A hash would not do: ids are words like
``front-door``, and whoever tries a list of words has them all.
"""

import re
from collections import Counter
from collections.abc import Container, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .const import SCHEMA
from .coordinator import EngineCoordinator, EngineEntry
from .devices import camera_identifier
from .models import Camera, Sharing, Storage

OTHER: Final = "other"
_VERSION: Final = re.compile(r"\d{1,4}(\.\d{1,4}){1,3}((a|b|rc|\.dev|\.post)\d{1,4})*")
_CODECS: Final = frozenset(
    {"h264", "h265", "hevc", "mjpeg", "mpeg4", "av1", "vp8", "vp9"}
)
_SCHEMES: Final = frozenset({"rtsp", "rtsps", "rtmp", "http", "https"})
_HUB_STATES: Final = frozenset(
    {"connected", "connecting", "unreachable", "refused", "distrusted"}
)


async def async_get_config_entry_diagnostics(
    _hass: HomeAssistant, entry: EngineEntry
) -> Mapping[str, Any]:
    """Return the diagnostics of an engine with all its cameras."""
    if entry.state is not ConfigEntryState.LOADED:
        return {"entry": _entry(entry)}
    coordinator = entry.runtime_data
    return {
        "entry": _entry(entry),
        "engine": _engine(coordinator),
        "cameras": {
            str(number): _camera(coordinator, camera)
            for number, camera in _numbered(coordinator).items()
        },
    }


async def async_get_device_diagnostics(
    _hass: HomeAssistant, entry: EngineEntry, device: DeviceEntry
) -> Mapping[str, Any]:
    """Return the diagnostics of one camera, or of the engine without its cameras."""
    if entry.state is not ConfigEntryState.LOADED:
        return {"entry": _entry(entry)}
    coordinator = entry.runtime_data
    return {
        "entry": _entry(entry),
        "engine": _engine(coordinator),
        "cameras": {
            str(number): _camera(coordinator, camera)
            for number, camera in _numbered(coordinator).items()
            if camera_identifier(coordinator, camera.id) in device.identifiers
        },
    }


def _numbered(coordinator: EngineCoordinator) -> dict[int, Camera]:
    cameras = coordinator.data.cameras
    return {number: cameras[id_] for number, id_ in enumerate(sorted(cameras), start=1)}


def _entry(entry: EngineEntry) -> dict[str, Any]:
    return {
        "version": f"{entry.version}.{entry.minor_version}",
        "state": entry.state.value,
        "problem": entry.error_reason_translation_key,
        "source": entry.source,
    }


def _engine(coordinator: EngineCoordinator) -> dict[str, Any]:
    household = coordinator.data
    return {
        "version": safe_version(household.engine.version),
        "schema": household.engine.schema,
        "schema_of_the_integration": SCHEMA,
        "connected": coordinator.connected,
        "connections_lost": coordinator.losses,
        "last_problem": _name(coordinator.last_failure),
        "labels": [label.value for label in household.labels],
        "cameras": Counter(each.state.value for each in household.cameras.values()),
        "open_episodes": len(household.open_episodes),
        "storage": _storage(household.storage),
        "sharing": _sharing(household.sharing),
        "alerts": len(household.alerts),
        "alert_radius_m": coordinator.alert_radius_m,
        "requests": len(household.requests),
    }


def _name(failure: Exception | None) -> str | None:
    """Return the kind of a failure; its text may be the engine's."""
    return type(failure).__name__ if failure else None


def _storage(storage: Storage | None) -> dict[str, Any] | None:
    if storage is None:
        return None
    return {
        "total_bytes": storage.total_bytes,
        "free_bytes": storage.free_bytes,
        "recorded_bytes": sum(each.size_bytes for each in storage.cameras),
    }


def _sharing(sharing: Sharing) -> dict[str, Any]:
    hub = sharing.hub
    return {
        "state": sharing.state,
        "hub_state": _known(hub.state, _HUB_STATES) if hub else None,
    }


def _camera(coordinator: EngineCoordinator, camera: Camera) -> dict[str, Any]:
    household = coordinator.data
    statistics = camera.statistics
    last = household.last_episodes.get(camera.id)
    return {
        "state": camera.state.value,
        "enabled": camera.enabled,
        "privacy": camera.privacy,
        "detection": camera.detection,
        "sensitivity": camera.sensitivity,
        "zones": len(camera.zones),
        "recording": camera.recording.value,
        "has_recording_problem": bool(camera.recording_problem),
        "records_audio": camera.audio,
        "sharing": camera.sharing,
        "scheme": _known(camera.main_url.partition("://")[0], _SCHEMES),
        "has_sub_stream": camera.sub_url is not None,
        "has_user_name": camera.username is not None,
        "has_password": camera.has_password,
        "codec": _known(statistics.codec, _CODECS),
        "width": statistics.width,
        "height": statistics.height,
        "fps": statistics.fps,
        "bits_per_s": statistics.bits_per_s,
        "has_audio": statistics.has_audio,
        "moves": household.moves(camera.id),
        "episodes_today": household.episodes_today.get(camera.id, 0),
        "last_episode_has_thumbnail": last.has_thumbnail if last else None,
    }


def _known(word: str | None, words: Container[str]) -> str | None:
    return word if word is None or word in words else OTHER


def safe_version(version: str) -> str:
    """Return a version if it looks like one, ``other`` for any other text."""
    return version if _VERSION.fullmatch(version) else OTHER
