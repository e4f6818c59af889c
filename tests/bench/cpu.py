"""script/bench cpu: CPU seconds for a minute of video, step by step.

Every step runs in a process of its own on the same rendered clip: a main stream of
1080p15 H.264 and its sub stream of 640 × 360, key frames every two seconds. Rounds are
interleaved, so a busy moment of the machine meets all steps alike; the median counts.
Start-up and imports do not. ``--live`` reads the same clips over RTSP in real time,
the server in a process of its own. "Ours" records as the product does, with fsync,
except eco, which stands beside decoding key frames alone.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from demo.render import render_sizes
from demo.scenes import SCENES
from tests.bench.cpu_steps import STEPS
from tests.bench.table import Row, save, show

MAIN: Final = (1920, 1080)
SUB: Final = (640, 360)
FPS: Final = 15.0
REFERENCE: Final = "full decode + MOG2"
KEYS: Final = "key frames only"
LIVE: Final = (
    "demux",
    "remux to fMP4",
    REFERENCE,
    "ours, recording only",
    "ours, two streams",
    "ours, one stream",
)
TARGETS: Final = {
    ("ours, two streams", REFERENCE): 0.12,
    ("ours, one stream", REFERENCE): 0.7,
    ("ours, eco on main", KEYS): 1.3,
}

type Spent = dict[str, list[float]]


def main() -> int:
    """Measure, print, compare with the targets."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        files = {Path(folder, "main.mp4"): MAIN, Path(folder, "sub.mp4"): SUB}
        print(f"rendering {options.scene}, {options.seconds:g} s …")
        scene = SCENES[options.scene]
        render_sizes(scene, files, fps=FPS, duration_s=options.seconds, gop_s=2)
        paths = list(files)
        if options.live:
            with _served(paths) as urls:
                spent = _rounds(LIVE, urls, options.rounds, options.seconds)
        else:
            spent = _rounds(tuple(STEPS), [str(p) for p in paths], options.rounds, 0)
    rows = _rows(spent, options.seconds)
    where = "live RTSP" if options.live else "files"
    show(f"CPU seconds per minute of video ({where})", rows)
    goals = _goals(rows)
    show("Targets", goals)
    save(options.json, {"cpu": rows, "targets": goals})
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench cpu", description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0, help="of video")
    parser.add_argument("--scene", default="street", choices=sorted(SCENES))
    parser.add_argument("--live", action="store_true", help="over RTSP, in real time")
    return parser.parse_args()


def _rounds(
    steps: Sequence[str], urls: Sequence[str], rounds: int, seconds: float
) -> Spent:
    spent: Spent = {step: [] for step in steps}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", flush=True)
        for step in steps:
            spent[step].append(_measure(step, urls, seconds))
    return spent


def _measure(step: str, urls: Sequence[str], seconds: float) -> float:
    command = [sys.executable, "-m", "tests.bench.cpu_steps", step, *urls, str(seconds)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.split()[-1])


@contextmanager
def _served(paths: Sequence[Path]) -> Iterator[list[str]]:
    """Serve the clips as RTSP cameras from another process; yield their addresses."""
    command = [sys.executable, "-m", "demo.rtsp_server", *map(str, paths)]
    command += ["--port", "0", "--control", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield [server.stdout.readline().strip() for _ in paths]
    finally:
        server.terminate()
        server.wait()


def _rows(spent: Spent, seconds: float) -> list[Row]:
    minute = {step: statistics.median(s) * 60 / seconds for step, s in spent.items()}
    return [
        {
            "step": step,
            "s / min": round(value, 3),
            "least": round(min(spent[step]) * 60 / seconds, 3),
            "most": round(max(spent[step]) * 60 / seconds, 3),
            f"of {REFERENCE}": round(value / minute[REFERENCE], 3),
        }
        for step, value in minute.items()
    ]


def _goals(rows: Sequence[Row]) -> list[Row]:
    minute = {str(row["step"]): float(row["s / min"]) for row in rows}
    return [
        {
            "what": f"{step} / {base}",
            "ratio": round(minute[step] / minute[base], 3),
            "target": goal,
            "met": "yes" if minute[step] <= goal * minute[base] else "NO",
        }
        for (step, base), goal in TARGETS.items()
        if step in minute and base in minute
    ]


if __name__ == "__main__":
    sys.exit(main())
