"""Bech32 of any length, as age writes its keys (BIP 173; spec/sealing.md)."""

from collections.abc import Iterable, Iterator
from typing import Final

from neighborcam.protocol.errors import InvalidMessage

_CHARSET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM: Final = 6


def encode(prefix: str, data: bytes) -> str:
    """Return ``data`` below a lower-case ``prefix``."""
    values = list(_regroup(data, 8, 5, pad=True))
    check = _polymod([*_expand(prefix), *values, *[0] * _CHECKSUM]) ^ 1
    values += [(check >> 5 * (5 - i)) & 31 for i in range(_CHECKSUM)]
    return f"{prefix}1{''.join(_CHARSET[value] for value in values)}"


def decode(text: str) -> tuple[str, bytes]:
    """Return prefix (lower case) and data. Raises `InvalidMessage`."""
    if text not in {text.lower(), text.upper()}:
        raise InvalidMessage("a key is written in capitals or without, not both")
    prefix, _, rest = text.lower().rpartition("1")
    values = [_CHARSET.find(each) for each in rest]
    if not prefix or len(values) < _CHECKSUM or min(values) < 0 or not prefix.isascii():
        raise InvalidMessage("this is no key: a letter does not belong there")
    if _polymod([*_expand(prefix), *values]) != 1:
        raise InvalidMessage("this key has a typing error, or its end is missing")
    return prefix, bytes(_regroup(values[:-_CHECKSUM], 5, 8, pad=False))


def _expand(prefix: str) -> list[int]:
    codes = prefix.encode()
    return [*(code >> 5 for code in codes), 0, *(code & 31 for code in codes)]


def _polymod(values: Iterable[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            checksum ^= generator if (top >> bit) & 1 else 0
    return checksum


def _regroup(
    values: Iterable[int], width: int, wanted: int, *, pad: bool
) -> Iterator[int]:
    """Yield the same bits in groups of another width."""
    held = bits = 0
    for value in values:
        held, bits = (held << width | value), bits + width
        while bits >= wanted:
            bits -= wanted
            yield held >> bits
            held &= (1 << bits) - 1
    if pad and bits:
        yield held << (wanted - bits)
    elif bits >= width or held:
        raise InvalidMessage("this key ends with bits that are none of it")
