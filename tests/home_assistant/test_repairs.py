"""The dialog of the repair: a hub is trusted again by whoever saw why it was not."""

from typing import Any

import pytest
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import FakeEngine

REASON = "the hub's log is not right: the log was rewritten"
TRUST = "/api/sharing/trust"


@pytest.fixture(autouse=True)
def _lied(engine: FakeEngine) -> None:
    engine.state.sharing = {
        "state": "on",
        "hub": {
            "name": "Mill Lane",
            "state": "distrusted",
            "reason": REASON,
            "evidence": "evidence/a.txt",
        },
    }


async def posted(browser: Any, path: str, body: Any) -> Any:
    answer = await browser.post(f"/api/repairs/issues/fix{path}", json=body)
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def dialog(hass: HomeAssistant, client: ClientSessionGenerator) -> Any:
    """Open the dialog of the only repair; return browser and form."""
    assert await async_setup_component(hass, REPAIRS, {})
    ((_, id_),) = ir.async_get(hass).issues
    browser = await client()
    wish = {"handler": DOMAIN, "issue_id": id_}
    return browser, await posted(browser, "", wish)


@pytest.mark.parametrize("anew", [True, False])
async def test_a_hub_is_trusted_again_for_the_reason_that_was_shown(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
    anew: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    await set_up()
    browser, form = await dialog(hass, hass_client)
    shown = form["description_placeholders"]
    assert (shown["name"], shown["reason"]) == ("Mill Lane", REASON)
    assert shown["evidence"] == "evidence/a.txt"
    assert engine.wishes("POST", TRUST) == []
    done = await posted(browser, f"/{form['flow_id']}", {"anew": anew})
    assert done["type"] == "create_entry"
    assert engine.wishes("POST", TRUST) == [{"reason": REASON, "anew": anew}]


async def test_what_the_engine_refuses_is_said_in_the_dialog(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
) -> None:
    engine.refuse("POST", TRUST, 400, "invalid_input", "another reason is shown now")
    await set_up()
    browser, form = await dialog(hass, hass_client)
    again = await posted(browser, f"/{form['flow_id']}", {"anew": False})
    assert again["errors"] == {"base": "not_trusted"}
    told = again["description_placeholders"]
    assert told["problem"] == "another reason is shown now"


async def test_without_its_engine_the_dialog_ends(
    hass: HomeAssistant, set_up: SetUp, hass_client: ClientSessionGenerator
) -> None:
    entry: MockConfigEntry = await set_up()
    browser, form = await dialog(hass, hass_client)
    await hass.config_entries.async_unload(entry.entry_id)
    gone = await posted(browser, f"/{form['flow_id']}", {"anew": False})
    assert gone["reason"] == "engine_gone"
