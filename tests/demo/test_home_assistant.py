"""What the demo gives Home Assistant, and how it fails. The journey runs a real one."""

import asyncio
import json
import socket
import stat
from pathlib import Path

import pytest

from demo import run
from demo.dashboard import dashboard
from demo.home_assistant import LOG, HomeAssistantFailed, home_assistant
from demo.home_assistant_folder import write_folder
from demo.started import DemoFailed, started_demo
from tests.demo.conftest import MakeClip


def entity(id_: str, key: str, **more: object) -> dict[str, object]:
    """Return a row of the entity registry."""
    row = {"entity_id": id_, "translation_key": key, "device_id": "street"}
    return {**row, "platform": "neighborcam", "disabled_by": None, **more}


ENTITIES = [
    entity("camera.street", "camera"),
    entity("binary_sensor.street_motion", "motion"),
    entity("sensor.street_fps", "fps"),
    entity("sensor.street_episodes_today", "episodes_today", disabled_by="user"),
    entity("camera.yard", "camera", device_id="yard"),
    entity("camera.other", "camera", platform="generic", device_id="other"),
]


def cards(*, with_card: bool) -> list[list[dict[str, object]]]:
    (view,) = dashboard(ENTITIES, with_card=with_card)["views"]
    return [section["cards"] for section in view["sections"]]


def test_the_dashboard_shows_each_of_our_cameras_and_what_it_senses() -> None:
    street, yard = cards(with_card=False)
    assert [card["entity"] for card in street] == [
        "camera.street",
        "binary_sensor.street_motion",
    ]
    assert [card["entity"] for card in yard] == ["camera.yard"]
    assert street[0]["camera_view"] == "live"


def test_the_dashboard_uses_our_card_when_it_was_built() -> None:
    for (card, *_), camera in zip(
        cards(with_card=True), ("camera.street", "camera.yard"), strict=True
    ):
        assert card["type"] == "custom:neighborcam-card"
        assert card["camera"] == camera


def test_the_folder_listens_on_this_machine_only_and_has_the_integration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "/usr/share/zoneinfo/Europe/Berlin")
    write_folder(tmp_path, 8481)
    http = json.loads((tmp_path / ".storage" / "http").read_text())["data"]["stable"]
    assert (http["server_host"], http["server_port"]) == (["127.0.0.1"], 8481)
    assert "time_zone: Europe/Berlin" in (tmp_path / "configuration.yaml").read_text()
    ours = tmp_path / "custom_components" / "neighborcam"
    assert (ours / "manifest.json").is_file()
    assert not list(ours.rglob("__pycache__"))


async def start(folder: Path, port: int, executable: Path | None = None) -> None:
    given = {} if executable is None else {"executable": executable}
    async with home_assistant(folder, port, **given):
        pytest.fail("it started")


async def test_a_port_in_use_is_said_to_be_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(HomeAssistantFailed, match=r"--home-assistant-port"):
            await start(tmp_path, port)


async def test_what_is_not_installed_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(HomeAssistantFailed, match="script/setup home-assistant"):
        await start(tmp_path, 0, tmp_path / "no-such-program")


async def test_a_folder_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "configuration.yaml"
    await asyncio.to_thread(kept.write_text, "mine")
    with pytest.raises(HomeAssistantFailed, match="new folder"):
        await start(tmp_path, 0)
    assert await asyncio.to_thread(kept.read_text) == "mine"


async def test_one_that_ends_at_once_names_its_log(tmp_path: Path) -> None:
    program = tmp_path / "hass"
    await asyncio.to_thread(program.write_text, "#!/bin/sh\necho broken; exit 1\n")
    await asyncio.to_thread(program.chmod, stat.S_IRWXU)
    folder = tmp_path / "folder"
    with pytest.raises(HomeAssistantFailed, match=str(folder / LOG)):
        await start(folder, 0, program)
    assert await asyncio.to_thread((folder / LOG).read_text) == "broken\n"


def test_the_engine_runs_on_without_home_assistant(
    make_clip: MakeClip, tmp_path: Path
) -> None:
    (tmp_path / "configuration.yaml").touch()
    video = ("--video", str(make_clip("demo.mp4", seconds=3)), "--port", "0")
    with (
        pytest.raises(DemoFailed) as failed,
        started_demo(*video, "--home-assistant-data", str(tmp_path)),
    ):
        pytest.fail("it started")
    said = str(failed.value)
    assert "NeighborCam is ready" in said
    assert said.splitlines()[-1].startswith("  Home Assistant did not start: ")


def test_options_of_home_assistant_have_defaults_that_collide_with_nothing() -> None:
    options = run._parser().parse_args([])
    assert options.home_assistant_port not in {8123, options.port}
