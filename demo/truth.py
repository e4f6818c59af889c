"""What is really to be seen in a rendered scene."""

from pathlib import Path

import msgspec

from demo.scene_spec import ActorKind, NuisanceKind

MIN_VISIBLE = 0.0005
"""Share of the picture an object must cover to count as visible."""


class SeenObject(msgspec.Struct, frozen=True, kw_only=True):
    """One object in one frame; `box` is x, y, width, height in fractions."""

    event: int
    kind: ActorKind
    box: tuple[float, float, float, float]
    pixels: int


class FrameTruth(msgspec.Struct, frozen=True, kw_only=True):
    """The objects of one frame."""

    index: int
    objects: tuple[SeenObject, ...]


class EventTruth(msgspec.Struct, frozen=True, kw_only=True):
    """When an object was visibly in the picture, in seconds from the first frame."""

    event: int
    kind: ActorKind
    start_s: float
    end_s: float


class NuisanceTruth(msgspec.Struct, frozen=True, kw_only=True):
    """When a nuisance was on, in seconds from the first frame."""

    kind: NuisanceKind
    start_s: float
    end_s: float


class GroundTruth(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about a rendered file.

    `frames` has only those with an object in the picture; all others are empty.
    """

    scene: str
    width: int
    height: int
    fps: float
    frame_count: int
    events: tuple[EventTruth, ...]
    nuisances: tuple[NuisanceTruth, ...]
    frames: tuple[FrameTruth, ...]

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_bytes(msgspec.json.encode(self) + b"\n")

    @classmethod
    def load(cls, path: Path) -> "GroundTruth":
        """Read what `save` wrote; raises msgspec.DecodeError for anything else."""
        return msgspec.json.decode(path.read_bytes(), type=cls)


def events_of(
    frames: tuple[FrameTruth, ...], fps: float, min_pixels: float
) -> tuple[EventTruth, ...]:
    """Return each object's interval from its first to its last visible frame."""
    first: dict[int, SeenObject] = {}
    seen: dict[int, list[int]] = {}
    for frame in frames:
        for thing in frame.objects:
            if thing.pixels >= min_pixels:
                first.setdefault(thing.event, thing)
                seen.setdefault(thing.event, []).append(frame.index)
    return tuple(
        EventTruth(
            event=event,
            kind=first[event].kind,
            start_s=indices[0] / fps,
            end_s=(indices[-1] + 1) / fps,
        )
        for event, indices in sorted(seen.items(), key=lambda item: item[1][0])
    )
