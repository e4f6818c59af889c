from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import service
from homeassistant.helpers.trigger import descriptions
from homeassistant.loader import async_get_integration

from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.conftest import SetUp
from tests.home_assistant.texts import CHECKOUT, described, english, icons


def _conditions() -> Any:
    """Return where the schema is: 2026.11 made a package of the module."""
    package = import_module("homeassistant.helpers.condition")
    if hasattr(package, "_CONDITIONS_DESCRIPTION_SCHEMA"):
        return package
    return import_module("homeassistant.helpers.condition.descriptions")


SCHEMAS = {
    "services": service._SERVICES_SCHEMA,
    "triggers": descriptions._TRIGGERS_DESCRIPTION_SCHEMA,
    "conditions": _conditions()._CONDITIONS_DESCRIPTION_SCHEMA,
}


def acts(kind: str) -> dict[str, dict[str, Any]]:
    """Return what the YAML file of that kind describes; a dot hides an anchor."""
    return {
        name: what or {}
        for name, what in described(f"{kind}.yaml").items()
        if not name.startswith(".")
    }


def fields(act: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every field, those in sections too."""
    for name, field in act.get("fields", {}).items():
        if "fields" in field:
            yield from field["fields"].items()
        else:
            yield name, field


def sections(act: dict[str, Any]) -> set[str]:
    return {name for name, field in act.get("fields", {}).items() if "fields" in field}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_home_assistant_accepts_the_description(kind: str) -> None:
    SCHEMAS[kind](described(f"{kind}.yaml"))


@pytest.mark.parametrize("kind", SCHEMAS)
def test_all_have_texts_and_icons(kind: str) -> None:
    assert set(acts(kind)) == set(english(kind))
    assert set(acts(kind)) == set(icons(kind))


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_field_has_a_name_and_a_description(kind: str) -> None:
    for name, act in acts(kind).items():
        texts = english(kind, name)
        assert texts["name"], name
        assert texts["description"], name
        named = dict(fields(act))
        assert set(named) == set(texts.get("fields", {})), name
        assert sections(act) == set(texts.get("sections", {})), name
        for field in named:
            assert set(texts["fields"][field]) == {"name", "description"}, field


@pytest.mark.parametrize("kind", SCHEMAS)
def test_choices_are_translated(kind: str) -> None:
    for name, act in acts(kind).items():
        for field, what in fields(act):
            choice = what.get("selector", {}).get("select") or {}
            key = choice.get("translation_key")
            if key:
                texts = english("selector", key, "options")
                assert set(texts) == set(choice["options"]), f"{name}.{field}"


async def test_every_action_that_is_described_is_there_and_no_other(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up()
    there = hass.services.async_services_for_domain(DOMAIN)
    assert set(there) == set(acts("services"))


@pytest.mark.parametrize("name", ["trigger", "condition"])
async def test_every_trigger_and_condition_that_is_described_is_there(
    hass: HomeAssistant, name: str
) -> None:
    ours = await async_get_integration(hass, DOMAIN)
    if not ours.platforms_exists([name]):
        assert acts(f"{name}s") == {}
        return
    platform = await ours.async_get_platform(name)
    there = await getattr(platform, f"async_get_{name}s")(hass)
    assert set(there) == set(acts(f"{name}s"))


@pytest.mark.parametrize("kind", SCHEMAS)
def test_all_are_in_the_docs(kind: str) -> None:
    pages = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")]
    text = "\n".join(page.read_text() for page in pages)
    assert {name for name in acts(kind) if f"`{DOMAIN}.{name}`" not in text} == set()
