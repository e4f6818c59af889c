"""script/bench motion: what is found, and what raises a false alarm.

Three tables. Real clips: events by overlap with an episode, the episodes from the
product's own `neighborcam detect`. Pixels: F-measure on CDnet's truth. Rendered
scenes: events that raise an episode of their own, and seconds in alarm without one.
MOG2 and KNN see the same frames everywhere, at cv2's defaults: as alarms at 320 × 180
and five a second, more than 0.1 % foreground; shadows count as background.
"""

import argparse
import os
import sys
from pathlib import Path

from neighborcam.engine.config import CameraConfig
from neighborcam.engine.detect import DetectedEpisode, FileDetection
from tests.bench import pixels, scenes
from tests.bench.footage import EVENT_CLIPS, PIXEL_CLIPS, Clip, clips, frames
from tests.bench.intervals import Score, Span, episodes, score
from tests.bench.methods import Method, alarm_methods
from tests.bench.table import Row, save, show

CHECKOUT = Path(__file__).parents[2]
RATE_HZ = 5.0
OURS = "NeighborCam"


def main() -> int:
    """Measure what is asked for, and print it."""
    options = _options()
    result: dict[str, list[Row]] = {}
    parts = options.only or ["footage", "pixels", "scenes"]
    footage = options.footage
    if not footage.is_dir():
        print(f"LEFT OUT: real clips and pixels; {footage} is not here")
        parts = [part for part in parts if part == "scenes"]
    if "footage" in parts:
        result["footage"] = footage_rows(clips(footage, EVENT_CLIPS))
        show("Real clips: events found", result["footage"])
    if "pixels" in parts:
        result["pixels"] = pixel_rows(clips(footage, PIXEL_CLIPS))
        show("Pixels against CDnet's truth", result["pixels"])
    if "scenes" in parts:
        result["scenes"] = scenes.rows(options.scene)
        show("Rendered scenes", result["scenes"])
        result["totals"] = scenes.totals(result["scenes"])
        show("Rendered scenes, together", result["totals"])
    save(options.json, result)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench motion", description=__doc__)
    shared = Path(os.environ.get("NEIGHBORCAM_SHARED", CHECKOUT.parent / "shared"))
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    parser.add_argument("--footage", type=Path, default=shared / "footage")
    parser.add_argument("--only", choices=["footage", "pixels", "scenes"], nargs="+")
    parser.add_argument("--scene", nargs="+", help="only these rendered scenes")
    return parser.parse_args()


def footage_rows(annotated: list[Clip]) -> list[Row]:
    """Return one row for each clip and method."""
    rows: list[Row] = []
    for clip in annotated:
        spans = detected(clip.video)
        rows.append(_row(clip, OURS, score(spans, clip.events, length_s=clip.length_s)))
        others = [method for method in alarm_methods() if method.name != OURS]
        rows += [_row(clip, each.name, _alarms(clip, each)) for each in others]
    return rows


def pixel_rows(judged: list[Clip]) -> list[Row]:
    """Return one row for each clip and method."""
    return [
        {
            "clip": clip.name,
            "method": name,
            "precision": round(count.precision, 3),
            "recall": round(count.recall, 3),
            "F": round(count.f_measure, 3),
        }
        for clip in judged
        for name, count in pixels.compare(clip).items()
    ]


def detected(video: Path) -> list[Span]:
    """Return the episodes that `neighborcam detect` finds in a file."""
    config = CameraConfig(id="file", name=video.name, main_url=str(video))
    return [
        (line.start_s, line.end_s)
        for line in FileDetection(video, config).run()
        if isinstance(line, DetectedEpisode)
    ]


def _alarms(clip: Clip, method: Method) -> Score:
    alarms = [
        at_s
        for bgr, at_s in frames(clip, rate_hz=RATE_HZ)
        if method.step(bgr, at_s).alarm
    ]
    return score(episodes(alarms), clip.events, length_s=clip.length_s, alarms=alarms)


def _row(clip: Clip, method: str, result: Score) -> Row:
    return {
        "clip": clip.name,
        "method": method,
        "events": result.events,
        "found": result.found,
        "of their own": result.distinct,
        "false episodes": result.false_episodes,
        "alarm s": result.alarm_s,
        "event-free s": result.free_s,
    }


if __name__ == "__main__":
    sys.exit(main())
