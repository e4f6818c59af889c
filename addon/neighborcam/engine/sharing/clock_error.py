"""What this machine knows about the error of its clock: evidence says so.

Linux keeps it where an NTP program (chrony, systemd-timesyncd) disciplines the clock:
adjtimex(2), which tells without privileges. Other systems and machines without NTP know
nothing, and say that.
"""

import ctypes
import ctypes.util
import sys
from collections.abc import Callable
from typing import Final

NTP: Final = "ntp"
UNKNOWN: Final = "system"
_UNSYNCHRONISED: Final = 0x40  # STA_UNSYNC
_NANOSECONDS: Final = 0x2000  # STA_NANO: the offset's unit; else microseconds
_FAILED: Final = -1
_REST: Final = 256  # bytes: more than what we do not read of the structure


class Timex(ctypes.Structure):
    """The beginning of Linux' ``struct timex``; ``modes`` 0 only reads."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * _REST),
    )


def clock_error(
    read: Callable[[Timex], int] | None = None,
) -> tuple[str, int | None]:
    """Return what sets the clock, and how far it is off in milliseconds, if known."""
    state = Timex()
    if (read or _adjtimex)(state) == _FAILED or state.status & _UNSYNCHRONISED:
        return UNKNOWN, None
    per_ms = 1_000_000 if state.status & _NANOSECONDS else 1_000
    return NTP, round(state.offset / per_ms)


def _adjtimex(state: Timex) -> int:
    if sys.platform != "linux":
        return _FAILED
    library = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
    return int(library.adjtimex(ctypes.byref(state)))
