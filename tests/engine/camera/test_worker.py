import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from demo.rtsp_server import Playlist, RtspServer, running_server
from neighborcam.engine.camera.address import Address
from neighborcam.engine.camera.backoff import Backoff
from neighborcam.engine.camera.decode import LumaDecoder
from neighborcam.engine.camera.packet import MediaKind, MediaPacket, StreamFormat
from neighborcam.engine.camera.probe import probe
from neighborcam.engine.camera.ring import PacketRing
from neighborcam.engine.camera.source import open_source
from neighborcam.engine.camera.timeouts import Timeouts
from neighborcam.engine.camera.worker import StreamWorker
from neighborcam.engine.config import Transport
from neighborcam.engine.errors import CameraEnded, CameraStalled, CameraUnreachable
from neighborcam.engine.states import CameraState

type MakeVideo = Callable[..., Path]
QUICK = Timeouts(open_s=3.0, read_s=1.0, key_frame_s=4.0)


class Impatient(Random):
    """Jitter that never waits long."""

    def uniform(self, a: float, b: float) -> float:  # noqa: ARG002 - as in Random
        """Return a moment."""
        return 0.05


class Watcher:
    """A sink and a report that can be waited for."""

    def __init__(self) -> None:
        self.states: list[tuple[CameraState, str]] = []
        self.formats: list[StreamFormat] = []
        self.packets: list[MediaPacket] = []
        self.closings = 0
        self._changed = threading.Condition()

    def report(self, state: CameraState, reason: str) -> None:
        """Take a report of the worker."""
        self._note(lambda: self.states.append((state, reason)))

    def opened(self, stream_format: StreamFormat) -> None:
        """See `PacketSink.opened`."""
        self._note(lambda: self.formats.append(stream_format))

    def packet(self, packet: MediaPacket) -> None:
        """See `PacketSink.packet`."""
        self._note(lambda: self.packets.append(packet))

    def closed(self) -> None:
        """See `PacketSink.closed`."""
        self.closings += 1

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds; it is asked after each change."""
        with self._changed:
            assert self._changed.wait_for(condition, 60), self.states

    def until_state(self, state: CameraState, since: int = 0) -> str:
        """Wait for ``state``; return the reason that was told with it."""
        self.until(lambda: any(told is state for told, _ in self.states[since:]))
        return next(why for told, why in self.states[since:] if told is state)

    def _note(self, change: Callable[[], object]) -> None:
        with self._changed:
            change()
            self._changed.notify_all()


def pictures(watcher: Watcher) -> list[MediaPacket]:
    return [p for p in watcher.packets if p.kind is MediaKind.VIDEO]


@pytest.fixture(scope="module")
def server(make_video: MakeVideo) -> Iterator[RtspServer]:
    cameras: dict[str, Playlist] = {
        "yard": make_video(sound="aac"),
        "many": [make_video(), make_video(width=640, height=480)],
    }
    with running_server(cameras, username="admin", password="p@ss/w:rd") as server:
        yield server


@pytest.fixture
def start() -> Iterator[Callable[..., StreamWorker]]:
    with ExitStack() as stack:

        def run(
            url: str, *sinks: object, watcher: Watcher, **how: object
        ) -> StreamWorker:
            worker = StreamWorker(
                "yard",
                Address(url=url, username="admin", password="p@ss/w:rd"),
                [watcher, *sinks],  # type: ignore[list-item]
                watcher.report,
                timeouts=QUICK,
                random=Impatient(),
                **how,  # type: ignore[arg-type]
            )
            stack.callback(worker.stop)
            worker.start()
            return worker

        yield run


type Start = Callable[..., StreamWorker]


@pytest.mark.parametrize("transport", list(Transport))
def test_a_camera_with_digest_and_an_odd_password_goes_live(
    server: RtspServer, start: Start, transport: Transport
) -> None:
    watcher, ring = Watcher(), PacketRing()
    worker = start(server.url("yard"), ring, watcher=watcher, transport=transport)
    watcher.until(lambda: len(watcher.packets) > 30)
    assert [state for state, _ in watcher.states] == [
        CameraState.CONNECTING,
        CameraState.LIVE,
    ]
    assert watcher.packets[0].is_key
    assert watcher.formats[0].video.width == 320
    assert watcher.formats[0].audio is not None
    assert ring.newest_gop()[1][0].is_key
    assert worker.statistics().packets > 30
    assert worker.stop()
    assert watcher.states[-1] == (CameraState.OFF, "")
    count = len(watcher.packets)
    assert watcher.closings == 1
    assert len(watcher.packets) == count


@pytest.mark.parametrize(
    ("fault", "state", "told"),
    [
        ("stall", CameraState.STALLED, "sends nothing any more"),
        ("kill", CameraState.RECONNECTING, "connecting again"),
        ("hangup", CameraState.RECONNECTING, "connecting again"),
    ],
)
def test_a_live_camera_that_fails_says_how_and_comes_back(
    server: RtspServer, start: Start, fault: str, state: CameraState, told: str
) -> None:
    watcher = Watcher()
    start(server.url("yard"), watcher=watcher)
    watcher.until_state(CameraState.LIVE)
    server.fault("yard", fault)
    assert told in watcher.until_state(state)
    since = len(watcher.states) - 1
    server.fault("yard", "ok")
    watcher.until_state(CameraState.LIVE, since)
    assert len(watcher.formats) >= 2


@pytest.mark.parametrize(
    ("fault", "state", "told"),
    [
        ("unauth", CameraState.UNAUTHORISED, "refuses the user name"),
        ("refuse", CameraState.UNREACHABLE, "cannot serve"),
        ("down", CameraState.UNREACHABLE, "breaks off|broke off"),
        ("mute", CameraState.UNREACHABLE, "no answer"),
    ],
)
def test_a_camera_that_cannot_be_opened_says_why_and_recovers(
    server: RtspServer, start: Start, fault: str, state: CameraState, told: str
) -> None:
    server.fault("yard", fault)
    watcher = Watcher()
    try:
        start(server.url("yard"), watcher=watcher)
        reason = watcher.until_state(state)
    finally:
        server.fault("yard", "ok")
    assert re.search(told, reason)
    assert "p@ss" not in reason
    watcher.until_state(CameraState.LIVE)


def test_corrupt_and_lost_packets_do_not_end_a_stream(
    server: RtspServer, start: Start
) -> None:
    watcher = Watcher()
    start(server.url("yard"), watcher=watcher)
    watcher.until_state(CameraState.LIVE)
    server.fault("yard", "corrupt")
    server.fault("yard", "drop=0.2")
    count = len(watcher.packets)
    watcher.until(lambda: len(watcher.packets) > count + 40)
    server.fault("yard", "ok")
    states = {state for state, _ in watcher.states}
    assert states == {CameraState.CONNECTING, CameraState.LIVE}


def test_a_clock_that_wraps_around_goes_on_in_the_same_epoch(
    server: RtspServer, start: Start
) -> None:
    server.fault("yard", "wrap")  # 32 bits of 1/90000 s end two seconds from now
    watcher = Watcher()
    try:
        start(server.url("yard"), watcher=watcher)
        watcher.until(lambda: len(pictures(watcher)) > 35)
    finally:
        server.fault("yard", "ok")
    shown = pictures(watcher)
    assert all(0 < b.dts - a.dts < 90_000 for a, b in pairwise(shown))
    assert {packet.epoch for packet in shown} == {0}


def test_a_camera_that_begins_between_key_frames_is_shown_from_the_next(
    server: RtspServer, start: Start
) -> None:
    server.fault("yard", "nokey")
    watcher, ring = Watcher(), PacketRing()
    try:
        start(server.url("yard"), ring, watcher=watcher)
        watcher.until(lambda: len(pictures(watcher)) > 12)
    finally:
        server.fault("yard", "ok")
    shown = pictures(watcher)
    assert shown[0].is_key
    frames = LumaDecoder(watcher.formats[0].video).decode(shown)
    assert len(frames) >= 10
    assert not any(frame.corrupt for frame in frames)


def test_a_camera_with_tls_of_its_own_goes_live_and_plain_tls_is_told(
    make_video: MakeVideo, server: RtspServer, start: Start
) -> None:
    with running_server(
        {"yard": make_video(sound="aac")},
        username="admin",
        password="p@ss/w:rd",
        tls=True,
    ) as secure:
        watcher = Watcher()
        worker = start(secure.url("yard"), watcher=watcher)
        watcher.until(lambda: len(pictures(watcher)) > 10)
        assert [told for told, _ in watcher.states][-1] is CameraState.LIVE
        assert worker.stop()
        refused = probe(secure.url("yard"), "admin", "hunter2")
        assert refused.state is CameraState.UNAUTHORISED
    plain = probe(server.url("yard").replace("rtsp://", "rtsps://"), "admin", "hunter2")
    assert plain.state is CameraState.UNREACHABLE
    assert "not speak TLS" in plain.reason
    assert "hunter2" not in plain.reason + refused.reason


def test_a_jumping_clock_and_a_new_resolution_reach_the_sinks_in_order(
    server: RtspServer, start: Start
) -> None:
    watcher = Watcher()
    start(server.url("many"), watcher=watcher)
    watcher.until(lambda: len(watcher.packets) > 5)
    server.fault("many", "jump=-500")
    watcher.until(lambda: any(p.epoch > 0 for p in watcher.packets))
    server.fault("many", "resize")
    watcher.until(lambda: len({f.video.width for f in watcher.formats}) == 2)
    video = pictures(watcher)
    assert all(b.dts > a.dts for a, b in pairwise(video))


def test_a_sink_that_raises_is_left_out_and_the_others_go_on(
    server: RtspServer, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Watcher):
        def packet(self, packet: MediaPacket) -> None:
            super().packet(packet)
            raise RuntimeError("broken")

    watcher, broken = Watcher(), Broken()
    start(server.url("yard"), broken, watcher=watcher)
    watcher.until(lambda: len(watcher.packets) > 10)
    assert len(broken.packets) == 1
    assert "Broken failed" in caplog.text


def test_a_path_that_is_not_there_and_a_port_that_is_shut(server: RtspServer) -> None:
    found = probe(server.url("yard") + "-gone", "admin", "p@ss/w:rd")
    assert (found.ok, found.state) == (False, CameraState.UNSUPPORTED)
    assert "no stream at" in found.reason
    shut = probe("rtsp://127.0.0.1:9/x")
    assert shut.state is CameraState.UNREACHABLE
    assert "refuses connections on port 9" in shut.reason
    wrong = probe("nonsense")
    assert (wrong.ok, wrong.state) == (False, CameraState.UNSUPPORTED)


def test_a_probe_returns_a_picture_and_what_the_camera_sends(
    server: RtspServer,
) -> None:
    found = probe(server.url("yard", with_credentials=True))
    assert found.ok
    assert found.video is not None
    assert found.video.codec == "h264"
    assert found.fps == pytest.approx(10, abs=1)
    assert found.has_audio
    assert found.picture is not None
    assert found.picture[:2] == b"\xff\xd8"
    refused = probe(server.url("yard"), "admin", "wrong")
    assert refused.state is CameraState.UNAUTHORISED


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(CameraUnreachable, match=r"no host named nowhere\.invalid"):
        open_source("rtsp://nowhere.invalid/x")


def test_stopping_a_worker_that_waits_is_quick() -> None:
    watcher = Watcher()
    worker = StreamWorker(
        "x", Address(url="rtsp://127.0.0.1:9/x"), [watcher], watcher.report
    )
    worker.start()
    watcher.until_state(CameraState.UNREACHABLE)
    began = time.monotonic()
    assert worker.stop()
    assert time.monotonic() - began < 5


def test_a_failure_nobody_foresaw_is_survived() -> None:
    calls: list[int] = []

    def connect() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise KeyError("surprise")
        raise CameraStalled("later")

    watcher = Watcher()
    worker = StreamWorker(
        "x",
        Address(url="rtsp://x/"),
        [],
        watcher.report,
        random=Impatient(),
        connect=connect,  # type: ignore[arg-type]
    )
    worker.start()
    watcher.until_state(CameraState.STALLED)
    worker.stop()
    assert "inside NeighborCam" in watcher.states[1][1]


def test_run_once_raises_what_run_would_report() -> None:
    def connect() -> None:
        raise CameraEnded("over")

    worker = StreamWorker(
        "x",
        Address(url="rtsp://x/"),
        [],
        print,
        connect=connect,  # type: ignore[arg-type]
    )
    with pytest.raises(CameraEnded):
        worker.run_once()


def test_waits_double_to_a_minute_and_a_refused_password_waits_longer() -> None:
    backoff = Backoff(Random(1))  # noqa: S311 - jitter
    waits = [backoff.next_s(CameraState.UNREACHABLE) for _ in range(200)]
    assert waits[0] <= 1
    assert 30 < max(waits) <= 60
    assert min(waits[10:]) < 10
    backoff.reset()
    assert 30 <= backoff.next_s(CameraState.UNAUTHORISED) <= 60
