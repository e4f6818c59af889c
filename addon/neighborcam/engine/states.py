"""The states of a camera and of a recording, as tables.

``CAMERA_MOVES`` is the whole truth about which state may follow which; a move
that is not in it raises and changes nothing. The diagram in docs/ is generated
from it.
"""

from enum import StrEnum
from typing import Final


class CameraState(StrEnum):
    """What a camera's connection is doing, as its owner would say it."""

    OFF = "off"  # switched off, or dark for everybody (privacy)
    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"  # connected, but nothing comes
    RECONNECTING = "reconnecting"  # it was live, and the stream ended
    UNREACHABLE = "unreachable"
    UNAUTHORISED = "unauthorised"
    UNSUPPORTED = "unsupported"


_FAILED: Final = frozenset(
    {
        CameraState.STALLED,
        CameraState.RECONNECTING,
        CameraState.UNREACHABLE,
        CameraState.UNAUTHORISED,
        CameraState.UNSUPPORTED,
    }
)

CAMERA_MOVES: Final[dict[CameraState, frozenset[CameraState]]] = {
    CameraState.OFF: frozenset({CameraState.CONNECTING}),
    CameraState.CONNECTING: _FAILED | {CameraState.LIVE, CameraState.OFF},
    CameraState.LIVE: _FAILED | {CameraState.OFF},
    **{
        state: frozenset({CameraState.CONNECTING, CameraState.OFF}) for state in _FAILED
    },
}


class IllegalMove(Exception):
    """A state was asked to become one that may not follow it."""


def move(current: CameraState, to: CameraState) -> CameraState:
    """Return ``to`` if it may follow ``current``; raise `IllegalMove` otherwise."""
    if to not in CAMERA_MOVES[current]:
        msg = f"a camera cannot go from {current} to {to}"
        raise IllegalMove(msg)
    return to
