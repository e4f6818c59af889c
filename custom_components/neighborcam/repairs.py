"""Repairs that a dialog mends: trusting a hub again, after seeing why it was not."""

from typing import Final

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import BooleanSelector
from probatio import Required, Schema

from .errors import EngineFailure
from .issues import HUB_MISBEHAVES, engine_of_issue

ANEW: Final = "anew"
FORM: Final = Schema({Required(ANEW, default=False): BooleanSelector()})


async def async_create_fix_flow(
    _hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the dialog of an issue."""
    if data is None or not issue_id.startswith(HUB_MISBEHAVES):
        return ConfirmRepairFlow()
    return TrustAgain({name: str(value) for name, value in data.items()})


class TrustAgain(RepairsFlow):
    """Shows why the hub is not believed, and lets an admin believe it again."""

    def __init__(self, told: dict[str, str]) -> None:
        self._told = told

    async def async_step_init(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show the reason first."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Trust the hub for this reason, and for no other that came meanwhile."""
        errors: dict[str, str] = {}
        if user_input is not None:
            coordinator = engine_of_issue(self.hass, self._told["entry_id"])
            if coordinator is None:
                return self.async_abort(reason="engine_gone")
            try:
                await coordinator.client.trust(
                    self._told["reason"], anew=bool(user_input[ANEW])
                )
            except EngineFailure as failure:
                self._told["problem"] = str(failure)
                errors["base"] = "not_trusted"
            else:
                return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            data_schema=FORM,
            errors=errors,
            description_placeholders={"problem": "", **self._told},
        )
