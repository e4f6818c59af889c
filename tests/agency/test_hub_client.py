"""What answers in a hub's place, or without end, is no hub to a desk."""

import contextlib

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from neighborcam.agency.errors import HubAway
from neighborcam.agency.hub_client import HubClient


async def asked(answer: web.StreamResponse) -> None:
    """Say something to a hub that gives this answer."""

    async def say(_request: web.Request) -> web.StreamResponse:
        return answer

    application = web.Application()
    application.router.add_post("/api/words", say)
    async with TestServer(application) as server:
        await HubClient(str(server.make_url(""))).send("/api/words", b"{}")


@pytest.mark.parametrize("status", [200, 302, 403])
async def test_a_guest_networks_page_takes_no_attestation(status: int) -> None:
    """Else the desk would note a deletion as attested that the hub never heard of."""
    page = web.Response(status=status, text="Log in", content_type="text/html")
    with pytest.raises(HubAway, match=f"answers \\({status}\\) is not the hub"):
        await asked(page)


async def test_who_sends_elsewhere_took_nothing() -> None:
    elsewhere = web.Response(status=307, headers={"Location": "/login"})
    with pytest.raises(HubAway, match="not the hub"):
        await asked(elsewhere)


async def test_an_answer_without_end_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("neighborcam.agency.hub_client._MOST_BYTES", 1000)

    async def flood(http_request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(http_request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(bytes(500))
        return response

    application = web.Application()
    application.router.add_get("/log/checkpoint", flood)
    async with TestServer(application) as server:
        with pytest.raises(HubAway, match="no end"):
            await HubClient(str(server.make_url(""))).get("/log/checkpoint")
