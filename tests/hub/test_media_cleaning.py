"""What is larger than it says is refused before memory is taken for it."""

import io
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np
import pytest

from neighborcam.hub.errors import UnfitMedia
from neighborcam.hub.media_cleaning import clean

SMALL, LARGE = 64, 4096
_SIZE_IN_ENTRY = 28  # of an avc1 box from its name on (ISO/IEC 14496-12, 8.5.2)


def encoder(edge: int, options: dict[str, str] | None = None) -> av.VideoCodecContext:
    made = av.CodecContext.create("libx264", "w")
    assert isinstance(made, av.VideoCodecContext)
    made.width = made.height = edge
    made.pix_fmt, made.time_base = "yuv420p", Fraction(1, 15)
    made.options = {"preset": "ultrafast"} | (options or {})
    return made


def picture(edge: int, number: int = 0) -> av.VideoFrame:
    grey = np.full((edge * 3 // 2, edge), 128, np.uint8)
    frame = av.VideoFrame.from_ndarray(grey, "yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, 15)
    return frame


def clip(edge: int, *more: bytes) -> bytes:
    """Return a clip of one picture; ``more`` are samples that follow it."""
    data = io.BytesIO()
    with av.open(data, "w", format="mp4") as made:
        stream = made.add_stream("libx264", rate=15)
        stream.width = stream.height = edge
        stream.pix_fmt, stream.options = "yuv420p", {"preset": "ultrafast"}
        packets = [*stream.encode(picture(edge)), *stream.encode(None)]
        for number, sample in enumerate(more, 1):
            packet = av.Packet(sample)
            packet.stream, packet.time_base = stream, Fraction(1, 15)
            packet.pts = packet.dts = number
            packet.is_keyframe = True
            packets.append(packet)
        made.mux(packets)
    return data.getvalue()


def small_by_its_header() -> bytes:
    """Return a large clip whose container says that it is small."""
    data = clip(LARGE)
    at = data.index(b"avc1", data.index(b"stsd")) + _SIZE_IN_ENTRY
    assert data[at : at + 4] == LARGE.to_bytes(2) * 2
    return data[:at] + SMALL.to_bytes(2) * 2 + data[at + 4 :]


def large_from_its_second_picture_on() -> bytes:
    """Return a small clip whose second sample brings a parameter set of its own."""
    large = encoder(LARGE)
    packets = [*large.encode(picture(LARGE)), *large.encode(None)]
    return clip(SMALL, *map(bytes, packets))


@pytest.mark.parametrize(
    ("bomb", "text"),
    [
        (small_by_its_header, "larger than"),  # found in the parameter set, undecoded
        (large_from_its_second_picture_on, "does not decode"),  # the decoder refuses
    ],
)
def test_no_picture_is_decoded_that_is_larger_than_allowed(
    bomb: Callable[[], bytes], text: str
) -> None:
    with pytest.raises(UnfitMedia, match=text):
        clean(bomb(), "clip")
    assert clean(clip(SMALL), "clip").type == "video/mp4"
