"""Broken requests: answered as any other failure, and told to no log."""

import zlib

import pytest

from tests.hub.conftest import Town
from tests.noise import MARK, NOISE, check_log, check_refusal, listen, say

PACKED = b"""POST /api/households HTTP/1.1\r
Host: localhost\r
Connection: close\r
Content-Encoding: %b\r
Content-Length: %d\r
\r
%b"""
BROKEN = b"""POST /api/households HTTP/1.1\r
Host: localhost\r
Connection: close\r
Transfer-Encoding: chunked\r
\r
%b is no length\r
"""


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE)
async def test_noise_is_answered_like_any_failure_and_logged_nowhere(
    town: Town, caplog: pytest.LogCaptureFixture, noise: bytes
) -> None:
    listen(caplog)
    said = await say(town.hub.desk.settings.port, noise)
    check_refusal(said, 400, "bad_request")
    check_log(caplog)


async def test_a_body_that_breaks_off_is_no_bug_of_ours(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    said = await say(town.hub.desk.settings.port, BROKEN % MARK)
    check_refusal(said, 400, "bad_request")
    check_log(caplog)


@pytest.mark.parametrize("coding", [b"gzip", b"br", b"deflate", b"GZIP, br"])
async def test_no_body_is_unpacked(
    town: Town, caplog: pytest.LogCaptureFixture, coding: bytes
) -> None:
    listen(caplog)
    bomb = zlib.compressobj(wbits=31)
    packed = bomb.compress(bytes(64 * 2**20)) + bomb.flush()
    for data in (packed, packed[:10] + MARK):
        said = await say(
            town.hub.desk.settings.port, PACKED % (coding, len(data), data)
        )
        check_refusal(said, 415, "packed")
    check_log(caplog)
