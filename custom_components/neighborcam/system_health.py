"""What *Settings → System → Repairs → System information* tells about the engines.

It is made for copying into an issue, so engines have numbers and not names.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .client import EngineClient
from .const import DOMAIN
from .coordinator import EngineCoordinator, EngineEntry, engine_url
from .diagnostics import safe_version
from .errors import EngineFailure, EngineTooNew, EngineTooOld, TokenRefused

TIMEOUT_S: Final = 5.0
NOTHING: Final = "-"  # of an engine that is not set up now

type Problem = dict[str, str]


@callback
def async_register(_hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Offer what is known."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return what is known now; whether engines answer is found out meanwhile."""
    entries: list[EngineEntry] = hass.config_entries.async_entries(
        DOMAIN, include_ignore=False, include_disabled=False
    )
    return {
        "engines": len(entries),
        "reach_engine": _reach(hass, entries),
        "connected": _each(entries, lambda engine: engine.connected),
        "versions": _each(
            entries, lambda engine: safe_version(engine.data.engine.version)
        ),
        "schema": _each(entries, lambda engine: engine.data.engine.schema),
        "cameras": _each(entries, _live),
        "recording_problems": _each(entries, _recording_problems),
    }


def _each(
    entries: list[EngineEntry], told: Callable[[EngineCoordinator], object]
) -> object:
    """Return what is told of the only engine, or of each by its number."""
    values = [
        told(entry.runtime_data) if entry.state is ConfigEntryState.LOADED else NOTHING
        for entry in entries
    ]
    if len(values) == 1:
        return values[0]
    return ", ".join(f"{number}: {value}" for number, value in enumerate(values, 1))


def _live(engine: EngineCoordinator) -> str:
    cameras = engine.data.cameras.values()
    return f"{sum(camera.is_live for camera in cameras)}/{len(cameras)}"


def _recording_problems(engine: EngineCoordinator) -> int:
    return sum(bool(each.recording_problem) for each in engine.data.cameras.values())


async def _reach(hass: HomeAssistant, entries: list[EngineEntry]) -> str | Problem:
    """Ask every engine who it is; tell the first that does not say so."""
    problems = await asyncio.gather(*(_problem(hass, entry) for entry in entries))
    for number, problem in enumerate(problems, start=1):
        if problem is not None:
            text = problem if len(entries) == 1 else f"{number}: {problem}"
            return {"type": "failed", "error": text}
    return "ok"


async def _problem(hass: HomeAssistant, entry: EngineEntry) -> str | None:
    """Return why an engine is of no use now, in words that Home Assistant uses too."""
    url = engine_url(entry.data[CONF_HOST], entry.data[CONF_PORT])
    client = EngineClient(async_get_clientsession(hass), url, entry.data[CONF_TOKEN])
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await client.info()
    except TimeoutError:
        return "timeout"
    except TokenRefused:
        return "unauthorized"
    except (EngineTooNew, EngineTooOld):
        return "unsupported version"
    except EngineFailure:
        return "unreachable"
    return None
