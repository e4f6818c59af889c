"""The client against a real server: success, every refusal, and things that are odd."""

import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession
from yarl import URL

from custom_components.neighborcam import client as client_module
from custom_components.neighborcam.client import EngineClient, pair
from custom_components.neighborcam.errors import (
    CodeRefused,
    EngineTooNew,
    EngineTooOld,
    EngineUnreachable,
    OddAnswer,
    TokenRefused,
    WishRefused,
)
from custom_components.neighborcam.models import Changes, Hello, Snapshot
from tests.home_assistant.fake_engine import (
    CODE,
    JPEG,
    SHARING_ON,
    TOKEN,
    FakeEngine,
    police_request,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as opened:
        yield opened


def url_of(engine: FakeEngine) -> URL:
    return URL(f"http://127.0.0.1:{engine.port}")


@pytest.fixture
def client(engine: FakeEngine, session: ClientSession) -> EngineClient:
    return EngineClient(session, url_of(engine), TOKEN)


async def test_a_code_gives_a_token_that_works(
    engine: FakeEngine, session: ClientSession
) -> None:
    token = await pair(session, url_of(engine), CODE, "Home Assistant")
    assert engine.wishes("POST", "/api/pair") == [
        {"code": CODE, "name": "Home Assistant"}
    ]
    info = await EngineClient(session, url_of(engine), token).info()
    assert info.id == engine.id


async def test_a_wrong_code_is_refused_by_name(
    engine: FakeEngine, session: ClientSession
) -> None:
    with pytest.raises(CodeRefused):
        await pair(session, url_of(engine), "WRONG", "Home Assistant")
    engine.refuse("POST", "/api/pair", 429, "too_many_tries", "wait a minute")
    with pytest.raises(WishRefused, match="wait a minute"):
        await pair(session, url_of(engine), CODE, "Home Assistant")


@pytest.mark.parametrize(("schema", "error"), [(2, EngineTooNew), (0, EngineTooOld)])
async def test_an_engine_of_another_schema_is_named_as_such(
    engine: FakeEngine, client: EngineClient, schema: int, error: type[Exception]
) -> None:
    engine.schema = schema
    with pytest.raises(error):
        await client.info()
    with pytest.raises(error):
        await anext(client.watch())


async def test_a_revoked_token_is_refused_by_name(client: EngineClient) -> None:
    await client.revoke()
    with pytest.raises(TokenRefused):
        await client.info()
    with pytest.raises(TokenRefused):
        await anext(client.watch())


async def test_a_refusal_keeps_the_engines_words_code_and_field(
    engine: FakeEngine, client: EngineClient
) -> None:
    engine.refuse("PATCH", "/api/cameras/front-door", 400, "invalid_input", "too big")
    with pytest.raises(WishRefused, match="too big") as refused:
        await client.change_camera("front-door", {"sensitivity": 900})
    assert refused.value.code == "invalid_input"


async def test_nobody_there_is_unreachable_without_its_address(
    session: ClientSession,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    gone = EngineClient(session, URL(f"http://127.0.0.1:{port}"), TOKEN)
    with pytest.raises(EngineUnreachable) as failed:
        await gone.info()
    assert str(port) not in str(failed.value)
    with pytest.raises(EngineUnreachable):
        await anext(gone.watch())
    with pytest.raises(EngineUnreachable):
        async with gone.open("/api/cameras/front-door/clip.mp4"):
            pass


async def test_everything_that_can_be_asked_is_asked_as_documented(
    engine: FakeEngine, client: EngineClient
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    engine.state.requests = [police_request()]
    assert [e.camera for e in await client.episodes(camera="front-door")] == [
        "front-door"
    ]
    assert (await client.episode("01JC00000000000000000000E1")).held is False
    assert await client.counts(NOON, NOON) == {"front-door": 3}
    assert (await client.timeline("front-door", NOON, NOON)).coverage
    await client.add_camera({"id": "yard", "name": "Yard", "main_url": "rtsp://h/1"})
    assert (await client.change_camera("yard", {"detection": False})).detection is False
    await client.remove_camera("yard")
    assert (await client.try_camera({"main_url": "rtsp://h/1"})).ok
    assert await client.discover() == []
    assert await client.onvif_profiles({"host": "h"}) == []
    assert await client.snapshot("front-door") == JPEG
    assert await client.thumbnail("01JC00000000000000000000E1") == JPEG
    await client.hold("01JC00000000000000000000E1")
    await client.release("01JC00000000000000000000E1")
    link = await client.sign("/api/cameras/front-door/live.ts", timedelta(hours=1))
    assert link == str(url_of(engine)) + "/api/cameras/front-door/live.ts?sig=signed"
    assert (await client.publish_alert({"headline": "Ice"})).headline == "Ice"
    await client.comment("alert-1", "Thank you")
    await client.react("alert-1", "confirm")
    assert [each.id for each in await client.requests()] == ["request-1"]
    await client.answer("request-1", {"answer": "decline", "confirm": True})
    asked = [(each.method, each.path) for each in engine.asked]
    assert ("POST", "/api/requests/request-1/answer") in asked
    assert ("DELETE", "/api/episodes/01JC00000000000000000000E1/hold") in asked


async def test_an_id_cannot_climb_out_of_its_path(
    engine: FakeEngine, client: EngineClient
) -> None:
    for id_ in ("../tokens/self", "..", "", "a/b", "a?b", "x" * 65):
        with pytest.raises(WishRefused):
            await client.episode(id_)
    assert engine.asked == []


@pytest.mark.parametrize("signed", [{"url": "http://evil.example/x"}, {}, [], None])
async def test_a_link_to_somewhere_else_is_odd(
    client: EngineClient,
    signed: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def answer(*_args: object, **_more: object) -> object:
        return signed

    monkeypatch.setattr(client, "ask", answer)
    with pytest.raises(OddAnswer):
        await client.sign("/api/cameras/front-door/live.ts", timedelta(hours=1))


async def test_an_answer_without_end_is_cut_off(
    client: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "ANSWER_LIMIT", 10)
    with pytest.raises(OddAnswer, match="too large"):
        await client.info()


async def test_the_connection_brings_hello_snapshot_and_changes_in_order(
    engine: FakeEngine, client: EngineClient
) -> None:
    watching = client.watch()
    assert isinstance(await anext(watching), Hello)
    assert isinstance(await anext(watching), Snapshot)
    await engine.push({"type": "DoorbellRang", "camera": "front-door"})
    assert isinstance(await anext(watching), Changes)
    await engine.push(seq=7)  # five are missing
    assert isinstance(await anext(watching), Snapshot)
    await engine.drop()
    with pytest.raises(EngineUnreachable):
        await anext(watching)


@pytest.mark.parametrize("text", ["[]", "{", "7", '"x"', "[" * 10_000])
async def test_a_message_that_is_none_is_odd(
    engine: FakeEngine, client: EngineClient, text: str
) -> None:
    watching = client.watch()
    await anext(watching)
    await anext(watching)
    await engine.send_text(text)
    with pytest.raises(OddAnswer):
        await anext(watching)


async def test_a_huge_message_ends_the_connection(
    engine: FakeEngine, client: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "MESSAGE_LIMIT", 20_000)
    watching = client.watch()
    await anext(watching)
    await anext(watching)
    await engine.send_text('"' + "x" * 50_000 + '"')
    with pytest.raises((EngineUnreachable, OddAnswer)):
        await anext(watching)


async def test_an_engine_that_falls_silent_is_gone(
    client: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "SILENCE_S", 0.05)
    watching = client.watch()
    await anext(watching)
    await anext(watching)
    with pytest.raises(EngineUnreachable):
        await anext(watching)


async def test_a_token_revoked_while_connected_is_told_by_the_close_code(
    engine: FakeEngine, client: EngineClient
) -> None:
    watching = client.watch()
    await anext(watching)
    await anext(watching)
    await engine.drop(code=4401)
    with pytest.raises(TokenRefused):
        await anext(watching)
