"""When is recorded, and for how long: Frigate's retention, since version 0.12."""

from dataclasses import dataclass
from typing import Final

from neighborcam.engine.config import RecordingMode
from neighborcam.engine.frigate.reading import Section
from neighborcam.engine.frigate.report import Report
from neighborcam.engine.moving import Fate

_ALERTS: Final = (
    "record.alerts.retain.days",
    "record.detections.retain.days",
    "record.events.retain.default",
)
_MOTION: Final = ("record.motion.days",)
_ALL: Final = ("record.continuous.days",)
_DEFAULT_DAYS: Final = 10.0  # Frigate's, of alerts
_LONGEST_S: Final = 120.0
_PRE_ROLL_S, _POST_ROLL_S = 5.0, 5.0
_SILENT: Final = frozenset({"preset-record-generic", "preset-record-mjpeg"})


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """What is kept of a camera."""

    mode: RecordingMode
    days: float
    pre_roll_s: float
    post_roll_s: float
    audio: bool


def keeping(camera: Section, report: Report) -> Keeping:
    """Return what is kept; a line says where two of Frigate's numbers become one."""
    always, moving = _always(camera), _moving(camera)
    if not camera.truth("record.enabled", default=False):
        mode, days = RecordingMode.OFF, moving
    elif always:
        mode, days = RecordingMode.CONTINUOUS, always
        if moving > always:
            report.add(
                f"{camera.name}.record",
                Fate.CHANGED,
                f"alerts were kept {moving:g} days and the rest {always:g}: all is kept"
                f" {always:g} days here; hold an episode to keep it longer",
            )
    else:
        mode, days = RecordingMode.EPISODES, moving
        report.add(
            f"{camera.name}.record",
            Fate.CHANGED,
            f"recorded around episodes, kept {moving:g} days",
        )
    return Keeping(
        mode=mode,
        days=days,
        pre_roll_s=_seconds(camera, "pre_capture", _PRE_ROLL_S),
        post_roll_s=_seconds(camera, "post_capture", _POST_ROLL_S),
        audio=_has_audio(camera),
    )


def _always(camera: Section) -> float:
    """Return for how many days all was kept, 0 if it was not."""
    days = max((camera.number(path) or 0 for path in _ALL), default=0)
    # Until 0.16: retain.days with a mode.
    old = camera.number("record.retain.days") or 0
    is_all = camera["record.retain.mode"] in {None, "all"}
    return max(days, old if is_all else 0)


def _moving(camera: Section) -> float:
    """Return for how many days what moved was kept."""
    found = [camera.number(path) for path in (*_ALERTS, *_MOTION)]
    if camera["record.retain.mode"] not in {None, "all"}:
        found.append(camera.number("record.retain.days"))
    return max((days for days in found if days), default=_DEFAULT_DAYS)


def _seconds(camera: Section, name: str, default: float) -> float:
    said = [
        camera.number(f"record.{part}.{name}")
        for part in ("alerts", "detections", "events")
    ]
    longest = max((each for each in said if each is not None), default=default)
    return min(max(longest, 0.0), _LONGEST_S)


def _has_audio(camera: Section) -> bool:
    """Tell whether sound was recorded: what was silent must not become audible."""
    said = camera["ffmpeg.output_args.record"]
    words = said.split() if isinstance(said, str) else said or ()
    return not _SILENT & set(words) and "-an" not in words
