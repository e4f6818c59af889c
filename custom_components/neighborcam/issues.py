"""Repairs: what only the owner can mend, told where Home Assistant tells such things.

Each comes and goes with its cause, and can be dismissed. A token that was revoked is
not among them: pairing again has a dialog of its own.
"""

from dataclasses import dataclass, field
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.issue_registry import (
    IssueSeverity,
    async_create_issue,
    async_delete_issue,
)

from .const import DOMAIN
from .coordinator import EngineCoordinator, EngineEntry
from .errors import EngineFailure, EngineTooNew, EngineTooOld
from .models import Camera, CameraState, Hub

_CAMERA_STATES: Final = {
    CameraState.UNAUTHORISED: "camera_unauthorised",
    CameraState.UNSUPPORTED: "camera_unsupported",
}
HUB_MISBEHAVES: Final = "hub_misbehaves"
_DISTRUSTED: Final = "distrusted"
_FAILURES: Final[dict[type[EngineFailure | None], str]] = {
    EngineTooNew: "engine_too_new",
    EngineTooOld: "engine_too_old",
}


@dataclass(frozen=True, kw_only=True)
class _Issue:
    """One thing to mend. ``of`` is what has it: a camera, or the engine."""

    key: str
    of: str
    severity: IssueSeverity = IssueSeverity.WARNING
    placeholders: dict[str, str] = field(default_factory=dict, hash=False)
    is_fixable: bool = False  # `repairs` has a dialog for it

    def id(self, entry: EngineEntry) -> str:
        """Return what tells it from every other issue."""
        return f"{self.key}_{entry.entry_id}_{self.of}"


@callback
def follow_issues(entry: EngineEntry) -> None:
    """Keep the repairs as the household is, until the entry is unloaded."""
    coordinator = entry.runtime_data
    told: set[str] = set()

    @callback
    def look() -> None:
        issues = {issue.id(entry): issue for issue in _issues(coordinator)}
        for id_ in told - issues.keys():
            async_delete_issue(coordinator.hass, DOMAIN, id_)
        for id_, issue in issues.items():
            async_create_issue(
                coordinator.hass,
                DOMAIN,
                id_,
                data={**issue.placeholders, "entry_id": entry.entry_id},
                is_fixable=issue.is_fixable,
                severity=issue.severity,
                translation_key=issue.key,
                translation_placeholders=issue.placeholders,
            )
        told.clear()
        told.update(issues)

    @callback
    def forget() -> None:
        for id_ in told:
            async_delete_issue(coordinator.hass, DOMAIN, id_)

    look()
    entry.async_on_unload(coordinator.async_add_listener(look))
    entry.async_on_unload(forget)


def engine_of_issue(hass: HomeAssistant, entry_id: str) -> EngineCoordinator | None:
    """Return the engine that an issue is about; None when it is not set up any more."""
    entry = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    coordinator: EngineCoordinator = entry.runtime_data
    return coordinator


def _issues(coordinator: EngineCoordinator) -> list[_Issue]:
    if not coordinator.connected:
        key = _FAILURES.get(type(coordinator.failure))
        name = {"name": coordinator.name}
        return [_Issue(key=key, of="engine", placeholders=name)] if key else []
    cameras = coordinator.data.cameras.values()
    found = [issue for camera in cameras for issue in _issues_of(camera)]
    return found + _issues_of_hub(coordinator.data.sharing.hub)


def _issues_of_hub(hub: Hub | None) -> list[_Issue]:
    """Tell of a hub that contradicts its own public log: a person has to look."""
    if hub is None or hub.state != _DISTRUSTED:
        return []
    # What is fixed is this reason: another one is another repair.
    told = {"name": hub.name, "reason": hub.reason, "evidence": hub.evidence or "-"}
    return [
        _Issue(
            key=HUB_MISBEHAVES,
            of="hub",
            severity=IssueSeverity.ERROR,
            placeholders=told,
            is_fixable=True,
        )
    ]


def _issues_of(camera: Camera) -> list[_Issue]:
    found = []
    if key := _CAMERA_STATES.get(camera.state):
        told = {"name": camera.name, "reason": camera.reason}
        found.append(_Issue(key=key, of=camera.id, placeholders=told))
    if camera.recording_problem:
        found.append(
            _Issue(
                key="recording_stopped",
                of=camera.id,
                severity=IssueSeverity.ERROR,
                placeholders={"name": camera.name, "reason": camera.recording_problem},
            )
        )
    return found
