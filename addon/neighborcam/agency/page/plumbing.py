"""Between aiohttp and the handlers: who asks, what they sent, what they get back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType
from typing import Any, Final

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from neighborcam.agency.errors import InvalidInput
from neighborcam.agency.page import errors
from neighborcam.agency.page.access import Door
from neighborcam.agency.page.room import Room
from neighborcam.serving.failures import record

JSON: Final = "application/json"
_NO_HTTP: Final = errors.BadRequest("this is no HTTP that the desk understands")
_LOG: Final = logging.getLogger(__name__)
_HOSTILE: Final = (
    msgspec.DecodeError,
    RecursionError,
    UnicodeDecodeError,
    OverflowError,
)


@dataclass(frozen=True, kw_only=True)
class House:
    """What every handler can reach."""

    room: Room
    door: Door
    web_dir: Path
    version: str
    changes: set[asyncio.Future[Any]] = field(default_factory=set)


HOUSE: Final = web.AppKey("house", House)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call[Body]:
    """One HTTP request, checked and decoded; ``None`` where the route takes nothing."""

    http_request: web.Request
    house: House
    body: Body

    @property
    def room(self) -> Room:
        """The desk."""
        return self.house.room

    def item(self, name: str) -> str:
        """Return a part of the path."""
        return self.http_request.match_info[name]


def json_response(body: object, status: int = 200) -> web.Response:
    """Return ``body`` as JSON."""
    return web.Response(
        body=msgspec.json.encode(body), status=status, content_type=JSON
    )


@web.middleware
async def guard(
    request: web.Request,  # aiohttp's protocol fixes this name
    handler: Handler,
) -> web.StreamResponse:
    """Let only our own page in, and turn every exception into JSON."""
    try:
        door = request.app[HOUSE].door
        door.check_host(request.headers.get("Host", ""))
        door.check_origin(
            request.method,
            request.headers.get("Origin"),
            "" if _is_opened(request) else request.headers.get("Sec-Fetch-Site", ""),
        )
        _check_coding(request)
        return await handler(request)
    except errors.ON_PURPOSE as error:
        status, answer = errors.answer_for(error)
        return json_response(answer, status)
    except web.HTTPException as exc:
        return _other(exc)
    except web.RequestPayloadError:
        return _other(web.HTTPBadRequest(reason="the body is broken"))
    except ConnectionError:
        raise  # the browser went; aiohttp ends the connection
    except Exception as exc:  # noqa: BLE001 - the outermost place of a request
        return json_response(_unexpected(exc), 500)


def _check_coding(request: web.Request) -> None:
    """Refuse packed bodies: our page sends none, and unpacking could fill memory."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise errors.Packed("send the body as it is, without a Content-Encoding")


def _is_opened(request: web.Request) -> bool:
    """Tell whether somebody follows a link to the page: it holds nothing yet."""
    return request.method == "GET" and request.path == "/"


def _other(exc: web.HTTPException) -> web.StreamResponse:
    if exc.status < web.HTTPBadRequest.status_code:
        raise exc
    known: Exception = errors.BadRequest(exc.reason)
    if exc.status in {404, 405}:
        known = errors.NoRoute("there is nothing under this path")
    status, answer = errors.answer_for(known)
    return json_response(answer, status)


def answer_unheard(failure: Exception | None) -> web.Response:
    """Answer what never reached the page (`serving.connections.Answer`)."""
    if failure is None:
        status, answer = errors.answer_for(_NO_HTTP)
        return json_response(answer, status)
    return json_response(_unexpected(failure), 500)


def _unexpected(exc: Exception) -> errors.ErrorAnswer:
    failure_id = record(_LOG, exc)
    message = f"the desk failed unexpectedly; its error output has the id {failure_id}"
    return errors.ErrorAnswer(
        error=errors.ErrorBody(code="unexpected", message=message)
    )


def adapt(
    run: Callable[[Call[Any]], Awaitable[Any]], *, body: Any, session: bool, keys: bool
) -> Handler:
    """Make an aiohttp handler. What needs the keys is a person's work: no idling."""

    async def handle(http_request: web.Request) -> web.StreamResponse:
        house = http_request.app[HOUSE]
        if session:
            house.door.check_session(http_request.cookies.get(house.door.cookie))
        if keys:
            _ = house.room.ring  # raises `Locked`
            house.room.idle.touch()
        call = Call[Any](
            http_request=http_request,
            house=house,
            body=await _body(http_request, body),
        )
        result = await _run(run, call)
        if isinstance(result, web.StreamResponse):
            return result
        return web.Response(status=204) if result is None else json_response(result)

    return handle


async def _run(run: Callable[[Call[Any]], Awaitable[Any]], call: Call[Any]) -> Any:
    if call.http_request.method == "GET":
        return await run(call)
    # A browser that is closed must not stop a step half-way: it finishes by itself.
    task = asyncio.ensure_future(run(call))
    call.house.changes.add(task)
    task.add_done_callback(call.house.changes.discard)
    return await asyncio.shield(task)


async def _body(http_request: web.Request, wanted: Any) -> Any:
    if wanted is NoneType:
        return None
    data = await http_request.read()
    if wanted is bytes:
        return data
    try:
        return msgspec.json.decode(data, type=wanted)
    except msgspec.ValidationError as problem:
        text, _, path = str(problem).partition(" - at `")
        raise InvalidInput(text, path.rstrip("`").removeprefix("$.")) from None
    except _HOSTILE:
        raise errors.BadRequest("this is no JSON of a sensible depth") from None
