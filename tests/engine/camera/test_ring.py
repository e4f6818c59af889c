from collections.abc import Callable
from datetime import timedelta

import pytest

from neighborcam.engine.camera.packet import MediaPacket, StreamFormat
from neighborcam.engine.camera.ring import PacketRing

type PacketAt = Callable[..., MediaPacket]


@pytest.fixture
def fill(
    stream_format: StreamFormat, packet_at: PacketAt
) -> Callable[[PacketRing, int], list[MediaPacket]]:
    def run(ring: PacketRing, count: int) -> list[MediaPacket]:
        ring.opened(stream_format)
        packets = [packet_at(n, is_key=n % 10 == 0) for n in range(count)]
        for packet in packets:
            ring.packet(packet)
        return packets

    return run


type Fill = Callable[[PacketRing, int], list[MediaPacket]]


def numbers(packets: list[MediaPacket]) -> list[int]:
    return [packet.pts // 9000 for packet in packets]


def test_an_empty_ring_says_so(stream_format: StreamFormat) -> None:
    ring = PacketRing()
    with pytest.raises(LookupError):
        ring.newest_gop()
    ring.opened(stream_format)
    with pytest.raises(LookupError):
        ring.newest_gop()


def test_a_snapshot_begins_with_the_group_that_covers_the_time(fill: Fill) -> None:
    ring = PacketRing()
    packets = fill(ring, 35)
    found = ring.snapshot_from(packets[17].wall)[1]
    assert numbers(found) == list(range(10, 35))
    exactly = ring.snapshot_from(packets[20].wall)[1]
    assert numbers(exactly) == list(range(20, 35))
    before = ring.snapshot_from(packets[0].wall - timedelta(hours=1))[1]
    assert numbers(before) == list(range(35))


def test_the_newest_group_begins_at_the_last_key_frame(fill: Fill) -> None:
    ring = PacketRing()
    fill(ring, 35)
    assert numbers(ring.newest_gop()[1]) == list(range(30, 35))


def test_the_ring_holds_whole_groups_within_its_seconds(fill: Fill) -> None:
    ring = PacketRing(max_s=2.0)
    packets = fill(ring, 60)
    held = numbers(ring.snapshot_from(packets[0].wall)[1])
    assert held == list(range(30, 60))


def test_the_ring_holds_whole_groups_within_its_bytes(fill: Fill) -> None:
    ring = PacketRing(max_bytes=2500)
    packets = fill(ring, 60)
    held = numbers(ring.snapshot_from(packets[0].wall)[1])
    assert held == list(range(40, 60))
    assert ring.size_bytes == 2000


def test_a_group_without_end_does_not_grow_without_end(
    stream_format: StreamFormat, packet_at: PacketAt
) -> None:
    ring = PacketRing(max_bytes=1000)
    ring.opened(stream_format)
    for number in range(100):
        ring.packet(packet_at(number, is_key=number == 0))
    assert ring.size_bytes <= 1000
    ring.packet(packet_at(100, is_key=True))
    assert numbers(ring.newest_gop()[1]) == [100]


def test_a_new_connection_lets_go_of_the_old_one(
    fill: Fill, stream_format: StreamFormat, packet_at: PacketAt
) -> None:
    ring = PacketRing()
    fill(ring, 5)
    ring.closed()
    assert numbers(ring.newest_gop()[1]) == list(range(5))
    ring.opened(stream_format)
    ring.packet(packet_at(0, is_key=True))
    assert numbers(ring.newest_gop()[1]) == [0]
