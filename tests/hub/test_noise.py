"""Broken requests: answered as any other failure, and told to no log."""

import asyncio
import zlib

import pytest

from tests.engine.sharing.shared_home import until
from tests.hub.clock import REGION
from tests.hub.conftest import Town
from tests.hub.test_moderation import jpeg, media
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


@pytest.mark.parametrize(
    ("line", "path", "code"),
    [
        (b"Authorization: Pass \xff\xfe", f"/api/alerts?region={REGION}", "no_pass"),
        (b"Cookie: neighborcam_steward=\xff", "/api/steward/cases", "not_a_steward"),
    ],
)
async def test_bytes_that_are_no_text_are_no_pass_and_no_session(
    town: Town, caplog: pytest.LogCaptureFixture, line: bytes, path: str, code: str
) -> None:
    listen(caplog)
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode()
    said = await say(town.hub.desk.settings.port, head + line + b"\r\n\r\n")
    check_refusal(said, 401, code)
    check_log(caplog)


async def test_who_hangs_up_during_an_upload_is_no_bug_of_ours(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    home, data = await town.home(), jpeg()
    alert = await home.post(media=(media(data),))
    listen(caplog)
    port, changes = town.hub.desk.settings.port, town.hub.desk.changes
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    path = f"/api/alerts/{alert.id}/media/{alert.media[0].sha256}"
    head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n\r\n"
    writer.write(head.encode() + data[:9])
    await until(lambda: bool(changes))
    writer.transport.abort()
    await until(lambda: not changes)
    check_log(caplog)
