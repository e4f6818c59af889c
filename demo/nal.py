"""NAL units of H.264 and HEVC: splitting Annex B and telling kinds apart."""

import re
from enum import Enum, auto

_START_CODE = re.compile(rb"\x00\x00\x01")


class Nal(Enum):
    """What a NAL unit is for, as far as a packetiser must know."""

    PARAMETERS = auto()
    KEY_SLICE = auto()
    SLICE = auto()
    FILLING = auto()
    """Access unit delimiters, SEI and filler: a receiver does without."""


def split(annex_b: bytes) -> list[bytes]:
    """Return the NAL units between the start codes, without them."""
    starts = [match.end() for match in _START_CODE.finditer(annex_b)]
    ends = [start - 3 for start in starts[1:]] + [len(annex_b)]
    units = (
        annex_b[start:end].rstrip(b"\x00")
        for start, end in zip(starts, ends, strict=True)
    )
    return [unit for unit in units if unit]


def kind_h264(unit: bytes) -> Nal:
    """Classify one H.264 NAL unit."""
    number = unit[0] & 31
    if number in {7, 8}:
        return Nal.PARAMETERS
    if number == 5:
        return Nal.KEY_SLICE
    return Nal.SLICE if 1 <= number <= 4 else Nal.FILLING


def kind_hevc(unit: bytes) -> Nal:
    """Classify one HEVC NAL unit."""
    number = unit[0] >> 1 & 63
    if number in {32, 33, 34}:
        return Nal.PARAMETERS
    if 16 <= number <= 23:
        return Nal.KEY_SLICE
    return Nal.SLICE if number < 16 else Nal.FILLING
