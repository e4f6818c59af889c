"""The app in a container: what its owner and the Supervisor see of it."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from demo.rtsp_server import RtspServer
from demo.screenshot import BROWSER_OPTIONS
from demo.supervisor import SESSION
from neighborcam import __version__
from tests.image.conftest import APP, App, Refused, ask, until
from tests.image.podman import (
    GATEWAY,
    IMAGE,
    NETWORK,
    Container,
    podman,
    run_once,
)

ANN = "0a1b2c3d4e5f"


def add_camera(app: App, cameras: RtspServer, **more: Any) -> None:
    wish = {
        "id": "yard",
        "name": "Yard",
        "main_url": f"rtsp://{GATEWAY}:{cameras.port}/yard",
        "sub_url": f"rtsp://{GATEWAY}:{cameras.port}/yard-sub",
    }
    app.api("/api/cameras", method="POST", body={**wish, **more})


def has_recorded(app: App) -> bool:
    return any(app.media.glob("neighborcam/yard/*/*.mp4"))


def test_home_assistant_finds_the_app_and_a_camera_records(
    app: App, cameras: RtspServer
) -> None:
    app.run()
    found = app.found()
    assert found["host"] == "0a1b2c3d-neighborcam"
    assert app.api("/api/info")["scope"] == "admin"
    add_camera(app, cameras)
    until(lambda: app.api("/api/cameras")[0]["state"] == "live")
    until(lambda: app.api("/api/episodes"))
    until(lambda: has_recorded(app))
    assert found["token"] not in app.container.log
    assert app.container.exec("healthy")[0] == 0
    assert app.container.stop() == 0
    assert "Index and recordings agree." in app.check()


def test_the_program_is_nobody_and_can_become_nobody_else(app: App) -> None:
    app.run()
    app.found()
    _, status = app.container.exec("cat", "/proc/1/status")
    facts = dict(line.split(":\t") for line in status.splitlines() if ":\t" in line)
    assert facts["Uid"].split() == ["848"] * 4
    assert int(facts["CapEff"], 16) == int(facts["CapBnd"], 16) == 0
    assert facts["NoNewPrivs"] == "1"
    _, found = app.container.exec("find", "/", "-xdev", "-perm", "/6000", "-type", "f")
    assert found == ""


def test_a_user_of_home_assistant_opens_the_page(
    app: App, supervisor: str, cameras: RtspServer, chromium_path: str
) -> None:
    app.run()
    add_camera(app, cameras)
    app.api("/api/administrators", method="PUT", body={"users": [ANN]})
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=BROWSER_OPTIONS
        )
        page = open_page(browser.new_page(), supervisor, "a child")
        expect(page.get_by_text("You can look around here.")).to_be_visible()
        expect(page.get_by_role("button", name="Add camera")).to_have_count(0)
        wait_until_it_plays(page)
        page = open_page(browser.new_page(), supervisor, ANN)
        expect(page.get_by_role("button", name="Add camera")).to_be_visible()
        wait_until_it_plays(page)
        browser.close()


def open_page(page: Page, supervisor: str, user: str) -> Page:
    """Open the app's page as a user of Home Assistant."""
    page.set_default_timeout(30_000)
    opened = ask(
        f"{supervisor}/stand-in/session/{user.replace(' ', '%20')}", method="POST"
    )
    address = opened["page"].replace("0.0.0.0", supervisor.removeprefix("http://"))
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": SESSION, "value": opened["session"], "url": supervisor}]
    )
    page.goto(address)
    return page


def wait_until_it_plays(page: Page) -> None:
    page.wait_for_function(
        """() => {
            const find = (root) => {
                for (const each of root.querySelectorAll("*")) {
                    if (each.tagName === "VIDEO" && each.currentTime > 0.5) return true;
                    if (each.shadowRoot !== null && find(each.shadowRoot)) return true;
                }
                return false;
            };
            return find(document);
        }"""
    )


def test_nobody_but_the_supervisor_uses_its_port(app: App) -> None:
    app.run()
    app.found()
    with pytest.raises(Refused, match="403"):
        ask(f"http://{APP}:8099/api/info")


def test_the_root_file_system_may_be_read_only_and_nothing_be_allowed(
    app: App, cameras: RtspServer
) -> None:
    app.owner = 848
    (app.media / "neighborcam").mkdir()
    for folder in (app.data, app.media / "neighborcam"):
        shutil.chown(folder, 848, 848)
    app.run(
        *("--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges"),
        *("--user", "848:848", "--memory", "512m", "--pids-limit", "200"),
    )
    add_camera(app, cameras)
    until(lambda: app.api("/api/episodes"))
    until(lambda: has_recorded(app))
    assert app.container.exec("healthy")[0] == 0
    assert not app.container.state["OOMKilled"]
    assert app.container.stop() == 0
    assert "Index and recordings agree." in app.check()


def test_a_kill_loses_nothing_that_was_written(app: App, cameras: RtspServer) -> None:
    app.run()
    add_camera(app, cameras)
    until(lambda: has_recorded(app))
    until(lambda: app.api("/api/episodes"))
    app.container.kill()
    app.run()
    until(lambda: app.api("/api/cameras")[0]["state"] == "live")
    assert app.api("/api/episodes")
    assert app.container.stop() == 0
    assert "Index and recordings agree." in app.check()


def test_a_backup_of_the_running_app_is_whole(
    app: App, cameras: RtspServer, tmp_path: Path
) -> None:
    app.run()
    add_camera(app, cameras)
    until(lambda: has_recorded(app))
    assert app.container.exec("start", "backup", "begin", "--data", "/data") == (0, "")
    shutil.copytree(app.data, tmp_path / "backup")
    assert app.container.exec("start", "backup", "end", "--data", "/data") == (0, "")
    app.container.stop()
    with (tmp_path / "backup" / "index.db").open("r+b") as torn:
        torn.truncate(5000)
    shutil.rmtree(app.data)
    shutil.copytree(tmp_path / "backup", app.data)  # owned by root again, as by tar
    app.run()
    assert [each["id"] for each in app.api("/api/cameras")] == ["yard"]
    app.container.stop()
    assert "Index and recordings agree." in app.check()


def test_other_options_begin_anew_and_lose_no_episode(
    app: App, cameras: RtspServer
) -> None:
    app.run()
    add_camera(app, cameras)
    episodes = until(lambda: app.api("/api/episodes"))
    assert app.container.stop() == 0
    app.choose(recordings="neighborcam-2")
    app.run()
    known = {each["id"] for each in app.api("/api/episodes")}
    assert {each["id"] for each in episodes} <= known
    until(lambda: any(app.media.glob("neighborcam-2/yard/*/*.mp4")))


def test_data_of_a_newer_version_is_left_alone(app: App) -> None:
    app.run()
    app.found()
    app.container.stop()
    with closing(sqlite3.connect(app.data / "index.db")) as index:
        index.execute("PRAGMA user_version = 99")
    before = (app.data / "index.db").read_bytes()
    app.run()
    podman("wait", app.container.name)
    assert app.container.state["ExitCode"] == 1
    assert "written by a newer NeighborCam" in app.container.log
    assert (app.data / "index.db").read_bytes() == before


def test_a_missing_media_folder_is_told_and_live_video_goes_on(
    app: App, cameras: RtspServer
) -> None:
    app.may_record = False
    app.run()
    add_camera(app, cameras)
    until(lambda: app.api("/api/cameras")[0]["state"] == "live")
    problem = until(lambda: app.api("/api/cameras")[0]["recording_problem"])
    assert "/media/neighborcam" in problem


def test_the_same_image_runs_a_hub(hub_address: str, tmp_path: Path) -> None:
    hub = Container.run(
        "neighborcam-hub",
        *("--network", NETWORK, "--ip", hub_address, "--volume", f"{tmp_path}:/data"),
        command=("hub", "--host", "0.0.0.0", "--data", "/data"),
    )
    try:
        assert until(lambda: ask(f"http://{hub_address}:8490/api/hub"))
        assert "Become its first steward" in hub.log
        assert hub.exec("healthy", "http://127.0.0.1:8490/healthz")[0] == 0
        assert hub.stop() == 0
    finally:
        hub.remove()


@pytest.mark.parametrize(
    ("inventory", "part"),
    [("python", "aiohttp"), ("pages", "leaflet"), ("debian", "libssl3t64")],
)
def test_the_image_says_what_is_in_it(inventory: str, part: str) -> None:
    path = f"/usr/share/sbom/{inventory}.cdx.json"
    told = json.loads(run_once("--entrypoint", "cat", command=[path]))
    assert told["bomFormat"] == "CycloneDX"
    versions = {each["name"]: each["version"] for each in told["components"]}
    assert versions[part]


def test_the_labels_are_those_that_the_supervisor_reads() -> None:
    (image,) = json.loads(podman("image", "inspect", IMAGE))
    labels = image["Labels"]
    assert labels["io.hass.type"] == "app"
    assert labels["io.hass.arch"] == "amd64"
    assert labels["io.hass.version"] == __version__
