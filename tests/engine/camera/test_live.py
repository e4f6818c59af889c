import asyncio
import io
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import pytest

from neighborcam.engine.camera.live import LiveViewers, Viewer
from neighborcam.engine.camera.mime import mp4_mime
from neighborcam.engine.camera.packet import MediaKind, MediaPacket, StreamFormat
from neighborcam.engine.errors import CameraStalled, CameraUnsupported

type Recorded = tuple[StreamFormat, list[MediaPacket]]
type Read = Callable[..., Recorded]
type MakeVideo = Callable[..., Path]


def in_order(recorded: Recorded) -> tuple[StreamFormat, list[MediaPacket]]:
    return recorded[0], sorted(recorded[1], key=lambda packet: packet.dts)


def show(viewers: LiveViewers, packets: list[MediaPacket]) -> None:
    for packet in packets:
        viewers.packet(packet)


async def drain(viewer: Viewer) -> list[bytes]:
    """Everything that was sent; the viewers were ended before."""
    async with asyncio.timeout(30):
        return [chunk async for chunk in viewer]


def frames(data: bytes, container: str) -> list[float]:
    """Decode, and return the times at which frames are shown."""
    name = "mpegts" if container == "mpegts" else "mp4"
    with av.open(io.BytesIO(data), "r", format=name) as opened:
        return [float(frame.time or 0.0) for frame in opened.decode(video=0)]


@pytest.mark.parametrize("container", ["mpegts", "fmp4"])
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
async def test_a_viewer_gets_a_stream_that_plays_from_the_newest_key_frame(
    make_video: MakeVideo, read: Read, container: str, codec: str
) -> None:
    stream_format, packets = in_order(read(make_video("mkv", codec=codec, sound="aac")))
    viewers = LiveViewers()
    viewers.opened(stream_format)
    keys = [i for i, p in enumerate(packets) if p.is_key and p.kind is MediaKind.VIDEO]
    joined = keys[1] + 6
    show(viewers, packets[:joined])
    viewer = viewers.open_viewer(container, asyncio.get_running_loop())  # type: ignore[arg-type]
    show(viewers, packets[joined:])
    viewers.end_all()
    data = b"".join(await drain(viewer))
    shown = frames(data, container)
    # Whole fragments only: the last may be under way.
    assert 14 <= len(shown) <= 20
    steps = {round(b - a, 2) for a, b in pairwise(shown)}
    assert steps == {0.1}


async def test_fragmented_mp4_begins_with_the_initialisation_segment_alone(
    recorded: Recorded,
) -> None:
    stream_format, packets = in_order(recorded)
    viewers = LiveViewers()
    viewers.opened(stream_format)
    viewer = viewers.open_viewer("fmp4", asyncio.get_running_loop())
    show(viewers, packets)
    viewers.end_all()
    chunks = await drain(viewer)
    assert chunks[0][4:8] == b"ftyp"
    assert b"moov" in chunks[0]
    assert b"moof" not in chunks[0]
    assert {chunk[4:8] for chunk in chunks[1:]} == {b"moof"}
    assert len(chunks) > 8


def test_the_mime_type_names_profile_and_level(
    make_video: MakeVideo, read: Read, recorded: Recorded
) -> None:
    stream_format = recorded[0]
    sps = stream_format.video.extradata[5:8].hex()
    assert mp4_mime(stream_format) == f'video/mp4; codecs="avc1.{sps},mp4a.40.2"'
    hevc = read(make_video("mkv", codec="libx265"))[0]
    assert mp4_mime(hevc).startswith('video/mp4; codecs="hev1.1.6.L')


async def test_a_camera_without_a_live_codec_says_what_to_do(
    make_video: MakeVideo, read: Read
) -> None:
    path = make_video("avi", codec="mjpeg", pix_fmt="yuvj420p")
    viewers = LiveViewers()
    viewers.opened(read(path)[0])
    with pytest.raises(CameraUnsupported, match=r"set it to H\.264"):
        viewers.open_viewer("mpegts", asyncio.get_running_loop())


async def test_a_camera_that_is_away_cannot_be_viewed(recorded: Recorded) -> None:
    viewers = LiveViewers()
    with pytest.raises(CameraStalled):
        viewers.open_viewer("fmp4", asyncio.get_running_loop())
    viewers.opened(recorded[0])
    viewers.closed()
    with pytest.raises(CameraStalled):
        viewers.open_viewer("fmp4", asyncio.get_running_loop())


async def test_a_slow_viewer_loses_groups_of_pictures_and_others_lose_nothing(
    recorded: Recorded,
) -> None:
    stream_format, packets = in_order(recorded)
    video = [packet for packet in packets if packet.kind is MediaKind.VIDEO]
    video_only = replace(stream_format, audio=None)
    group = sum(len(packet.data) for packet in video[:10])
    viewers = LiveViewers(most_pending=group * 2)
    viewers.opened(video_only)
    loop = asyncio.get_running_loop()
    slow = viewers.open_viewer("mpegts", loop)
    quick = viewers.open_viewer("mpegts", loop)
    got: list[bytes] = []

    async def watch() -> None:
        got.extend([chunk async for chunk in quick])

    watching = asyncio.create_task(watch())
    for turn in range(4):
        for packet in video:
            late = packet.dts + turn * 30 * 9000
            viewers.packet(replace(packet, dts=late, pts=late))
            await asyncio.sleep(0)
    viewers.end_all()
    await watching
    assert len(frames(b"".join(got), "mpegts")) >= 118
    kept = frames(b"".join(await drain(slow)), "mpegts")
    assert 1 <= len(kept) < 60


async def test_a_viewer_that_fetches_nothing_is_let_go(recorded: Recorded) -> None:
    stream_format, packets = in_order(recorded)
    video = [packet for packet in packets if packet.kind is MediaKind.VIDEO]
    viewers = LiveViewers(most_pending=1000)
    viewers.opened(replace(stream_format, audio=None))
    viewer = viewers.open_viewer("mpegts", asyncio.get_running_loop())
    for turn in range(14):
        for packet in video:
            late = packet.dts + turn * 30 * 9000
            viewers.packet(replace(packet, dts=late, pts=late))
    assert viewers.count == 0
    assert await drain(viewer)


@pytest.mark.parametrize("container", ["mpegts", "fmp4"])
async def test_a_reconnect_with_the_same_format_goes_on_in_the_same_view(
    recorded: Recorded, container: str
) -> None:
    stream_format, packets = in_order(recorded)
    viewers = LiveViewers()
    viewers.opened(stream_format)
    viewer = viewers.open_viewer(container, asyncio.get_running_loop())  # type: ignore[arg-type]
    show(viewers, packets)
    viewers.closed()
    viewers.opened(replace(stream_format))
    show(viewers, packets)
    viewers.end_all()
    shown = frames(b"".join(await drain(viewer)), container)
    assert len(shown) >= 56
    assert all(0.05 < b - a < 0.3 for a, b in pairwise(shown))


async def test_another_format_goes_on_as_mpegts_and_ends_fragmented_mp4(
    make_video: MakeVideo, read: Read, recorded: Recorded
) -> None:
    small, packets = in_order(recorded)
    large, others = read(make_video(width=640, height=480))
    viewers = LiveViewers()
    viewers.opened(small)
    loop = asyncio.get_running_loop()
    program = viewers.open_viewer("mpegts", loop)
    page = viewers.open_viewer("fmp4", loop)
    show(viewers, packets)
    viewers.opened(large)
    show(viewers, others)
    assert await drain(page)
    viewers.end_all()
    data = b"".join(await drain(program))
    with av.open(io.BytesIO(data), "r", format="mpegts") as opened:
        widths = [frame.width for frame in opened.decode(video=0)]
    assert set(widths) == {320, 640}
    assert widths.count(640) >= 28


async def test_a_closed_viewer_is_forgotten(recorded: Recorded) -> None:
    viewers = LiveViewers()
    viewers.opened(recorded[0])
    viewer = viewers.open_viewer("fmp4", asyncio.get_running_loop())
    viewer.close()
    viewer.close()
    assert viewers.count == 0
    assert await drain(viewer) == []


def test_a_viewer_whose_loop_is_gone_is_forgotten(recorded: Recorded) -> None:
    stream_format, packets = in_order(recorded)
    viewers = LiveViewers()
    viewers.opened(stream_format)
    loop = asyncio.new_event_loop()
    viewers.open_viewer("mpegts", loop)
    loop.close()
    show(viewers, packets)
    assert viewers.count == 0


async def test_a_group_too_large_to_hold_makes_viewers_wait_for_the_next(
    recorded: Recorded,
) -> None:
    stream_format, packets = in_order(recorded)
    viewers = LiveViewers(most_group=10)
    viewers.opened(stream_format)
    show(viewers, packets[:5])
    viewer = viewers.open_viewer("fmp4", asyncio.get_running_loop())
    show(viewers, packets[5:])
    viewers.end_all()
    assert (await drain(viewer))[0][4:8] == b"ftyp"


async def test_damaged_packets_do_not_end_a_view(recorded: Recorded) -> None:
    stream_format, packets = in_order(recorded)
    viewers = LiveViewers()
    viewers.opened(stream_format)
    viewer = viewers.open_viewer("mpegts", asyncio.get_running_loop())
    show(viewers, [*packets[:8], replace(packets[8], data=b"\x01"), *packets[9:]])
    viewers.end_all()
    assert len(frames(b"".join(await drain(viewer)), "mpegts")) >= 27
