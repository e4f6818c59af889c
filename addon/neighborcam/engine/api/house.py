"""Handlers for the engine itself: health, info, settings, tokens, pairing, signing."""

from datetime import timedelta
from typing import Any, Final

from aiohttp import web
from yarl import URL

from neighborcam.engine.api import ingress, metrics
from neighborcam.engine.api.access import includes, new_token
from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.errors import Forbidden, InvalidField, WrongCode
from neighborcam.engine.api.merge import patched
from neighborcam.engine.api.messages import (
    SCHEMA,
    Administrators,
    Health,
    Info,
    NewToken,
    Pairing,
    PairingCode,
    PairingWish,
    Scope,
    SignedUrl,
    SignWish,
    TokenView,
    Visit,
)
from neighborcam.engine.bus import SettingsChanged
from neighborcam.engine.settings import Settings

OWN: Final = "self"  # instead of a token's id: the caller's


async def health(_call: Call[None, None]) -> Health:
    """Whether the engine answers."""
    return Health()


async def info(call: Call[None, None]) -> Info:
    """Which engine this is, and what the caller may do."""
    return Info(
        id=call.desk.instance,
        name=call.ports.settings.current().name,
        version=call.desk.version,
        schema=SCHEMA,
        now=call.ports.now(),
        scope=_scope(call),
    )


async def show_metrics(call: Call[None, None]) -> web.Response:
    """Counters and states for Prometheus."""
    cameras = tuple(call.ports.cameras.list())
    storage = tuple(await call.read(call.ports.index.storage_use))
    body = metrics.render(cameras, storage)
    return web.Response(body=body, headers={"Content-Type": metrics.CONTENT_TYPE})


async def get_settings(call: Call[None, None]) -> Settings:
    """The engine's settings."""
    return call.ports.settings.current()


async def change_settings(call: Call[None, dict[str, Any]]) -> Settings:
    """Change settings by JSON merge patch; null means the default."""
    async with call.desk.changing:
        settings = patched(call.ports.settings.current(), call.body)
        await call.ports.settings.change(settings)
    call.desk.bus.publish(SettingsChanged(at=call.ports.now()))
    return settings


async def open_pairing(call: Call[None, PairingWish]) -> PairingCode:
    """Make a one-time code, good for ten minutes; the one before it is void."""
    return call.desk.pairing.issue(call.body.scope)


async def pair(call: Call[None, Pairing]) -> NewToken:
    """Trade a one-time code for a token."""
    desk, address = call.desk, call.http_request.remote or ""
    desk.tries.refuse_if_too_many(address)
    try:
        scope = desk.pairing.redeem(call.body.code)
    except WrongCode:
        desk.tries.note(address)
        raise
    row, token = desk.tokens.make(
        name=call.body.name, scope=scope, now=call.ports.now()
    )
    await call.read(call.ports.index.put_token, row)
    desk.tokens.admit(row)
    return new_token(row, token)


async def list_tokens(call: Call[None, None]) -> tuple[TokenView, ...]:
    """Who has a token."""
    return tuple(
        TokenView(
            id=row.id, name=row.name, scope=Scope(row.scope), created_at=row.created_at
        )
        for row in call.desk.tokens.list()
    )


async def delete_token(call: Call[None, None]) -> None:
    """Revoke a token, and end what it has open."""
    desk = call.desk
    token = call.item("token")
    if token == OWN and call.grant is not None and call.grant.token:
        token = call.grant.token
    row = desk.tokens.revocable(token)
    # First from memory: if the disk fails, the token is dead until the next start.
    desk.tokens.revoke(row)
    desk.connections.end_token(row.id)
    await call.read(call.ports.index.delete_token, row.id)


async def visit(call: Call[None, None]) -> Visit:
    """Let in who opens the page in Home Assistant; from its Supervisor only."""
    visitors = call.desk.visitors
    token = visitors.admit(call.http_request)
    grant = visitors.check(token)
    return Visit(
        token=token,
        scope=grant.scope if grant else Scope.VIEWER,
        knows_administrators=visitors.knows_administrators,
    )


async def put_administrators(call: Call[None, Administrators]) -> None:
    """Say who administers Home Assistant; whoever does no more is let go."""
    administrators = frozenset(call.body.users)
    await call.read(
        call.ports.index.put_setting, ingress.SETTING, ingress.stored(administrators)
    )
    for user in call.desk.visitors.appoint(administrators):
        call.desk.connections.end_token(ingress.visitor(user))


async def sign(call: Call[None, SignWish]) -> SignedUrl:
    """Sign a media path so that a player can use it without a token."""
    try:
        url = URL(call.body.path)
    except ValueError:
        raise InvalidField("path", "this is no path") from None
    if url.absolute or not url.raw_path.startswith("/"):
        raise InvalidField("path", "give the path only, beginning with /api/")
    needed = call.desk.signable(url)
    if needed is None:
        raise InvalidField("path", "only paths of media can be signed")
    if not includes(_scope(call), needed):
        raise Forbidden(f"signing this needs a token with scope {needed}")
    signed, expires_at = call.desk.signer.sign(url, timedelta(seconds=call.body.ttl_s))
    return SignedUrl(url=str(signed), expires_at=expires_at)


async def openapi(call: Call[None, None]) -> web.Response:
    """This API as OpenAPI 3.1."""
    return web.Response(body=call.desk.openapi, content_type="application/json")


def _scope(call: Call[None, Any]) -> Scope:
    if call.grant is None:  # the table gives every handler that asks a scope
        raise Forbidden("this needs a token")
    return call.grant.scope
