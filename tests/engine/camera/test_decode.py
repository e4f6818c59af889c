import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from neighborcam.engine.camera.decode import (
    LumaDecoder,
    LumaFrame,
    Picture,
    decode_picture,
    jpeg,
)
from neighborcam.engine.camera.packet import MediaKind, MediaPacket, StreamFormat
from neighborcam.engine.camera.still import inside

type Recorded = tuple[StreamFormat, list[MediaPacket]]
type Read = Callable[..., Recorded]
type MakeVideo = Callable[..., Path]


def square_left(luma: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> int:
    """Where the bright square of the made video begins."""
    columns = np.flatnonzero(luma[20:44].mean(axis=0) > 140)
    return int(columns[0])


def test_luma_shows_what_was_filmed_at_the_time_it_was_filmed(
    recorded: Recorded,
) -> None:
    stream_format, packets = recorded
    decoder = LumaDecoder(stream_format.video)
    frames = decoder.decode(packets) + decoder.flush()
    assert len(frames) == 30
    video = [packet for packet in packets if packet.kind is MediaKind.VIDEO]
    for number, frame in enumerate(frames):
        assert frame.luma.shape == (240, 320)
        assert frame.luma.dtype == np.uint8
        assert (frame.wall, frame.pts) == (video[number].wall, video[number].pts)
        assert abs(square_left(frame.luma) - 4 * number) <= 3
        assert not frame.corrupt


def test_luma_is_a_view_that_outlives_later_decoding(recorded: Recorded) -> None:
    stream_format, packets = recorded
    decoder = LumaDecoder(stream_format.video)
    first = decoder.decode(packets[:4])[0]
    before = first.luma.copy()
    assert not first.luma.flags.owndata
    decoder.decode(packets[4:])
    assert np.array_equal(first.luma, before)


def test_bursts_give_the_same_frames_as_one_long_run(recorded: Recorded) -> None:
    stream_format, packets = recorded
    decoder = LumaDecoder(stream_format.video)
    frames: list[LumaFrame] = []
    for at in range(0, len(packets), 7):
        frames += decoder.decode(packets[at : at + 7])
    frames += decoder.flush()
    assert [frame.pts for frame in frames] == [n * 9000 for n in range(30)]


@pytest.mark.parametrize("b_frames", [0, 2])
def test_key_frames_alone_are_there_at_once(
    make_video: MakeVideo, read: Read, b_frames: int
) -> None:
    stream_format, packets = read(make_video(b_frames=b_frames))
    decoder = LumaDecoder(stream_format.video, key_frames_only=True)
    for packet in packets:
        frames = decoder.decode([packet])
        assert [frame.pts for frame in frames] == (
            [packet.pts] if packet.is_key else []
        )


def test_frames_are_given_no_more_often_than_asked(recorded: Recorded) -> None:
    stream_format, packets = recorded
    decoder = LumaDecoder(stream_format.video, max_fps=5)
    frames = decoder.decode(packets) + decoder.flush()
    assert [frame.pts for frame in frames] == [n * 18000 for n in range(15)]


@pytest.mark.parametrize(
    ("suffix", "codec", "pix_fmt"),
    [
        ("mkv", "libx264", "yuv420p10le"),
        ("mkv", "libx264", "yuv444p"),
        ("avi", "mjpeg", "yuvj422p"),
        ("avi", "mjpeg", "yuvj420p"),
    ],
)
def test_other_pixel_formats_give_luma_too(
    make_video: MakeVideo, read: Read, suffix: str, codec: str, pix_fmt: str
) -> None:
    path = make_video(suffix, codec=codec, pix_fmt=pix_fmt, seconds=1.0)
    stream_format, packets = read(path)
    decoder = LumaDecoder(stream_format.video)
    frames = decoder.decode(packets) + decoder.flush()
    assert len(frames) == 10
    assert frames[5].luma.shape == (240, 320)
    assert abs(square_left(frames[5].luma) - 20) <= 3


def test_damage_is_concealed_flagged_and_never_raised(recorded: Recorded) -> None:
    stream_format, packets = recorded
    video = [packet for packet in packets if packet.kind is MediaKind.VIDEO]
    data = bytearray(video[0].data)
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    damaged = replace(video[0], data=bytes(data))
    garbage = replace(video[1], data=b"\x00\x00\x01\x41" + b"\xff" * 40)
    decoder = LumaDecoder(stream_format.video)
    frames = decoder.decode([damaged, garbage, *video[2:]]) + decoder.flush()
    assert frames[0].corrupt
    assert not frames[-1].corrupt


def test_a_picture_is_the_frame_that_was_shown_then(recorded: Recorded) -> None:
    stream_format, packets = recorded
    video = [packet for packet in packets if packet.kind is MediaKind.VIDEO]
    wanted = video[17].wall
    picture = decode_picture(
        stream_format.video, packets, wanted + timedelta(milliseconds=50)
    )
    assert picture.wall == wanted
    assert picture.rgb.shape == (240, 320, 3)
    assert abs(square_left(picture.rgb[:, :, 1]) - 4 * 17) <= 3


def test_a_picture_before_all_packets_is_the_first(recorded: Recorded) -> None:
    stream_format, packets = recorded
    early = packets[0].wall - timedelta(hours=1)
    assert decode_picture(stream_format.video, packets, early).wall == packets[0].wall


def test_no_packets_or_only_damaged_ones_give_no_picture(recorded: Recorded) -> None:
    stream_format, packets = recorded
    with pytest.raises(LookupError):
        decode_picture(stream_format.video, [], packets[0].wall)
    broken = replace(packets[0], data=b"\x00\x00\x01\x65\xff\xff")
    with pytest.raises(LookupError):
        decode_picture(stream_format.video, [broken], packets[0].wall)


def pixels(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with av.open(io.BytesIO(data), "r") as image:
        frame = next(image.decode(video=0))
        return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def test_a_jpeg_is_scaled_and_shows_the_picture(recorded: Recorded) -> None:
    stream_format, packets = recorded
    picture = decode_picture(stream_format.video, packets, packets[0].wall)
    small = pixels(jpeg(picture, 161))
    assert small.shape == (120, 160, 3)
    large = pixels(jpeg(picture, 10_000))
    assert large.shape == (240, 320, 3)
    assert np.abs(large.astype(int) - picture.rgb).mean() < 4


def test_privacy_masks_are_black_in_a_jpeg_and_nothing_else_is(
    recorded: Recorded,
) -> None:
    white = np.full((100, 200, 3), 255, np.uint8)
    picture = Picture(rgb=white, wall=recorded[1][0].wall)
    triangle = ((0.0, 0.0), (0.5, 0.0), (0.0, 1.0))
    square = ((0.75, 0.5), (1.0, 0.5), (1.0, 1.0), (0.75, 1.0))
    shown = pixels(jpeg(picture, 200, (triangle, square)))
    assert shown[:30, :50].max() < 12
    assert shown[60:, 160:].max() < 12
    assert shown[:40, 120:].min() > 240
    assert white.min() == 255


def test_a_mask_that_crosses_itself_or_the_border_is_painted() -> None:
    hourglass = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
    painted = inside(hourglass, 100, 100)
    assert painted[5, 50]
    assert painted[95, 50]
    assert not painted[50, 5]
    assert inside(((0, 0), (1, 0), (1, 1), (0, 1)), 7, 9).all()
