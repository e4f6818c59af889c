"""Settings of one engine that belong to Home Assistant alone."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
from probatio import All, Coerce, Required, Schema

from .const import CONF_ALERT_RADIUS, DEFAULT_ALERT_RADIUS_M

_RADIUS: Final = All(
    NumberSelector(
        NumberSelectorConfig(
            min=100,
            max=20_000,
            step=100,
            unit_of_measurement="m",
            mode=NumberSelectorMode.BOX,
        )
    ),
    Coerce(int),
)


class EngineOptionsFlow(OptionsFlow):
    """How far away an alert may be to be shown."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the radius; it counts from the next change on, without a restart."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        chosen = self.config_entry.options.get(
            CONF_ALERT_RADIUS, DEFAULT_ALERT_RADIUS_M
        )
        schema = Schema({Required(CONF_ALERT_RADIUS, default=chosen): _RADIUS})
        return self.async_show_form(step_id="init", data_schema=schema)
