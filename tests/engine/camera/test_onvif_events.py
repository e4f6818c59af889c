import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random

import pytest

from demo.onvif_device import Doorbell, OnvifDevice, running_device
from demo.onvif_messages import Profile
from neighborcam.engine.camera.onvif_events import (
    HintState,
    Notice,
    OnvifEvents,
    notices,
)
from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import (
    CameraUnauthorised,
    CameraUnreachable,
    CameraUnsupported,
)
from neighborcam.engine.facts import DoorbellRang, HintReceived

PASSWORD = "p@ss"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
YARD = CameraId("yard")
PROFILES = (Profile(token="main", width=1920, height=1080, stream_uri="rtsp://cam/x"),)
BEGAN = HintReceived(camera=YARD, at=NOW, active=True)
ENDED = HintReceived(camera=YARD, at=NOW, active=False)
RANG = DoorbellRang(camera=YARD, at=NOW)

type Told = list[HintReceived | DoorbellRang]


@pytest.fixture
def device() -> Iterator[OnvifDevice]:
    with running_device(PROFILES, username="admin", password=PASSWORD) as device:
        yield device


class Waits:
    """Takes the place of sleep: counts, and waits for nothing but its turn."""

    def __init__(self) -> None:
        self.count = 0

    async def sleep(self, seconds: float) -> None:
        """Wait no longer than a moment."""
        assert seconds >= 0
        self.count += 1
        await asyncio.sleep(0.02)


def events_of(
    device: OnvifDevice,
    told: Told,
    password: str = PASSWORD,
    waits: Waits | None = None,
) -> OnvifEvents:
    return OnvifEvents(
        YARD,
        device.host,
        device.port,
        "admin",
        password,
        told.append,
        clock=lambda: NOW,
        random=Random(1),  # noqa: S311 - jitter
        sleep=(waits or Waits()).sleep,
    )


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - another thread changes it
            await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(
    device: OnvifDevice, waits: Waits | None = None
) -> AsyncIterator[Told]:
    """Pull events as the engine does; the subscription stands when this begins."""
    told: Told = []
    task = asyncio.create_task(events_of(device, told, waits=waits).run())
    try:
        await until(lambda: bool(device.subscriptions))
        yield told
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


async def test_motion_is_told_once_when_it_begins_and_once_when_it_ends(
    device: OnvifDevice,
) -> None:
    async with listening(device) as told:
        for active in (True, True, False, False, True):
            await asyncio.to_thread(device.motion, active=active)
        await until(lambda: len(told) >= 3)
        await asyncio.to_thread(device.ring)
        await until(lambda: RANG in told)
        assert told == [BEGAN, ENDED, BEGAN, RANG]


@pytest.mark.parametrize("maker", ["digital_input", "visitor", "doorbell"])
async def test_a_pressed_bell_rings_once_until_it_is_let_go(
    device: OnvifDevice, maker: Doorbell
) -> None:
    async with listening(device) as told:
        for pressed in (True, True, False, True):
            await asyncio.to_thread(device.ring, maker, pressed=pressed)
        await until(lambda: len(told) >= 2)
        await asyncio.to_thread(device.motion, active=True)
        await until(lambda: BEGAN in told)
        assert told == [RANG, RANG, BEGAN]


async def test_motion_that_is_under_way_is_told_after_subscribing(
    device: OnvifDevice,
) -> None:
    await asyncio.to_thread(device.motion, active=True)
    async with listening(device) as told:
        await until(lambda: bool(told))
        assert told == [BEGAN]


async def test_a_lost_subscription_ends_motion_and_is_taken_out_again(
    device: OnvifDevice,
) -> None:
    waits = Waits()
    async with listening(device, waits) as told:
        await asyncio.to_thread(device.motion, active=True)
        await until(lambda: told == [BEGAN])
        before = set(device.subscriptions)
        await asyncio.to_thread(device.forget_subscriptions)
        await until(lambda: bool(set(device.subscriptions) - before))
        await until(lambda: len(told) == 3)
        # What the camera said is void with the subscription, and it says it again.
        assert told == [BEGAN, ENDED, BEGAN]
        assert waits.count == 1


async def test_a_listener_that_is_cancelled_ends_motion_and_unsubscribes(
    device: OnvifDevice,
) -> None:
    async with listening(device) as told:
        await asyncio.to_thread(device.motion, active=True)
        await until(lambda: told == [BEGAN])
    assert told == [BEGAN, ENDED]
    assert device.subscriptions == {}


async def test_a_wrong_password_is_told_once_and_tried_again(
    device: OnvifDevice, caplog: pytest.LogCaptureFixture
) -> None:
    waits = Waits()
    caplog.set_level("INFO")
    task = asyncio.create_task(events_of(device, [], "hunter2", waits).run())
    await until(lambda: waits.count >= 3)
    task.cancel()
    await asyncio.wait([task])
    assert caplog.text.count("refuses the user name") == 1
    assert "hunter2" not in caplog.text


async def test_a_wrong_password_is_unauthorised(device: OnvifDevice) -> None:
    with pytest.raises(CameraUnauthorised):
        await events_of(device, [], "hunter2").run_once()


async def test_a_camera_without_events_says_so(device: OnvifDevice) -> None:
    device.fault("no_events")
    with pytest.raises(CameraUnsupported):
        await events_of(device, []).run_once()


async def test_a_camera_that_never_answers_is_unreachable(
    device: OnvifDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neighborcam.engine.camera.onvif_events._CONNECT_S", 0.3)
    await asyncio.to_thread(device.fault, "mute")
    with pytest.raises(CameraUnreachable):
        await events_of(device, []).run_once()


def notice(topic: str, *, active: bool, source: str = "vs0") -> Notice:
    return Notice(topic=topic, source=source, active=active)


MOTION = "ruleengine/cellmotiondetector/motion"


def test_motion_lasts_while_any_of_several_rules_holds() -> None:
    told: Told = []
    state = HintState(YARD, told.append, lambda: NOW)
    state.take(notice(MOTION, active=True, source="left"))
    state.take(notice(MOTION, active=True, source="right"))
    state.take(notice(MOTION, active=False, source="left"))
    assert told == [BEGAN]
    state.take(notice(MOTION, active=False, source="right"))
    assert told == [BEGAN, ENDED]


def test_other_topics_and_endings_without_a_beginning_are_not_told() -> None:
    told: Told = []
    state = HintState(YARD, told.append, lambda: NOW)
    state.take(notice("device/hardwarefailure/storagefailure", active=True))
    state.take(notice(MOTION, active=False))
    state.lost()
    assert told == []


def test_messages_without_topic_or_state_are_left_out() -> None:
    assert notices([None, object()]) == []
