import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import service
from homeassistant.helpers.trigger import descriptions
from homeassistant.loader import async_get_integration
from probatio import UNDEFINED, Required

from custom_components.neighborcam import condition, services, trigger
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


def _schema_of(what: Any) -> Any:
    return what.schema


def _options(schema: Any) -> dict[str, Any]:
    """Return the markers of what a schema takes, by name; those of its options."""
    for marker, inner in schema.schema.items():
        if str(marker) == "options":
            return {str(each): each for each in inner}
    return {str(each): each for each in schema.schema if str(each) != "target"}


def _is_required(marker: Any) -> bool:
    return isinstance(marker, Required)


def _default(marker: Any) -> Any:
    """Return what is taken when nothing is given; None for an empty list."""
    default: Any = getattr(marker, "default", UNDEFINED)
    if default is UNDEFINED:
        return None
    made = default()
    return None if made in ([], "") else made


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


TAKEN: dict[str, dict[str, Any]] = {
    "services": {name: each.schema for name, each in services.ACTIONS.items()},
    "triggers": {name: _schema_of(each) for name, each in trigger.TRIGGERS.items()},
    "conditions": {
        name: _schema_of(each) for name, each in condition.CONDITIONS.items()
    },
}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_what_is_described_is_what_is_taken(kind: str) -> None:
    for name, act in acts(kind).items():
        taken = _options(TAKEN[kind][name])
        assert set(dict(fields(act))) == set(taken), name
        for field, what in fields(act):
            assert bool(what.get("required")) is _is_required(taken[field]), field
            assert what.get("default") == _default(taken[field]), f"{name}.{field}"


@pytest.mark.parametrize("kind", ["triggers", "conditions"])
def test_what_is_about_a_camera_has_a_target(kind: str) -> None:
    for name, act in acts(kind).items():
        assert ("target" in act) == ("target" in TAKEN[kind][name].schema), name


def test_what_a_person_types_hidden_is_forgotten() -> None:
    for name, act in acts("services").items():
        for field, what in fields(act):
            text = what.get("selector", {}).get("text") or {}
            if text.get("type") == "password":
                assert field in services.ACTIONS[name].forgets, f"{name}.{field}"


def test_an_answer_to_the_police_is_forgotten_whole() -> None:
    forgotten = services.ACTIONS["answer_request"].forgets
    assert set(forgotten) == set(dict(fields(acts("services")["answer_request"])))


def test_only_what_is_there_can_be_forgotten() -> None:
    for name, action in services.ACTIONS.items():
        assert set(action.forgets) <= {str(key) for key in action.schema.schema}, name


def test_every_example_of_the_docs_is_valid() -> None:
    page = (CHECKOUT / "docs" / "home_assistant.md").read_text()
    used = set(re.findall(rf"(?:trigger|condition|action): {DOMAIN}\.(\w+)", page))
    assert used
    assert used <= {name for kind in SCHEMAS for name in acts(kind)}
