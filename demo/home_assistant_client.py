"""Does over Home Assistant's API what its user does once: log in first, add us."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse

_TIMEOUT: Final = ClientTimeout(total=60)


class HomeAssistantRefused(Exception):
    """Home Assistant answered, but not as it should; the text says what and why."""


@dataclass(frozen=True, kw_only=True)
class Login:
    """Who the demo's user is."""

    username: str
    password: str


class HomeAssistantClient:
    """One Home Assistant at ``url``; logged in after `onboard`."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self._token = ""

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """Yield a client, and close its connections afterwards."""
        async with ClientSession(timeout=_TIMEOUT) as session:
            yield cls(session, url)

    @property
    def token(self) -> str:
        """The access token, after `onboard`."""
        return self._token

    async def is_up(self, path: str) -> bool:
        """Whether it answers a path yet."""
        try:
            async with self._session.get(self._url + path) as answer:
                return answer.ok
        except (ClientError, TimeoutError):
            return False

    async def is_running(self) -> bool:
        """Whether everything is set up; needs a login."""
        async with self._session.get(
            f"{self._url}/api/config", headers=self._headers()
        ) as answer:
            state: str = (await answer.json())["state"]
            return state == "RUNNING"

    async def onboard(self, login: Login) -> None:
        """Create the first user and end the onboarding."""
        home = f"{self._url}/"
        user = {"client_id": home, "name": "Demo", "language": "en"}
        made = await self.post("/api/onboarding/users", {**user, **asdict(login)})
        await self._take_token(made["auth_code"])
        await self.post("/api/onboarding/core_config", {})
        await self.post("/api/onboarding/analytics", {})
        back = {"client_id": home, "redirect_uri": home}
        await self.post("/api/onboarding/integration", back)

    async def log_in(self, login: Login) -> None:
        """Log in as a person does."""
        home = f"{self._url}/"
        begin = {"client_id": home, "handler": ["homeassistant", None]}
        flow = await self.post("/auth/login_flow", {**begin, "redirect_uri": home})
        told = {"client_id": home, **asdict(login)}
        done = await self.post(f"/auth/login_flow/{flow['flow_id']}", told)
        await self._take_token(done["result"])

    async def _take_token(self, code: str) -> None:
        grant = {"grant_type": "authorization_code", "code": code}
        async with self._session.post(
            f"{self._url}/auth/token", data={**grant, "client_id": f"{self._url}/"}
        ) as answer:
            self._token = (await answer.json())["access_token"]

    async def add_engine(self, link: str) -> str:
        """Add the integration by an engine's pairing link; return the entry's id."""
        flows = "/api/config/config_entries/flow"
        flow = await self.post(flows, {"handler": "neighborcam"})
        done = await self.post(f"{flows}/{flow['flow_id']}", {"host": link})
        if done["type"] != "create_entry":
            raise HomeAssistantRefused(f"the engine was not added: {done['errors']}")
        entry: str = done["result"]["entry_id"]
        return entry

    async def states(self) -> dict[str, dict[str, Any]]:
        """Return all states by entity."""
        told = await self.get("/api/states")
        return {state["entity_id"]: state for state in told}

    async def get(self, path: str) -> Any:
        """Return the answer's JSON. Raises `HomeAssistantRefused`."""
        async with self._session.get(
            self._url + path, headers=self._headers()
        ) as answer:
            if not answer.ok:
                raise HomeAssistantRefused(f"{path} was answered {answer.status}")
            return await answer.json()

    @asynccontextmanager
    async def commands(self) -> AsyncIterator["Commands"]:
        """Yield a WebSocket to give commands by."""
        async with self._session.ws_connect(f"{self._url}/api/websocket") as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self._token})
            await socket.receive_json()
            yield Commands(socket)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """Return the answer's JSON. Raises `HomeAssistantRefused`."""
        async with self._session.post(
            self._url + path, json=body, headers=self._headers()
        ) as answer:
            if not answer.ok:
                raise HomeAssistantRefused(f"{path} was answered {answer.status}")
            return await answer.json()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}


class Commands:
    """Commands over one WebSocket."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)

    async def call(self, type_: str, **arguments: Any) -> Any:
        """Return a command's result. Raises `HomeAssistantRefused`."""
        id_ = next(self._ids)
        await self._socket.send_json({"id": id_, "type": type_, **arguments})
        async with asyncio.timeout(60):
            while True:
                answer = await self._socket.receive_json()
                if answer.get("id") == id_ and answer["type"] == "result":
                    break
        if not answer["success"]:
            raise HomeAssistantRefused(f"{type_}: {answer['error']['message']}")
        return answer["result"]

    async def follow_states(self) -> AsyncIterator[tuple[str, str]]:
        """Yield entity and state whenever a state changes."""
        id_ = next(self._ids)
        asked = {"id": id_, "type": "subscribe_events", "event_type": "state_changed"}
        await self._socket.send_json(asked)
        async for message in self._socket:
            told = message.json()
            if told.get("type") == "event" and told["event"]["data"]["new_state"]:
                new = told["event"]["data"]["new_state"]
                yield new["entity_id"], new["state"]
