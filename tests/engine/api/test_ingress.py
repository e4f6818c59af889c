"""The page inside Home Assistant: the Supervisor's port, users and administrators."""

from typing import Any

import aiohttp
import pytest
from yarl import URL

from neighborcam.engine.api.ingress import USER_HEADER, read
from neighborcam.engine.api.messages import Scope
from tests.engine.api.conftest import House

ANN, CHILD = "5f1c0ffee", "c411d"


class Supervisor:
    """What the Supervisor does with a request of a user of Home Assistant."""

    def __init__(self, house: House, session: aiohttp.ClientSession) -> None:
        self._house = house
        self._session = session

    def url(self, path: str) -> URL:
        return URL(f"http://127.0.0.1:{self._house.ingress.port}{path}")

    async def visit(self, user: str | None) -> tuple[int, Any]:
        headers = {} if user is None else {USER_HEADER: user}
        async with self._session.post(
            self.url("/api/visit"), headers=headers
        ) as answer:
            return answer.status, await answer.json()

    async def token(self, user: str) -> str:
        status, visit = await self.visit(user)
        assert status == 201
        return str(visit["token"])

    async def ask(self, path: str, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.get(self.url(path), headers=headers) as answer:
            return answer.status


@pytest.fixture
def supervisor(house: House) -> Supervisor:
    return Supervisor(house, house.session)


async def test_before_home_assistant_told_who_administers_a_user_only_looks(
    supervisor: Supervisor,
) -> None:
    status, visit = await supervisor.visit(ANN)
    assert (status, visit["scope"]) == (201, "viewer")
    assert not visit["knows_administrators"]
    assert await supervisor.ask("/api/cameras", visit["token"]) == 200
    assert await supervisor.ask("/api/tokens", visit["token"]) == 403


async def test_administrators_may_all_and_others_look(
    supervisor: Supervisor, house: House, admin: str
) -> None:
    put = await house.ask(
        "PUT", "/api/administrators", token=admin, body={"users": [ANN]}
    )
    assert put[0] == 204
    assert await supervisor.ask("/api/tokens", await supervisor.token(ANN)) == 200
    assert await supervisor.ask("/api/tokens", await supervisor.token(CHILD)) == 403
    assert read(house.index.setting("administrators")) == frozenset({ANN})


async def test_who_administers_no_more_loses_it_at_once(
    supervisor: Supervisor, house: House, admin: str
) -> None:
    await house.ask("PUT", "/api/administrators", token=admin, body={"users": [ANN]})
    token = await supervisor.token(ANN)
    async with house.session.ws_connect(supervisor.url("/api/ws")) as socket:
        await socket.send_json({"type": "auth", "token": token})
        assert (await socket.receive_json())["type"] == "hello"
        await house.ask("PUT", "/api/administrators", token=admin, body={"users": []})
        while (message := await socket.receive(5)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
    assert await supervisor.ask("/api/tokens", token) == 403
    assert await supervisor.ask("/api/cameras", token) == 200


async def test_only_an_administrator_says_who_administers(
    supervisor: Supervisor, house: House
) -> None:
    viewer = await house.token(Scope.VIEWER)
    answer = await house.ask(
        "PUT", "/api/administrators", token=viewer, body={"users": [CHILD]}
    )
    assert answer[0] == 403
    assert await supervisor.ask("/api/tokens", await supervisor.token(CHILD)) == 403


async def test_a_visit_ends_after_half_a_day(
    supervisor: Supervisor, house: House
) -> None:
    token = await supervisor.token(ANN)
    house.clock.advance(hours=12)
    assert await supervisor.ask("/api/cameras", token) == 401


async def test_a_stranger_on_the_supervisors_port_gets_nothing(house: House) -> None:
    connector = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))
    async with aiohttp.ClientSession(connector=connector) as session:
        stranger = Supervisor(house, session)
        status, answer = await stranger.visit(ANN)
        assert (status, answer["error"]["code"]) == (403, "forbidden")
        for path in ("/", "/healthz", "/api/info"):
            assert await stranger.ask(path, await house.token()) == 403


async def test_the_users_header_counts_on_the_supervisors_port_only(
    house: House,
) -> None:
    answer = await house.ask("POST", "/api/visit", headers={USER_HEADER: ANN})
    assert answer[0] == 404


async def test_a_session_without_a_user_is_refused(supervisor: Supervisor) -> None:
    status, answer = await supervisor.visit(None)
    assert (status, answer["error"]["code"]) == (403, "forbidden")
    assert "log in again" in answer["error"]["message"]
