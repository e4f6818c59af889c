"""The camera's own motion and doorbell, pulled from it by ONVIF.

A hint, never the truth: cameras forget to say that motion ended, say it twice, and
lose their subscriptions when they restart.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from neighborcam.engine.camera.backoff import Backoff
from neighborcam.engine.camera.onvif import FAILURES, asking, connected, onvif_failure
from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import CameraError
from neighborcam.engine.facts import DoorbellRang, HintReceived

_LOG: Final = logging.getLogger(__name__)
_SUBSCRIPTION: Final = timedelta(minutes=10)
_PULL: Final = timedelta(seconds=20)
_ANSWER_SLACK_S: Final = 15.0
_CONNECT_S: Final = 20.0
_MOST_MESSAGES: Final = 64
_TRUE: Final = frozenset({"true", "1", "on", "active"})

# Ends of topics, in lower case, without the vendor's prefix.
_MOTION_TOPICS: Final = (
    "cellmotiondetector/motion",
    "motionregiondetector/motion",
    "videosource/motionalarm",
    "videoanalytics/motion",
    "fielddetector/objectsinside",
    "myruledetector/peopledetect",
    "myruledetector/vehicledetect",
    "myruledetector/dogcatdetect",
    "myruledetector/facedetect",
    "peopledetector/people",
    "vehicledetector/vehicle",
    "tpsmarteventdetector/tpsmartevent",
    "tpsmarteventdetector/people",
)
_DOORBELL_TOPICS: Final = (
    "myruledetector/visitor",
    "visitor",
    "doorbell/pressed",
    "videosource/doorbell",
    "device/trigger/digitalinput",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One message of a camera: what its topic is about, and whether it holds."""

    topic: str
    source: str
    active: bool


class OnvifEvents:
    """Reports `HintReceived` when motion begins and ends, and `DoorbellRang`."""

    def __init__(
        self,
        camera: CameraId,
        host: str,
        port: int,
        username: str | None,
        password: str | None,
        report: Callable[[HintReceived | DoorbellRang], object],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        random: Random | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._host = host
        self._device = (host, port, username, password)
        # Jitter keeps cameras apart; nothing secret hangs on it.
        self._backoff = Backoff(random or Random())  # noqa: S311
        self._sleep = sleep
        self._name = camera
        self._hints = HintState(camera, report, clock)

    async def run(self) -> None:
        """Pull for ever, subscribing again after every failure; ends when cancelled."""
        told = ""
        while True:
            try:
                await self.run_once()
            except CameraError as failure:
                wait_s = self._backoff.next_s(failure.state)
                if str(failure) != told:  # once, not at each attempt
                    _LOG.info("events of %s: %s", self._name, failure)
                told = str(failure)
            finally:
                self._hints.lost()
            await self._sleep(wait_s)

    async def run_once(self) -> None:
        """Subscribe and pull until the camera fails; raises the `CameraError` tree."""
        try:
            async with asyncio.timeout(_CONNECT_S) as limit:
                async with connected(*self._device) as camera:
                    manager = await camera.create_pullpoint_manager(
                        _SUBSCRIPTION, subscription_lost_callback=_nothing
                    )
                    limit.reschedule(None)
                    await self._pull(manager)
        except TimeoutError:
            raise onvif_failure(self._host, OSError()) from None
        except FAILURES as failure:
            raise onvif_failure(self._host, failure) from None

    async def _pull(self, manager: Any) -> None:
        try:
            await manager.set_synchronization_point()
        except FAILURES:
            _LOG.debug("events of %s: states are not told at the start", self._name)
        service = manager.get_service()
        try:
            while True:
                await self._pull_once(service)
        finally:
            await manager.shutdown()

    async def _pull_once(self, service: Any) -> None:
        limit = _PULL.total_seconds() + _ANSWER_SLACK_S
        async with asking(self._host, limit):
            answer = await service.PullMessages(
                {"MessageLimit": _MOST_MESSAGES, "Timeout": _PULL}
            )
        self._backoff.reset()
        for notice in notices(answer.NotificationMessage or ()):
            self._hints.take(notice)


class HintState:
    """Turns notices into facts: only changes are told, however often they come."""

    def __init__(
        self,
        camera: CameraId,
        report: Callable[[HintReceived | DoorbellRang], object],
        clock: Callable[[], datetime],
    ) -> None:
        self._camera = camera
        self._report = report
        self._clock = clock
        self._moving: set[tuple[str, str]] = set()
        self._pressed: set[tuple[str, str]] = set()

    def take(self, notice: Notice) -> None:
        """Report what ``notice`` changes."""
        if notice.topic.endswith(_DOORBELL_TOPICS):
            self._ring(notice)
        elif notice.topic.endswith(_MOTION_TOPICS):
            self._move(notice)

    def lost(self) -> None:
        """End motion that nobody can say the end of any more."""
        self._pressed.clear()
        if self._moving:
            self._moving.clear()
            self._hint(active=False)

    def _ring(self, notice: Notice) -> None:
        key = (notice.topic, notice.source)
        if notice.active and key not in self._pressed:
            self._report(DoorbellRang(camera=self._camera, at=self._clock()))
        _set(self._pressed, key, present=notice.active)

    def _move(self, notice: Notice) -> None:
        before = bool(self._moving)
        key = (notice.topic, notice.source)
        _set(self._moving, key, present=notice.active)
        if bool(self._moving) != before:
            self._hint(active=not before)

    def _hint(self, *, active: bool) -> None:
        self._report(HintReceived(camera=self._camera, at=self._clock(), active=active))


def notices(messages: Iterable[Any]) -> list[Notice]:
    """Read what a camera sent; messages without topic or state are left out."""
    found = (_notice(message) for message in messages)
    return [notice for notice in found if notice is not None]


def _notice(message: Any) -> Notice | None:
    topic = _topic(message)
    content = getattr(getattr(message, "Message", None), "_value_1", None)
    data = _items(getattr(content, "Data", None))
    if not topic or not data:
        return None
    source = ",".join(f"{k}={v}" for k, v in _items(getattr(content, "Source", None)))
    active = any(value.strip().lower() in _TRUE for _, value in data)
    return Notice(topic=topic, source=source, active=active)


def _topic(message: Any) -> str:
    raw = getattr(getattr(message, "Topic", None), "_value_1", None)
    text = raw if isinstance(raw, str) else ""
    parts = (part.rpartition(":")[2] for part in text.strip().strip("/.").split("/"))
    return "/".join(parts).lower()


def _items(group: Any) -> list[tuple[str, str]]:
    items = getattr(group, "SimpleItem", None) or ()
    return [(str(item.Name), str(item.Value)) for item in items]


def _set(keys: set[tuple[str, str]], key: tuple[str, str], *, present: bool) -> None:
    if present:
        keys.add(key)
    else:
        keys.discard(key)


def _nothing() -> None:
    """Ignore a lost subscription: the next pull fails and `run` subscribes again."""
