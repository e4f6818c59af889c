"""Texts that leave Home Assistant, in the language that it is set to."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import translation

from .const import DOMAIN


async def async_text(hass: HomeAssistant, where: str, key: str) -> str:
    """Return an option of the selector ``where``; English where none is translated."""
    texts = await translation.async_get_translations(
        hass, hass.config.language, "selector", {DOMAIN}
    )
    return texts[f"component.{DOMAIN}.selector.{where}.options.{key}"]


@callback
def cached_text(hass: HomeAssistant, where: str, key: str) -> str:
    """Return the same without waiting; the key itself where nothing is loaded."""
    texts = translation.async_get_cached_translations(
        hass, hass.config.language, "selector", DOMAIN
    )
    return texts.get(f"component.{DOMAIN}.selector.{where}.options.{key}", key)
