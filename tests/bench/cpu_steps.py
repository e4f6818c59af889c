"""One step of work on a file or a live stream, in a process of its own.

``python -m tests.bench.cpu_steps STEP MAIN SUB SECONDS`` prints the CPU seconds that
the step took, without start-up and imports. ``SECONDS`` 0 reads files to their end;
otherwise the addresses are live and are read for so long.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from neighborcam.engine.camera.packet import MediaPacket, PacketSink
from neighborcam.engine.camera.source import open_source
from neighborcam.engine.config import CameraConfig, Gate
from neighborcam.engine.errors import CameraEnded
from neighborcam.engine.facts import EpisodeId
from neighborcam.engine.index.store import Index
from neighborcam.engine.motion.gate import EcoGate, WholeGate
from neighborcam.engine.motion.pipeline import MotionPipeline
from neighborcam.engine.recording.recorder import Recorder

SMALL: Final = (320, 180)
_FRAGMENTED: Final = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof",
    "frag_duration": "1000000",
}


class Work:
    """What to read, and for how long."""

    def __init__(self, main: str, sub: str, seconds: float) -> None:
        self.main, self.sub = main, sub
        self._seconds = seconds

    def goes_on(self, began: float) -> bool:
        """Tell whether there is time left; files have no end of time."""
        return not self._seconds or time.monotonic() - began < self._seconds

    def open(self) -> InputContainer:
        """Open the main stream with PyAV alone."""
        live = {"rtsp_transport": "tcp"} if self._seconds else {}
        return av.open(self.main, options=live)

    def packets(self, container: InputContainer) -> Iterator[Packet[VideoStream]]:
        """Yield the main stream's video packets."""
        began = time.monotonic()
        for packet in container.demux(container.streams.video[0]):
            if packet.dts is not None:
                yield packet
            if not self.goes_on(began):
                return

    def feed(self, url: str, *sinks: PacketSink) -> None:
        """Read one stream with the engine's source into sinks."""
        began = time.monotonic()
        with open_source(url, audio=False) as source:
            current = None
            try:
                for packet in source:
                    if source.format is not current:
                        current = source.format
                        _each(sinks, lambda sink, f=current: sink.opened(f))  # type: ignore[misc]
                    _offer(sinks, packet)
                    if not self.goes_on(began):
                        break
            except CameraEnded:
                pass
        _each(sinks, lambda sink: sink.closed())


def _each(sinks: tuple[PacketSink, ...], call: Callable[[PacketSink], None]) -> None:
    for sink in sinks:
        call(sink)


def _offer(sinks: tuple[PacketSink, ...], packet: MediaPacket) -> None:
    for sink in sinks:
        sink.packet(packet)


def demux(work: Work) -> None:
    """Read packets and do nothing with them."""
    with work.open() as container:
        for _ in work.packets(container):
            pass


def remux(work: Work) -> None:
    """Copy packets into fragmented MP4 with PyAV alone."""
    with (
        tempfile.TemporaryDirectory() as folder,
        work.open() as container,
        av.open(f"{folder}/copy.mp4", "w", options=_FRAGMENTED) as copy,
    ):
        stream = copy.add_stream_from_template(container.streams.video[0])
        for packet in work.packets(container):
            packet.stream = stream
            copy.mux(packet)


def _decode(work: Work, *, keys_only: bool = False) -> Iterator[av.VideoFrame]:
    with work.open() as container:
        context = container.streams.video[0].codec_context
        context.thread_count = 1
        if keys_only:
            context.skip_frame = "NONKEY"
        for packet in work.packets(container):
            yield from packet.decode()


def keys(work: Work) -> None:
    """Decode key frames only."""
    for _ in _decode(work, keys_only=True):
        pass


def full(work: Work) -> None:
    """Decode everything, one thread."""
    for _ in _decode(work):
        pass


def full_mog2(work: Work) -> None:
    """Decode everything, and give every frame to MOG2 at 320 × 180."""
    model = cv2.createBackgroundSubtractorMOG2()
    for frame in _decode(work):
        grey = frame.reformat(*SMALL, format="gray").to_ndarray()
        model.apply(np.asarray(grey, np.uint8))


def _pipeline(config: CameraConfig) -> MotionPipeline:
    return MotionPipeline(config, lambda _fact: None, lambda _at: EpisodeId("bench"))


def _config(gate: Gate = Gate.AUTO) -> CameraConfig:
    return CameraConfig(id="bench", name="Bench", main_url="bench", gate=gate)


def _recording(work: Work, run: Callable[[Recorder], None]) -> None:
    """Run with the engine's recorder as it is in the product, fsync and all."""
    del work
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with Index.open(data) as index:
            config = _config()
            index.put_camera(config)
            # Files are read far faster than a camera sends: the queue must not drop.
            recorder = Recorder(
                config,
                index,
                data / "media",
                lambda _fact: None,
                lambda: datetime.now(UTC),
                max_queued_bytes=1 << 32,
            )
            recorder.start()
            try:
                run(recorder)
            finally:
                recorder.stop()


def ours_two(work: Work) -> None:
    """Record the main stream, and detect on the sub stream."""

    def run(recorder: Recorder) -> None:
        gate = WholeGate(_pipeline(_config()))
        beside = threading.Thread(target=work.feed, args=(work.sub, gate))
        beside.start()
        work.feed(work.main, recorder)
        beside.join()

    _recording(work, run)


def ours_one(work: Work) -> None:
    """Record the main stream, and detect on it."""
    gate = WholeGate(_pipeline(_config()))
    _recording(work, lambda recorder: work.feed(work.main, recorder, gate))


def ours_record(work: Work) -> None:
    """Record the main stream, and nothing else."""
    _recording(work, lambda recorder: work.feed(work.main, recorder))


def eco_main(work: Work) -> None:
    """Detect on the main stream's key frames, without recording."""
    work.feed(work.main, EcoGate(_pipeline(_config(Gate.ECO))))


def eco_sub(work: Work) -> None:
    """Detect on the sub stream's key frames, without recording."""
    work.feed(work.sub, EcoGate(_pipeline(_config(Gate.ECO))))


STEPS: Final[dict[str, Callable[[Work], None]]] = {
    "demux": demux,
    "remux to fMP4": remux,
    "key frames only": keys,
    "full decode": full,
    "full decode + MOG2": full_mog2,
    "ours, two streams": ours_two,
    "ours, one stream": ours_one,
    "ours, recording only": ours_record,
    "ours, eco on main": eco_main,
    "ours, eco on sub": eco_sub,
}


def main(arguments: list[str]) -> int:
    """Do one step; print its CPU seconds."""
    name, main_url, sub_url, seconds = arguments
    cv2.setNumThreads(1)
    work = Work(main_url, sub_url, float(seconds))
    before = time.process_time()
    STEPS[name](work)
    spent = time.process_time() - before
    print(spent)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
