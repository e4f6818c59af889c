"""Real clips with annotated events: ../shared/footage, described by its INDEX.json."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np

from tests.bench.intervals import Span
from tests.bench.methods import Bgr, Mask

EVENT_CLIPS: Final = (
    "i2r_campus",
    "intel_one-by-one",
    "intel_car-detection",
    "wallflower_wavingtrees",
)
PIXEL_CLIPS: Final = ("cdnet_highway", "cdnet_traffic")

# CDnet's marks: 0 still, 50 shadow (counts as still), 255 moving; others unknown.
MOVING: Final = 255
UNKNOWN: Final = (85, 170)


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """One annotated clip. ``video`` is a file that PyAV opens."""

    name: str
    video: Path
    folder: Path
    fps: float
    length_s: float
    events: tuple[Span, ...]


def clips(root: Path, names: tuple[str, ...]) -> list[Clip]:
    """Return the named clips; a folder of frames has a video.mp4 made from them."""
    index = json.loads((root / "INDEX.json").read_text())
    items = {item["name"]: item for item in index["items"]}
    return [_clip(root, items[name]) for name in names]


def _clip(root: Path, item: dict[str, object]) -> Clip:
    path = root / str(item["path"])
    spans = item["events_s"]
    assert isinstance(spans, list)
    return Clip(
        name=str(item["name"]),
        video=path / "video.mp4" if path.is_dir() else path,
        folder=path,
        fps=float(str(item["fps"])),
        length_s=float(str(item["duration_s"])),
        events=tuple((float(start), float(end)) for start, end in spans),
    )


def frames(clip: Clip, *, rate_hz: float) -> Iterator[tuple[Bgr, float]]:
    """Yield frames and their seconds, at most ``rate_hz`` of them."""
    due = 0.0
    with av.open(str(clip.video)) as container:
        first: float | None = None
        for frame in container.decode(video=0):
            first = frame.time if first is None else first
            at_s = frame.time - first
            if at_s + 1e-6 < due:
                continue
            due = max(due + 1 / rate_hz, at_s)
            yield frame.to_ndarray(format="bgr24").astype(np.uint8), at_s


def judged_frames(clip: Clip) -> Iterator[tuple[Bgr, float, Mask, Mask]]:
    """Yield frame, seconds, what moves in it, and where that is known."""
    for number, path in enumerate(sorted((clip.folder / "frames").iterdir())):
        truth_path = clip.folder / "gt" / f"gt{path.stem.removeprefix('in')}.png"
        bgr = np.asarray(cv2.imread(str(path)), np.uint8)
        truth = np.asarray(cv2.imread(str(truth_path), cv2.IMREAD_GRAYSCALE), np.uint8)
        known = ~np.isin(truth, UNKNOWN)
        yield bgr, number / clip.fps, truth == MOVING, known
