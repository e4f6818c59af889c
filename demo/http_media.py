"""A clip in the forms in which HTTP cameras send it: JPEGs and MPEG-TS."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av

type Packet = av.Packet[av.VideoStream]

_MAX_PICTURES = 60
"""Enough to see that pictures change; more would only take memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpMedia:
    """JPEG pictures, and the coded packets cut at key frames."""

    fps: float
    pictures: tuple[bytes, ...]
    template: Path
    gops: tuple[tuple[Packet, ...], ...]

    @property
    def segment_s(self) -> float:
        """How long one segment, one GOP, lasts on average."""
        packets = sum(map(len, self.gops))
        return packets / self.fps / len(self.gops)

    def segment(self, number: int) -> bytes:
        """Return segment `number` of the endless loop as MPEG-TS, in running time."""
        gop = self.gops[number % len(self.gops)]
        before = sum(map(len, self.gops)) * (number // len(self.gops))
        before += sum(len(one) for one in self.gops[: number % len(self.gops)])
        target = io.BytesIO()
        with (
            av.open(str(self.template)) as source,
            av.open(target, "w", format="mpegts", options={"muxdelay": "0"}) as out,
        ):
            stream = out.add_stream_from_template(source.streams.video[0])
            for index, packet in enumerate(gop):
                copy = av.Packet(bytes(packet))
                copy.time_base = packet.time_base
                tick = 1 / (self.fps * float(packet.time_base or 1))
                copy.pts = copy.dts = round((before + index) * tick)
                copy.is_keyframe = packet.is_keyframe
                copy.stream = stream
                out.mux(copy)
        return target.getvalue()


def load_media(path: Path) -> HttpMedia:
    """Read a file without B frames; its first pictures also become JPEGs."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        fps = float(stream.average_rate or 15)
        packets = [packet for packet in container.demux(stream) if packet.size]
    return HttpMedia(
        fps=fps,
        pictures=tuple(_jpegs(path)),
        template=path,
        gops=tuple(map(tuple, _gops(packets))),
    )


def _gops(packets: list[Packet]) -> list[list[Packet]]:
    gops: list[list[Packet]] = []
    for packet in packets:
        if packet.is_keyframe or not gops:
            gops.append([])
        gops[-1].append(packet)
    return gops


def _jpegs(path: Path) -> Iterator[bytes]:
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        for frame, _ in zip(frames, range(_MAX_PICTURES), strict=False):
            encoder = av.CodecContext.create("mjpeg", "w")
            encoder.width, encoder.height = frame.width, frame.height
            encoder.pix_fmt = "yuvj420p"
            encoder.time_base = frame.time_base
            picture = frame.reformat(format="yuvj420p")
            yield b"".join(bytes(packet) for packet in encoder.encode(picture))
