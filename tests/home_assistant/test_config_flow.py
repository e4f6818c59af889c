"""Finding, typing, pairing again and moving an engine; every wrong turn and back."""

import json
import socket
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from homeassistant.config_entries import (
    SOURCE_HASSIO,
    SOURCE_USER,
    SOURCE_ZEROCONF,
    ConfigFlowResult,
)
from homeassistant.const import CONF_CODE, CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.hassio import HassioServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.neighborcam.config_flow import split_link
from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import CODE, ENGINE_ID, TOKEN, FakeEngine

DISCOVERY = Path(__file__).parents[1] / "discovery.json"  # what the engine's test sends


async def begin(hass: HomeAssistant) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )


async def answer(
    hass: HomeAssistant, flow: ConfigFlowResult, **given: Any
) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_configure(flow["flow_id"], given)


def announced(engine: FakeEngine, **more: Any) -> ZeroconfServiceInfo:
    told: dict[str, Any] = {
        "ip_address": ip_address("127.0.0.1"),
        "ip_addresses": [ip_address("127.0.0.1")],
        "port": engine.port,
        "hostname": "engine.local.",
        "type": "_neighborcam._tcp.local.",
        "name": "Home._neighborcam._tcp.local.",
        "properties": {"id": ENGINE_ID},
    }
    return ZeroconfServiceInfo(**{**told, **more})


def app(engine: FakeEngine, **more: Any) -> HassioServiceInfo:
    here = {CONF_HOST: "127.0.0.1", CONF_PORT: engine.port, CONF_TOKEN: TOKEN}
    config = json.loads(DISCOVERY.read_bytes())["config"]
    assert config.keys() == here.keys()
    config |= here | more
    return HassioServiceInfo(
        config=config, name="NeighborCam", slug="neighborcam", uuid="1"
    )


def closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
        return port


async def move(engine: FakeEngine) -> None:
    await engine.stop()
    engine.port = 0
    await engine.start()


async def unload(hass: HomeAssistant) -> None:
    await hass.async_block_till_done()
    for entry in hass.config_entries.async_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


async def test_host_and_code_make_an_entry(
    hass: HomeAssistant, engine: FakeEngine
) -> None:
    flow = await begin(hass)
    assert flow["type"] is FlowResultType.FORM
    typed = {CONF_HOST: "127.0.0.1", CONF_PORT: engine.port, CONF_CODE: CODE}
    done = await answer(hass, flow, **typed)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert done["title"] == "Home"
    assert done["result"].unique_id == ENGINE_ID
    assert done["data"][CONF_TOKEN] in engine.tokens - {TOKEN}
    await unload(hass)


async def test_the_link_that_the_engine_printed_is_enough(
    hass: HomeAssistant, engine: FakeEngine
) -> None:
    link = f"http://127.0.0.1:{engine.port}/#pair={CODE}"
    done = await answer(hass, await begin(hass), **{CONF_HOST: link, CONF_PORT: 8480})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert done["data"][CONF_PORT] == engine.port
    await unload(hass)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" home.local ", ("home.local", None, None)),
        ("http://h:1/#pair=AB", ("h", 1, "AB")),
        ("http://h/", ("h", 80, None)),
        ("http://h:x/", ("http://h:x/", None, None)),
        ("http://[::1]:8480", ("::1", 8480, None)),
    ],
)
def test_what_is_typed_as_host_is_read_as_people_mean_it(
    typed: str, read: tuple[str, int | None, str | None]
) -> None:
    assert split_link(typed) == read


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({CONF_CODE: "WRONG"}, {CONF_CODE: "wrong_code"}),
        ({CONF_HOST: "not a host"}, {CONF_HOST: "invalid_host"}),
        ({CONF_PORT: closed_port()}, {"base": "cannot_connect"}),
    ],
)
async def test_a_mistake_is_named_and_can_be_mended(
    hass: HomeAssistant,
    engine: FakeEngine,
    given: Mapping[str, Any],
    errors: Mapping[str, str],
) -> None:
    right = {CONF_HOST: "127.0.0.1", CONF_PORT: engine.port, CONF_CODE: CODE}
    flow = await answer(hass, await begin(hass), **{**right, **given})
    assert flow["errors"] == errors
    done = await answer(hass, flow, **right)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await unload(hass)


@pytest.mark.parametrize(
    ("schema", "error"), [(2, "engine_too_new"), (0, "engine_too_old")]
)
async def test_an_engine_of_another_schema_is_named(
    hass: HomeAssistant, engine: FakeEngine, schema: int, error: str
) -> None:
    engine.schema = schema
    typed = {CONF_HOST: "127.0.0.1", CONF_PORT: engine.port, CONF_CODE: CODE}
    flow = await answer(hass, await begin(hass), **typed)
    assert flow["errors"] == {"base": error}
    hass.config_entries.flow.async_abort(flow["flow_id"])


async def test_too_many_tries_and_things_that_are_no_engine_are_told(
    hass: HomeAssistant, engine: FakeEngine
) -> None:
    typed = {CONF_HOST: "127.0.0.1", CONF_PORT: engine.port, CONF_CODE: CODE}
    engine.refuse("POST", "/api/pair", 429, "too_many_tries", "wait a minute")
    flow = await answer(hass, await begin(hass), **typed)
    assert flow["errors"] == {"base": "refused"}
    engine.refusals.clear()
    engine.id = "x" * 65
    flow = await answer(hass, flow, **typed)
    assert flow["errors"] == {"base": "no_engine"}
    hass.config_entries.flow.async_abort(flow["flow_id"])


async def test_one_engine_is_one_entry(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    entry = await set_up()
    await move(engine)
    typed = {CONF_HOST: "127.0.0.1", CONF_PORT: engine.port, CONF_CODE: CODE}
    done = await answer(hass, await begin(hass), **typed)
    assert done["reason"] == "already_configured"
    assert entry.data[CONF_PORT] == engine.port
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    await unload(hass)


async def test_an_engine_in_the_network_needs_its_code_only(
    hass: HomeAssistant, engine: FakeEngine
) -> None:
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_ZEROCONF}, data=announced(engine)
    )
    assert flow["step_id"] == "found"
    flow = await answer(hass, flow, **{CONF_CODE: "WRONG"})
    assert flow["errors"] == {CONF_CODE: "wrong_code"}
    done = await answer(hass, flow, **{CONF_CODE: CODE})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await unload(hass)


async def test_a_known_engine_that_moved_is_followed(
    hass: HomeAssistant, engine: FakeEngine, entry: MockConfigEntry
) -> None:
    moved = announced(engine, port=4711)
    done = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_ZEROCONF}, data=moved
    )
    assert done["reason"] == "already_configured"
    assert entry.data[CONF_PORT] == 4711


async def test_an_announcement_without_an_id_is_left_alone(
    hass: HomeAssistant, engine: FakeEngine
) -> None:
    done = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_ZEROCONF},
        data=announced(engine, properties={}),
    )
    assert done["reason"] == "no_engine"


async def test_the_app_is_taken_up_without_typing(
    hass: HomeAssistant, engine: FakeEngine
) -> None:
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_HASSIO}, data=app(engine)
    )
    assert flow["step_id"] == "hassio_confirm"
    done = await answer(hass, flow)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert done["data"][CONF_TOKEN] == TOKEN
    await unload(hass)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({CONF_PORT: "x"}, "no_engine"),
        ({CONF_TOKEN: "another"}, "token_refused"),
        ({CONF_PORT: closed_port()}, "cannot_connect"),
    ],
)
async def test_an_app_that_cannot_be_used_is_named(
    hass: HomeAssistant, engine: FakeEngine, config: Mapping[str, Any], reason: str
) -> None:
    done = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_HASSIO}, data=app(engine, **config)
    )
    assert done["reason"] == reason


async def test_pairing_again_gives_a_new_token(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up()
    flow = await entry.start_reauth_flow(hass)
    flow = await answer(hass, flow, **{CONF_CODE: "WRONG"})
    assert flow["errors"] == {CONF_CODE: "wrong_code"}
    done = await answer(hass, flow, **{CONF_CODE: CODE})
    assert done["reason"] == "reauth_successful"
    assert entry.data[CONF_TOKEN] != TOKEN
    await unload(hass)


async def test_a_moved_engine_keeps_its_token_or_gets_a_new_one(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    entry = await set_up()
    flow = await entry.start_reconfigure_flow(hass)
    wrong = {CONF_HOST: "not a host", CONF_PORT: engine.port}
    flow = await answer(hass, flow, **wrong)
    assert flow["errors"] == {CONF_HOST: "invalid_host"}
    await move(engine)
    moved = {CONF_HOST: "127.0.0.1", CONF_PORT: engine.port}
    done = await answer(hass, flow, **moved)
    assert done["reason"] == "reconfigure_successful"
    assert (entry.data[CONF_PORT], entry.data[CONF_TOKEN]) == (engine.port, TOKEN)
    await hass.async_block_till_done()

    engine.tokens.clear()
    flow = await answer(hass, await entry.start_reconfigure_flow(hass), **moved)
    assert flow["errors"] == {"base": "token_refused"}
    done = await answer(hass, flow, **moved, **{CONF_CODE: CODE})
    assert done["reason"] == "reconfigure_successful"
    assert entry.data[CONF_TOKEN] in engine.tokens
    await unload(hass)


async def test_another_engine_is_no_moved_one(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    entry = await set_up()
    before = dict(entry.data)
    engine.id = "01JC0000000000000000000777"
    await move(engine)
    moved = {CONF_HOST: "127.0.0.1", CONF_PORT: engine.port}
    done = await answer(hass, await entry.start_reconfigure_flow(hass), **moved)
    assert done["reason"] == "another_engine"
    assert dict(entry.data) == before
