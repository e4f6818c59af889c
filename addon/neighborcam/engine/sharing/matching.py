"""What this home has that was asked for. Computed here, told to nobody.

An indoor camera never matches, nor one whose owner does not share it, nor one whose
place is not known: silence is the answer to what was not set.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.requests import Proposal, Span, Viewpoint
from neighborcam.protocol.areas import Area, FieldOfView, sees
from neighborcam.protocol.requests import Request

type Recorded = Callable[[CameraId, datetime, datetime], Sequence[Span]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of a request matters for finding recordings."""

    area: Area
    start: datetime
    end: datetime

    @classmethod
    def of(cls, request: Request) -> "Asked":
        """Return it for a request."""
        return cls(
            area=request.area, start=request.window_start, end=request.window_end
        )


def cameras_in_sight(
    area: Area, cameras: Iterable[CameraConfig], viewpoints: Sequence[Viewpoint]
) -> tuple[CameraConfig, ...]:
    """Return the cameras that may be offered and see into an area."""
    by_camera = {each.camera: each for each in viewpoints}
    return tuple(
        camera
        for camera in cameras
        if camera.sharing
        and not camera.privacy
        and _sees(by_camera.get(CameraId(camera.id)), area)
    )


def proposals(
    asked: Asked,
    cameras: Iterable[CameraConfig],
    viewpoints: Sequence[Viewpoint],
    recorded: Recorded,
) -> tuple[Proposal, ...]:
    """Return what was recorded by cameras that see into the area, in its window."""
    found = (
        Proposal(
            camera=CameraId(camera.id),
            name=camera.name,
            spans=tuple(recorded(CameraId(camera.id), asked.start, asked.end)),
        )
        for camera in cameras_in_sight(asked.area, cameras, viewpoints)
    )
    return tuple(each for each in found if each.spans)


def _sees(viewpoint: Viewpoint | None, area: Area) -> bool:
    if viewpoint is None or viewpoint.indoor:
        return False
    if viewpoint.latitude is None or viewpoint.longitude is None:
        return False
    view = FieldOfView(
        longitude=viewpoint.longitude,
        latitude=viewpoint.latitude,
        bearing=viewpoint.bearing,
        angle=viewpoint.angle,
        reach_m=viewpoint.reach_m,
    )
    return sees(view, area)
