"""The desk's page lets one browser of this machine in, and nobody else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from neighborcam.agency.errors import InvalidInput, NotNow
from neighborcam.agency.lock import DeskLock
from neighborcam.agency.page.access import IDLE, Door, is_loopback
from neighborcam.agency.page.errors import NoSession, WrongHost, WrongOrigin
from neighborcam.agency.page.room import Room
from neighborcam.agency.page.routes import ROUTES
from neighborcam.agency.page.server import DeskServer
from tests.agency.station import PASSPHRASE, Station
from tests.noise import NOISE, check_log, check_refusal, listen, say

API = [each for each in ROUTES if each.path.startswith("/api/")]


@dataclass
class Visitor:
    """A browser without a page: it sends what it is told to."""

    http: aiohttp.ClientSession
    base: str
    server: DeskServer
    room: Room

    async def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        if method != "GET":
            headers = {"Origin": self.base} | headers
        async with self.http.request(
            method, f"{self.base}{path}", json=body, headers=headers
        ) as answer:
            data = await answer.read()
            is_json = answer.content_type == "application/json"
            return answer.status, await answer.json() if is_json and data else data

    async def code(self, method: str, path: str, **more: Any) -> str:
        status, answer = await self.ask(method, path, **more)
        return str(answer["error"]["code"]) if status >= 400 else str(status)

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])

    async def enter(self) -> None:
        token = self.server.link.partition("#enter=")[2]
        status, _ = await self.ask("POST", "/api/session", {"token": token})
        assert status == 204

    async def unlock(self) -> None:
        wish = {"passphrase": PASSPHRASE}
        assert (await self.ask("POST", "/api/unlock", wish))[0] == 204


@pytest.fixture
async def visitor(station: Station) -> AsyncIterator[Visitor]:
    room = Room(station.book.folder, station.policed.town.clock)
    server = DeskServer(room)
    await server.start()
    base = server.link.partition("/#")[0]
    jar = aiohttp.CookieJar(unsafe=True)  # of an address without a name
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Visitor(http, base, server, room)
    await server.stop()
    assert room.is_locked


def path_of(path: str) -> str:
    return (
        path.replace("{request:[0-9a-f]{32}}", "0" * 32)
        .replace("{answer:[0-9a-f]{32}}", "1" * 32)
        .replace("{alert:[0-9a-f]{32}}", "2" * 32)
        .replace(r"{number:\d+}", "0")
    )


async def test_nothing_is_answered_to_who_did_not_enter(visitor: Visitor) -> None:
    for route in API:
        if route.session:
            code = await visitor.code(route.method, path_of(route.path), body={})
            assert code == "no_session", route
    assert [each.path for each in API if not each.session] == ["/api/session"]


async def test_nothing_is_done_while_the_desk_is_locked(visitor: Visitor) -> None:
    await visitor.enter()
    free = {"session", "state", "keys", "unlock", "lock"}
    assert {each.path.removeprefix("/api/") for each in API if not each.keys} == free
    for route in API:
        if route.keys:
            code = await visitor.code(route.method, path_of(route.path), body={})
            assert code == "locked", route


async def test_another_name_for_this_machine_is_refused(visitor: Visitor) -> None:
    await visitor.enter()
    for name in ("evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example"):
        for path in ("/", "/api/state", "/assets/x.js"):
            code = await visitor.code("GET", path, Host=name)
            assert code == "wrong_host", name
    port = visitor.base.rpartition(":")[2]
    assert await visitor.code("GET", "/api/state", Host=f"localhost:{port}") == "200"


async def test_another_page_in_the_same_browser_is_refused(visitor: Visitor) -> None:
    await visitor.enter()
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", ""):
        code = await visitor.code("POST", "/api/lock", Origin=origin)
        assert code == "wrong_origin", origin
    for site in ("cross-site", "same-site"):
        site_header = {"Sec-Fetch-Site": site}
        assert await visitor.code("GET", "/api/state", **site_header) == "wrong_origin"
        assert await visitor.code("GET", "/", **site_header) == "200"
    no_origin = visitor.http.post(f"{visitor.base}/api/lock")
    async with no_origin as answer:
        assert answer.status == 403


async def test_the_link_lets_one_in_once_and_guessing_does_not_help(
    visitor: Visitor,
) -> None:
    for _ in range(3):
        wish = {"token": "guessed"}
        assert await visitor.code("POST", "/api/session", body=wish) == "no_session"
    await visitor.enter()
    token = visitor.server.link.partition("#enter=")[2]
    body = {"token": token}
    assert await visitor.code("POST", "/api/session", body=body) == "no_session"
    assert await visitor.code("GET", "/api/state") == "200"


def test_a_door_that_was_guessed_at_too_often_stays_shut() -> None:
    door = Door("127.0.0.1", 8495)
    for _ in range(20):
        with pytest.raises(NoSession):
            door.enter("guessed")
    with pytest.raises(NoSession):
        door.enter(door.token)
    with pytest.raises(NoSession):
        door.check_session("")
    with pytest.raises(WrongHost):
        door.check_host("")
    with pytest.raises(WrongOrigin):
        door.check_origin("POST", None, "")


async def test_the_desk_locks_when_nobody_does_anything(
    visitor: Visitor, station: Station
) -> None:
    await visitor.enter()
    await visitor.unlock()
    clock = station.policed.town.clock
    clock.at += IDLE / 2
    assert await visitor.code("GET", "/api/cases") == "200"  # that is something
    clock.at += IDLE / 2
    assert (await visitor.ask("GET", "/api/state"))[1]["locked"] is False
    clock.at += IDLE / 2  # the page alone asks how it is: that is nothing
    assert (await visitor.ask("GET", "/api/state"))[1]["locked"] is True
    assert await visitor.code("GET", "/api/cases") == "locked"
    assert visitor.room._ring is None
    await visitor.unlock()
    await visitor.ask("POST", "/api/lock")
    assert visitor.room.is_locked


async def test_no_answer_stays_in_the_browser_or_runs_anything_foreign(
    visitor: Visitor,
) -> None:
    for path in ("/", "/icon.svg", "/api/state", "/nowhere"):
        async with visitor.http.get(f"{visitor.base}{path}") as answer:
            headers = answer.headers
            assert headers["Cache-Control"] == "no-store"
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Server"] == "NeighborCam"
            assert "unsafe" not in headers["Content-Security-Policy"]


async def test_wrong_words_are_named_and_nothing_of_them_is_told(
    visitor: Visitor, station: Station
) -> None:
    await visitor.enter()
    wish = {"passphrase": "wrong horse battery"}
    assert await visitor.code("POST", "/api/unlock", body=wish) == "wrong_passphrase"
    status, answer = await visitor.ask("POST", "/api/unlock", {"word": 1})
    assert (status, answer["error"]["code"]) == (400, "invalid_input")
    async with visitor.http.post(
        f"{visitor.base}/api/unlock",
        data=b"[" * 5000,
        headers={"Origin": visitor.base},
    ) as deep:
        assert deep.status == 400
    await visitor.unlock()
    change = {"old": "wrong horse battery", "new": "battery horse staple"}
    assert await visitor.code("POST", "/api/passphrase", body=change) == (
        "wrong_passphrase"
    )
    assert await visitor.code("GET", "/api/nowhere") == "no_route"
    assert await visitor.code("DELETE", "/api/state") == "no_route"
    assert await visitor.code("GET", "/assets/..%2f..%2fdesk.json") == "no_route"
    with pytest.raises(NotNow, match="already"):
        visitor.room.make(PASSPHRASE)
    assert station.book.is_set_up


async def test_a_case_is_shown_when_the_hub_is_away(
    visitor: Visitor, station: Station
) -> None:
    request, _ = await station.answered()
    await visitor.enter()
    await visitor.unlock()
    assert (await visitor.ask("GET", "/api/cases"))[1]["problem"] == ""
    await station.policed.town.hub.__aexit__()
    status, answer = await visitor.ask("GET", "/api/cases")
    assert status == 200
    assert "does not answer" in answer["problem"]
    assert [each["id"] for each in answer["cases"]] == [request]
    status, answer = await visitor.ask("GET", f"/api/cases/{request}")
    assert (status, len(answer["answers"])) == (200, 1)


async def test_only_this_machine_can_reach_the_page_unless_somebody_insists(
    tmp_path: Path, station: Station
) -> None:
    room = Room(tmp_path, station.policed.town.clock)
    for host in ("0.0.0.0", "192.168.1.10", "::", "example.org"):
        assert not is_loopback(host)
        with pytest.raises(InvalidInput, match="--beyond-this-machine"):
            DeskServer(room, host=host)
    assert all(map(is_loopback, ("127.0.0.1", "::1", "localhost", "127.1.2.3")))
    insisted = DeskServer(room, host="0.0.0.0", beyond_this_machine=True)
    await insisted.start()
    port = int(insisted.link.split(":")[2].partition("/")[0])
    with pytest.raises(NotNow, match="--port"):
        await DeskServer(room, port=port).start()
    await insisted.stop()
    with DeskLock(tmp_path):
        pass


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE)
async def test_noise_is_answered_like_any_failure_and_logged_nowhere(
    visitor: Visitor, caplog: pytest.LogCaptureFixture, noise: bytes
) -> None:
    listen(caplog)
    check_refusal(await say(visitor.port, noise), 400, "bad_request")
    check_log(caplog)


async def test_no_body_is_unpacked(visitor: Visitor) -> None:
    for coding in ("gzip", "br"):
        coded = {"Content-Encoding": coding}
        assert await visitor.code("POST", "/api/session", **coded) == "packed"
