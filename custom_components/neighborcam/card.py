"""The dashboard card: its script is served, and dashboards are told of it.

Where dashboards are kept in storage the script becomes a resource, which apps and
casts load too; with dashboards in YAML it is loaded with every page instead.
"""

from hashlib import sha256
from pathlib import Path
from typing import Final

from homeassistant.components.frontend import DOMAIN as FRONTEND
from homeassistant.components.frontend import add_extra_js_url
from homeassistant.components.http import StaticPathConfig
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.core import HomeAssistant

from .const import DOMAIN, LOGGER

SCRIPT: Final = Path(__file__).parent / "frontend" / "neighborcam-card.js"
URL: Final = f"/{DOMAIN}/{SCRIPT.name}"


async def async_setup_card(hass: HomeAssistant) -> None:
    """Serve the card; without it everything else works."""
    version = await hass.async_add_executor_job(_version, SCRIPT)
    if version is None:
        LOGGER.warning("The dashboard card was not built: call script/build-web")
        return
    await hass.http.async_register_static_paths(
        [StaticPathConfig(URL, str(SCRIPT), cache_headers=True)]
    )
    # The address changes with the content: browsers keep a script for a month.
    address = f"{URL}?v={version}"
    resources = _resources(hass)
    if resources is not None:
        await _put(resources, address)
    elif FRONTEND in hass.config.components:
        add_extra_js_url(hass, address)


async def async_remove_card(hass: HomeAssistant) -> None:
    """Take the card's resource away, after the last engine."""
    resources = _resources(hass)
    if resources is None:
        return
    for item in await _ours(resources):
        await resources.async_delete_item(item["id"])


def _version(script: Path) -> str | None:
    if not script.is_file():
        return None
    return sha256(script.read_bytes()).hexdigest()[:8]


def _resources(hass: HomeAssistant) -> ResourceStorageCollection | None:
    data = hass.data.get(LOVELACE_DATA)
    if data is None or not isinstance(data.resources, ResourceStorageCollection):
        return None
    return data.resources


async def _ours(resources: ResourceStorageCollection) -> list[dict[str, str]]:
    await resources.async_get_info()  # which loads them
    return [item for item in resources.async_items() if _is_ours(item["url"])]


def _is_ours(address: str) -> bool:
    return address.partition("?")[0] == URL


async def _put(resources: ResourceStorageCollection, address: str) -> None:
    """Have exactly one resource of ours, with this address."""
    ours = await _ours(resources)
    if not ours:
        await resources.async_create_item({"res_type": "module", "url": address})
        return
    first, *doubles = ours
    for double in doubles:
        await resources.async_delete_item(double["id"])
    if first["url"] != address:
        await resources.async_update_item(first["id"], {"url": address})
