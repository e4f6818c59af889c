"""Who administers Home Assistant, told to the engine and to nobody else."""

import logging
from typing import Any

import pytest
from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_USER
from homeassistant.core import HomeAssistant

from custom_components.neighborcam.const import LOGGER
from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import FakeEngine

PATH = ("PUT", "/api/administrators")


def told(engine: FakeEngine) -> list[Any]:
    return [wish["users"] for wish in engine.wishes(*PATH)]


def known(engine: FakeEngine) -> list[str]:
    """Return the administrators of whom the engine heard last."""
    return next(reversed(told(engine)), [])


async def test_the_engine_hears_who_administers_and_of_nobody_else(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    ann = await hass.auth.async_create_user("Ann", group_ids=[GROUP_ID_ADMIN])
    await hass.auth.async_create_user("Child", group_ids=[GROUP_ID_USER])
    await hass.auth.async_create_system_user("Robot", group_ids=[GROUP_ID_ADMIN])
    await set_up()
    await settle(lambda: told(engine))
    assert ann.id in known(engine)
    others = {
        each.id for each in await hass.auth.async_get_users() if not each.is_admin
    }
    robots = {
        each.id for each in await hass.auth.async_get_users() if each.system_generated
    }
    assert not set(known(engine)) & (others | robots)
    assert set(engine.wishes(*PATH)[-1]) == {"users"}


async def test_a_change_of_users_is_told_at_once(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await hass.auth.async_create_user("Owner", group_ids=[GROUP_ID_ADMIN])
    await set_up()
    ann = await hass.auth.async_create_user("Ann", group_ids=[GROUP_ID_ADMIN])
    await settle(lambda: ann.id in known(engine))
    await hass.auth.async_update_user(ann, group_ids=[GROUP_ID_USER])
    await settle(lambda: ann.id not in known(engine))
    await hass.auth.async_update_user(ann, group_ids=[GROUP_ID_ADMIN])
    await settle(lambda: ann.id in known(engine))
    await hass.auth.async_remove_user(ann)
    await settle(lambda: ann.id not in known(engine))


async def test_an_engine_that_was_away_is_told_again(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    await settle(lambda: told(engine))
    await engine.stop()
    await settle(lambda: not entry.runtime_data.connected)
    await hass.auth.async_create_user("Ann", group_ids=[GROUP_ID_ADMIN])
    before = len(told(engine))
    await engine.start()
    await settle(lambda: len(told(engine)) > before)


async def test_a_token_that_only_views_breaks_nothing(
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine.refuse(*PATH, 403, "forbidden", "this needs a token with scope admin")
    entry = await set_up()
    await settle(lambda: told(engine))
    assert entry.runtime_data.connected
    ours = [each for each in caplog.records if each.name == LOGGER.name]
    assert all(each.levelno < logging.WARNING for each in ours)
