"""An engine that behaves, over real HTTP and a real WebSocket, and does as it is told.

Tests change ``state`` and ``push`` what the engine would; everything that was asked is
in ``asked``, except who administers: that the integration tells by itself, at a time of
its own, and it is in ``administrators``. Faults: ``refusals`` (answers by method and
path), `drop`, `stop`.
"""

import asyncio
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final, Self

from aiohttp import WSCloseCode, web
from aiohttp.test_utils import TestServer

ENGINE_ID: Final = "01JC0000000000000000000001"
TOKEN: Final = "token-of-the-tests"
CODE: Final = "ABCD2345"
AT: Final = "2026-11-23T12:00:00.000000Z"
JPEG: Final = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
MP4: Final = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 8


def camera(id_: str = "front-door", **changes: Any) -> dict[str, Any]:
    """Return a live camera as the engine sends it."""
    made: dict[str, Any] = {
        "id": id_,
        "name": id_.replace("-", " ").capitalize(),
        "main_url": "rtsp://192.0.2.10/main",
        "sub_url": "rtsp://192.0.2.10/sub",
        "username": "viewer",
        "has_password": True,
        "transport": "tcp",
        "onvif": None,
        "enabled": True,
        "privacy": False,
        "detection": True,
        "sharing": False,
        "gate": "auto",
        "sensitivity": 50,
        "zones": [],
        "masks": [],
        "privacy_masks": [],
        "recording": "continuous",
        "audio": True,
        "pre_roll_s": 5.0,
        "post_roll_s": 10.0,
        "keep_days": 14.0,
        "keep_bytes": None,
        "state": "live",
        "reason": "",
        "recording_problem": "",
        "statistics": {
            "frames": 900,
            "received_bytes": 7_500_000,
            "reconnects": 0,
            "episodes": 2,
            "fps": 15.0,
            "bits_per_s": 1_000_000.0,
            "codec": "h264",
            "width": 1280,
            "height": 720,
            "has_audio": True,
            "last_frame_at": AT,
        },
    }
    return {**made, **changes}


def episode(id_: str = "01JC00000000000000000000E1", **changes: Any) -> dict[str, Any]:
    """Return an ended episode of the front door."""
    made: dict[str, Any] = {
        "id": id_,
        "camera": "front-door",
        "zone": None,
        "started_at": "2026-11-23T11:59:00.000000Z",
        "ended_at": "2026-11-23T11:59:20.000000Z",
        "peak_score": 0.8,
        "box": {"x": 0.1, "y": 0.2, "width": 0.1, "height": 0.3},
        "labels": ["person"],
        "has_thumbnail": True,
        "has_preview": True,
        "held": False,
    }
    return {**made, **changes}


def alert(id_: str = "alert-1", **changes: Any) -> dict[str, Any]:
    """Return an alert of a neighbour about one kilometre away."""
    made: dict[str, Any] = {
        "id": id_,
        "msg_type": "alert",
        "references": [],
        "origin": "person",
        "agency": "",
        "category": "fire",
        "urgency": "immediate",
        "severity": "severe",
        "certainty": "observed",
        "headline": "Smoke above the bakery",
        "text": "Thick smoke from the roof.",
        "instruction": "Keep windows shut.",
        "onset": AT,
        "expires": "2026-11-23T14:00:00.000000Z",
        "cell": "891969a6e0bffff",
        "center": {"latitude": 32.881, "longitude": -117.234},
        "verified": True,
        "confirmations": 3,
        "disputes": 0,
        "mine": False,
        "media": [],
    }
    return {**made, **changes}


def police_request(id_: str = "request-1", **changes: Any) -> dict[str, Any]:
    """Return an open request of an agency."""
    made: dict[str, Any] = {
        "id": id_,
        "agency": "Springfield Police",
        "officer": "Officer 17",
        "case_ref": "2026-1187",
        "offence": "burglary",
        "necessity": "No witness was found.",
        "what": "A white van between 14:00 and 15:00.",
        "area": [
            [-117.24, 32.88],
            [-117.23, 32.88],
            [-117.23, 32.89],
            [-117.24, 32.88],
        ],
        "window_start": "2026-11-22T14:00:00.000000Z",
        "window_end": "2026-11-22T15:00:00.000000Z",
        "published": AT,
        "expires": "2026-11-30T12:00:00.000000Z",
        "urgent": False,
        "state": "open",
        "matching_cameras": 1,
        "answered": False,
    }
    return {**made, **changes}


SHARING_ON: Final[Mapping[str, Any]] = {
    "state": "on",
    "hub": {"name": "Elm Street", "state": "connected", "reason": "", "evidence": ""},
}
PICTURE: Final = "0123456789abcdef" * 4
PICTURE_MADE: Final[Mapping[str, Any]] = {
    "id": PICTURE,
    "kind": "picture",
    "size_bytes": 81_234,
    "width": 960,
    "height": 540,
    "redaction": ["moving", "audio"],
    "url": f"/api/sharing/pictures/{PICTURE}?signature=engines",
}


@dataclass
class State:
    """What the engine would tell in a snapshot."""

    cameras: list[dict[str, Any]] = field(default_factory=lambda: [camera()])
    episodes: list[dict[str, Any]] = field(default_factory=list)
    last_episodes: list[dict[str, Any]] = field(default_factory=lambda: [episode()])
    storage: dict[str, Any] | None = field(
        default_factory=lambda: {
            "total_bytes": 500_000_000_000,
            "free_bytes": 300_000_000_000,
            "cameras": [
                {
                    "camera": "front-door",
                    "size_bytes": 12_000_000_000,
                    "oldest_at": "2026-11-10T00:00:00.000000Z",
                }
            ],
        }
    )
    labels: list[str] = field(default_factory=lambda: ["person", "vehicle", "animal"])
    sharing: dict[str, Any] = field(
        default_factory=lambda: {"state": "off", "hub": None}
    )
    alerts: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One thing that a client asked."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]


class FakeEngine:
    """One engine on a port of its own; ``async with`` runs it."""

    def __init__(self) -> None:
        self.id = ENGINE_ID
        self.schema = 1
        self.version = "0.1.0"
        self.name = "Home"
        self.tokens = {TOKEN}
        self.code = CODE
        self.state = State()
        self.kept_episodes = [episode()]  # what GET /api/episodes answers
        self.counts = {"front-door": 3}
        self.coverage = [
            {"started_at": "2026-11-23T10:10:00Z", "ended_at": "2026-11-23T12:00:00Z"}
        ]
        self.found: list[dict[str, Any]] = []
        self.profiles: list[dict[str, Any]] = []
        self.probe: dict[str, Any] = {
            "ok": True,
            "state": "live",
            "reason": "",
            "codec": "h264",
            "width": 1280,
            "height": 720,
            "fps": 15.0,
            "has_audio": False,
            "picture": "/9j/4AAQSkZJRgABAQAAAQABAAD/2Q==",
        }
        self.refusals: dict[tuple[str, str], tuple[int, str, str, str | None]] = {}
        self.asked: list[Asked] = []
        self.administrators: list[list[str]] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.connected = asyncio.Event()
        self.port = 0
        self._seq = 0
        self._server: TestServer | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; a second start takes the port of the first."""
        app = web.Application()
        app.router.add_get("/api/ws", self._watch)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._server = TestServer(app, host="127.0.0.1", port=self.port)
        await self._server.start_server()
        self.port = self._server.port or 0

    async def stop(self) -> None:
        """End every connection and stop listening."""
        await self.drop()
        if self._server is not None:
            await self._server.close()
            self._server = None

    async def drop(self, code: int = WSCloseCode.GOING_AWAY) -> None:
        """Close every WebSocket."""
        self.connected.clear()
        for socket in tuple(self.sockets):
            await socket.close(code=code)

    def refuse(
        self,
        method: str,
        path: str,
        status: int,
        code: str,
        text: str,
        field: str | None = None,
    ) -> None:
        """Answer a request with an error from now on."""
        self.refusals[(method, path)] = (status, code, text, field)

    def wishes(self, method: str, path: str) -> list[Any]:
        """Return the bodies of what was asked."""
        return [a.body for a in self.asked if (a.method, a.path) == (method, path)]

    async def push(self, *changes: dict[str, Any], **state: Any) -> None:
        """Send ``changes`` to every client; each gets a time unless it has one."""
        self._seq += 1
        told = [{"at": AT, **change} for change in changes]
        await self.send({"type": "changes", "seq": self._seq, "changes": told, **state})

    async def put_camera(self, changed: dict[str, Any]) -> None:
        """Add or change a camera, as its owner would, and tell."""
        others = [each for each in self.state.cameras if each["id"] != changed["id"]]
        self.state.cameras = [*others, changed]
        notice = {"type": "CameraConfigured", "camera": changed["id"]}
        await self.push(notice, cameras=[changed])

    async def send(self, message: Any) -> None:
        """Send any JSON to every client."""
        for socket in tuple(self.sockets):
            await socket.send_json(message)

    async def send_text(self, text: str) -> None:
        """Send any text to every client."""
        for socket in tuple(self.sockets):
            await socket.send_str(text)

    async def send_snapshot(self) -> None:
        """Send the whole state to every client."""
        await self.send(self.snapshot())

    def hello(self) -> dict[str, Any]:
        """Return the first message."""
        return {
            "type": "hello",
            "id": self.id,
            "schema": self.schema,
            "version": self.version,
            "name": self.name,
        }

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state."""
        state = deepcopy(vars(self.state))
        return {"type": "snapshot", "seq": self._seq, "settings": {}, **state}

    def _knows(self, http_request: web.Request) -> bool:
        given = http_request.headers.get("Authorization", "")
        return given.removeprefix("Bearer ") in self.tokens

    async def _watch(self, http_request: web.Request) -> web.StreamResponse:
        if not self._knows(http_request):
            return _error(401, "unauthorised", "the token is not valid: pair again")
        socket = web.WebSocketResponse()
        await socket.prepare(http_request)
        await socket.send_json(self.hello())
        await socket.send_json(self.snapshot())
        self.sockets.append(socket)
        self.connected.set()
        try:
            async for message in socket:
                if message.json().get("type") == "snapshot":
                    await socket.send_json(self.snapshot())
        finally:
            self.sockets.remove(socket)
        return socket

    async def _answer(self, http_request: web.Request) -> web.StreamResponse:
        body = await http_request.json() if http_request.can_read_body else None
        asked = Asked(
            method=http_request.method,
            path=http_request.path,
            query=dict(http_request.query),
            body=body,
            headers=dict(http_request.headers),
        )
        if asked.path == "/api/administrators":
            self.administrators.append(body["users"] if body else [])
        else:
            self.asked.append(asked)
        if refusal := self.refusals.get((asked.method, asked.path)):
            return _error(*refusal)
        if asked.path == "/api/pair":
            return self._pair(body)
        if not self._knows(http_request):
            return _error(401, "unauthorised", "the token is not valid: pair again")
        return await self._serve(asked)

    def _pair(self, body: Any) -> web.Response:
        if body["code"] != self.code:
            return _error(403, "wrong_code", "this code is wrong, used or out of date")
        token = f"token-{len(self.tokens)}"
        self.tokens.add(token)
        return web.json_response({"token": token, "scope": "admin"}, status=201)

    async def _serve(  # noqa: PLR0911 - a table of routes
        self, asked: Asked
    ) -> web.Response:
        parts = asked.path.strip("/").split("/")[1:]
        match asked.method, parts:
            case "GET", ["info"]:
                info = {"now": AT, "scope": "admin", **self.hello()}
                return web.json_response(info)
            case "DELETE", ["tokens", "self"]:
                self.tokens.discard(asked.headers["Authorization"].split()[-1])
                return web.Response(status=204)
            case "POST", ["sign"]:
                path = asked.body["path"]
                link = {"url": f"{path}?sig=signed", "expires_at": AT}
                return web.json_response(link)
            case "POST", ["discover"]:
                return web.json_response(self.found)
            case "POST", ["onvif", "profiles"]:
                return web.json_response(self.profiles)
            case _, ["cameras", *rest]:
                return await self._cameras(asked, rest)
            case _, ["episodes", *rest]:
                return self._episodes(asked, rest)
            case _:
                return self._neighbourhood(asked, parts)

    async def _cameras(  # noqa: PLR0911 - a table of routes
        self, asked: Asked, rest: list[str]
    ) -> web.Response:
        match asked.method, rest:
            case "POST", ["test"]:
                return web.json_response(self.probe)
            case "POST", []:
                wish = {k: v for k, v in asked.body.items() if k != "password"}
                made = camera(**{"id_": wish.pop("id"), **wish})
                await self.put_camera(made)
                return web.json_response(made, status=201)
            case "PATCH", [id_]:
                old = next(c for c in self.state.cameras if c["id"] == id_)
                patch = {k: v for k, v in asked.body.items() if k != "password"}
                await self.put_camera({**old, **patch})
                return web.json_response({**old, **patch})
            case "DELETE", [id_]:
                self.state.cameras = [c for c in self.state.cameras if c["id"] != id_]
                await self.push({"type": "CameraRemoved", "camera": id_})
                return web.Response(status=204)
            case "GET", [_, "snapshot.jpg"]:
                return web.Response(body=JPEG, content_type="image/jpeg")
            case "GET", [_, "clip.mp4"]:
                return _clip(asked)
            case "GET", [id_, "timeline"]:
                of_camera = [e for e in self.kept_episodes if e["camera"] == id_]
                timeline = {"coverage": self.coverage, "episodes": of_camera}
                return web.json_response({**timeline, "scene_changes": []})
            case _:
                return _error(404, "not_found", "there is no such thing")

    def _episodes(  # noqa: PLR0911 - a table of routes
        self, asked: Asked, rest: list[str]
    ) -> web.Response:
        known = {each["id"]: each for each in self.kept_episodes}
        match asked.method, rest:
            case "GET", []:
                wanted = [
                    each
                    for each in self.kept_episodes
                    if asked.query.get("camera") in {None, each["camera"]}
                ]
                return web.json_response(_page(wanted, asked.query))
            case "GET", ["counts"]:
                counts = [{"camera": c, "count": n} for c, n in self.counts.items()]
                return web.json_response(counts)
            case _, [id_, *_] if id_ not in known:
                return _error(404, "not_found", "there is no such episode")
            case "GET", [id_]:
                return web.json_response(known[id_])
            case "GET", [_, "thumbnail.jpg" | "preview.jpg"]:
                return web.Response(body=JPEG, content_type="image/jpeg")
            case "GET", [_, "clip.mp4"]:
                return _clip(asked)
            case "PUT" | "DELETE", [_, "hold"]:
                return web.Response(status=204)
            case _:
                return _error(404, "not_found", "there is no such thing")

    def _neighbourhood(  # noqa: PLR0911 - a table of routes
        self, asked: Asked, parts: list[str]
    ) -> web.Response:
        sharing_on = self.state.sharing["state"] == "on"
        match asked.method, parts:
            case "GET", ["sharing"]:
                return web.json_response(self.state.sharing)
            case "GET", ["alerts"]:
                return web.json_response(self.state.alerts)
            case "GET", ["requests"]:
                return web.json_response(self.state.requests)
            case "POST", ["alerts" | "requests", *_] if not sharing_on:
                return _error(409, "sharing_off", "sharing is off")
            case "POST", ["alerts"]:
                texts = ("category", "headline", "text", "severity", "urgency")
                wish = {k: asked.body[k] for k in texts if k in asked.body}
                return web.json_response(alert("mine", mine=True, **wish), status=201)
            case "POST", ["alerts", _, "comments" | "reactions"]:
                return web.Response(status=204)
            case "POST", ["requests", _, "answer"]:
                return web.Response(status=204)
            case _:
                return self._sharing(asked, parts)

    def _sharing(self, asked: Asked, parts: list[str]) -> web.Response:
        match asked.method, parts:
            case "POST", ["alerts", "preview"]:
                return web.json_response(_previewed(asked.body))
            case "GET", ["sharing", "pictures", id_] if id_ == PICTURE:
                return web.Response(body=JPEG, content_type="image/jpeg")
            case "POST", ["sharing", "leave"] | ["alerts", _, "flags"]:
                return web.Response(status=204)
            case "POST", ["sharing", "trust"]:
                return web.json_response(self.state.sharing)
            case _:
                return _error(404, "no_route", "there is nothing under this path")


def _previewed(wish: Mapping[str, Any]) -> dict[str, Any]:
    texts = ("category", "headline", "text", "severity", "urgency")
    shown = alert("draft", mine=True, **{k: wish[k] for k in texts if k in wish})
    pictured = {"camera", "episode", "pictures"} & wish.keys()
    return {
        "alert": shown,
        "area": {"cell": shown["cell"], "km2": 0.7, "center": {}, "corners": []},
        "pictures": [dict(PICTURE_MADE)] if pictured else [],
        "advice": [{"concern": "plate", "text": "A plate is somebody's name."}],
    }


def _page(
    episodes: list[dict[str, Any]], query: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return a page of what is sorted already; times are not looked at."""
    ids = [each["id"] for each in episodes]
    begin = ids.index(query["before"]) + 1 if "before" in query else 0
    return episodes[begin : begin + int(query.get("limit", "50"))]


def _clip(asked: Asked) -> web.Response:
    """Return a clip, or the part of it that a Range asks for."""
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": '"clip-1"',
        "Clip-Started-At": "2026-11-23T11:58:55.000000Z",
        "Clip-Ended-At": "2026-11-23T11:59:30.000000Z",
    }
    wanted = asked.headers.get("Range")
    if wanted is None:
        return web.Response(body=MP4, content_type="video/mp4", headers=headers)
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    begin, end = int(first), min(int(last or len(MP4) - 1), len(MP4) - 1)
    headers["Content-Range"] = f"bytes {begin}-{end}/{len(MP4)}"
    return web.Response(
        status=206, body=MP4[begin : end + 1], content_type="video/mp4", headers=headers
    )


def _error(
    status: int, code: str, message: str, field: str | None = None
) -> web.Response:
    error = {"code": code, "message": message, "field": field}
    return web.json_response({"error": error}, status=status)
