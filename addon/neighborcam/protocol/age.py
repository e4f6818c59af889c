"""Seals files that the ordinary `age` tool opens, and opens them (spec/sealing.md).

Format: age-encryption.org/v1. Files are streamed: memory does not grow with them.
"""

import hmac
import os
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from neighborcam.protocol.age_keys import (
    FILE_KEY_BYTES,
    Identity,
    Recipient,
    Stanza,
    derive,
    from_base64,
    to_base64,
    unwrap_any,
)
from neighborcam.protocol.errors import CannotOpen

CHUNK_BYTES: Final = 64 * 1024
_TAG_BYTES: Final = 16
_NONCE_BYTES: Final = 16
_VERSION: Final = b"age-encryption.org/v1\n"
_COLUMNS: Final = 64
_LINE_LIMIT: Final = 8192  # bytes; the longest line that age writes is 1.5 KB
_STANZAS_LIMIT: Final = 64
_DAMAGED: Final = "the head of the file is damaged"


def seal(
    source: BinaryIO,
    target: BinaryIO,
    recipients: Sequence[Recipient],
    *,
    random: Callable[[int], bytes] = os.urandom,
) -> None:
    """Write ``source`` sealed to all ``recipients``; any of them can open it."""
    if not recipients:
        raise ValueError("a file must be sealed to somebody")
    file_key = random(FILE_KEY_BYTES)
    target.write(_head(file_key, [each.wrap(file_key) for each in recipients]))
    nonce = random(_NONCE_BYTES)
    target.write(nonce)
    cipher = _payload_cipher(file_key, nonce)
    target.writelines(
        cipher.encrypt(_chunk_nonce(number, is_last=is_last), chunk, None)
        for number, chunk, is_last in _chunks(source, CHUNK_BYTES)
    )


def unseal(source: BinaryIO, target: BinaryIO, identities: Sequence[Identity]) -> None:
    """Write the content of a sealed file.

    Raises `CannotOpen`. Each chunk that was written is genuine, but without the end
    of the file its end is not: throw the target away then.
    """
    file_key = _open_head(source, identities)
    nonce = source.read(_NONCE_BYTES)
    if len(nonce) != _NONCE_BYTES:
        raise CannotOpen("the file is cut off")
    cipher = _payload_cipher(file_key, nonce)
    for number, chunk, is_last in _chunks(source, CHUNK_BYTES + _TAG_BYTES):
        if number and len(chunk) <= _TAG_BYTES:
            raise CannotOpen("the file ends with an empty piece, as none does")
        try:
            opened = cipher.decrypt(_chunk_nonce(number, is_last=is_last), chunk, None)
        except InvalidTag:
            raise CannotOpen("the file was changed or is cut off") from None
        target.write(opened)


def _head(file_key: bytes, stanzas: Sequence[Stanza]) -> bytes:
    text = _VERSION + b"".join(_stanza_text(each) for each in stanzas) + b"---"
    return text + b" " + to_base64(_mac(file_key, text)).encode() + b"\n"


def _stanza_text(stanza: Stanza) -> bytes:
    body = to_base64(stanza.body)
    # The last line is short, even when it has to be empty: that ends the stanza.
    lines = [body[at : at + _COLUMNS] for at in range(0, len(body) + 1, _COLUMNS)]
    return "".join(f"{line}\n" for line in (_arguments(stanza), *lines)).encode()


def _arguments(stanza: Stanza) -> str:
    return " ".join(("->", *stanza.arguments))


def _open_head(source: BinaryIO, identities: Sequence[Identity]) -> bytes:
    if _line(source) != _VERSION:
        raise CannotOpen("this is no file of age, or of a newer one")
    head = bytearray(_VERSION)
    stanzas: list[Stanza] = []
    while not (line := _line(source)).startswith(b"---"):
        if len(stanzas) == _STANZAS_LIMIT:
            raise CannotOpen("the file is sealed to too many keys")
        head += line
        body = list(_body_lines(source))
        head += b"".join(body)
        stanzas.append(_stanza(line, body))
    if not stanzas or not line.startswith(b"--- "):
        raise CannotOpen(_DAMAGED)
    mac = from_base64(_text(line)[len("--- ") :])
    file_key = unwrap_any(stanzas, identities)
    if len(file_key) != FILE_KEY_BYTES or not hmac.compare_digest(
        mac, _mac(file_key, bytes(head) + b"---")
    ):
        raise CannotOpen("the head of the file was changed")
    return file_key


def _stanza(line: bytes, body: Sequence[bytes]) -> Stanza:
    mark, *arguments = _text(line).split(" ")
    if mark != "->" or not arguments or not all(map(_is_argument, arguments)):
        raise CannotOpen(_DAMAGED)
    encoded = "".join(_text(each) for each in body)
    return Stanza(arguments=tuple(arguments), body=from_base64(encoded))


def _is_argument(text: str) -> bool:
    return bool(text) and all("!" <= each <= "~" for each in text)


def _body_lines(source: BinaryIO) -> Iterator[bytes]:
    """Yield lines up to the first that is shorter than a full one."""
    while True:
        line = _line(source)
        if len(line) > _COLUMNS + 1:
            raise CannotOpen(_DAMAGED)
        yield line
        if len(line) <= _COLUMNS:
            return


def _line(source: BinaryIO) -> bytes:
    line = source.readline(_LINE_LIMIT)
    if not line.endswith(b"\n"):
        raise CannotOpen(_DAMAGED)
    return line


def _text(line: bytes) -> str:
    try:
        return line.decode("ascii").removesuffix("\n")
    except UnicodeDecodeError:
        raise CannotOpen(_DAMAGED) from None


def _chunks(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield number, bytes, and whether nothing follows; at least one chunk."""
    number, chunk = 0, _read(source, size)
    while True:
        following = _read(source, size)
        yield number, chunk, not following
        if not following:
            return
        number, chunk = number + 1, following


def _read(source: BinaryIO, size: int) -> bytes:
    """Read ``size`` bytes, fewer only at the end: pipes give less at a time."""
    read = bytearray()
    while len(read) < size and (more := source.read(size - len(read))):
        read += more
    return bytes(read)


def _chunk_nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11) + bytes([is_last])


def _payload_cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(derive(file_key, nonce, b"payload"))


def _mac(file_key: bytes, text: bytes) -> bytes:
    return hmac.digest(derive(file_key, b"", b"header"), text, sha256)
