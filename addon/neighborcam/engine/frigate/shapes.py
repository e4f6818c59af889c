"""Zones and masks: Frigate's lists of coordinates as polygons of ours."""

import re
from collections.abc import Iterator
from typing import Any, Final

from neighborcam.engine.config import Point, Polygon, Zone
from neighborcam.engine.frigate.reading import Section
from neighborcam.engine.frigate.report import Report
from neighborcam.engine.moving import Fate

_CORNERS: Final = range(3, 65)
_NAME: Final = 80
_SLUG: Final = 40
# Of a zone, and what to do instead.
_LEFT: Final = {
    "filters": "there are no filters by size or score; draw the zone smaller",
    "objects": "motion counts in a zone, whatever moves; episodes have labels",
    "inertia": "a thing counts once it has travelled",
    "loitering_time": "there is no loitering: who stands still is not followed",
    "speed_threshold": "speeds are not measured",
    "distances": "speeds are not measured",
}


def zones(camera: Section, report: Report) -> tuple[Zone, ...]:
    """Return a camera's zones, with a line for each that is none."""
    found: dict[str, Zone] = {}
    wanted = camera["zones"]
    for name, said in wanted.items() if isinstance(wanted, dict) else ():
        where = f"{camera.name}.zones.{name}"
        if not isinstance(said, dict) or said.get("enabled") is False:
            report.add(where, Fate.LEFT, "it is switched off")
            continue
        polygon = _polygon(said.get("coordinates"), camera, where, report)
        if polygon is None:
            continue
        for key in (each for each in said if each in _LEFT):
            report.add(f"{where}.{key}", Fate.LEFT, _LEFT[key])
        id_ = slug(str(name))
        title = str(said.get("friendly_name") or titled(str(name)))[:_NAME]
        found[id_] = Zone(id=id_, name=title, polygon=polygon)
    return tuple(found.values())


def masks(camera: Section, report: Report) -> tuple[Polygon, ...]:
    """Return where motion is ignored: the camera's masks, and those of all cameras."""
    polygons = (
        _polygon(coordinates, camera, f"{camera.name}.motion.mask", report)
        for coordinates in _mask_coordinates(camera["motion.mask"])
    )
    return tuple(each for each in polygons if each is not None)


def _mask_coordinates(said: Any) -> Iterator[Any]:
    """Yield the coordinates of each mask, in whichever form a version wrote them."""
    match said:
        case str():
            yield said
        case list() if said and all(isinstance(each, str) for each in said):
            # One polygon as a list of numbers, or several, each as a text.
            yield from [said] if "," not in said[0] else said
        case dict():
            for each in said.values():
                if isinstance(each, dict) and each.get("enabled") is not False:
                    yield each.get("coordinates")
        case _:
            return


def _polygon(
    coordinates: Any, camera: Section, where: str, report: Report
) -> Polygon | None:
    numbers = _numbers(coordinates)
    if numbers is None or len(numbers) % 2 or len(numbers) // 2 not in _CORNERS:
        report.add(where, Fate.WRONG, "its coordinates make no polygon: draw it again")
        return None
    width, height = 1.0, 1.0
    if max(numbers) > 1:  # pixels of the stream on which Frigate detects
        width = camera.number("detect.width") or 0
        height = camera.number("detect.height") or 0
        if not width or not height:
            report.add(
                where,
                Fate.WRONG,
                "its coordinates are pixels, and detect.width and height are missing:"
                " draw it again",
            )
            return None
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return tuple(_point(x / width, y / height) for x, y in pairs)


def _point(x: float, y: float) -> Point:
    return (min(max(round(x, 4), 0.0), 1.0), min(max(round(y, 4), 0.0), 1.0))


def _numbers(coordinates: Any) -> list[float] | None:
    text = coordinates
    if isinstance(coordinates, list):
        text = ",".join(str(each) for each in coordinates)
    if not isinstance(text, str):
        return None
    try:
        return [float(each) for each in text.split(",") if each.strip()] or None
    except ValueError:
        return None


def slug(name: str) -> str:
    """Return an id of ours for a name of theirs: ``back_yard`` → ``back-yard``."""
    made = re.sub(r"[^a-z0-9]+", "-", name.lower())[:_SLUG].strip("-")
    return made or "camera"


def titled(name: str) -> str:
    """Return a name for people: ``back_yard`` → ``Back yard``."""
    words = re.sub(r"[_-]+", " ", name).strip()
    return (words[:1].upper() + words[1:])[:_NAME] or "Camera"
