"""What is no HTTP, or broken HTTP, as strangers send it; said over a bare socket."""

import asyncio
import json
import logging
from typing import Final

import pytest

MARK: Final = b"s3cret-of-a-home"
"""In every piece of noise: a log that holds it quotes what somebody sent."""
NOISE: Final = {
    "not HTTP": b"\x16\x03\x01\x02" + MARK + b"\r\n\r\n",
    "bad method": b"G@T /" + MARK + b" HTTP/1.1\r\n\r\n",
    "bad header": b"GET / HTTP/1.1\r\nHost: a\r\nBad\x00" + MARK + b": 1\r\n\r\n",
    "long line": b"GET /" + MARK * 1000 + b" HTTP/1.1\r\n\r\n",
    "two lengths": b"POST /api/" + MARK + b" HTTP/1.1\r\nHost: a\r\n"
    b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n",
    "after a good one": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" + MARK + b"\r\n\r\n",
}
_HEADERS: Final = (
    b"server: neighborcam",
    b"cache-control: no-store",
    b"content-type: application/json",
    b"referrer-policy: no-referrer",
    b"x-content-type-options: nosniff",
)


async def say(port: int, data: bytes) -> tuple[bytes, bytes]:
    """Send bytes, read until the server hangs up; return the last head and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    async with asyncio.timeout(20):
        answers = await reader.read(-1)
    writer.close()
    *_, head, body = answers.split(b"\r\n\r\n")
    return head, body


def check_refusal(said: tuple[bytes, bytes], status: int, code: str) -> None:
    """Check an answer: our body, our headers, no versions, nothing of the request."""
    head, body = said
    assert head.split()[1] == b"%d" % status
    assert json.loads(body)["error"]["code"] == code
    lines = head.lower().split(b"\r\n")
    for header in _HEADERS:
        assert any(line.startswith(header) for line in lines), header
    assert b"python" not in head.lower()
    assert MARK not in head + body


def listen(caplog: pytest.LogCaptureFixture) -> None:
    """Keep all that we and aiohttp log, at whatever level."""
    for name in ("neighborcam", "aiohttp", "asyncio"):
        caplog.set_level(logging.DEBUG, name)


def check_log(caplog: pytest.LogCaptureFixture) -> None:
    """Check that no address and no byte of a request was logged, and no alarm."""
    assert "127.0.0.1" not in caplog.text
    assert MARK.decode() not in caplog.text
    assert "Traceback" not in caplog.text
    assert all(each.levelno < logging.WARNING for each in caplog.records)
