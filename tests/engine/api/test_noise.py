"""Broken requests: answered as any other failure, and told to no log."""

import asyncio

import pytest

from neighborcam.serving import connections
from tests.engine.api.conftest import House
from tests.noise import NOISE, check_log, check_refusal, listen, say


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE)
async def test_noise_is_answered_like_any_failure_and_logged_nowhere(
    house: House, caplog: pytest.LogCaptureFixture, noise: bytes
) -> None:
    """A request that is cut in two may hold a token."""
    listen(caplog)
    _, port = house.server.address
    check_refusal(await say(port, noise), 400, "bad_request")
    check_log(caplog)


async def test_a_connection_that_asks_for_nothing_is_let_go(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "FIRST_REQUEST_S", 0.05)
    _, port = house.server.address
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    writer.close()
