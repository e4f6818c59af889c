import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import FakeEngine
from tests.home_assistant.texts import (
    SHARING,
    english,
    leaves,
    literals,
    modules,
    parsed,
    placeholders,
)

LANGUAGES = ["en", "de"]
SECTIONS = {
    *("common", "conditions", "config", "config_panel", "config_subentries"),
    *("device", "entity", "entity_component", "exceptions", "issues", "options"),
    *("preview_features", "selector", "services", "system_health", "title"),
    *("triggers",),
}
# Home Assistant ends flows with these by itself.
ITS_OWN = {
    *("already_configured", "already_in_progress", "reauth_successful"),
    *("reconfigure_successful", "unique_id_mismatch"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_plain_and_trimmed(language: str) -> None:
    for place, text in leaves(parsed(f"translations/{language}.json")):
        assert text.strip() == text, place
        assert text, place
        assert not re.search(r"<[a-zA-Z/][^>]*>", text), f"{place} has HTML"
        assert not re.search(r"'\{\w+\}'", text), f"{place} quotes a placeholder"
        assert "[%key:" not in text, f"{place} is resolved only in core"


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_known_sections_and_plain_keys_are_used(language: str) -> None:
    content = parsed(f"translations/{language}.json")
    assert set(content) <= SECTIONS
    keys = {key for place, _ in leaves(content) for key in place.split(".")}
    odd = {
        key for key in keys if not re.fullmatch(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?", key)
    }
    assert odd == set()


def test_the_second_language_says_the_same() -> None:
    first = dict(leaves(parsed("translations/en.json")))
    second = dict(leaves(parsed("translations/de.json")))
    assert set(first) == set(second)
    for place, text in first.items():
        assert placeholders(text) == placeholders(second[place]), place


def forms(tree: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield everything that has fields for a person to fill in."""
    for key, value in tree.items():
        if isinstance(value, dict):
            if "data" in value:
                yield f"{above}.{key}", value
            yield from forms(value, f"{above}.{key}")


def test_every_field_of_a_form_is_explained() -> None:
    shown = dict(forms({"config": english("config"), "options": english("options")}))
    assert shown
    for place, form in shown.items():
        assert set(form["data"]) == set(form.get("data_description", {})), place


@pytest.mark.parametrize("flow", ["config", "options"])
@pytest.mark.parametrize("kind", ["error", "abort", "step"])
def test_every_text_of_a_flow_is_used(flow: str, kind: str) -> None:
    names = set(english(flow, kind)) - ITS_OWN
    steps = {
        node.name
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef)
    }
    unused = {name for name in names if f"async_step_{name}" not in steps}
    assert unused - literals() == set()


def calls(*, keyword: str) -> Iterator[dict[str, ast.expr]]:
    """Yield the keyword arguments of every call that has one of that name."""
    for tree in modules().values():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            named = {each.arg: each.value for each in node.keywords if each.arg}
            if keyword in named:
                yield named


def raised() -> Iterator[tuple[str, dict[str, ast.expr]]]:
    """Yield the key and the arguments of every error that is shown to people."""
    for named in calls(keyword="translation_domain"):
        key = named.get("translation_key")
        if isinstance(key, ast.Constant):
            yield str(key.value), named


def test_every_error_has_its_text() -> None:
    assert {key for key, _ in raised()} <= set(english("exceptions"))


def test_every_text_of_an_error_is_used() -> None:
    assert set(english("exceptions")) <= literals()


def test_every_error_brings_what_its_text_leaves_open() -> None:
    for key, named in raised():
        given = named.get("translation_placeholders")
        if given is not None and not isinstance(given, ast.Dict):
            continue  # made elsewhere
        names = {
            each.value
            for each in (given.keys if given else [])
            if isinstance(each, ast.Constant)
        }
        assert names == placeholders(english("exceptions", key)["message"]), key


def test_every_issue_is_raised_somewhere() -> None:
    assert set(english("issues")) <= literals()
    for issue in english("issues").values():
        assert issue["title"]
        assert ("description" in issue) != ("fix_flow" in issue)


def test_every_named_entity_of_the_texts_is_made_somewhere() -> None:
    named = {key for entities in english("entity").values() for key in entities}
    assert named <= literals()


@pytest.mark.parametrize("sharing", SHARING, ids=["off", "on"])
async def test_every_entity_has_a_name(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, sharing: dict[str, Any]
) -> None:
    engine.state.sharing = sharing
    entry = await set_up()
    made = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    nameless = {
        entity.entity_id
        for entity in made
        if entity.translation_key not in english("entity", entity.domain)
        and entity.original_device_class is None
        and entity.domain != "camera"  # it has its device's name
    }
    assert made
    assert nameless == set()
