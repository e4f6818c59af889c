"""Who administers Home Assistant, told to the engine and to nobody else."""

import logging

import pytest
from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_USER
from homeassistant.core import HomeAssistant

from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import FakeEngine


def known(engine: FakeEngine) -> list[str]:
    """Return the administrators of whom the engine heard last."""
    return next(reversed(engine.administrators), [])


async def test_the_engine_hears_who_administers_and_of_nobody_else(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    ann = await hass.auth.async_create_user("Ann", group_ids=[GROUP_ID_ADMIN])
    await hass.auth.async_create_user("Child", group_ids=[GROUP_ID_USER])
    await hass.auth.async_create_system_user("Robot", group_ids=[GROUP_ID_ADMIN])
    await set_up()
    await settle(lambda: engine.administrators)
    assert ann.id in known(engine)
    others = {
        each.id for each in await hass.auth.async_get_users() if not each.is_admin
    }
    robots = {
        each.id for each in await hass.auth.async_get_users() if each.system_generated
    }
    assert not set(known(engine)) & (others | robots)


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
    await settle(lambda: engine.administrators)
    await engine.stop()
    await settle(lambda: not entry.runtime_data.connected)
    await hass.auth.async_create_user("Ann", group_ids=[GROUP_ID_ADMIN])
    before = len(engine.administrators)
    await engine.start()
    await settle(lambda: len(engine.administrators) > before)


async def test_a_token_that_only_views_breaks_nothing(
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine.refuse(
        "PUT", "/api/administrators", 403, "forbidden", "this needs scope admin"
    )

    def said() -> list[int]:
        return [r.levelno for r in caplog.records if r.module == "administrators"]

    entry = await set_up()
    await settle(said)
    assert entry.runtime_data.connected
    assert max(said()) < logging.WARNING
