"""Try a camera before it is saved: one connection, one picture, ten seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

from neighborcam.engine.camera.address import split_credentials
from neighborcam.engine.camera.decode import decode_picture, jpeg
from neighborcam.engine.camera.packet import MediaKind, MediaPacket, VideoFormat
from neighborcam.engine.camera.source import Source, open_source
from neighborcam.engine.camera.timeouts import Timeouts
from neighborcam.engine.config import Polygon, Transport
from neighborcam.engine.errors import CameraError, InvalidInput
from neighborcam.engine.states import CameraState

_LIMITS: Final = Timeouts(open_s=5.0, read_s=4.0, key_frame_s=7.0)
_WATCH_S: Final = 1.0  # of packets, to measure the frame rate
_MOST_WATCHED: Final = 60
_PICTURE_WIDTH: Final = 960
_FEW: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeResult:
    """What was found. ``reason`` is for the owner; ``picture`` a JPEG, or None."""

    ok: bool
    state: CameraState
    reason: str
    video: VideoFormat | None = None
    fps: float | None = None
    has_audio: bool = False
    picture: bytes | None = None


def probe(
    url: str,
    username: str | None = None,
    password: str | None = None,
    *,
    transport: Transport = Transport.TCP,
    privacy_masks: tuple[Polygon, ...] = (),
    monotonic: Callable[[], float] = time.monotonic,
) -> ProbeResult:
    """Connect, decode one picture, measure; blocks up to about ten seconds.

    ``url`` may hold credentials; those given beside it win. Never raises for what a
    camera does, nor for an address that is wrong.
    """
    try:
        address = split_credentials(url)
        chosen = (
            (username, password) if username else (address.username, address.password)
        )
        with open_source(
            address.url, *chosen, transport=transport, timeouts=_LIMITS
        ) as source:
            return _look(source, privacy_masks, monotonic)
    except InvalidInput as failure:
        return ProbeResult(ok=False, state=CameraState.UNSUPPORTED, reason=str(failure))
    except CameraError as failure:
        return ProbeResult(ok=False, state=failure.state, reason=str(failure))


def _look(
    source: Source, masks: tuple[Polygon, ...], monotonic: Callable[[], float]
) -> ProbeResult:
    watched = _watch(source, monotonic)
    video = source.format.video
    found = ProbeResult(
        ok=True,
        state=CameraState.LIVE,
        reason="",
        video=video,
        fps=_rate(watched),
        has_audio=source.format.audio is not None,
    )
    return _with_picture(found, video, watched, masks)


def _watch(source: Source, monotonic: Callable[[], float]) -> list[MediaPacket]:
    """Return video of about a second; one packet is enough where no more comes."""
    watched: list[MediaPacket] = []
    end = monotonic() + _WATCH_S
    try:
        for packet in takewhile(lambda _: monotonic() < end, source):
            if packet.kind is MediaKind.VIDEO:
                watched.append(packet)
            if len(watched) == _MOST_WATCHED:
                break
    except CameraError:
        if not watched:
            raise
    return watched


def _rate(watched: list[MediaPacket]) -> float | None:
    if len(watched) < _FEW:
        return None
    length = watched[-1].dts - watched[0].dts
    return round((len(watched) - 1) * 90_000 / length, 1) if length > 0 else None


def _with_picture(
    found: ProbeResult,
    video: VideoFormat,
    watched: list[MediaPacket],
    masks: tuple[Polygon, ...],
) -> ProbeResult:
    try:
        shown = decode_picture(video, watched, watched[-1].wall)
    except LookupError:
        return ProbeResult(
            ok=False,
            state=CameraState.UNSUPPORTED,
            reason="the camera sends video, but no picture of it can be decoded; try"
            " another profile or H.264 in the camera's own settings",
            video=video,
            fps=found.fps,
            has_audio=found.has_audio,
        )
    return replace(found, picture=jpeg(shown, _PICTURE_WIDTH, masks))
