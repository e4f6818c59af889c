"""Handlers about the hub itself: health, metrics, its description, its page."""

import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from sqlalchemy import func, select

from neighborcam.hub.api.desk import Call, Desk
from neighborcam.hub.api.errors import NoRoute
from neighborcam.hub.api.messages import Health
from neighborcam.hub.api.plumbing import REFUSALS
from neighborcam.hub.api.witness_numbers import WitnessNumbers
from neighborcam.hub.hiding import overdue_takedowns
from neighborcam.hub.store.inventory import TableTold
from neighborcam.hub.store.inventory import inventory as tables
from neighborcam.hub.store.schema import ALERTS, CASES, LOG
from neighborcam.hub.supervision import DutyState
from neighborcam.hub.witness_marks import marks_of
from neighborcam.protocol.terms import TERMS

# The map's pictures, if an operator wants some, come from the same host.
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
    " img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self';"
    " manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
_NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>NeighborCam hub</title>
<h1>The hub runs; its page is not built</h1>
<p>Run <code>script/build-web</code>, then reload. The API works without the page: see
<a href="/api/openapi.json">its description</a>.</p></html>
"""


async def health(call: Call[None, None]) -> Health:
    """Whether the hub and its database answer, and which duties fail.

    A duty that fails is no reason to ask another node: it is the same there.
    """
    states = await call.desk.supervisor.states()
    return Health(failing=tuple(sorted(_failing(states))))


async def metrics(call: Call[None, None]) -> web.StreamResponse:
    """Numbers for Prometheus: of the whole hub, never of a household or region."""
    registry = CollectorRegistry()
    registry.register(_Numbers(await _numbers(call.desk)))
    registry.register(_Failures(await call.desk.supervisor.states()))
    async with call.desk.database.read() as tx:
        marks = await marks_of(tx, call.desk.settings.witnesses)
    registry.register(WitnessNumbers(marks))
    refusals = call.http_request.app[REFUSALS]
    registry.register(_Refusals(refusals))
    body = generate_latest(registry)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def openapi(call: Call[None, None]) -> web.StreamResponse:
    """This interface as OpenAPI 3.1."""
    return web.Response(body=call.desk.openapi, content_type="application/json")


async def terms(_call: Call[None, None]) -> web.StreamResponse:
    """The Terms of Asking, which agencies accept."""
    return web.Response(text=TERMS, content_type="text/markdown")


async def inventory(_call: Call[None, None]) -> tuple[TableTold, ...]:
    """What this hub's database can be made to give: every table and column."""
    return tables()


async def index(call: Call[None, None]) -> web.StreamResponse:
    """The hub's page."""
    file = _find(call.desk.web_dir, "hub.html")
    if file is None:
        return web.Response(text=_NOT_BUILT, content_type="text/html")
    return _serve(file, "no-cache")


async def asset(call: Call[None, None]) -> web.StreamResponse:
    """A script, style or font; its name changes with its content."""
    file = _find(call.desk.web_dir, f"assets/{call.item('file')}")
    if file is None:
        raise NoRoute("there is nothing under this path")
    return _serve(file, "public, max-age=31536000, immutable")


async def icon(call: Call[None, None]) -> web.StreamResponse:
    """The icon of the page."""
    file = _find(call.desk.web_dir, "icon.svg")
    if file is None:
        raise NoRoute("there is nothing under this path")
    return _serve(file, "no-cache")


class _Numbers:
    """Collects what was counted just now."""

    def __init__(self, numbers: dict[str, tuple[str, int]]) -> None:
        self._numbers = numbers

    def collect(self) -> list[GaugeMetricFamily]:
        return [
            GaugeMetricFamily(f"neighborcam_hub_{name}", text, value=value)
            for name, (text, value) in self._numbers.items()
        ]


class _Refusals:
    """How often this node refused, by the code of the error."""

    def __init__(self, counted: Mapping[str, int]) -> None:
        self._counted = counted

    def collect(self) -> list[CounterMetricFamily]:
        family = CounterMetricFamily(
            "neighborcam_hub_refusals",
            "How often this node refused something since it started",
            labels=["code"],
        )
        for code, count in self._counted.items():
            family.add_metric([code], count)
        return [family]


class _Failures:
    """How often each duty has failed in a row."""

    def __init__(self, states: dict[str, DutyState]) -> None:
        self._states = states

    def collect(self) -> list[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "neighborcam_hub_duty_failures",
            "How often a duty of the hub has failed in a row",
            labels=["duty"],
        )
        for name, state in self._states.items():
            family.add_metric([name], state.failures)
        return [family]


def _failing(states: dict[str, DutyState]) -> list[str]:
    return [name for name, state in states.items() if state.failures]


async def _numbers(desk: Desk) -> dict[str, tuple[str, int]]:
    async with desk.database.read() as tx:
        alerts = await tx.scalar(select(func.count()).select_from(ALERTS)) or 0
        entries = await tx.scalar(select(func.count()).select_from(LOG)) or 0
        waiting = await tx.scalar(
            select(func.count()).where(CASES.c.decision.is_(None))
        )
        overdue = await overdue_takedowns(tx, desk.clock())
    return {
        "alerts": ("Alerts that are kept", alerts),
        "cases_waiting": ("Cases that wait for a steward", waiting or 0),
        "takedowns_overdue": ("Takedowns that wait for more than a day", overdue),
        "log_entries": ("Entries of the public log", entries),
        "listeners": ("Open feeds of this node", len(desk.sockets)),
    }


def _serve(file: Path, cache: str) -> web.StreamResponse:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return web.FileResponse(
        file, headers={"Content-Type": kind, "Cache-Control": cache}
    )


def _find(root: Path, name: str) -> Path | None:
    """Return the file ``name`` under ``root``; None if missing or outside."""
    try:
        file = (root / name).resolve()
        return file if file.is_relative_to(root.resolve()) and file.is_file() else None
    except (OSError, ValueError):  # names that no file can have
        return None
