"""What has no counterpart here, and what to do instead. One line for each."""

from collections.abc import Mapping
from typing import Any, Final

from neighborcam.engine.frigate.report import Report
from neighborcam.engine.moving import Fate

_TAKEN: Final = frozenset(
    {"cameras", "go2rtc", "environment_vars", "record", "version", "onvif", "zones"}
)
LEFT: Final[Mapping[str, str]] = {
    "audio": "sounds are not recognised",
    "audio_transcription": "speech is not written down",
    "auth": "pair devices by code; in Home Assistant its users count",
    "best_image_timeout": "an episode's best picture is chosen when it ends",
    "birdseye": "the page shows all cameras; there is no combined stream",
    "camera_groups": "make dashboards in Home Assistant",
    "classification": "there are no models for birds, states or single objects",
    "database": "the index lies in the data folder",
    "detectors": "labels need no accelerator: a small model on the processor",
    "detect": "detection follows the stream; there is nothing to set",
    "environment_vars": "",
    "face_recognition": "no faces are recognised here, on purpose",
    "ffmpeg": "there are no arguments to give; streams are never re-encoded",
    "genai": "nothing is sent to a language model",
    "live": "the page and Home Assistant show the camera's own stream",
    "logger": "give `--log-level`, or the app's option",
    "lpr": "no number plates are recognised here, on purpose",
    "model": "labels come from YOLOX-nano; see `model_path` in docs/settings.md",
    "motion": "thresholds are another scale here: one number, sensitivity",
    "mqtt": "Home Assistant is told over a connection of its own; no broker is needed",
    "networking": "give `--host` and `--port`",
    "notifications": "use the blueprints in Home Assistant",
    "objects": "episodes get labels; there is no list of objects and no object masks",
    "profiles": "use automations in Home Assistant: every switch is an entity",
    "proxy": "in Home Assistant the page needs no login of its own",
    "review": "episodes of today are on the page; there is no review",
    "safe_mode": "there is none",
    "semantic_search": "there is no search by pictures or descriptions",
    "snapshots": "each episode has a thumbnail and a preview",
    "telemetry": "the engine calls nobody; /metrics has its numbers",
    "timestamp_style": "nothing is written into pictures",
    "tls": "put a proxy before it, or use Home Assistant",
    "triggers": "use automations in Home Assistant",
    "type": "no number plates are recognised here, on purpose",
    "ui": "times and units are those of the browser",
    "webui_url": "",
}
_OF_CAMERA: Final = frozenset({"enabled", "ffmpeg", "friendly_name"})
_OF_ONVIF: Final = frozenset({"host", "port", "user", "password"})
_TURNING: Final = frozenset({"autotracking", "profile"})


def tell(config: Mapping[str, Any], report: Report) -> None:
    """Write a line for each part of the file that has no counterpart."""
    for key in config:
        if key not in _TAKEN:
            _tell(str(key), str(key), report)
    for name, camera in config["cameras"].items():
        if not isinstance(camera, dict):
            continue
        for key in camera:
            if key not in _TAKEN | _OF_CAMERA and camera[key] != "generic":
                _tell(str(key), f"cameras.{name}.{key}", report)
        _tell_onvif(f"cameras.{name}.onvif", camera.get("onvif"), report)


def _tell_onvif(where: str, onvif: Any, report: Report) -> None:
    for key in onvif if isinstance(onvif, dict) else ():
        if key in _TURNING:
            report.add(f"{where}.{key}", Fate.LEFT, "cameras are not turned")
        elif key not in _OF_ONVIF:
            report.add(f"{where}.{key}", Fate.LEFT, "there is nothing to set for it")


def _tell(key: str, where: str, report: Report) -> None:
    text = LEFT.get(key, "this version of NeighborCam does not know it")
    if text:
        report.add(where, Fate.LEFT, text)
