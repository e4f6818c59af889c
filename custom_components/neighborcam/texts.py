"""Texts that leave Home Assistant, in the language that it is set to."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import translation

from .const import DOMAIN


async def async_text(hass: HomeAssistant, where: str, key: str) -> str:
    """Return an option of the selector ``where``; English where none is translated."""
    return (await async_texts(hass, where))[key]


async def async_texts(
    hass: HomeAssistant, where: str, language: str | None = None
) -> dict[str, str]:
    """Return all options of a selector; ``language`` None is Home Assistant's."""
    texts = await translation.async_get_translations(
        hass, language or hass.config.language, "selector", {DOMAIN}
    )
    prefix = f"component.{DOMAIN}.selector.{where}.options."
    return {
        key.removeprefix(prefix): text
        for key, text in texts.items()
        if key.startswith(prefix)
    }


@callback
def cached_text(hass: HomeAssistant, where: str, key: str) -> str:
    """Return the same without waiting; the key itself where nothing is loaded."""
    texts = translation.async_get_cached_translations(
        hass, hass.config.language, "selector", DOMAIN
    )
    return texts.get(f"component.{DOMAIN}.selector.{where}.options.{key}", key)
