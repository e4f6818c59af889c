"""Handlers for answers: opened, shown, asked about, copied, exported, erased."""

import asyncio
import io

from aiohttp import web

from neighborcam.agency.errors import InvalidInput
from neighborcam.agency.opening import Opened
from neighborcam.agency.page.messages import QuestionWish, StepView, VerdictView
from neighborcam.agency.page.plumbing import Call
from neighborcam.agency.verifying import Pin, check_bundle
from neighborcam.protocol.errors import ProtocolError

_ZIP = "application/zip"


async def open_clip(call: Call[None]) -> web.StreamResponse:
    """Open a clip and show it; its owner learns that it was opened."""
    return _media(await call.room.desk.open(*_named(call)))


async def save(call: Call[None]) -> web.StreamResponse:
    """Copy a clip out of the desk; its owner learns of that too."""
    return _media(await call.room.desk.copy_out(*_named(call)))


async def copied(call: Call[None]) -> None:
    """Write down that a clip was copied to evidence."""
    await call.room.desk.copied(*_named(call))


async def export(call: Call[None]) -> web.StreamResponse:
    """Write a bundle for a court."""
    data = await call.room.desk.export(*_named(call))
    return web.Response(body=data, content_type=_ZIP)


async def ask(call: Call[QuestionWish]) -> None:
    """Ask somebody who answered."""
    await call.room.desk.question(
        call.item("request"), call.item("answer"), call.body.text
    )


async def erase(call: Call[None]) -> None:
    """Destroy one answer."""
    await call.room.desk.erase(call.item("request"), call.item("answer"))


async def verify(call: Call[bytes]) -> VerdictView:
    """What a bundle proves, by the key of the log that this desk knows."""
    settings = call.room.book.settings
    pin = Pin(log=settings.log, witnesses=settings.witnesses, quorum=settings.quorum)
    try:
        found = await asyncio.to_thread(check_bundle, io.BytesIO(call.body), pin)
    except ProtocolError as problem:
        return VerdictView(
            right=False, steps=(), problem=str(problem), log=settings.log
        )
    steps = tuple(StepView(what=each.what, told=each.told) for each in found.steps)
    return VerdictView(right=True, steps=steps, problem="", log=found.log)


def _named(call: Call[None]) -> tuple[str, str, int]:
    number = call.item("number")
    if not number.isascii() or not number.isdigit():
        raise InvalidInput("clips of an answer are counted from 0", "number")
    return call.item("request"), call.item("answer"), int(number)


def _media(opened: Opened) -> web.StreamResponse:
    return web.Response(body=opened.clip, content_type=opened.manifest.media_type)
