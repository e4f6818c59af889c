"""Handlers about the page itself: files, the session, unlocking and locking."""

import asyncio
import mimetypes
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from neighborcam.agency import ceremony
from neighborcam.agency.errors import NotNow
from neighborcam.agency.keyring import Keyring, derive
from neighborcam.agency.page.errors import NoRoute
from neighborcam.agency.page.messages import (
    CertificateView,
    NewPassphraseWish,
    PassphraseWish,
    PendingView,
    StateView,
    TokenWish,
)
from neighborcam.agency.page.plumbing import Call
from neighborcam.agency.page.room import Room
from neighborcam.protocol.agencies import agency_id
from neighborcam.protocol.canonical import encode

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
    " img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
_NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Agency desk</title>
<h1>The desk runs; its page is not built</h1>
<p>Run <code>script/build-web</code>, then reload. Everything can be done without the
page too: <code>neighborcam agency --help</code>.</p></html>
"""


async def index(call: Call[None]) -> web.StreamResponse:
    """The page, or how to build it."""
    file = _find(call.house.web_dir, "desk.html")
    if file is None:
        return web.Response(text=_NOT_BUILT, content_type="text/html")
    return _serve(file)


async def asset(call: Call[None]) -> web.StreamResponse:
    """A script, style or font."""
    return _file(call, f"assets/{call.item('file')}")


async def icon(call: Call[None]) -> web.StreamResponse:
    """The icon of the page."""
    return _file(call, "icon.svg")


async def enter(call: Call[TokenWish]) -> web.StreamResponse:
    """Exchange the one-time token for the cookie of this browser."""
    door = call.house.door
    response = web.Response(status=204)
    response.set_cookie(
        door.cookie,
        door.enter(call.body.token),
        httponly=True,
        samesite="Strict",
        path="/",
    )
    return response


async def state(call: Call[None]) -> StateView:
    """What the page has to know first."""
    room = call.room
    shared: dict[str, Any] = {
        "version": call.house.version,
        "has_keys": room.has_keys,
        "needs_pin": room.needs_pin,
        "hub": room.book.settings if room.book.is_set_up else None,
    }
    if room.is_locked:
        return StateView(locked=True, **shared)
    return StateView(locked=False, **shared, **_keys(room))


def _keys(room: Room) -> dict[str, Any]:
    keys, log = room.ring.keys, None
    if room.book.is_set_up:
        log = room.desk.parts.log
    issued, own, pending = keys.issued, None, None
    if issued is not None:
        held = issued.certificate
        own = CertificateView(
            role=held.role,
            name=held.name,
            sha256=issued.sha256,
            agency=held.agency,
            not_after=held.not_after,
            is_logged=log is not None and issued.sha256 in log.known().certificates,
        )
    if keys.pending is not None:
        wish = ceremony.key_request(room.ring)
        text = encode(wish).decode()
        pending = PendingView(role=wish.role, name=wish.name, text=text)
    return {
        "root": _root_id(room.ring),
        "own": own,
        "pending": pending,
        "evidence": tuple(str(each) for each in log.evidence()) if log else (),
    }


def _root_id(ring: Keyring) -> str:
    if ring.keys.root is None:
        return ""
    return agency_id(ring.root.public_key().public_bytes_raw())


async def make_keys(call: Call[PassphraseWish]) -> None:
    """Make the file of keys, with a passphrase."""
    async with call.room.turn:
        await asyncio.to_thread(call.room.make, call.body.passphrase)


async def unlock(call: Call[PassphraseWish]) -> None:
    """Open the keys with their passphrase."""
    wish = call.body
    async with call.room.turn:
        await asyncio.to_thread(call.room.unlock, wish.passphrase, wish.pin)


async def lock(call: Call[None]) -> None:
    """Forget the keys until the passphrase is typed again."""
    call.room.lock()


async def change_passphrase(call: Call[NewPassphraseWish]) -> None:
    """Lock the keys with another passphrase."""
    wish = call.body
    if wish.new == wish.old:
        raise NotNow("this is the passphrase that it has")
    async with call.room.turn:
        await asyncio.to_thread(Keyring.open, call.room.book.folder, wish.old)
        derived = await asyncio.to_thread(derive, wish.new)
        call.room.ring.relock(derived)  # here: a step of the loop may save as well


def _file(call: Call[None], name: str) -> web.StreamResponse:
    file = _find(call.house.web_dir, name)
    if file is None:
        raise NoRoute("there is nothing under this path")
    return _serve(file)


def _serve(file: Path) -> web.StreamResponse:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return web.FileResponse(file, headers={"Content-Type": kind})


def _find(root: Path, name: str) -> Path | None:
    """Return the file ``name`` under ``root``; None if missing or outside."""
    try:
        file = (root / name).resolve()
        return file if file.is_relative_to(root.resolve()) and file.is_file() else None
    except (OSError, ValueError):  # names that no file can have
        return None
