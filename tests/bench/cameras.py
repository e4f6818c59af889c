"""script/bench cameras: sixteen cameras on one engine, faults, and kill -9.

The fake cameras and the engine run as processes of their own, the engine as an owner
runs it. Losses are read off the recorded files: the pictures that the cameras play are
known one by one. First nothing disturbs; then one camera at a time
misbehaves, and the others must not lose a picture; then the engine is killed again and
again, and the data folder must be mended each time with nothing lost but the end.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import psutil

from demo import run as demo_run
from tests.bench.losses import (
    Picture,
    Span,
    count,
    last_instants,
    lost,
    numbered,
    recordings,
)
from tests.bench.processes import (
    EngineProcess,
    FakeCameras,
    fake_cameras,
    neighborcam,
)
from tests.bench.table import Row, save, show

SETTLE_S: Final = 5.0
FAULT_S: Final = 30.0  # how long a fault that stays does stay
RECOVERY_S: Final = 150.0
ONCE: Final = "kill"
FAULTS: Final[Mapping[str, tuple[str, ...]]] = {
    "kill": (ONCE,),
    "stall": ("stall",),
    "refuse": ("refuse", ONCE),
    "corrupt": ("corrupt",),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Steady:
    """What was seen while nothing disturbed."""

    span: Span
    sent: int
    received: int
    lost: int
    cores: float
    cameras_cores: float
    rss_mb: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What one fault did. ``noticed_s`` is None when the camera stayed live."""

    name: str
    camera: str
    span: Span
    state: str
    noticed_s: float | None
    recovery_s: float


def main() -> int:
    """Measure, print; the status is 1 when a picture was lost that must not be."""
    options = _options()
    with (
        _data_folder(options.data) as data,
        fake_cameras(_clips(), 2 * options.cameras) as fakes,
    ):
        engine = _engine(data)
        with engine:
            _add_cameras(engine, fakes, options)
            steady = _steady(engine, fakes, options.minutes * 60)
            faults = [_fault(engine, fakes, name) for name in FAULTS]
        clean = neighborcam("check", str(data)).returncode == 0
        recorded = recordings(data, numbered(_clips()[::2]))
        kills = _kills(engine, data, options.kills)
    rows = {
        "steady": _steady_rows(steady, recorded, clean=clean),
        "faults": [_fault_row(fault, recorded) for fault in faults],
        "kills": kills,
    }
    show(f"{options.cameras} cameras, {options.minutes:g} min", rows["steady"])
    show("One camera at a time misbehaves", rows["faults"])
    show(f"kill -9, {options.kills} times", rows["kills"])
    save(options.json, rows)
    return (
        1
        if any("NO" in row.values() for table in rows.values() for row in table)
        else 0
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench cameras", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    parser.add_argument("--minutes", type=float, default=10.0, help="undisturbed")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--cameras", type=int, default=16)
    parser.add_argument("--one-stream", action="store_true", help="without sub streams")
    parser.add_argument("--data", type=Path, help="an empty folder, kept afterwards")
    return parser.parse_args()


@contextmanager
def _data_folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="neighborcam-bench-") as folder:
        yield Path(folder, "data")


def _clips() -> list[Path]:
    """Return main and sub stream of each of the demo's scenes, rendered once."""
    return [
        path
        for camera in demo_run._rendered()
        for path in (camera.main, camera.sub)
        if path is not None
    ]


def _engine(data: Path) -> EngineProcess:
    made = neighborcam("token", "--data", str(data), "--scope", "admin")
    if made.returncode:
        raise RuntimeError(made.stderr)
    return EngineProcess(
        data=data, token=made.stdout.strip(), log=data.with_name("engine.log")
    )


def _add_cameras(
    engine: EngineProcess, fakes: FakeCameras, options: argparse.Namespace
) -> None:
    for number in range(options.cameras):
        wish = {
            "id": _name(number),
            "name": f"Camera {number}",
            "main_url": fakes.urls[2 * number],
        }
        if not options.one_stream:
            wish["sub_url"] = fakes.urls[2 * number + 1]
        engine.ask("POST", "/api/cameras", wish)
    engine.wait_until_live()
    time.sleep(SETTLE_S)


def _name(number: int) -> str:
    return f"cam-{number:02}"


def _steady(engine: EngineProcess, fakes: FakeCameras, seconds: float) -> Steady:
    """Watch for a while; sent and received are counted by either end."""
    sent, received, late = _counts(engine, fakes)
    began, memory = time.time(), [_rss_mb(engine.process)]
    busy, cameras_busy = _cpu_s(engine.process), _cpu_s(fakes.process)
    while time.time() < began + seconds:
        time.sleep(1.0)
        memory.append(_rss_mb(engine.process))
    watched_s = time.time() - began
    cores = (_cpu_s(engine.process) - busy) / watched_s
    cameras_cores = (_cpu_s(fakes.process) - cameras_busy) / watched_s
    sent_after, received_after, late_after = _counts(engine, fakes)
    return Steady(
        span=(began, time.time()),
        sent=sum(sent_after) - sum(sent),
        received=sum(received_after) - sum(received),
        lost=sum(
            max(0, after - before)
            for before, after in zip(late, late_after, strict=True)
        ),
        cores=cores,
        cameras_cores=cameras_cores,
        rss_mb=tuple(memory),
    )


def _counts(
    engine: EngineProcess, fakes: FakeCameras
) -> tuple[list[int], list[int], list[int]]:
    """Return pictures sent and received by each camera, and by how many they differ.

    The counters are read one after the other while pictures travel, so the
    difference is the least of many readings; it grows only by pictures that got lost.
    """
    late: list[list[int]] = []
    for _ in range(20):
        received = [view["statistics"]["frames"] for view in engine.cameras()]
        sent = fakes.pictures()[: 2 * len(received) : 2]
        late.append([s - r for s, r in zip(sent, received, strict=True)])
        time.sleep(0.037)  # not in step with the pictures
    return sent, received, [min(each) for each in zip(*late, strict=True)]


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _rss_mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


def _fault(engine: EngineProcess, fakes: FakeCameras, name: str) -> Fault:
    """Let one camera misbehave, then behave; wait until its pictures come again."""
    number = list(FAULTS).index(name)
    began = time.time()
    for mode in FAULTS[name]:
        _apply(fakes, number, mode)
    noticed, state = None, "live"
    stays = FAULTS[name] != (ONCE,)
    while time.time() < began + (FAULT_S if stays else 1.0):
        view = engine.cameras()[number]
        if view["state"] != "live":
            noticed, state = noticed or time.time() - began, view["state"]
        time.sleep(0.05)
    mended = began
    if stays:
        mended = time.time()
        _apply(fakes, number, "ok")
    ended = _wait(
        lambda: _is_back(engine, number, mended + (0.0 if stays else 0.2)), RECOVERY_S
    )
    return Fault(
        name=name,
        camera=_name(number),
        span=(began, ended),
        state=state,
        noticed_s=noticed,
        recovery_s=ended - mended,
    )


def _apply(fakes: FakeCameras, number: int, mode: str) -> None:
    for stream in (2 * number, 2 * number + 1):
        fakes.fault(f"cam{stream}", mode)


def _is_back(engine: EngineProcess, number: int, since: float) -> bool:
    view = engine.cameras()[number]
    at = view["statistics"]["last_frame_at"]
    seen = at is not None and datetime.fromisoformat(at).timestamp() > since
    return view["state"] == "live" and seen


def _wait(is_so: Callable[[], bool], patience_s: float) -> float:
    until = time.time() + patience_s
    while not is_so():
        if time.time() > until:
            return float("inf")
        time.sleep(0.05)
    return time.time()


def _kills(engine: EngineProcess, data: Path, times: int) -> list[Row]:
    """Kill the engine again and again; return what each camera lost at the end."""
    dice = random.Random(1)  # noqa: S311 - the same moments in every run
    tails: list[float] = []
    mended = clean = 0
    for number in range(times):
        print(f"kill {number + 1} of {times}", flush=True)
        with engine:
            engine.wait_until_live()
            time.sleep(dice.uniform(2.0, 6.0))
            killed = engine.kill()
        mended += neighborcam("check", str(data), "--repair").returncode == 0
        clean += neighborcam("check", str(data)).returncode == 0
        tails += [killed - end for end in last_instants(data).values()]
    if not tails:
        return []
    return [
        {
            "kills": times,
            "mended": mended,
            "clean": clean,
            "all clean": _met(mended == clean == times),
            "lost at the end, s: median": round(statistics.median(tails), 2),
            "95 %": round(sorted(tails)[int(len(tails) * 0.95)], 2),
            "most": round(max(tails), 2),
        }
    ]


def _steady_rows(
    steady: Steady, recorded: Mapping[str, Sequence[Picture]], *, clean: bool
) -> list[Row]:
    kept = sum(count(each, steady.span) for each in recorded.values())
    gone = sum(lost(each, steady.span) for each in recorded.values())
    memory = steady.rss_mb
    values: list[tuple[str, str | int | float]] = [
        ("pictures sent", steady.sent),
        ("received", steady.received),
        ("lost on the way", steady.lost),
        ("recorded", kept),
        ("missing in recordings", gone),
        ("none lost", _met(steady.lost == gone == 0)),
        ("engine, CPU cores", round(steady.cores, 2)),
        ("fake cameras, CPU cores", round(steady.cameras_cores, 2)),
        ("RSS at the start, MB", round(memory[0])),
        ("RSS at the end, MB", round(memory[-1])),
        ("RSS at most, MB", round(max(memory))),
        ("check is clean afterwards", _met(clean)),
    ]
    return [{"what": what, "value": value} for what, value in values]


def _fault_row(fault: Fault, recorded: Mapping[str, Sequence[Picture]]) -> Row:
    others: Sequence[Sequence[Picture]] = [
        each for name, each in recorded.items() if name != fault.camera
    ]
    missing = sum(lost(each, fault.span) for each in others)
    return {
        "fault": fault.name,
        "state": fault.state,
        "noticed after, s": "-"
        if fault.noticed_s is None
        else f"{fault.noticed_s:.1f}",
        "live again after, s": f"{fault.recovery_s:.1f}",
        "lost by the others": missing,
        "none lost": _met(missing == 0),
    }


def _met(good: bool) -> str:  # noqa: FBT001 - a cell of a table
    return "yes" if good else "NO"


if __name__ == "__main__":
    sys.exit(main())
