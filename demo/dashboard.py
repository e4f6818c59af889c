"""The demo's dashboard: each camera live, with what moves and what was recorded."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

PATH: Final = "demo-cameras"  # Home Assistant wants a hyphen in it
TITLE: Final = "Cameras"

_CARD: Final = {"type": "custom:neighborcam-card"}
_PICTURE: Final = {"type": "picture-entity", "camera_view": "live"}

# Of each camera, by what the integration calls them.
_TILES: Final = ("motion", "episode", "last_motion", "episodes_today", "recording_mode")


def dashboard(
    entities: Sequence[Mapping[str, Any]], *, with_card: bool
) -> dict[str, Any]:
    """Return the dashboard for what the entity registry lists.

    ``with_card``: whether our own card was built and can be used.
    """
    picture = _CARD if with_card else _PICTURE
    ours = [each for each in entities if each["platform"] == "neighborcam"]
    shown = [each for each in ours if each["disabled_by"] is None]
    devices = dict.fromkeys(
        each["device_id"] for each in shown if _domain(each) == "camera"
    )
    sections = [
        _section([each for each in shown if each["device_id"] == device], picture)
        for device in devices
    ]
    view = {
        "title": TITLE,
        "path": "street",
        "type": "sections",
        "max_columns": 2,
        "sections": sections,
    }
    return {"views": [view]}


def _section(
    of_camera: Sequence[Mapping[str, Any]], picture: Mapping[str, Any]
) -> dict[str, Any]:
    (camera,) = [each["entity_id"] for each in of_camera if _domain(each) == "camera"]
    tiles = {each["translation_key"]: each["entity_id"] for each in of_camera}
    cards = [
        {
            **picture,
            "entity": camera,
            "camera": camera,
            "grid_options": {"columns": 12, "rows": "auto"},
        },
        *({"type": "tile", "entity": tiles[key]} for key in _TILES if key in tiles),
    ]
    return {"type": "grid", "cards": cards}


def _domain(entity: Mapping[str, Any]) -> str:
    domain: str = entity["entity_id"].partition(".")[0]
    return domain
