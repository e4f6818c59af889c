"""The page in a real browser, on the real API server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import FilePayload, Page, expect

from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.facts import (
    Box,
    EpisodeId,
    EpisodeLabelled,
    Label,
    MotionEnded,
    MotionStarted,
    SegmentId,
)
from neighborcam.engine.index.rows import SegmentRow
from neighborcam.engine.index.ulid import new_ulid
from tests.web.conftest import Watched
from tests.web.fake_engine import PASSWORD, FakeEngine, jpeg, picture

pytestmark = pytest.mark.browser

BOX = Box(x=0.4, y=0.4, width=0.1, height=0.3)


def wait_until_it_plays(page: Page, video: str) -> None:
    handle = page.locator(video).element_handle()
    page.wait_for_function("v => v.readyState >= 2 && !v.paused", arg=handle)
    begun = page.locator(video).evaluate("v => v.currentTime")
    page.wait_for_function(
        "([v, begun]) => v.currentTime > begun + 0.5", arg=[handle, begun]
    )


def begin_motion(engine: FakeEngine, camera: str) -> EpisodeId:
    at = datetime.now(UTC) - timedelta(seconds=3)
    episode = EpisodeId(new_ulid(at))
    engine.tell(
        MotionStarted(
            camera=CameraId(camera),
            at=at,
            episode=episode,
            zone=None,
            box=BOX,
            score=0.9,
        )
    )
    return episode


def end_motion(engine: FakeEngine, camera: str, episode: EpisodeId) -> None:
    thumbnail = engine.pictures.folder / f"{episode}.jpg"
    thumbnail.write_bytes(jpeg(picture(60)))
    tiles = [np.hstack([picture(at)] * 5) for at in (20, 60)]
    preview = engine.pictures.folder / f"{episode}-preview.jpg"
    preview.write_bytes(jpeg(np.vstack(tiles)))
    engine.index.set_pictures(episode, thumbnail=True, preview=True)
    known, at = CameraId(camera), datetime.now(UTC)
    engine.tell(
        MotionEnded(camera=known, at=at, episode=episode, zone=None, box=BOX, score=0.9)
    )
    engine.tell(
        EpisodeLabelled(camera=known, at=at, episode=episode, labels=(Label.PERSON,))
    )


def test_a_link_with_a_code_pairs_and_the_code_leaves_the_address(page: Page) -> None:
    assert "pair" not in page.url
    page.reload()
    page.locator("nc-home-page").wait_for()


def test_without_a_code_the_page_asks_and_says_when_it_is_wrong(
    watched: Watched, engine: FakeEngine
) -> None:
    watched.forgiven = ("403",)
    page = watched.page
    page.goto(engine.url)
    page.get_by_label("Pairing code").fill("WRONG-CODE")
    page.get_by_role("button", name="Pair").click()
    expect(page.get_by_role("alert")).to_contain_text("code")
    page.get_by_label("Pairing code").fill(engine.pairing_code())
    page.get_by_role("button", name="Pair").click()
    expect(page.get_by_text("Add your first camera")).to_be_visible()


@pytest.mark.usefixtures("door")
def test_live_video_plays(page: Page) -> None:
    wait_until_it_plays(page, "nc-live-video video")
    expect(page.locator(".mark.state")).to_have_text("Live")


def test_a_codec_the_browser_lacks_is_named_and_stills_are_shown(
    watched: Watched, engine: FakeEngine, door: CameraConfig
) -> None:
    # A number that no browser has: some Chromium can play HEVC by hardware.
    engine.cameras.mimes[door.id] = 'video/mp4; codecs="hvc1.99.6.L93.B0"'
    watched.page.goto(f"{engine.url}#pair={engine.pairing_code()}")
    expect(watched.page.locator(".mark.stills")).to_contain_text("HEVC")
    expect(watched.page.locator("nc-live-video img")).to_be_visible()


def test_an_episode_appears_by_itself_and_plays(
    engine: FakeEngine, door: CameraConfig, page: Page, tmp_path: Path
) -> None:
    expect(page.locator(".mark.state")).to_have_text("Live")
    episode = begin_motion(engine, door.id)
    expect(page.locator(".mark.motion")).to_be_visible()
    expect(page.locator("nc-episode-card")).to_contain_text("Now")
    end_motion(engine, door.id, episode)
    expect(page.locator("nc-episode-card")).to_contain_text("Person")
    expect(page.locator(".mark.motion")).to_have_count(0)
    page.locator("nc-episode-card img").wait_for()
    page.screenshot(path=tmp_path / "home.png")
    page.locator("nc-episode-card button").click()
    wait_until_it_plays(page, "nc-clip-video video")
    page.screenshot(path=tmp_path / "episode.png")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Release")).to_be_visible()
    assert engine.index.episode(episode).held


def test_a_pointer_over_an_episode_scrubs_through_it(
    engine: FakeEngine, door: CameraConfig, page: Page
) -> None:
    expect(page.locator(".mark.state")).to_have_text("Live")
    end_motion(engine, door.id, begin_motion(engine, door.id))
    page.locator("nc-episode-card img").wait_for()
    frame = page.locator("nc-episode-card .frame").bounding_box()
    assert frame is not None
    middle = frame["y"] + frame["height"] / 2
    row = "e => e.style.getPropertyValue('--row')"
    for fraction, tile_row in ((0.1, "0"), (0.9, "1")):
        page.mouse.move(frame["x"] + fraction * frame["width"], middle)
        page.locator("nc-scrub[ready]").wait_for()
        expect(page.locator("nc-scrub img")).to_be_visible()
        assert page.locator("nc-scrub").evaluate(row) == tile_row


def test_episodes_are_filtered_and_deleted_only_when_confirmed(
    engine: FakeEngine, door: CameraConfig, page: Page
) -> None:
    expect(page.locator(".mark.state")).to_have_text("Live")
    end_motion(engine, door.id, begin_motion(engine, door.id))
    expect(page.locator("nc-episode-card")).to_contain_text("Person")
    page.get_by_role("button", name="Vehicle").click()
    expect(page.get_by_text("Nothing of this kind today")).to_be_visible()
    page.get_by_role("button", name="Vehicle").click()
    page.locator("nc-episode-card button").click()
    page.get_by_role("button", name="Delete").click()
    assert len(engine.index.episodes()) == 1
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.locator("nc-episode-card")).to_have_count(0)
    assert engine.index.episodes() == ()


def test_a_camera_is_tested_then_added(
    engine: FakeEngine, page: Page, tmp_path: Path
) -> None:
    page.locator(".welcome button").click()
    page.locator("input[name=name]").fill("<img src=x onerror=alert(1)>")
    page.locator("input[name=main_url]").fill("rtsp://192.0.2.7/main")
    page.locator("input[name=username]").fill("admin")
    page.locator("input[name=password]").fill("wrong")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("refused the user name")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator(".result img")).to_be_visible()
    page.screenshot(path=tmp_path / "add.png")
    page.locator("button.save").click()
    tile = page.locator("nc-camera-tile h3")
    expect(tile).to_have_text("<img src=x onerror=alert(1)>")
    (config,) = engine.cameras.configs.values()
    assert config.password == PASSWORD
    assert page.locator("img[src=x]").count() == 0


def test_cameras_of_frigate_move_in(page: Page, engine: FakeEngine) -> None:
    text = (
        'cameras: {gate: {ffmpeg: {inputs: [{path: "rtsp://u:{FRIGATE_P}@192.0.2.5/m",'
        " roles: [record]}]}}}\nlpr: {enabled: true}"
    )
    page.get_by_role("button", name="Add camera").first.click()
    page.get_by_text("Moving in from Frigate?").click()
    file: FilePayload = {
        "name": "config.yml",
        "mimeType": "text/yaml",
        "buffer": text.encode(),
    }
    page.get_by_label("config.yml").set_input_files(file)
    expect(page.get_by_text("FRIGATE_P is not known")).to_be_visible()
    expect(page.get_by_text("no number plates are recognised")).to_be_visible()
    page.get_by_label("FRIGATE_P").fill("s3cret")
    page.get_by_label("FRIGATE_P").press("Tab")
    expect(page.get_by_text("FRIGATE_P is not known")).to_have_count(0)
    page.get_by_role("button", name="Add one camera").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert engine.cameras.configs["gate"].password == "s3cret"


def test_what_is_wrong_with_a_field_is_said_at_the_field(
    watched: Watched, page: Page
) -> None:
    watched.forgiven = ("400",)
    page.locator(".welcome button").click()
    page.locator("input[name=name]").fill("Door")
    page.locator("input[name=main_url]").fill("ftp://192.0.2.7/main")
    page.locator("button.save").click()
    field = page.locator("label", has=page.locator("input[name=main_url]"))
    expect(field.get_by_role("alert")).not_to_be_empty()


def test_a_found_camera_brings_its_streams(page: Page) -> None:
    page.locator(".welcome button").click()
    page.get_by_role("button", name="Find cameras").click()
    page.get_by_role("button", name="Use it").click()
    page.get_by_label("Its user").fill("admin")
    page.get_by_label("Its password").fill(PASSWORD)
    page.get_by_role("button", name="Take its streams").click()
    expect(page.locator("input[name=main_url]")).to_have_value("rtsp://192.0.2.7/large")
    expect(page.locator("input[name=sub_url]")).to_have_value("rtsp://192.0.2.7/small")


def test_zones_are_drawn_and_saved(
    engine: FakeEngine, door: CameraConfig, page: Page, tmp_path: Path
) -> None:
    page.get_by_role("button", name="Change Front door").click()
    page.get_by_role("button", name="Zones and masks").click()
    page.locator(".stage img").wait_for()
    area = page.locator(".stage svg").bounding_box()
    assert area is not None
    for x, y in ((0.2, 0.2), (0.6, 0.2), (0.6, 0.7), (0.2, 0.2)):
        page.mouse.click(area["x"] + x * area["width"], area["y"] + y * area["height"])
    page.get_by_label("Name of the zone").fill("Path")
    page.screenshot(path=tmp_path / "zones.png")
    page.locator("nc-zone-editor button.save").click()
    expect(page.get_by_text("1 zone")).to_be_visible()
    (zone,) = engine.cameras.configs[door.id].zones
    assert (zone.id, zone.name, len(zone.polygon)) == ("path", "Path", 3)
    assert zone.polygon[0] == pytest.approx((0.2, 0.2), abs=0.01)


def test_privacy_and_removal(
    engine: FakeEngine, door: CameraConfig, page: Page, tmp_path: Path
) -> None:
    page.get_by_role("button", name="Change Front door").click()
    page.get_by_role("switch", name="Privacy").check()
    page.screenshot(path=tmp_path / "edit.png")
    page.locator("button.save").click()
    expect(page.locator(".mark.state")).to_have_text("Private")
    assert engine.cameras.configs[door.id].privacy
    page.get_by_role("button", name="Change Front door").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Yes, remove").click()
    expect(page.get_by_text("Add your first camera")).to_be_visible()


@pytest.mark.usefixtures("door")
def test_a_lost_connection_is_said_and_mends_itself(
    watched: Watched, engine: FakeEngine, page: Page
) -> None:
    watched.forgiven = ("ERR_CONNECTION", "WebSocket", "Failed to load")
    expect(page.locator(".mark.state")).to_have_text("Live")
    engine.stop_serving()
    expect(page.get_by_text("Connection lost")).to_be_visible()
    engine.serve_again()
    expect(page.get_by_text("Connection lost")).to_have_count(0)
    wait_until_it_plays(page, "nc-live-video video")


def test_a_click_on_the_day_plays_from_there(
    engine: FakeEngine, door: CameraConfig, page: Page
) -> None:
    at = datetime.now(UTC)
    segment = SegmentRow(
        id=SegmentId(new_ulid(at)),
        camera=CameraId(door.id),
        path="front-door/segment.mp4",
        started_at=at - timedelta(minutes=9),
        ended_at=at,
        size_bytes=1,
        codec="h264",
        width=320,
        height=180,
        has_audio=False,
        closed=True,
        held=False,
        sha256=None,
    )
    engine.index.put_segment(segment)
    page.reload()
    bar = page.get_by_role("slider", name=f"Recording of {door.name}")
    page.locator("nc-timeline-bar .covered").wait_for(state="attached")
    bar.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    wait_until_it_plays(page, "nc-clip-video video")


def test_another_device_gets_a_code(page: Page, tmp_path: Path) -> None:
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Pair another device").click()
    expect(page.locator("nc-devices .code b")).not_to_be_empty()
    expect(page.locator("nc-storage")).to_contain_text("free of")
    page.screenshot(path=tmp_path / "settings.png")


@pytest.mark.usefixtures("door")
def test_nothing_is_cut_off_on_a_small_phone(page: Page, tmp_path: Path) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.locator("nc-camera-tile")).to_be_visible()
    wait_until_it_plays(page, "nc-live-video video")
    page.screenshot(path=tmp_path / "phone.png", full_page=True)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
