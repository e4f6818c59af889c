import asyncio
import itertools
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import av
import pytest
from av.stream import Stream

from demo.clip import load_clip
from demo.rtsp_server import RtspServer, main, running_server

type MakeClip = Callable[..., Path]
TIMEOUT = 5.0


@contextmanager
def watching(
    url: str, transport: str = "tcp", **options: str
) -> Iterator[av.container.InputContainer]:
    quick = {"analyzeduration": "100000", "fpsprobesize": "0"}
    wishes = {"rtsp_transport": transport, **quick, **options}
    with av.open(url, options=wishes, timeout=TIMEOUT) as container:
        yield container


def packets(
    container: av.container.InputContainer, count: int
) -> list[av.Packet[Stream]]:
    found = []
    for packet in container.demux():
        if packet.size:
            found.append(packet)
        if len(found) == count:
            break
    return found


def pictures(server: RtspServer) -> int:
    return int(server.status()["yard"]["pictures"])


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize(
    ("codec", "name"),
    [("libx264", "h264"), ("libx265", "hevc"), ("mpeg4", "mpeg4"), ("mjpeg", "mjpeg")],
)
def test_a_viewer_decodes_every_picture_codec_over_both_transports(
    make_clip: MakeClip, codec: str, name: str, transport: str
) -> None:
    clip = make_clip(f"{name}.mp4" if name != "mjpeg" else "mjpeg.mkv", codec=codec)
    with (
        running_server({"yard": clip}) as server,
        watching(server.url("yard"), transport) as container,
    ):
        assert container.streams.video[0].codec_context.name == name
        frame = next(container.decode(video=0))
        assert (frame.width, frame.height) == (320, 240)


def test_pictures_arrive_as_they_were_encoded_loop_after_loop(
    make_clip: MakeClip,
) -> None:
    path = make_clip("short.mp4", seconds=0.6)
    with (
        running_server({"yard": path}) as server,
        watching(server.url("yard")) as container,
    ):
        sizes = [packet.size for packet in packets(container, 30)]
        key = [i for i, size in enumerate(sizes) if size == max(sizes)]
    assert len(sizes) == 30
    assert [b - a for a, b in itertools.pairwise(key)] == [9] * (len(key) - 1)


@pytest.mark.parametrize(
    ("name", "audio"),
    [("aac.mp4", "aac"), ("mu.mov", "pcm_mulaw"), ("a.mov", "pcm_alaw")],
)
def test_sound_comes_with_the_picture(
    make_clip: MakeClip, name: str, audio: str
) -> None:
    clip = make_clip(name, audio=audio)
    with (
        running_server({"yard": clip}) as server,
        watching(server.url("yard")) as container,
    ):
        sound = container.streams.audio[0].codec_context
        assert sound.name == audio
        assert sound.sample_rate == (16000 if audio == "aac" else 8000)
        frames = [next(container.decode(audio=0)) for _ in range(5)]
    assert any(frame.to_ndarray().any() for frame in frames)


def test_an_annex_b_file_plays_at_the_given_rate(make_clip: MakeClip) -> None:
    clip = load_clip(make_clip("raw.h264"), fps=10.0)
    assert clip.duration_s == pytest.approx(3.0)
    assert clip.tracks[0].units[0].key


@pytest.mark.parametrize("scheme", ["basic", "digest", "digest-qop"])
def test_only_the_right_password_opens_a_camera(
    make_clip: MakeClip, scheme: str
) -> None:
    clip = make_clip("h264.mp4")
    with running_server(
        {"yard": clip},
        username="us er",
        password="p@ss:word",
        auth=scheme,  # type: ignore[arg-type]
    ) as server:
        with watching(server.url("yard", with_credentials=True)) as container:
            assert packets(container, 1)
        wrong = server.url("yard").replace("//", "//us%20er:wrong@")
        for url in (server.url("yard"), wrong):
            with pytest.raises(av.error.HTTPUnauthorizedError), watching(url):
                pass


def test_rtsps_carries_the_same_stream(make_clip: MakeClip) -> None:
    with running_server({"yard": make_clip("h264.mp4")}, tls=True) as server:
        assert server.url("yard").startswith("rtsps://")
        with watching(server.url("yard"), tls_verify="0") as container:
            assert packets(container, 3)


def test_a_camera_nobody_knows_is_404(make_clip: MakeClip) -> None:
    with (
        running_server({"yard": make_clip("h264.mp4")}) as server,
        pytest.raises(av.error.HTTPNotFoundError),
        watching(server.url("yard") + "x"),
    ):
        pass


def test_refuse_and_unauth_last_until_ok(make_clip: MakeClip) -> None:
    with running_server({"yard": make_clip("h264.mp4")}) as server:
        server.fault("yard", "refuse")
        with pytest.raises(av.error.HTTPServerError), watching(server.url("yard")):
            pass
        server.fault("yard", "unauth")
        with (
            pytest.raises(av.error.HTTPUnauthorizedError),
            watching(server.url("yard")),
        ):
            pass
        server.fault("yard", "ok")
        with watching(server.url("yard")) as container:
            assert packets(container, 1)


@pytest.mark.parametrize("mode", ["kill", "down", "hangup"])
def test_a_thrown_out_viewer_sees_the_stream_end(
    make_clip: MakeClip, mode: str
) -> None:
    with running_server({"yard": make_clip("h264.mp4")}) as server:
        with watching(server.url("yard")) as container:
            packets(container, 2)
            server.fault("yard", mode)
            try:
                rest = packets(container, 1000)
            except av.FFmpegError:
                rest = []
            assert len(rest) < 1000
        if mode == "down":
            with pytest.raises(av.FFmpegError), watching(server.url("yard")):
                pass
        assert eventually(lambda: server.status()["yard"]["viewers"] == 0)


def test_a_stalled_camera_keeps_the_session_and_sends_nothing(
    make_clip: MakeClip,
) -> None:
    with (
        running_server({"yard": make_clip("h264.mp4")}) as server,
        closing(RawViewer(server, "yard")) as viewer,
    ):
        assert viewer.rtp(5)
        server.fault("yard", "stall")
        viewer.drain()
        played = pictures(server)
        assert eventually(lambda: pictures(server) > played + 3)
        assert viewer.rtp(1, patience=0.1) == []
        assert server.status()["yard"]["viewers"] == 1
        server.fault("yard", "ok")
        assert viewer.rtp(1)


def test_a_mute_camera_accepts_and_never_answers(make_clip: MakeClip) -> None:
    with running_server({"yard": make_clip("h264.mp4")}) as server:
        server.fault("yard", "mute")
        with socket.create_connection((server.host, server.port)) as client:
            client.sendall(_request("OPTIONS", server.url("yard"), 1))
            client.settimeout(0.2)
            with pytest.raises(TimeoutError):
                client.recv(100)


def test_dropped_packets_leave_gaps_in_the_sequence(make_clip: MakeClip) -> None:
    with running_server({"yard": make_clip("h264.mp4")}) as server:
        server.fault("yard", "drop=0.5")
        with closing(RawViewer(server, "yard")) as viewer:
            numbers = [packet[0] for packet in viewer.rtp(40)]
    steps = [(b - a) & 0xFFFF for a, b in itertools.pairwise(numbers)]
    assert max(steps) > 1
    assert min(steps) == 1


def test_corrupt_packets_keep_their_headers_but_not_their_bytes(
    make_clip: MakeClip,
) -> None:
    path = make_clip("h264.mp4")
    sent = {
        payload for unit in load_clip(path).tracks[0].units for payload in unit.payloads
    }
    with (
        running_server({"yard": path}) as server,
        closing(RawViewer(server, "yard")) as viewer,
    ):
        assert all(packet[2] in sent for packet in viewer.rtp(40))
        server.fault("yard", "corrupt")
        viewer.drain()
        assert not all(packet[2] in sent for packet in viewer.rtp(40))


def test_wrapping_timestamps_start_just_below_the_end(make_clip: MakeClip) -> None:
    with running_server({"yard": make_clip("h264.mp4")}) as server:
        server.fault("yard", "wrap")
        with closing(RawViewer(server, "yard")) as viewer:
            first = viewer.rtp(1)[0][1]
    assert first == (1 << 32) - 2 * 90_000


@pytest.mark.parametrize("jump_s", [100, -50])
def test_a_jump_moves_the_timestamps_of_a_running_session(
    make_clip: MakeClip, jump_s: int
) -> None:
    with (
        running_server({"yard": make_clip("h264.mp4")}) as server,
        closing(RawViewer(server, "yard")) as viewer,
    ):
        before = viewer.rtp(1)[0][1]
        server.fault("yard", f"jump={jump_s}")
        viewer.drain()
        after = viewer.rtp(1)[0][1]
    assert (after - before) / 90_000 == pytest.approx(jump_s, abs=5)


def test_resize_goes_on_with_the_next_clip_in_the_same_session(
    make_clip: MakeClip,
) -> None:
    small, large = make_clip("h264.mp4"), make_clip("large.mp4", size=(640, 480))
    with (
        running_server({"yard": [small, large]}) as server,
        watching(server.url("yard")) as container,
    ):
        sizes = set()
        for number, frame in enumerate(container.decode(video=0)):
            if number == 3:
                server.fault("yard", "resize")
            sizes.add(frame.width)
            if len(sizes) == 2 or number > 90:
                break
    assert sizes == {320, 640}


def test_one_clip_cannot_be_resized(make_clip: MakeClip) -> None:
    with (
        running_server({"yard": make_clip("h264.mp4")}) as server,
        pytest.raises(ValueError, match="one clip"),
    ):
        server.fault("yard", "resize")


def test_nokey_starts_without_a_key_frame(make_clip: MakeClip) -> None:
    path = make_clip("h264.mp4")
    keys = {unit.payloads[0] for unit in load_clip(path).tracks[0].units if unit.key}
    with running_server({"yard": path}) as server:
        server.fault("yard", "nokey")
        with closing(RawViewer(server, "yard")) as viewer:
            assert viewer.rtp(1)[0][2] not in keys


def test_unknown_faults_and_cameras_are_refused(make_clip: MakeClip) -> None:
    with running_server({"yard": make_clip("h264.mp4")}) as server:
        with pytest.raises(ValueError, match="no fault"):
            server.fault("yard", "explode")
        with pytest.raises(ValueError, match="probability"):
            server.fault("yard", "drop=2")
        with pytest.raises(KeyError):
            server.fault("garden", "stall")


async def test_faults_come_over_http(make_clip: MakeClip) -> None:
    def ask(path: str, method: str = "POST") -> dict[str, dict[str, object]]:
        url = f"http://{server.host}:{server.control_port}{path}"
        request = urllib.request.Request(url, method=method)
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - ditto
            return json.load(answer)  # type: ignore[no-any-return]

    clip = make_clip("h264.mp4")
    async with RtspServer({"a": clip, "b": clip}, control_port=0) as server:
        status = await asyncio.to_thread(ask, "/a/stall")
        assert (status["a"]["fault"], status["b"]["fault"]) == ("stall", "ok")
        await asyncio.to_thread(ask, "/*/drop=0.1")
        status = await asyncio.to_thread(ask, "/", "GET")
        assert status["a"]["fault"] == "stall drop=0.1"
        for path, code in (("/c/stall", 404), ("/a/explode", 400)):
            with pytest.raises(urllib.error.HTTPError) as refused:
                await asyncio.to_thread(ask, path)
            refused.value.close()
            assert refused.value.code == code


def test_a_file_that_is_no_video_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("no video")
    with pytest.raises(SystemExit):
        main([str(path)])
    assert "error" in capsys.readouterr().err


class RawViewer:
    """Reads RTP packets themselves, without a player's opinion about them."""

    def __init__(self, server: RtspServer, camera: str) -> None:
        self._socket = socket.create_connection((server.host, server.port), TIMEOUT)
        self._buffer = b""
        url = server.url(camera)
        interleaved = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        self._call("SETUP", f"{url}/trackID=0", interleaved)
        self._call("PLAY", url)

    def _call(self, method: str, url: str, extra: str = "") -> None:
        self._socket.sendall(_request(method, url, 1, extra))
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += self._socket.recv(65536)
        answer, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        assert b"200 OK" in answer

    def rtp(
        self, count: int, patience: float = TIMEOUT
    ) -> list[tuple[int, int, bytes]]:
        """Return (sequence, timestamp, payload) of the next packets."""
        self._socket.settimeout(patience)
        found: list[tuple[int, int, bytes]] = []
        while len(found) < count:
            try:
                channel, packet = self._next()
            except TimeoutError:
                break
            if channel == 0:
                number, stamp = packet[2:4], packet[4:8]
                found.append(
                    (int.from_bytes(number), int.from_bytes(stamp), packet[12:])
                )
        return found

    def _next(self) -> tuple[int, bytes]:
        while (size := 4 + int.from_bytes(self._buffer[2:4])) > len(self._buffer):
            self._buffer += self._socket.recv(65536)
        packet, self._buffer = self._buffer[:size], self._buffer[size:]
        return packet[1], packet[4:]

    def drain(self) -> None:
        """Read what had left before a fault came."""
        while self.rtp(1, patience=0.02):
            pass

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def _request(method: str, url: str, number: int, extra: str = "") -> bytes:
    return f"{method} {url} RTSP/1.0\r\nCSeq: {number}\r\n{extra}\r\n".encode()
