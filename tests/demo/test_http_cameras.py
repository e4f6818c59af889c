import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from demo.http_cameras import HttpCamera, running_http_camera

type MakeClip = Callable[..., Path]
QUICK = {"analyzeduration": "100000", "fpsprobesize": "0"}


def fetch(url: str, timeout: float = 5.0) -> bytes:
    with urllib.request.urlopen(url, timeout=timeout) as answer:  # noqa: S310 - loopback
        content: bytes = answer.read()
        return content


def watch(url: str, pictures: int) -> list[av.VideoFrame]:
    with av.open(url, options=QUICK, timeout=10.0) as container:
        frames = container.decode(video=0)
        return [frame for frame, _ in zip(frames, range(pictures), strict=False)]


@pytest.mark.parametrize("channel", ["stream.mjpg", "stream.ts", "live.m3u8"])
def test_a_player_sees_moving_pictures(make_clip: MakeClip, channel: str) -> None:
    with running_http_camera(make_clip("h264.mp4")) as camera:
        frames = watch(camera.url(channel), 20)  # type: ignore[arg-type]
    assert len(frames) == 20
    assert (frames[0].width, frames[0].height) == (320, 240)
    grey = [frame.to_ndarray(format="gray") for frame in frames]
    assert not np.array_equal(grey[0], grey[-1])


def test_the_loop_runs_on_in_time(make_clip: MakeClip) -> None:
    clip = make_clip("short.mp4", seconds=0.6)
    with running_http_camera(clip) as camera:
        frames = watch(camera.url("stream.ts"), 25)
    times = [frame.pts for frame in frames if frame.pts is not None]
    assert times == sorted(set(times))
    assert len(times) == 25


def test_a_snapshot_is_a_jpeg(make_clip: MakeClip) -> None:
    with running_http_camera(make_clip("h264.mp4")) as camera:
        picture = fetch(camera.url("snapshot.jpg"))
    assert picture.startswith(b"\xff\xd8")
    assert picture.endswith(b"\xff\xd9")


@pytest.mark.parametrize("scheme", ["basic", "digest", "digest-qop"])
def test_only_the_right_password_opens_the_camera(
    make_clip: MakeClip, scheme: str
) -> None:
    with running_http_camera(
        make_clip("h264.mp4"),
        username="u",
        password="p",
        auth=scheme,  # type: ignore[arg-type]
    ) as camera:
        assert watch(camera.url("stream.mjpg", with_credentials=True), 1)
        assert status(camera) == 401
        with pytest.raises(av.error.HTTPUnauthorizedError):
            watch(camera.url("stream.mjpg").replace("//", "//u:x@"), 1)


@pytest.mark.parametrize(
    ("mode", "code"), [("missing", 404), ("unauth", 401), ("error", 500)]
)
def test_faults_have_their_status_until_ok(
    make_clip: MakeClip, mode: str, code: int
) -> None:
    with running_http_camera(make_clip("h264.mp4")) as camera:
        camera.fault(mode)  # type: ignore[arg-type]
        assert status(camera) == code
        camera.fault("ok")
        assert fetch(camera.url("snapshot.jpg"))


@pytest.mark.parametrize("channel", ["snapshot.jpg", "live.m3u8", "segment0.ts"])
def test_a_stalled_answer_never_ends(make_clip: MakeClip, channel: str) -> None:
    with running_http_camera(make_clip("h264.mp4")) as camera:
        camera.fault("stall")
        with pytest.raises(TimeoutError):
            fetch(camera.url(channel), timeout=0.2)  # type: ignore[arg-type]


@pytest.mark.parametrize("channel", ["snapshot.jpg", "live.m3u8", "segment0.ts"])
def test_a_truncated_answer_ends_too_early(make_clip: MakeClip, channel: str) -> None:
    with running_http_camera(make_clip("h264.mp4")) as camera:
        camera.fault("truncated")
        with pytest.raises(Exception, match="IncompleteRead"):
            fetch(camera.url(channel))  # type: ignore[arg-type]


@pytest.mark.parametrize("channel", ["stream.mjpg", "stream.ts"])
def test_a_truncated_stream_ends(make_clip: MakeClip, channel: str) -> None:
    with running_http_camera(make_clip("h264.mp4")) as camera:
        url = camera.url(channel)  # type: ignore[arg-type]
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback
            assert answer.read(10)
            camera.fault("truncated")
            with pytest.raises(Exception, match="IncompleteRead"):
                answer.read()


def test_a_router_answers_with_a_page(make_clip: MakeClip) -> None:
    with running_http_camera(make_clip("h264.mp4")) as camera:
        camera.fault("html")
        assert b"router" in fetch(camera.url("stream.ts"))


def test_segments_that_are_none_are_404(make_clip: MakeClip) -> None:
    with running_http_camera(make_clip("h264.mp4")) as camera:
        url = camera.url("live.m3u8").replace("live.m3u8", "segmentx.ts")
        with pytest.raises(urllib.error.HTTPError) as refused:
            fetch(url)
        refused.value.close()
        assert refused.value.code == 404


def status(camera: HttpCamera) -> int:
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetch(camera.url("snapshot.jpg"))
    refused.value.close()
    return refused.value.code
