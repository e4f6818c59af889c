"""From a file of Frigate to cameras of ours, and a line for whatever is not the same.

Written after Frigate's documentation of its configuration (0.12 to 0.18). Nothing is
guessed silently: what changes its meaning is told, what is missing is told.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from neighborcam.engine.config import CameraConfig, Onvif
from neighborcam.engine.errors import InvalidInput
from neighborcam.engine.frigate import leftovers
from neighborcam.engine.frigate.keeping import keeping
from neighborcam.engine.frigate.reading import Section, fill, read
from neighborcam.engine.frigate.report import Report
from neighborcam.engine.frigate.shapes import masks, slug, titled, zones
from neighborcam.engine.frigate.streams import Sources, Streams
from neighborcam.engine.moving import Fate, Translation

_ONVIF_PORT: Final = 8000  # Frigate's default
_NOWHERE: Final = ".".join("0000")  # the example of its documentation


def translate(text: str, secrets: Mapping[str, str]) -> Translation:
    """Translate a file; ``secrets`` are the environment variables that it names.

    Raises `InvalidInput` for what is no configuration of Frigate at all.
    """
    config, report = read(text), Report()
    known = {**_own_variables(config), **secrets}
    sources = Sources(config.get("go2rtc"), known, report)
    found: dict[str, CameraConfig] = {}
    for name, said in config["cameras"].items():
        camera = Section(f"cameras.{name}", said, config)
        made = _camera(str(name), camera, sources, known, report)
        if made is not None and made.id in found:
            report.add(camera.name, Fate.WRONG, "another camera has this name already")
        elif made is not None:
            found[made.id] = made
    leftovers.tell(config, report)
    return Translation(cameras=tuple(found.values()), report=report.lines)


def _own_variables(config: Mapping[str, Any]) -> dict[str, str]:
    said = config.get("environment_vars")
    return {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else {}


def _camera(
    name: str,
    camera: Section,
    sources: Sources,
    secrets: Mapping[str, str],
    report: Report,
) -> CameraConfig | None:
    streams = sources.of(camera)
    if streams is None:
        report.add(camera.name, Fate.WRONG, "it has no stream that can be used here")
        return None
    kept = keeping(camera, report)
    said = {
        "id": slug(name),
        "name": str(camera["friendly_name"] or titled(name)),
        "main_url": streams.main.url,
        "sub_url": streams.sub.url if streams.sub else None,
        "username": streams.main.username,
        "password": streams.main.password,
        "transport": streams.transport,
        "onvif": _onvif(camera, streams, secrets, report),
        "enabled": camera.truth("enabled", default=True),
        "detection": camera.truth("motion.enabled", default=True),
        "zones": zones(camera, report),
        "masks": masks(camera, report),
        "recording": kept.mode,
        "audio": kept.audio,
        "pre_roll_s": kept.pre_roll_s,
        "post_roll_s": kept.post_roll_s,
        "keep_days": kept.days,
    }
    try:
        made = msgspec.convert(msgspec.to_builtins(said), CameraConfig)
    except msgspec.ValidationError as problem:
        report.add(camera.name, Fate.WRONG, f"it is no camera of ours: {problem}")
        return None
    report.add(camera.name, Fate.TAKEN, f"becomes {made.name} ({made.id})")
    return made


def _onvif(
    camera: Section, streams: Streams, secrets: Mapping[str, str], report: Report
) -> Onvif | None:
    """Return where the camera's own events come from, if its password is the same."""
    host = fill(str(camera["onvif.host"] or ""), secrets).text.strip()
    host = host.removeprefix("http://").removeprefix("https://").strip("/")
    if not host or host == _NOWHERE:
        return None
    where = f"{camera.name}.onvif"
    try:
        user = fill(str(camera["onvif.user"] or ""), secrets).text
        password = fill(str(camera["onvif.password"] or ""), secrets).text
        own = (streams.main.username or "", streams.main.password or "")
        if (user, password) != own:
            report.add(
                where,
                Fate.CHANGED,
                "it has a password of its own; here the one of the streams is used",
            )
        port = int(camera.number("onvif.port") or _ONVIF_PORT)
        return msgspec.convert({"host": host, "port": port}, Onvif)
    except (InvalidInput, msgspec.ValidationError) as problem:
        report.add(where, Fate.WRONG, str(problem))
        return None
