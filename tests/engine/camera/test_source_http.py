from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice, pairwise
from pathlib import Path

import pytest

from demo.http_auth import Scheme
from demo.http_cameras import Channel, Fault, HttpCamera, running_http_camera
from neighborcam.engine.camera.address import Address, split_credentials
from neighborcam.engine.camera.decode import LumaDecoder
from neighborcam.engine.camera.packet import MediaKind, MediaPacket
from neighborcam.engine.camera.probe import probe
from neighborcam.engine.camera.snapshot_reader import SnapshotReader
from neighborcam.engine.camera.source import Source, open_source
from neighborcam.engine.camera.timeouts import Timeouts
from neighborcam.engine.errors import (
    CameraEnded,
    CameraError,
    CameraStalled,
    CameraUnauthorised,
    CameraUnreachable,
    CameraUnsupported,
)
from neighborcam.engine.states import CameraState

type MakeVideo = Callable[..., Path]

QUICK = Timeouts(open_s=2.0, read_s=0.7, key_frame_s=4.0)
PASSWORD = "p@ss/w:rd"
CHANNELS: tuple[Channel, ...] = (
    "stream.mjpg",
    "snapshot.jpg",
    "stream.ts",
    "live.m3u8",
)
WAYS = (*CHANNELS, "snapshot+")
ENDLESS: tuple[Channel, ...] = ("stream.mjpg", "stream.ts")


@pytest.fixture(scope="module")
def clip(make_video: MakeVideo) -> Path:
    return make_video(seconds=2.0)


@pytest.fixture(scope="module")
def camera(clip: Path) -> Iterator[HttpCamera]:
    with running_http_camera(clip) as camera:
        yield camera


@pytest.fixture(params=["basic", "digest", "digest-qop"])
def guarded(clip: Path, request: pytest.FixtureRequest) -> Iterator[HttpCamera]:
    scheme: Scheme = request.param
    with running_http_camera(
        clip, username="admin", password=PASSWORD, auth=scheme
    ) as camera:
        yield camera


def connect(url: str, password: str | None = None) -> Source:
    """Open ``url`` as a worker does: quickly, credentials beside the URL."""
    address = split_credentials(url)
    username = "admin" if password is not None else None
    return open_source(address.url, username, password, timeouts=QUICK)


def address(camera: HttpCamera, way: str) -> str:
    """Return the URL of a channel, or of the snapshot with its own prefix."""
    if way == "snapshot+":
        return way + camera.url("snapshot.jpg")
    return camera.url(way)  # type: ignore[arg-type]


@contextmanager
def failing(camera: HttpCamera, fault: Fault) -> Iterator[None]:
    """Misbehave for a while."""
    camera.fault(fault)
    try:
        yield
    finally:
        camera.fault("ok")


def watch(source: Source, count: int) -> list[MediaPacket]:
    with source:
        return list(islice(source, count))


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_way_to_watch_by_http_gives_pictures(
    camera: HttpCamera, channel: Channel
) -> None:
    source = connect(camera.url(channel))
    packets = watch(source, 4 if channel == "snapshot.jpg" else 15)
    video = source.format.video
    assert (video.width, video.height) == (320, 240)
    jpeg = channel in {"stream.mjpg", "snapshot.jpg"}
    assert video.codec == ("mjpeg" if jpeg else "h264")
    assert packets[0].is_key
    assert {packet.kind for packet in packets} == {MediaKind.VIDEO}
    decoder = LumaDecoder(video)
    frames = decoder.decode(packets) + decoder.flush()
    assert len(frames) == len(packets)


@pytest.mark.parametrize("channel", ENDLESS)
def test_time_by_http_is_spaced_as_the_camera_sends(
    camera: HttpCamera, channel: Channel
) -> None:
    packets = watch(connect(camera.url(channel)), 20)
    seconds = (packets[-1].dts - packets[0].dts) / 90_000
    # Ten a second; what waited while FFmpeg looked at the stream comes at once.
    assert 0.5 < seconds < 3.5
    assert all(b.dts > a.dts for a, b in pairwise(packets))


def test_a_snapshot_can_be_asked_for_by_its_own_prefix(camera: HttpCamera) -> None:
    url = "snapshot+" + camera.url("snapshot.jpg")
    packets = watch(connect(url), 3)
    assert all(packet.is_key for packet in packets)
    assert all(packet.data[:2] == b"\xff\xd8" for packet in packets)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_password_is_asked_for_and_given(
    guarded: HttpCamera, channel: Channel
) -> None:
    assert watch(connect(guarded.url(channel), PASSWORD), 2)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("password", ["hunter2", None])
def test_a_wrong_password_is_told_as_such(
    guarded: HttpCamera, channel: Channel, password: str | None
) -> None:
    with pytest.raises(CameraUnauthorised, match="refuses the user name") as refused:
        connect(guarded.url(channel), password)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("fault", "kind", "told"),
    [
        ("missing", CameraUnsupported, r"check (the path|it) in the camera's manual"),
        ("unauth", CameraUnauthorised, "enter the camera's own"),
        ("error", CameraUnreachable, "cannot (serve|give)"),
        ("html", CameraUnsupported, "not with (video|a JPEG picture)"),
        ("stall", CameraError, "no answer|does not answer"),
    ],
)
def test_what_a_web_server_answers_instead_is_told(
    camera: HttpCamera, way: str, fault: Fault, kind: type[CameraError], told: str
) -> None:
    with failing(camera, fault), pytest.raises(kind, match=told) as failed:
        connect(address(camera, way), "hunter2")
    assert "127.0.0.1" in str(failed.value)
    assert "hunter2" not in str(failed.value)


@pytest.mark.parametrize(
    ("way", "kind"),
    [
        ("stream.mjpg", CameraEnded),
        ("stream.ts", CameraUnsupported),
        ("live.m3u8", CameraUnsupported),
        ("snapshot.jpg", CameraUnreachable),
        ("snapshot+", CameraUnreachable),
    ],
)
def test_an_answer_that_breaks_off_is_a_failure(
    camera: HttpCamera, way: str, kind: type[CameraError]
) -> None:
    with failing(camera, "truncated"), pytest.raises(kind) as failed:
        watch(connect(address(camera, way), "hunter2"), 3)
    assert "hunter2" not in str(failed.value)


@pytest.mark.parametrize(
    ("fault", "kind"), [("stall", CameraStalled), ("truncated", CameraEnded)]
)
@pytest.mark.parametrize("channel", ENDLESS)
def test_a_live_stream_that_stops_says_how(
    camera: HttpCamera, channel: Channel, fault: Fault, kind: type[CameraError]
) -> None:
    with failing(camera, "ok"), connect(camera.url(channel)) as live:
        next(iter(live))
        camera.fault(fault)
        with pytest.raises(kind, match="connecting again"):
            deque(live, maxlen=0)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("missing", CameraUnsupported),
        ("unauth", CameraUnauthorised),
        ("error", CameraUnreachable),
        ("stall", CameraStalled),
        ("truncated", CameraUnreachable),
    ],
)
def test_a_polled_picture_that_fails_says_how(
    camera: HttpCamera, fault: Fault, kind: type[CameraError]
) -> None:
    with failing(camera, "ok"), connect(address(camera, "snapshot+")) as live:
        camera.fault(fault)
        with pytest.raises(kind, match=r"127\.0\.0\.1"):
            deque(live, maxlen=0)


def test_a_login_page_between_pictures_is_left_out(camera: HttpCamera) -> None:
    url = camera.url("snapshot.jpg")
    reader = SnapshotReader(Address(url=url), timeouts=QUICK, fps=100)
    pictures = reader.packets()
    reader._first = b"<html>log in</html>"
    assert next(pictures).data[:2] == b"\xff\xd8"
    reader.close()


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_probe_shows_a_picture(camera: HttpCamera, channel: Channel) -> None:
    found = probe(camera.url(channel))
    assert found.state is CameraState.LIVE, found.reason
    assert found.picture is not None
    assert found.picture[:2] == b"\xff\xd8"


@pytest.mark.parametrize("prefix", ["", "snapshot+"])
def test_a_shut_port_is_named(prefix: str) -> None:
    with pytest.raises(CameraUnreachable, match=r"web\s+server switched on|port 9"):
        connect(prefix + "http://127.0.0.1:9/x")
