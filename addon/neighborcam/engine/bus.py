"""The bus: the only crossing from threads into the asyncio loop.

A thread publishes, the loop delivers, in the order of publishing. Nothing polls.
A subscriber that is too slow loses what it has not read yet and is told so once
(`NewsLost`); it has to take a fresh snapshot, because push hurries and state is truth.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final, Self

import msgspec

from neighborcam.engine.config import CameraId
from neighborcam.engine.facts import EngineFact, EpisodeId
from neighborcam.engine.neighbours import AlertView
from neighborcam.engine.requests import RequestView

DEFAULT_LIMIT: Final = 1000


class Notice(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Somebody changed what the engine holds. ``at`` is aware UTC."""

    at: datetime


class CameraConfigured(Notice, frozen=True, kw_only=True):
    """A camera was added or its settings changed."""

    camera: CameraId


class CameraRemoved(Notice, frozen=True, kw_only=True):
    """A camera was deleted."""

    camera: CameraId


class EpisodeChanged(Notice, frozen=True, kw_only=True):
    """An episode was held or released."""

    camera: CameraId
    episode: EpisodeId


class EpisodeRemoved(Notice, frozen=True, kw_only=True):
    """An episode was deleted."""

    camera: CameraId
    episode: EpisodeId


class SettingsChanged(Notice, frozen=True, kw_only=True):
    """The engine's settings changed."""


class StorageMeasured(Notice, frozen=True, kw_only=True):
    """The disk and what the recordings take of it were measured."""


class StatisticsMeasured(Notice, frozen=True, kw_only=True):
    """Time to look at the cameras' statistics again."""


class AlertReceived(Notice, frozen=True, kw_only=True):
    """A neighbour's alert came that this home wants to hear."""

    alert: AlertView


class AlertChanged(Notice, frozen=True, kw_only=True):
    """Neighbours said something to an alert, or its author did."""

    alert: AlertView


class AlertEnded(Notice, frozen=True, kw_only=True):
    """An alert ran out or was withdrawn."""

    alert: str


class RequestReceived(Notice, frozen=True, kw_only=True):
    """An agency's request is in the public log, and this home shows it."""

    request: RequestView


class RequestChanged(Notice, frozen=True, kw_only=True):
    """A request ended before its time, or was answered here."""

    request: RequestView


class RequestEnded(Notice, frozen=True, kw_only=True):
    """A request is shown no more: its time is over."""

    request: str


class SharingChanged(Notice, frozen=True, kw_only=True):
    """This home joined or left a hub, or the connection to it changed."""


type EngineNotice = (
    AlertReceived
    | AlertChanged
    | AlertEnded
    | RequestReceived
    | RequestChanged
    | RequestEnded
    | SharingChanged
    | CameraConfigured
    | CameraRemoved
    | EpisodeChanged
    | EpisodeRemoved
    | SettingsChanged
    | StorageMeasured
    | StatisticsMeasured
)
type News = EngineFact | EngineNotice


def neighbour_news(
    what: str, about: AlertView | RequestView | str | None, at: datetime
) -> News:
    """Return the notice of what sharing tells: an alert, a request, or the hub."""
    if isinstance(about, RequestView):
        return _request_news(what, about, at)
    if isinstance(about, str):
        return AlertEnded(at=at, alert=about)
    if about is None:
        return SharingChanged(at=at)
    kind = AlertReceived if what == "received" else AlertChanged
    return kind(at=at, alert=about)


def _request_news(what: str, about: RequestView, at: datetime) -> News:
    if what == "ended":
        return RequestEnded(at=at, request=about.id)
    kind = RequestReceived if what == "received" else RequestChanged
    return kind(at=at, request=about)


class NewsLost(Exception):
    """The subscriber was too slow: what it knows is stale. Take a snapshot, go on."""


class Subscription:
    """One reader's bounded queue; made by `Bus.subscribe`, used on the loop only."""

    def __init__(self, *, limit: int, forget: Callable[["Subscription"], None]) -> None:
        self._limit = limit
        self._forget = forget
        self._waiting: deque[News] = deque()
        self._arrived = asyncio.Event()
        self._lost = False

    def deliver(self, news: News) -> None:
        """Queue ``news``; a full queue is emptied instead and marked as lost."""
        if len(self._waiting) >= self._limit:
            # Half of a story is worse than none: everything queued is stale now.
            self._waiting.clear()
            self._lost = True
        if not self._lost:
            self._waiting.append(news)
        self._arrived.set()

    async def take(self) -> tuple[News, ...]:
        """Wait for news and return all that is there, oldest first.

        Raises `NewsLost` once after an overflow. What is published after that
        raise is delivered, so: catch, take a snapshot, go on taking.
        """
        await self._arrived.wait()
        self._arrived.clear()
        if self._lost:
            self._lost = False
            raise NewsLost
        taken = tuple(self._waiting)
        self._waiting.clear()
        return taken

    def close(self) -> None:
        """Stop receiving. A second call does nothing."""
        self._forget(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


class Bus:
    """Carries facts and notices from any thread to the subscribers on ``loop``."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._listeners: list[Callable[[News], None]] = []
        self._subscriptions: list[Subscription] = []

    def publish(self, news: News) -> None:
        """Hand ``news`` to the loop; thread-safe, returns at once, never raises.

        After the loop has closed there is nobody left to tell, and the news is dropped.
        """
        try:
            self._loop.call_soon_threadsafe(self._deliver, news)
        except RuntimeError:
            if not self._loop.is_closed():
                raise

    def listen(self, listener: Callable[[News], None]) -> None:
        """Call ``listener`` on the loop for everything, before any subscription.

        It must return at once and not raise: it is for keeping state in memory.
        """
        self._listeners.append(listener)

    def subscribe(self, *, limit: int = DEFAULT_LIMIT) -> Subscription:
        """Return a queue of news from now on, at most ``limit`` unread; on the loop."""
        subscription = Subscription(limit=limit, forget=self._forget)
        self._subscriptions.append(subscription)
        return subscription

    def _forget(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def _deliver(self, news: News) -> None:
        for listener in self._listeners:
            listener(news)
        for subscription in tuple(self._subscriptions):
            subscription.deliver(news)
