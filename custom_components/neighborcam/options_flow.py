"""What an owner changes of an engine: its cameras, and what Home Assistant shows."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
from probatio import All, Coerce, Required, Schema

from .camera_steps import CameraSteps
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


class EngineOptionsFlow(CameraSteps):
    """The menu, and the settings that belong to Home Assistant alone.

    Cameras are the engine's: what is done to them ends without options, and the entry
    is not loaded anew.
    """

    async def async_step_init(
        self, _given: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what to do; without its engine only the settings can be changed."""
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return await self.async_step_settings()
        ways = ["add_camera"]
        if self._coordinator.data.cameras:
            ways += ["edit_camera", "remove_camera"]
        return self.async_show_menu(step_id="init", menu_options=[*ways, "settings"])

    async def async_step_settings(
        self, given: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how far away an alert may be to be shown."""
        if given is not None:
            return self.async_create_entry(data=given)
        chosen = self.config_entry.options.get(
            CONF_ALERT_RADIUS, DEFAULT_ALERT_RADIUS_M
        )
        schema = Schema({Required(CONF_ALERT_RADIUS, default=chosen): _RADIUS})
        return self.async_show_form(step_id="settings", data_schema=schema)
