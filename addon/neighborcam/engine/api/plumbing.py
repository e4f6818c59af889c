"""Between aiohttp and the handlers: who asks, what they sent, what they get back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from types import NoneType
from typing import Any, Final

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from neighborcam.engine.api import errors
from neighborcam.engine.api.access import Grant, includes
from neighborcam.engine.api.desk import DESK, Call, Desk
from neighborcam.engine.api.messages import Scope
from neighborcam.engine.api.signatures import EXPIRES, SIGNATURE
from neighborcam.engine.errors import EngineError
from neighborcam.serving.failures import record

_NO_HTTP: Final = errors.BadRequest("this is no HTTP that the engine understands")
log = logging.getLogger(__name__)

JSON_TYPE: Final = "application/json"
_HOSTILE: Final = (
    msgspec.DecodeError,
    RecursionError,
    UnicodeDecodeError,
    OverflowError,
)
_shielded: Final[set[asyncio.Task[Any]]] = set()


def json_response(body: object, status: int = 200) -> web.Response:
    """Return ``body`` as JSON."""
    return web.Response(
        body=msgspec.json.encode(body), status=status, content_type=JSON_TYPE
    )


def encode_error(error: EngineError) -> web.Response:
    """Return the answer for an error, by the table."""
    status, answer = errors.answer_for(error)
    response = json_response(answer, status)
    if isinstance(error, errors.Unauthorised):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.TooManyTries):
        response.headers["Retry-After"] = "60"
    return response


_BY_STATUS: Final[dict[int, EngineError]] = {
    404: errors.NoRoute("there is nothing under this path"),
    405: errors.WrongMethod("this path does not know this method"),
    413: errors.TooLarge("the body is larger than 1 MiB"),
}


@web.middleware
async def answer_errors(
    request: web.Request,  # aiohttp's protocol fixes this name
    handler: Handler,
) -> web.StreamResponse:
    """Turn every exception into JSON; nothing of an unexpected one but its id."""
    try:
        return await handler(request)
    except EngineError as error:
        return encode_error(error)
    except web.HTTPException as exc:
        known = _BY_STATUS.get(exc.status)
        response = encode_error(known or errors.BadRequest(exc.reason))
        if exc.status == web.HTTPMethodNotAllowed.status_code:
            response.headers["Allow"] = exc.headers.get("Allow", "")
        return response
    except ConnectionError:
        raise  # the client went; aiohttp ends the connection
    except Exception as exc:  # noqa: BLE001 - the outermost place of a request
        return json_response(errors.unexpected(record(log, exc)), 500)


def answer_unheard(failure: Exception | None) -> web.Response:
    """Answer what never reached the application (`serving.connections.Answer`)."""
    if failure is None:
        return encode_error(_NO_HTTP)
    return json_response(errors.unexpected(record(log, failure)), 500)


def identify(
    http_request: web.Request, desk: Desk, scope: Scope, *, media: bool
) -> Grant:
    """Return what the request may do if that includes ``scope``; raise otherwise.

    A signature counts for media only. Raises `Unauthorised`, `Forbidden`,
    `TooManyTries`.
    """
    url = http_request.rel_url
    if media and SIGNATURE in url.query:
        if desk.signer.valid(url):
            return Grant(scope=scope, token=None)
        fail(http_request, desk, "the signature is wrong or has expired: sign again")
    grant = bearer(http_request, desk)
    if grant is None:
        raise errors.Unauthorised("send the header `Authorization: Bearer <token>`")
    if not includes(grant.scope, scope):
        raise errors.Forbidden(f"this needs a token with scope {scope}")
    return grant


def bearer(http_request: web.Request, desk: Desk) -> Grant | None:
    """Return the grant of the ``Authorization`` header, None without one."""
    header = http_request.headers.get("Authorization")
    if header is None:
        return None
    kind, _, token = header.partition(" ")
    grant = desk.grant(token.strip()) if kind.lower() == "bearer" else None
    if grant is None:
        fail(http_request, desk, "the token is not valid: pair again")
    return grant


def fail(http_request: web.Request, desk: Desk, text: str) -> None:
    """Count a failed proof and raise `Unauthorised`, or `TooManyTries`."""
    address = http_request.remote or ""
    desk.tries.refuse_if_too_many(address)
    desk.tries.note(address)
    raise errors.Unauthorised(text)


def refuse_other_origins(http_request: web.Request) -> None:
    """Raise `WrongOrigin` when a page of another site opens a WebSocket."""
    origin = http_request.headers.get("Origin")
    if origin is None:  # not a browser
        return
    if origin.partition("://")[2].lower() != http_request.host.lower():
        raise errors.WrongOrigin("WebSockets are only for this engine's own page")


def decode_query(values: Mapping[str, str], wanted: Any) -> Any:
    """Return the query as ``wanted``; raises `InvalidInput` naming the parameter."""
    if wanted is NoneType:
        return None
    plain = {k: v for k, v in values.items() if k not in {SIGNATURE, EXPIRES}}
    try:
        return msgspec.convert(plain, wanted, strict=False)
    except (*_HOSTILE, ValueError) as exc:
        raise errors.invalid(exc) from None


async def decode_body(http_request: web.Request, wanted: Any) -> Any:
    """Return the body as ``wanted``; raises `InvalidInput` naming the field."""
    if wanted is NoneType:
        return None
    body = await http_request.read()
    try:
        return msgspec.json.decode(body, type=wanted)
    except _HOSTILE as exc:
        raise errors.invalid(exc) from None


def adapt(
    run: Callable[[Call[Any, Any]], Awaitable[Any]],
    *,
    scope: Scope | None,
    media: bool,
    query: Any,
    body: Any,
    status: int,
) -> Handler:
    """Make an aiohttp handler: check the caller, decode, run, encode."""

    async def handle(http_request: web.Request) -> web.StreamResponse:
        desk = http_request.app[DESK]
        grant = None
        if scope is not None:
            grant = identify(http_request, desk, scope, media=media)
        call = Call[Any, Any](
            http_request=http_request,
            desk=desk,
            grant=grant,
            query=decode_query(http_request.query, query),
            body=await decode_body(http_request, body),
        )
        result = await _run(run, call)
        if isinstance(result, web.StreamResponse):
            return result
        if result is None:
            return web.Response(status=204)
        return json_response(result, status)

    return handle


async def _run(
    run: Callable[[Call[Any, Any]], Awaitable[Any]], call: Call[Any, Any]
) -> Any:
    if call.http_request.method == "GET":
        return await run(call)
    # A client that hangs up cancels its handler. A change must not stop half-way
    # (camera stored, not started), so it is shielded and finishes by itself.
    task = asyncio.ensure_future(run(call))
    _shielded.add(task)
    task.add_done_callback(_shielded.discard)
    return await asyncio.shield(task)
