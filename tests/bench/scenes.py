"""Rendered scenes, one nuisance each, with exact truth: what raises a false alarm.

Each scene is encoded as a camera's sub stream would be (640 × 360, H.264, key frame
every two seconds) and decoded again, so that no method sees cleaner pictures than a
camera gives. All methods get the same frames, five a second.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from demo.render import render
from demo.scenes import BENCHMARK, SCENES
from tests.bench.footage import Clip, frames
from tests.bench.intervals import Score, episodes, score
from tests.bench.methods import Method, alarm_methods
from tests.bench.table import Row

SIZE: Final = (640, 360)
FPS: Final = 15.0
RATE_HZ: Final = 5.0
WARM_UP_S: Final = 6.0  # scenes begin quiet; every method may learn so long


def rows(names: Sequence[str] | None = None) -> list[Row]:
    """Return one row for each scene and method."""
    made: list[Row] = []
    for name in names or BENCHMARK:
        with tempfile.TemporaryDirectory() as folder:
            clip = _rendered(name, Path(folder))
            made += [
                _row(name, method.name, _judge(clip, method))
                for method in alarm_methods()
            ]
    return made


def totals(made: Sequence[Row]) -> list[Row]:
    """Return one row for each method: all scenes together."""
    methods = list(dict.fromkeys(str(row["method"]) for row in made))
    return [_total(method, made) for method in methods]


def _rendered(name: str, folder: Path) -> Clip:
    video = folder / f"{name}.mp4"
    spec = SCENES[name]
    truth = render(spec, video, size=SIZE, fps=FPS, duration_s=spec.duration_s, gop_s=2)
    return Clip(
        name=name,
        video=video,
        folder=folder,
        fps=FPS,
        length_s=truth.frame_count / truth.fps,
        events=tuple((event.start_s, event.end_s) for event in truth.events),
    )


def _judge(clip: Clip, method: Method) -> Score:
    alarms = [
        at_s
        for bgr, at_s in frames(clip, rate_hz=RATE_HZ)
        if method.step(bgr, at_s).alarm
    ]
    return score(
        episodes(at_s for at_s in alarms if at_s >= WARM_UP_S),
        clip.events,
        length_s=clip.length_s,
        alarms=alarms,
        begin_s=WARM_UP_S,
    )


def _row(scene: str, method: str, result: Score) -> Row:
    return {
        "scene": scene,
        "method": method,
        "events": result.events,
        "found": result.found,
        "of their own": result.distinct,
        "false episodes": result.false_episodes,
        "alarm s": result.alarm_s,
        "event-free s": result.free_s,
        "alarm %": round(100 * result.alarm_s / max(1, result.free_s), 1),
    }


def _total(method: str, made: Sequence[Row]) -> Row:
    mine = [row for row in made if row["method"] == method]
    counted = ("events", "found", "of their own", "false episodes")
    sums: dict[str, int] = {
        key: sum(int(row[key]) for row in mine)
        for key in (*counted, "alarm s", "event-free s")
    }
    share = round(100 * sums["alarm s"] / max(1, sums["event-free s"]), 1)
    return {"method": method, **sums, "alarm %": share}
