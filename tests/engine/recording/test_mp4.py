from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from neighborcam.engine.facts import SegmentId
from neighborcam.engine.recording.layout import Place, path_of, read_path
from neighborcam.engine.recording.mp4_fragment import fragment
from neighborcam.engine.recording.mp4_init import init_segment, nal_units
from neighborcam.engine.recording.mp4_walk import Layout, walk
from tests.engine.recording.footage import packets, stream_format
from tests.engine.recording.house import DOOR, at

FOOTAGE = packets(3)
PARTS = [init_segment(stream_format())] + [
    fragment(number + 1, "h264", FOOTAGE[15 * number : 15 * number + 15], 0)
    for number in range(3)
]
WHOLE = b"".join(PARTS)


def layout(data: bytes) -> Layout | None:
    return walk(lambda begin, length: data[begin : begin + length], len(data))


def test_a_whole_file_tells_what_it_holds() -> None:
    assert layout(WHOLE) == Layout(
        size_bytes=len(WHOLE),
        fragments=3,
        duration_s=3.0,
        codec="h264",
        width=160,
        height=96,
        has_audio=False,
    )


@given(st.integers(min_value=0, max_value=len(WHOLE)))
def test_a_file_cut_anywhere_ends_with_its_last_whole_fragment(size: int) -> None:
    ends = [sum(map(len, PARTS[:count])) for count in range(2, 5)]
    whole = max((end for end in ends if end <= size), default=None)
    found = layout(WHOLE[:size])
    assert (found.size_bytes if found else None) == whole


@given(
    st.integers(min_value=0, max_value=len(WHOLE) - 1),
    st.binary(min_size=1, max_size=64),
)
def test_garbage_in_a_file_never_raises_and_is_never_counted_beyond_its_size(
    place: int, garbage: bytes
) -> None:
    data = WHOLE[:place] + garbage + WHOLE[place + len(garbage) :]
    found = layout(data)
    assert found is None or found.size_bytes <= len(data)


@given(st.binary(max_size=300))
def test_garbage_alone_is_no_recording(data: bytes) -> None:
    found = layout(data)
    assert found is None or found.fragments > 0


@given(st.binary(max_size=200))
def test_nal_units_hold_no_start_code(data: bytes) -> None:
    for unit in nal_units(data):
        assert unit
        assert b"\0\0\1" not in unit


def test_a_fragment_of_odd_timestamps_can_be_written() -> None:
    odd = [replace(FOOTAGE[0], duration=0), replace(FOOTAGE[1], dts=0, pts=0)]
    assert layout(PARTS[0] + fragment(1, "h264", odd, 0)) is not None


@given(
    st.floats(min_value=0, max_value=3e8).map(lambda seconds: at(round(seconds, 3))),
)
def test_a_path_tells_whose_and_when(started_at: datetime) -> None:
    place = Place(
        camera=DOOR, id=SegmentId("01ARZ3NDEKTSV4RRFFQ69G5FAV"), started_at=started_at
    )
    assert read_path(path_of(place)) == place


@given(st.text(max_size=80))
def test_a_strange_path_tells_nothing(path: str) -> None:
    assert read_path(path) is None


def test_a_path_with_an_impossible_day_tells_nothing() -> None:
    name = "10-00-00.000_01ARZ3NDEKTSV4RRFFQ69G5FAV.mp4"
    assert read_path(f"door/2026-13-40/{name}") is None
    assert read_path(f"../2026-11-23/{name}") is None
    assert read_path(f"door/2026-11-23/{name}") is not None
