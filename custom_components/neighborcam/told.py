"""What is told to automations, scripts and assistants, as plain data.

Everything here may end in a trace or a log: no address, no token, no position, and
nothing of what this home decided.
"""

from datetime import datetime
from typing import Any, Final

from .coordinator import EngineCoordinator
from .engines import entity_of_camera
from .models import Alert, Camera, Episode, PoliceRequest
from .nearby import area_km2, distance_m, distance_of_area_m

# Finer would tell more of where this home is than an automation needs.
DISTANCE_STEP_M: Final = 100


def episode_told(coordinator: EngineCoordinator, episode: Episode) -> dict[str, Any]:
    """Tell of an episode."""
    return {
        "id": episode.id,
        "config_entry_id": coordinator.config_entry.entry_id,
        "camera": episode.camera,
        "entity_id": entity_of_camera(coordinator, episode.camera),
        "name": camera_name(coordinator, episode.camera),
        "zone": zone_name(coordinator, episode),
        "started_at": episode.started_at.isoformat(),
        "ended_at": _iso(episode.ended_at),
        "labels": [label.value for label in episode.labels],
        "held": episode.held,
    }


def camera_name(coordinator: EngineCoordinator, camera: str) -> str:
    """Return a camera's name; its id when the engine has it no more."""
    known = coordinator.data.cameras.get(camera)
    return known.name if known else camera


def zone_name(coordinator: EngineCoordinator, episode: Episode) -> str | None:
    """Return the name of an episode's zone; None for the whole picture."""
    camera = coordinator.data.cameras.get(episode.camera)
    zones = {zone.id: zone.name for zone in camera.zones} if camera else {}
    return episode.zone and zones.get(episode.zone, episode.zone)


def camera_told(coordinator: EngineCoordinator, camera: Camera) -> dict[str, Any]:
    """Tell of a camera, without its address."""
    return {
        "id": camera.id,
        "entity_id": entity_of_camera(coordinator, camera.id),
        "name": camera.name,
        "state": camera.state.value,
        "reason": camera.reason,
        "enabled": camera.enabled,
        "privacy": camera.privacy,
        "detection": camera.detection,
        "sharing": camera.sharing,
        "sensitivity": camera.sensitivity,
        "recording": camera.recording.value,
    }


def alert_told(coordinator: EngineCoordinator, alert: Alert) -> dict[str, Any]:
    """Tell of an alert; ``distance_m`` is rounded."""
    away_m = distance_m(coordinator, alert)
    return {
        "id": alert.id,
        "is_update": alert.msg_type == "update",
        "origin": alert.origin,
        "agency": alert.agency,
        "category": alert.category,
        "urgency": alert.urgency,
        "severity": alert.severity,
        "certainty": alert.certainty,
        "headline": alert.headline,
        "text": alert.text,
        "instruction": alert.instruction,
        "onset": alert.onset.isoformat(),
        "expires": alert.expires.isoformat(),
        "verified": alert.verified,
        "confirmations": alert.confirmations,
        "disputes": alert.disputes,
        "distance_m": _rounded(away_m),
    }


def request_told(
    coordinator: EngineCoordinator, request: PoliceRequest
) -> dict[str, Any]:
    """Tell of a police request what its agency published, of its area the size.

    ``distance_m`` is that of the middle of the area, rounded.
    """
    return {
        "id": request.id,
        "agency": request.agency,
        "officer": request.officer,
        "case_ref": request.case_ref,
        "offence": request.offence,
        "necessity": request.necessity,
        "what": request.what,
        "area_km2": area_km2(request.area),
        "distance_m": _rounded(distance_of_area_m(coordinator, request.area)),
        "window_start": request.window_start.isoformat(),
        "window_end": request.window_end.isoformat(),
        "published": request.published.isoformat(),
        "expires": request.expires.isoformat(),
        "urgent": request.urgent,
        "state": request.state,
    }


def _rounded(away_m: float | None) -> int | None:
    if away_m is None:
        return None
    return round(away_m / DISTANCE_STEP_M) * DISTANCE_STEP_M


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
