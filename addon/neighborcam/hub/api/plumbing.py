"""Between aiohttp and the handlers: decode, run, encode, and errors as JSON."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from types import NoneType
from typing import Any, Final

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from neighborcam.hub.api import errors
from neighborcam.hub.api.bodies import read_paced
from neighborcam.hub.api.desk import DESK, Call
from neighborcam.hub.api.peers import client_address
from neighborcam.hub.errors import QuotaUsed, TooLarge, TooMany
from neighborcam.hub.token_keys import seconds_left
from neighborcam.hub.witnessing import OldSize
from neighborcam.protocol.canonical import MESSAGE_LIMIT, decode
from neighborcam.protocol.identity import Message
from neighborcam.serving.failures import record

JSON: Final = "application/json"
MAX_BODY: Final = 128 * 1024
REFUSALS: Final = web.AppKey("refusals", Counter[str])  # by code, of this node
# Whoever tries others' keys; by code alone, as nothing else of it is our business.
_WORTH_A_LINE: Final = frozenset({"bad_signature", "not_allowed"})
_NO_HTTP: Final = errors.BadRequest("this is no HTTP that the hub understands")
_LOG: Final = logging.getLogger(__name__)
_HOSTILE: Final = (
    msgspec.DecodeError,
    RecursionError,
    UnicodeDecodeError,
    OverflowError,
)
_BROKEN: Final = errors.BadRequest("the body is broken")
_BY_STATUS: Final[dict[int, Exception]] = {
    404: errors.NoRoute("there is nothing under this path"),
    405: errors.WrongMethod("this path does not know this method"),
    413: TooLarge("the body is too large"),
}


def json_response(body: object, status: int = 200) -> web.Response:
    """Return ``body`` as JSON."""
    return web.Response(
        body=msgspec.json.encode(body), status=status, content_type=JSON
    )


def error_response(error: Exception, http_request: web.Request) -> web.Response:
    """Return the answer for an error, by the table."""
    status, answer = errors.answer_for(error)
    http_request.app[REFUSALS][answer.error.code] += 1
    if answer.error.code in _WORTH_A_LINE:
        _LOG.info("a request was refused: %s", answer.error.code)
    if isinstance(error, OldSize):  # C2SP tlog-witness says what this answer is
        return web.Response(
            text=f"{error.size}\n", status=status, content_type="text/x.tlog.size"
        )
    response = json_response(answer, status)
    if isinstance(error, QuotaUsed):
        now = http_request.app[DESK].clock()
        response.headers["Retry-After"] = str(seconds_left(now))
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = "60"
    return response


@web.middleware
async def answer_errors(
    request: web.Request,  # aiohttp's protocol fixes this name
    handler: Handler,
) -> web.StreamResponse:
    """Turn every exception into JSON; nothing of an unexpected one but its id."""
    try:
        desk = request.app[DESK]
        desk.breakers.count_request(
            client_address(request, desk.settings.trusted_proxies)
        )
        _check_coding(request)
        return await handler(request)
    except errors.ON_PURPOSE as error:
        return error_response(error, request)
    except web.HTTPException as exc:
        if exc.status < web.HTTPBadRequest.status_code:
            raise
        known = _BY_STATUS.get(exc.status) or errors.BadRequest(exc.reason)
        response = error_response(known, request)
        if exc.status == web.HTTPMethodNotAllowed.status_code:
            response.headers["Allow"] = exc.headers.get("Allow", "")
        return response
    except web.RequestPayloadError:
        return error_response(_BROKEN, request)
    except ConnectionError:
        raise  # the client went; aiohttp ends the connection
    except Exception as exc:  # noqa: BLE001 - the outermost place of a request
        return json_response(errors.unexpected(record(_LOG, exc)), 500)


def _check_coding(request: web.Request) -> None:
    """Refuse packed bodies: nobody sends any, and unpacking is where bombs go off."""
    coding = request.headers.get("Content-Encoding", "identity")
    if coding.strip().lower() != "identity":
        raise errors.Packed("send the body as it is, without a Content-Encoding")


def answer_unheard(failure: Exception | None) -> web.Response:
    """Answer what never reached the application (`serving.connections.Answer`)."""
    if failure is None:
        status, answer = errors.answer_for(_NO_HTTP)
        return json_response(answer, status)
    return json_response(errors.unexpected(record(_LOG, failure)), 500)


def adapt(
    run: Callable[[Call[Any, Any]], Awaitable[Any]],
    *,
    query: Any,
    body: Any,
    status: int,
) -> Handler:
    """Make an aiohttp handler."""

    async def handle(http_request: web.Request) -> web.StreamResponse:
        call = Call[Any, Any](
            http_request=http_request,
            desk=http_request.app[DESK],
            query=_query(http_request, query),
            body=await _body(http_request, body),
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
    # A client that hangs up must not leave a change half done.
    task = asyncio.ensure_future(run(call))
    call.desk.changes.add(task)
    task.add_done_callback(call.desk.changes.discard)
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.add_done_callback(_end_alone)
        raise
    return task.result()


def _end_alone(task: asyncio.Future[Any]) -> None:
    """Take what became of a change whose client went: asyncio would quote an error."""
    error = None if task.cancelled() else task.exception()
    passed_over = (*errors.ON_PURPOSE, ConnectionError, web.RequestPayloadError)
    if isinstance(error, Exception) and not isinstance(error, passed_over):
        record(_LOG, error)


def _query(http_request: web.Request, wanted: Any) -> Any:
    if wanted is NoneType:
        return None
    try:
        return msgspec.convert(dict(http_request.query), wanted, strict=False)
    except (*_HOSTILE, ValueError) as exc:
        raise _invalid(exc) from None


async def _body(http_request: web.Request, wanted: Any) -> Any:
    """Return the body; messages of the protocol only in their canonical form."""
    if wanted is NoneType:
        return None
    data = await read_body(http_request, MAX_BODY)
    if isinstance(wanted, type) and issubclass(wanted, Message):
        return decode(data, wanted, limit=MESSAGE_LIMIT)
    try:
        return msgspec.json.decode(data, type=wanted)
    except _HOSTILE as exc:
        raise _invalid(exc) from None


async def read_body(http_request: web.Request, most: int) -> bytes:
    """Return the body. Raises `TooLarge`, and `TooSlow` for one that trickles in."""
    return await read_paced(aiter(http_request.content.iter_any()), most)


def _invalid(error: Exception) -> Exception:
    text, _, path = str(error).partition(" - at `")
    if isinstance(error, msgspec.ValidationError):
        return errors.InvalidField(path.rstrip("`").removeprefix("$").lstrip("."), text)
    return errors.BadRequest("this is not JSON in UTF-8 of a sensible depth")
