"""Gates on real packets: what they decode, and what they find in it."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from demo.render import Audio, render
from demo.scene_spec import Actor, SceneSpec
from neighborcam.engine.camera.decode import LumaFrame
from neighborcam.engine.camera.packet import MediaKind, MediaPacket, StreamFormat
from neighborcam.engine.camera.source import open_source
from neighborcam.engine.config import CameraConfig
from neighborcam.engine.errors import CameraEnded
from neighborcam.engine.facts import (
    EngineFact,
    EpisodeId,
    MotionEnded,
    MotionStarted,
)
from neighborcam.engine.motion.detector import Detector
from neighborcam.engine.motion.gate import EcoGate, GateSlot, MotionGate, WholeGate
from neighborcam.engine.motion.pipeline import MotionPipeline

CONFIG = CameraConfig(id="yard", name="Yard", main_url="rtsp://yard/")
SECONDS, ENTERS_S, LEAVES_S = 16.0, 6.0, 12.0
FPS = 10
PASSER_BY = Actor(
    kind="person",
    enters_s=ENTERS_S,
    duration_s=LEAVES_S - ENTERS_S,
    start=(-0.08, 0.84),
    end=(1.08, 0.84),
)


class Clip:
    """A file as a camera would send it, all at once."""

    def __init__(self, path: Path) -> None:
        self.packets: list[MediaPacket] = []
        with open_source(str(path)) as source:
            self.format: StreamFormat = source.format
            with contextlib.suppress(CameraEnded):
                self.packets.extend(source)
        self.began = self.packets[0].wall

    def into(
        self, gate: MotionGate | GateSlot, packets: Iterable[MediaPacket] | None = None
    ) -> None:
        """Give ``packets`` (None: all) to a gate that hears of the format first."""
        gate.opened(self.format)
        for packet in self.packets if packets is None else packets:
            gate.packet(packet)

    def before(self, seconds: float) -> list[MediaPacket]:
        """Return the packets of the first seconds."""
        return [each for each in self.packets if self.at_s(each.wall) < seconds]

    def at_s(self, at: datetime) -> float:
        """Return seconds from the first packet."""
        return (at - self.began).total_seconds()


class Watch:
    """A pipeline, what it told, and which frames it was given."""

    def __init__(self) -> None:
        self.facts: list[EngineFact] = []
        self.frames: list[datetime] = []
        ids = iter(range(1000))
        self.pipeline = MotionPipeline(
            CONFIG,
            self.facts.append,
            lambda _at: EpisodeId(str(next(ids))),
            watch=self._see,
        )

    def _see(self, frame: LumaFrame, _detector: Detector) -> None:
        self.frames.append(frame.wall)

    @property
    def starts(self) -> list[datetime]:
        """When episodes began."""
        return [each.at for each in self.facts if isinstance(each, MotionStarted)]

    @property
    def ends(self) -> list[datetime]:
        """When episodes ended."""
        return [each.at for each in self.facts if isinstance(each, MotionEnded)]


def clip_of(folder: Path, *actors: Actor, audio: Audio | None = None) -> Clip:
    spec = SceneSpec(name="gate", duration_s=SECONDS, seed=5, actors=actors)
    path = folder / "clip.mp4"
    render(spec, path, size=(320, 180), fps=FPS, gop_s=1.0, audio=audio)
    return Clip(path)


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Somebody passes by, with sound."""
    return clip_of(tmp_path_factory.mktemp("passing"), PASSER_BY, audio="aac")


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Nothing happens."""
    return clip_of(tmp_path_factory.mktemp("quiet"))


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.mark.parametrize("gate_of", [WholeGate, EcoGate])
def test_a_passer_by_is_one_episode(
    gate_of: Callable[[MotionPipeline], MotionGate], passing: Clip, watch: Watch
) -> None:
    gate = gate_of(watch.pipeline)
    passing.into(gate)
    gate.closed()
    (start,), (end,) = watch.starts, watch.ends
    assert passing.at_s(start) == pytest.approx(ENTERS_S, abs=1)
    assert passing.at_s(end) == pytest.approx(LEAVES_S, abs=1.5)


def test_the_whole_gate_looks_five_times_a_second(quiet: Clip, watch: Watch) -> None:
    gate = WholeGate(watch.pipeline)
    quiet.into(gate)
    gate.closed()
    assert len(watch.frames) == pytest.approx(5 * SECONDS, abs=2)
    assert not watch.facts


def test_the_eco_gate_looks_at_key_frames_of_a_quiet_view(
    quiet: Clip, watch: Watch
) -> None:
    quiet.into(EcoGate(watch.pipeline))
    keys = [each.wall for each in quiet.packets if each.is_key]
    assert watch.frames == keys
    assert not watch.facts


def test_the_eco_gate_decodes_while_the_camera_says_that_something_moves(
    quiet: Clip, watch: Watch
) -> None:
    gate = EcoGate(watch.pipeline)
    gate.opened(quiet.format)
    for packet in quiet.packets:
        if quiet.at_s(packet.wall) == 4.0:
            gate.hint(active=True)
        if quiet.at_s(packet.wall) == 8.0:
            gate.hint(active=False)
        gate.packet(packet)
    seconds = [quiet.at_s(at) for at in watch.frames]
    assert sum(4 <= at < 8 for at in seconds) >= 4 * 5
    assert sum(at < 3 for at in seconds) == 3
    assert sum(at >= 10 for at in seconds) == SECONDS - 10


def test_the_eco_gate_hears_of_what_a_hint_was_right_about(
    passing: Clip, watch: Watch
) -> None:
    gate = EcoGate(watch.pipeline)
    gate.hint(active=True)
    passing.into(gate)
    gate.closed()
    assert len(watch.starts) == len(watch.ends) == 1


def test_a_hint_to_the_whole_gate_changes_nothing(quiet: Clip, watch: Watch) -> None:
    gate = WholeGate(watch.pipeline)
    gate.hint(active=True)
    quiet.into(gate)
    assert len(watch.frames) <= 5 * SECONDS + 1


@pytest.mark.parametrize("gate_of", [WholeGate, EcoGate])
def test_a_lost_connection_ends_what_is_open(
    gate_of: Callable[[MotionPipeline], MotionGate], passing: Clip, watch: Watch
) -> None:
    gate = gate_of(watch.pipeline)
    passing.into(gate, passing.before(10.0))
    assert len(watch.starts) == 1
    assert not watch.ends
    gate.closed()
    assert len(watch.ends) == 1
    assert watch.ends[0] < passing.began + timedelta(seconds=10)


def test_what_waits_for_its_burst_is_decoded_before_the_format_changes(
    quiet: Clip, watch: Watch
) -> None:
    gate = WholeGate(watch.pipeline)
    quiet.into(gate, quiet.before(0.5))
    assert not watch.frames
    gate.opened(quiet.format)
    assert len(watch.frames) == 3


def broken(packet: MediaPacket) -> MediaPacket:
    """Return the packet with its second half overwritten, as if lost on the way."""
    half = len(packet.data) // 2
    return replace(packet, data=packet.data[:half] + bytes(len(packet.data) - half))


def damaged(clip: Clip) -> list[MediaPacket]:
    """Return the packets of a quiet clip; every second is bad in the second half."""
    return [
        broken(each) if clip.at_s(each.wall) > 8 and number % 2 else each
        for number, each in enumerate(clip.packets)
    ]


@pytest.mark.parametrize("gate_of", [WholeGate, EcoGate])
def test_damaged_pictures_are_no_motion(
    gate_of: Callable[[MotionPipeline], MotionGate], quiet: Clip, watch: Watch
) -> None:
    gate = gate_of(watch.pipeline)
    quiet.into(gate, damaged(quiet))
    gate.closed()
    assert not watch.starts


def test_pictures_are_whole_again_after_damage(passing: Clip, watch: Watch) -> None:
    torn = [
        broken(each) if 2 < passing.at_s(each.wall) < 2.5 else each
        for each in passing.packets
    ]
    gate = WholeGate(watch.pipeline)
    passing.into(gate, torn)
    gate.closed()
    assert len(watch.starts) == 1


def test_a_damaged_key_frame_tells_nothing_and_ends_nothing(
    passing: Clip, watch: Watch
) -> None:
    dark = np.zeros((180, 320), np.uint8)
    passing.into(WholeGate(watch.pipeline), passing.before(9.5))
    told = list(watch.facts)
    damaged_frame = LumaFrame(
        luma=dark,
        wall=passing.began + timedelta(seconds=20),
        pts=20 * 90_000,
        corrupt=True,
        saturation=None,
    )
    assert watch.pipeline.glance([damaged_frame]) is True
    assert watch.pipeline.take([damaged_frame]) is False
    assert watch.facts == told


class Noted(MotionGate):
    """A gate that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.first: MediaPacket | None = None

    def opened(self, stream_format: StreamFormat) -> None:
        """Note it."""
        self.told.append(f"opened {stream_format.video.codec}")

    def packet(self, packet: MediaPacket) -> None:
        """Note the first."""
        self.first = self.first or packet

    def closed(self) -> None:
        """Note it."""
        self.told.append("closed")

    def hint(self, *, active: bool) -> None:
        """Note it."""
        self.told.append(f"hint {active}")


def test_a_gate_is_changed_at_the_next_key_frame_of_video(passing: Clip) -> None:
    old, new = Noted(), Noted()
    slot = GateSlot(old)
    passing.into(slot, passing.before(1.5))
    slot.replace(new)
    rest = passing.packets[len(passing.before(1.5)) :]
    assert rest[0].kind is MediaKind.AUDIO or not rest[0].is_key
    for packet in rest:
        slot.packet(packet)
    assert old.told == ["opened h264", "closed"]
    assert new.told == ["opened h264"]
    assert new.first is not None
    assert new.first.kind is MediaKind.VIDEO
    assert passing.at_s(new.first.wall) == 2.0


def test_changing_the_gate_ends_what_the_old_one_saw(
    passing: Clip, watch: Watch
) -> None:
    slot = GateSlot(WholeGate(watch.pipeline))
    passing.into(slot, passing.before(9.5))
    assert not watch.ends
    slot.replace(None)
    for packet in passing.packets[len(passing.before(9.5)) :]:
        slot.packet(packet)
    slot.closed()
    assert len(watch.ends) == 1
    assert max(watch.frames) < passing.began + timedelta(seconds=10)


def test_a_slot_without_a_gate_takes_everything_and_can_be_given_one(
    passing: Clip, watch: Watch
) -> None:
    slot = GateSlot(None)
    passing.into(slot, passing.before(2.5))
    slot.hint(active=True)
    slot.replace(WholeGate(watch.pipeline))
    for packet in passing.packets[len(passing.before(2.5)) :]:
        slot.packet(packet)
    slot.closed()
    assert passing.at_s(watch.frames[0]) == 3.0
    assert len(watch.starts) == len(watch.ends) == 1


def test_a_slot_passes_hints_on(passing: Clip) -> None:
    gate = Noted()
    slot = GateSlot(gate)
    passing.into(slot, passing.packets[:1])
    slot.hint(active=True)
    slot.hint(active=False)
    slot.closed()
    assert gate.told == ["opened h264", "hint True", "hint False", "closed"]
