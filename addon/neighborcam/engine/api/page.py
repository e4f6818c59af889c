"""The page: files of one folder, and what to do when it was not built."""

import mimetypes
from pathlib import Path
from typing import Final

from aiohttp import web

from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.errors import NoRoute

# Chromium counts the MediaSource that live video plays from as a connection to a blob.
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
    " img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' blob:;"
    " manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
_NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>NeighborCam</title>
<h1>The engine runs; its page is not built</h1>
<p>Run <code>npm ci &amp;&amp; npm run build</code> in <code>addon/web</code>, then
reload. The API works without the page: see <a href="/api/openapi.json">its
description</a>.</p></html>
"""


async def index(call: Call[None, None]) -> web.StreamResponse:
    """The page, or how to build it."""
    file = await call.read(_find, call.desk.web_dir, "index.html")
    if file is None:
        return web.Response(text=_NOT_BUILT, content_type="text/html", status=200)
    return _serve(file, "no-cache")


async def root_file(call: Call[None, None]) -> web.StreamResponse:
    """A file beside the page: an icon, the manifest."""
    return await _file(call, call.item("file"), "no-cache")


async def asset(call: Call[None, None]) -> web.StreamResponse:
    """A script, style or font; its name changes with its content."""
    name = f"assets/{call.item('file')}"
    return await _file(call, name, "public, max-age=31536000, immutable")


async def _file(call: Call[None, None], name: str, cache: str) -> web.StreamResponse:
    file = await call.read(_find, call.desk.web_dir, name)
    if file is None:
        raise NoRoute("there is nothing under this path")
    return _serve(file, cache)


def _serve(file: Path, cache: str) -> web.StreamResponse:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return web.FileResponse(
        file, headers={"Content-Type": kind, "Cache-Control": cache}
    )


def _find(root: Path, name: str) -> Path | None:
    """Return the file ``name`` under ``root``; None if missing or outside."""
    try:
        file = (root / name).resolve()
        inside = file.is_relative_to(root.resolve())
        return file if inside and file.is_file() else None
    except (OSError, ValueError):  # names that no file can have
        return None
