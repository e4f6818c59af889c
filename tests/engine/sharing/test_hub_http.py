"""Bytes to a hub: slow is fine, still is not, and a hub's words are bounded."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, Mock

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from neighborcam.engine.errors import (
    EngineError,
    HubBusy,
    HubRefused,
    HubUnreachable,
)
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing import hub_http
from neighborcam.engine.sharing.hub_http import HubHttp, decoded, hub_session
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.mail import Mail
from neighborcam.protocol.feed import Events, FeedMessage, ServedMedia
from tests.engine.sharing.feeds import Author

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Serve = Callable[[Handler], Awaitable[HubHttp]]
CLIP = bytes(range(256)) * 4096  # 1 MiB


@pytest.fixture
async def serve(session: aiohttp.ClientSession) -> AsyncIterator[Serve]:
    servers: list[TestServer] = []

    async def start(handler: Handler) -> HubHttp:
        app = web.Application(client_max_size=2**25)
        app.router.add_route("*", "/{path:.*}", handler)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return HubHttp(session, str(server.make_url("/")))

    yield start
    for server in servers:
        await server.close()
    gc.collect()


def refusal(status: int, code: str, **headers: str) -> web.Response:
    error = {"code": code, "message": "no", "field": headers.pop("field", None)}
    return web.json_response({"error": error}, status=status, headers=headers)


async def test_a_clip_over_a_slow_uplink_takes_its_time(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes flow all the time, and the whole takes longer than any one patience."""
    monkeypatch.setattr(hub_http, "UPLOADED_S", 0.5)
    read: list[int] = []

    async def slowly(request: web.Request) -> web.Response:
        assert request.headers["Content-Length"] == str(len(CLIP))
        async for piece in request.content.iter_chunked(2**15):
            read.append(len(piece))
            await asyncio.sleep(0.05)
        return web.Response()

    http = await serve(slowly)
    await http.ask("PUT", "/clip", data=CLIP)
    assert sum(read) == len(CLIP)


async def test_an_upload_that_stands_still_ends(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_http, "UPLOADED_S", 0.2)
    over = asyncio.Event()

    async def stands(request: web.Request) -> web.Response:
        await request.content.readany()
        await over.wait()
        return web.Response()

    http = await serve(stands)
    with pytest.raises(HubUnreachable):
        await http.ask("PUT", "/clip", data=CLIP * 16)
    over.set()


async def test_a_drip_is_no_answer(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_http, "ANSWER_S", 0.2)

    async def drips(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:  # a hub that keeps a home waiting with a byte now and then
            await answer.write(b".")
            await asyncio.sleep(0.05)

    http = await serve(drips)
    with pytest.raises(HubUnreachable):
        await http.ask("GET", "/log/checkpoint")


@pytest.mark.parametrize(
    ("header", "after_s"),
    [
        ("7", 7.0),
        ("1" + "0" * 12, 60.0),
        ("9" * 400, 60.0),
        ("99999", 3600.0),
        ("soon", 60.0),
        ("-1", 60.0),
        ("\u0663", 60.0),
        ("", 60.0),
    ],
)
async def test_a_hub_cannot_send_a_home_away_for_good(
    serve: Serve, header: str, after_s: float
) -> None:
    async def busy(_request: web.Request) -> web.Response:
        return refusal(429, "too_many", **{"Retry-After": header})

    http = await serve(busy)
    with pytest.raises(HubBusy) as told:
        await http.ask("GET", "/")
    assert told.value.after_s == after_s


async def test_too_slow_is_a_reason_to_try_again(serve: Serve) -> None:
    async def slow(_request: web.Request) -> web.Response:
        return refusal(408, "too_slow")

    http = await serve(slow)
    with pytest.raises(HubUnreachable):
        await http.ask("POST", "/", data=b"x")


async def test_a_clock_is_named_when_it_is_the_clock(serve: Serve) -> None:
    async def early(_request: web.Request) -> web.Response:
        return refusal(400, "outside_limits", field="at")

    http = await serve(early)
    with pytest.raises(HubRefused, match="turn on time synchronisation"):
        await http.ask("POST", "/", data=b"x")


async def test_an_answer_without_end_is_none(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_http, "ANSWER_LIMIT", 2**20)

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(20):
            await answer.write(bytes(2**17))
        return answer

    http = await serve(endless)
    with pytest.raises(HubUnreachable, match="no end"):
        await http.ask("GET", "/")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_who_sends_elsewhere_took_nothing(serve: Serve, status: int) -> None:
    """A letter that a guest network answers with its login page is not delivered."""

    async def elsewhere(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/login"})

    http = await serve(elsewhere)
    with pytest.raises(HubUnreachable, match=f"elsewhere \\({status}\\)"):
        await http.ask("POST", "/api/alerts", data=b"{}")


async def test_a_page_is_no_hubs_answer_to_what_it_takes_without_a_word(
    serve: Serve,
) -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<h1>Welcome! Log in.</h1>", content_type="text/html")

    http = await serve(page)
    with pytest.raises(HubUnreachable, match="not the hub"):
        await http.tell("PUT", "/api/chunks/1", CLIP)


async def test_a_page_is_no_hubs_answer_to_an_alert(
    serve: Serve, session: aiohttp.ClientSession
) -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<h1>Welcome! Log in.</h1>", content_type="text/html")

    http = await serve(page)
    link = HubLink(session, http._hub, lambda: datetime.now(UTC))
    with pytest.raises(HubUnreachable, match="no sense"):
        await link.publish(b"{}")


async def test_a_feed_goes_where_it_was_sent_and_nowhere_else(serve: Serve) -> None:
    """Else a hub could have a home ask its router to restart."""
    asked: list[str] = []

    async def router(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(text="restarting")

    elsewhere = (await serve(router))._hub

    async def hub(_request: web.Request) -> web.Response:
        raise web.HTTPFound(f"{elsewhere}/restart")

    http = await serve(hub)
    async with hub_session() as session:
        link = HubLink(session, http._hub, lambda: datetime.now(UTC))
        with pytest.raises(HubUnreachable):
            async with link.feed("851f1d4bfffffff", None, "pass"):
                pass
    assert asked == []


async def test_a_refusal_is_cut_short(serve: Serve) -> None:
    async def chatty(_request: web.Request) -> web.Response:
        error = {"code": "conflict", "message": "x" * 10_000}
        return web.json_response({"error": error}, status=409)

    http = await serve(chatty)
    with pytest.raises(HubRefused) as told:
        await http.tell("POST", "/", b"x")
    assert len(str(told.value)) == 300


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":{"code":7,"message":"no"}}',
        b'{"error":{"code":"conflict","message":["no"]}}',
        b'{"error":{"code":"' + b"x" * 100 + b'","message":"no"}}',
        b'{"error":{"code":"\xff","message":"no"}}',
        b'{"error":' + b"[" * 100_000,
        b"[]",
        b"",
    ],
    ids=["number", "list", "long", "utf8", "deep", "other", "empty"],
)
async def test_a_refusal_that_makes_no_sense_is_none(serve: Serve, body: bytes) -> None:
    async def odd(_request: web.Request) -> web.Response:
        return web.Response(status=409, body=body)

    http = await serve(odd)
    with pytest.raises(HubUnreachable):
        await http.tell("POST", "/", b"x")


PICTURE = ServedMedia(sha256="0" * 64, kind="picture", type="image/jpeg", bytes=1)


@pytest.mark.parametrize(
    "changes",
    [
        {"vote_key": bytes(1025)},
        {"media": (PICTURE,) * 5},
        {"media": (msgspec.structs.replace(PICTURE, type="x" * 41),)},
    ],
    ids=["vote_key", "media", "type"],
)
def test_an_event_that_fills_a_disk_is_none(changes: dict[str, Any]) -> None:
    author = Author()
    event = author.tell(author.alert(), media=(PICTURE,) * 4, vote_key=bytes(1024))
    good = msgspec.json.encode(Events(events=(event,), live=True))
    assert decoded(good, FeedMessage).events == (event,)
    large = msgspec.structs.replace(event, **changes)
    with pytest.raises(HubUnreachable):
        decoded(msgspec.json.encode(Events(events=(large,), live=True)), FeedMessage)


async def test_mail_that_makes_no_sense_waits(tmp_path: Path) -> None:
    link, asked, store = AsyncMock(), Mock(), SharingStore.open(tmp_path)
    asked.request.id = "a" * 32
    for odd in (b'{"bundles":["\xff"]}', b"[" * 100_000, b"<h1>"):
        link.raw.return_value = odd
        with pytest.raises(EngineError, match="no sense"):
            await Mail(link, store.requests).fetch(asked)
    store.close()
