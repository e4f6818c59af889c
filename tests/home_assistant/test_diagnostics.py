"""What gets into an issue that everybody reads, and above all what does not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.json import ExtendedJSONEncoder
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.neighborcam.const import DOMAIN
from custom_components.neighborcam.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
    safe_version,
)
from custom_components.neighborcam.models import (
    Alert,
    Camera,
    CameraStorage,
    Episode,
    Hello,
    Hub,
    Media,
    OpenEpisode,
    PoliceRequest,
    Sharing,
    Statistics,
    Storage,
    Zone,
)
from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import (
    ENGINE_ID,
    SHARING_ON,
    TOKEN,
    FakeEngine,
    alert,
    camera,
    episode,
    police_request,
)

SECRET = "sEcR"
# A number that nobody would take for a count, for fields that take no text.
ODD_NUMBER = 31_415_926


def as_text(diagnostics: object) -> str:
    return json.dumps(diagnostics, cls=ExtendedJSONEncoder)


def planted(told: dict[str, Any], *kept: str) -> dict[str, Any]:
    """Return what an engine tells with a secret in each text that is free."""
    return {
        name: SECRET + value
        if isinstance(value, str) and name not in kept
        else planted(value, *kept)
        if isinstance(value, dict)
        else value
        for name, value in told.items()
    }


TIMES = (
    *("started_at", "ended_at", "oldest_at", "last_frame_at", "at", "onset"),
    *("expires", "published", "window_start", "window_end"),
)
# Of these an engine can send a few words only: anything else is an odd message.
CHOICES = ("state", "recording", "msg_type", "origin", "kind")


def secret_camera() -> dict[str, Any]:
    made = planted(camera(), *TIMES, *CHOICES)
    zone = {"id": f"{SECRET}-zone", "name": f"{SECRET} street"}
    return {**made, "recording_problem": SECRET, "zones": [zone]}


def secret_episode(**changes: Any) -> dict[str, Any]:
    made = planted(episode(), *TIMES, *CHOICES)
    return {**made, "zone": f"{SECRET}-zone", **changes}


@pytest.fixture
def secretive(engine: FakeEngine) -> FakeEngine:
    """Let the engine tell a secret wherever it can."""
    engine.name = f"{SECRET} home"
    engine.version = SECRET
    state = engine.state
    state.cameras = [secret_camera()]
    id_ = state.cameras[0]["id"]
    state.episodes = [secret_episode(), secret_episode(id=f"{SECRET}-2", zone=None)]
    state.last_episodes = [secret_episode(zone=None)]
    state.storage = {
        "total_bytes": 2_000_000,
        "free_bytes": 1_000_000,
        "cameras": [
            {"camera": id_, "size_bytes": 500, "oldest_at": "2026-11-10T00:00:00Z"}
        ],
    }
    state.sharing = {
        "state": "on",
        "hub": {
            "name": SECRET,
            "state": SECRET,
            "reason": SECRET,
            "evidence": SECRET,
        },
    }
    center = {"latitude": 12.3456789, "longitude": 98.7654321}
    state.alerts = [
        {
            **planted(alert(), *TIMES, *CHOICES),
            "center": center,
            "references": [SECRET],
            "media": [{"id": SECRET, "kind": "picture"}],
            "confirmations": ODD_NUMBER,
            "disputes": ODD_NUMBER,
        }
    ]
    area = [[98.7654321, 12.3456789], [98.7, 12.3], [98.6, 12.4]]
    state.requests = [
        {
            **planted(police_request(), *TIMES, *CHOICES),
            "area": area,
            "matching_cameras": ODD_NUMBER,
            "answered": True,
        }
    ]
    return engine


def free_texts(kind: type) -> Iterator[str]:
    """Yield the fields of a model that can hold any text."""
    for name, annotation in kind.__annotations__.items():
        plain = str(annotation)
        if "str" in plain and "Literal" not in plain and "StrEnum" not in plain:
            yield name


def test_a_secret_is_planted_in_every_text_that_an_engine_sends(
    secretive: FakeEngine,
) -> None:
    """Otherwise a new field of a model would go untested."""
    state = secretive.state
    assert state.storage
    told: list[tuple[type, dict[str, Any]]] = [
        (Hello, {**secretive.hello(), "id": SECRET}),  # the entry would not load
        (Camera, state.cameras[0]),
        (Zone, state.cameras[0]["zones"][0]),
        (Statistics, state.cameras[0]["statistics"]),
        (OpenEpisode, state.episodes[0]),
        (Episode, secret_episode()),
        (CameraStorage, state.storage["cameras"][0]),
        (Storage, {}),
        (Sharing, {}),
        (Hub, state.sharing["hub"]),
        (Alert, state.alerts[0]),
        (Media, state.alerts[0]["media"][0]),
        (PoliceRequest, state.requests[0]),
    ]
    for kind, sent in told:
        for name in free_texts(kind):
            assert SECRET in str(sent[name]), f"{kind.__name__}.{name}"


@pytest.fixture
def entry(hass: HomeAssistant, engine: FakeEngine) -> MockConfigEntry:
    """Return an entry whose own texts are secret too."""
    made = MockConfigEntry(
        domain=DOMAIN,
        title=f"{SECRET} home",
        unique_id=ENGINE_ID,
        data={CONF_HOST: "127.0.0.1", CONF_PORT: engine.port, CONF_TOKEN: TOKEN},
        options={SECRET: SECRET},
    )
    made.add_to_hass(hass)
    return made


def forbidden(engine: FakeEngine) -> list[str]:
    return [
        *(SECRET, TOKEN, ENGINE_ID, "127.0.0.1", str(engine.port), str(ODD_NUMBER)),
        *("12.34", "98.7", "192.0.2", "answered", "matching"),
    ]


async def test_no_secret_gets_out(
    hass: HomeAssistant, secretive: FakeEngine, set_up: SetUp
) -> None:
    entry = await set_up()
    assert entry.runtime_data.data.cameras  # it was all taken as sent
    registry = dr.async_get(hass)
    told = [await async_get_config_entry_diagnostics(hass, entry)]
    devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
    assert len(devices) == 2
    told += [await async_get_device_diagnostics(hass, entry, each) for each in devices]
    for diagnostics in told:
        text = as_text(diagnostics)
        for word in forbidden(secretive):
            assert word not in text, word


async def test_no_secret_gets_out_of_a_failure(
    hass: HomeAssistant, secretive: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    coordinator = entry.runtime_data
    await secretive.send({"type": "changes", "seq": 1, "changes": SECRET})
    await settle(lambda: coordinator.losses and coordinator.connected)
    told = await async_get_config_entry_diagnostics(hass, entry)
    assert told["engine"]["last_problem"] == "OddAnswer"
    assert told["engine"]["connections_lost"] == 1
    assert told["engine"]["connected"]
    assert SECRET not in as_text(told)


async def test_an_engine_is_told_with_its_cameras(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    snapshot: SnapshotAssertion,
) -> None:
    zones = [{"id": "drive", "name": "Driveway"}]
    engine.state.cameras = [
        camera("garden", sub_url=None, username=None, state="unreachable"),
        camera(zones=zones),
    ]
    engine.state.episodes = [episode(ended_at=None)]
    engine.state.sharing = dict(SHARING_ON)
    engine.state.alerts = [alert()]
    engine.state.requests = [police_request()]
    entry = await set_up()
    assert await async_get_config_entry_diagnostics(hass, entry) == snapshot


async def test_a_device_is_told_without_the_others(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.storage = None
    engine.state.cameras = [camera(), camera("garden")]
    entry = await set_up()
    registry = dr.async_get(hass)
    wanted = {"": [], "_front-door": ["1"], "_garden": ["2"]}
    for end, numbers in wanted.items():
        device = registry.async_get_device_by_identifier(
            (DOMAIN, f"{ENGINE_ID}{end}"), entry.entry_id
        )
        assert device is not None
        told = await async_get_device_diagnostics(hass, entry, device)
        assert list(told["cameras"]) == numbers
        assert told["engine"]["version"] == "0.1.0"
        assert told["engine"]["storage"] is None


async def test_an_entry_that_is_not_loaded_tells_why(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.schema = 2
    entry = await set_up()
    told = {"state": "setup_error", "problem": "engine_too_new"}
    device = dr.DeviceEntry(id="none", config_entry_id=entry.entry_id)
    for diagnostics in (
        await async_get_config_entry_diagnostics(hass, entry),
        await async_get_device_diagnostics(hass, entry, device),
    ):
        assert list(diagnostics) == ["entry"]
        assert diagnostics["entry"].items() >= told.items()


async def test_home_assistant_can_download_them(
    hass: HomeAssistant, set_up: SetUp, hass_client: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, "diagnostics", {})
    entry = await set_up()
    client = await hass_client()
    answer = await client.get(f"/api/diagnostics/config_entry/{entry.entry_id}")
    told = (await answer.json())["data"]
    assert told["engine"]["cameras"] == {"live": 1}
    assert told["cameras"]["1"]["scheme"] == "rtsp"


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("0.1.0", "0.1.0"),
        ("1.2.3.dev4", "1.2.3.dev4"),
        ("2026.11.0b1", "2026.11.0b1"),
        ("192.0.2.10:80", "other"),
        ("1.0+anna.miller", "other"),
        ("", "other"),
    ],
)
def test_a_version_is_a_version(version: str, told: str) -> None:
    assert safe_version(version) == told
