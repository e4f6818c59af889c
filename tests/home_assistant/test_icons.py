import re
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import FakeEngine
from tests.home_assistant.texts import SHARING, english, icons, leaves

ACTS = {"services": "service", "triggers": "trigger", "conditions": "condition"}


def test_every_icon_is_of_material_design() -> None:
    assert set(icons()) <= {"entity", *ACTS}
    for place, icon in leaves(icons()):
        assert re.fullmatch(r"mdi:[a-z0-9]+(-[a-z0-9]+)*", icon), place


def test_an_entity_has_a_default_and_states_that_differ_from_it() -> None:
    for domain, entities in icons("entity").items():
        for key, icon in entities.items():
            where = f"{domain}.{key}"
            assert icon["default"], where
            states = icon.get("state", {})
            assert icon["default"] not in states.values(), where
            texts = english("entity", domain, key, "state")
            assert not texts or set(states) <= set(texts), where


def test_every_icon_of_an_entity_belongs_to_a_text() -> None:
    for domain, entities in icons("entity").items():
        assert set(entities) <= set(english("entity", domain)), domain


@pytest.mark.parametrize("kind", ACTS)
def test_actions_triggers_and_conditions_have_one_icon_each(kind: str) -> None:
    for name, icon in icons(kind).items():
        assert ACTS[kind] in icon, name
        assert set(icon) <= {ACTS[kind], "sections"}, name


@pytest.mark.parametrize("sharing", SHARING, ids=["off", "on"])
async def test_an_entity_has_an_icon_or_a_device_class(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, sharing: dict[str, Any]
) -> None:
    engine.state.sharing = sharing
    entry = await set_up()
    made = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    bare = {
        entity.entity_id
        for entity in made
        if entity.translation_key not in icons("entity", entity.domain)
        and entity.original_device_class is None
        and entity.domain not in {"camera", "image"}  # a picture stands in its place
    }
    assert made
    assert bare == set()
