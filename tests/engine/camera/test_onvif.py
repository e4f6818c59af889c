import asyncio
import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from demo.onvif_device import OnvifDevice, running_device
from demo.onvif_discovery import GROUP
from demo.onvif_messages import Profile as Offered
from neighborcam.engine.camera import onvif
from neighborcam.engine.camera.onvif import (
    Profile,
    choose_streams,
    describe,
    device_from_discovery,
    discover,
    profile_from_answers,
)
from neighborcam.engine.errors import (
    CameraError,
    CameraUnauthorised,
    CameraUnreachable,
    CameraUnsupported,
)

OFFERED = (
    Offered(
        token="tiny", width=160, height=120, stream_uri="rtsp://10.0.0.5/tiny?a=1&b=2"
    ),
    Offered(
        token="main",
        width=2560,
        height=1440,
        stream_uri="rtsp://admin:hunter2@10.0.0.5/main",
        encoding="H265",
    ),
    Offered(token="sub", width=704, height=480, stream_uri="rtsp://10.0.0.5/sub"),
    Offered(
        token="still",
        width=3840,
        height=2160,
        stream_uri="rtsp://10.0.0.5/still",
        encoding="JPEG",
    ),
    Offered(token="unset", width=640, height=360, stream_uri=""),
)


@pytest.fixture
def device() -> Iterator[OnvifDevice]:
    with running_device(OFFERED, username="admin", password="p@ss w/ö") as device:
        yield device


async def test_a_camera_describes_itself_and_its_streams_are_chosen(
    device: OnvifDevice,
) -> None:
    found = await describe(device.host, device.port, "admin", "p@ss w/ö")
    assert (found.manufacturer, found.model, found.firmware) == ("Demo", "Yard", "1.0")
    assert [one.token for one in found.profiles] == ["tiny", "main", "sub", "still"]
    assert (found.main.token, found.main.codec) == ("main", "hevc")
    assert (found.main.width, found.main.height) == (2560, 1440)
    assert found.sub is not None
    assert found.sub.url == "rtsp://10.0.0.5/sub"


async def test_an_address_that_a_camera_gives_comes_without_its_credentials(
    device: OnvifDevice,
) -> None:
    found = await describe(device.host, device.port, "admin", "p@ss w/ö")
    assert found.main.url == "rtsp://10.0.0.5/main"
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("username", "password"), [("admin", "hunter2"), ("root", "hunter2"), (None, None)]
)
async def test_a_wrong_password_is_told_as_such(
    device: OnvifDevice, username: str | None, password: str | None
) -> None:
    with pytest.raises(CameraUnauthorised, match="refuses the user name") as refused:
        await describe(device.host, device.port, username, password)
    assert "hunter2" not in str(refused.value)


async def test_a_camera_that_fails_is_not_taken_for_a_wrong_password(
    device: OnvifDevice,
) -> None:
    device.fault("error")
    with pytest.raises(CameraUnsupported, match="not as ONVIF asks for"):
        await describe(device.host, device.port, "admin", "p@ss w/ö")


async def test_a_camera_that_never_answers_is_given_up(device: OnvifDevice) -> None:
    device.fault("mute")
    with pytest.raises(CameraUnreachable, match="is ONVIF switched on"):
        await describe(device.host, device.port, "admin", "x", timeout_s=0.5)


async def test_a_camera_without_video_says_what_to_do() -> None:
    with (
        running_device(()) as device,
        pytest.raises(CameraUnsupported, match="offers no video stream"),
    ):
        await describe(device.host, device.port, None, None)


async def answer_with(reply: bytes) -> asyncio.Server:
    """Serve ``reply`` to whoever asks: a host that is no camera."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(reply)
        await writer.drain()
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


PAGE = b"<html>Welcome to your router</html>"


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE),
        b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE),
        b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"",
    ],
    ids=["page", "missing", "redirect", "ssh", "hangs up"],
)
async def test_a_host_that_is_no_camera_is_told_as_such(reply: bytes) -> None:
    async with await answer_with(reply) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(CameraError) as refused:
            await describe("127.0.0.1", port, "admin", "hunter2", timeout_s=5)
    assert isinstance(refused.value, CameraUnreachable | CameraUnsupported)
    assert "ONVIF" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("status", [b"401 Unauthorized", b"403 Forbidden"])
async def test_a_password_refused_by_the_web_server_is_told_as_such(
    status: bytes,
) -> None:
    reply = b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status
    async with await answer_with(reply) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(CameraUnauthorised):
            await describe("127.0.0.1", port, "admin", "hunter2", timeout_s=5)


async def test_a_shut_port_is_unreachable() -> None:
    with pytest.raises(CameraUnreachable, match="check host and port"):
        await describe("127.0.0.1", 9, None, None)


def profile(token: str, width: int, height: int, codec: str = "h264") -> Profile:
    return Profile(
        token=token,
        name=token,
        codec=codec,
        width=width,
        height=height,
        url=f"rtsp://cam/{token}",
    )


@pytest.mark.parametrize(
    ("offered", "main", "sub"),
    [
        ([profile("a", 1920, 1080)], "a", None),
        ([profile("a", 640, 360), profile("b", 1920, 1080)], "b", "a"),
        ([profile("a", 1920, 1080), profile("b", 1920, 1080)], "a", None),
        ([profile("a", 1920, 1080), profile("b", 160, 120)], "a", None),
        ([profile("a", 640, 360, "mjpeg"), profile("b", 320, 180, "mjpeg")], "a", "b"),
        ([profile("a", 1920, 1080, "mjpeg"), profile("b", 640, 360)], "b", None),
        (
            [profile("a", 2560, 1440), profile("b", 1280, 720), profile("c", 704, 480)],
            "a",
            "c",
        ),
    ],
)
def test_main_is_the_largest_and_sub_the_one_that_is_cheap_to_watch(
    offered: list[Profile], main: str, sub: str | None
) -> None:
    chosen, smaller = choose_streams(offered)
    assert chosen.token == main
    assert (smaller and smaller.token) == sub


def test_two_profiles_with_the_same_address_are_one_stream() -> None:
    large = profile("a", 1920, 1080)
    same = Profile(
        token="b", name="b", codec="h264", width=640, height=360, url=large.url
    )
    assert choose_streams([large, same]) == (large, None)


@pytest.mark.parametrize("url", ["", None, "gopher://cam/x", "rtsp://:0/x"])
def test_a_profile_without_a_usable_address_is_left_out(url: str | None) -> None:
    size = SimpleNamespace(Width=640, Height=360)
    encoder = SimpleNamespace(Encoding="H264", Resolution=size)
    raw = SimpleNamespace(token="t", Name="", VideoEncoderConfiguration=encoder)
    assert profile_from_answers(raw, url) is None
    encoder.Resolution = None
    assert profile_from_answers(raw, "rtsp://cam/x") is None


def test_an_answer_to_a_probe_is_read() -> None:
    found = device_from_discovery(
        ["http://[fe80::1]/onvif", "http://x:port/", "http://10.0.0.5:8000/onvif"],
        [
            "onvif://www.onvif.org/name/Front%20Door",
            "urn:other",
            "onvif://www.onvif.org/hardware/T1",
        ],
    )
    assert found is not None
    assert (found.host, found.port) == ("10.0.0.5", 8000)
    assert (found.name, found.hardware) == ("Front Door", "T1")


def test_an_answer_without_a_host_is_left_out() -> None:
    assert device_from_discovery(["", "http://"], []) is None


async def test_a_camera_in_the_network_is_found() -> None:
    """A probe of the real library, its answer read; other cameras may answer too."""
    if not multicast_works():
        pytest.skip("this machine has no multicast")
    with running_device(OFFERED, discovery_port=3702) as device:
        found = await discover(timeout_s=1.5)
    ours = [one for one in found if one.port == device.port]
    assert [(one.name, one.hardware) for one in ours] == [("Demo Yard", "demo")]


def multicast_works() -> bool:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", (GROUP, 3702))
    except OSError:
        return False
    return True


async def test_a_machine_without_multicast_finds_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Deaf:
        def start(self) -> None:
            """Fail as without a network."""
            raise OSError("no such device")

        def stop(self) -> None:
            """Do nothing."""

    monkeypatch.setattr(onvif, "ThreadedWSDiscovery", Deaf)
    assert await discover(timeout_s=0.1) == ()
