"""A fake ONVIF camera: media profiles, pull-point events, discovery.

    async with OnvifDevice(profiles=[Profile(token="main", ...)]) as device:
        device.motion(active=True)

Only the SOAP is here; the streams its profiles name come from `rtsp_server`.
"""

import asyncio
import contextlib
import datetime as dt
import functools
import re
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Self

from aiohttp import web

from demo import onvif_messages as soap
from demo.onvif_discovery import answer_probes
from demo.onvif_messages import Notification, Profile
from demo.threaded import call_in, running

type Doorbell = Literal["digital_input", "visitor", "doorbell"]
type Fault = Literal["ok", "unauth", "no_events", "error", "mute"]

MOTION_TOPIC = "tns1:RuleEngine/CellMotionDetector/Motion"
DOORBELL_TOPICS: dict[Doorbell, tuple[str, str]] = {
    "digital_input": ("tns1:Device/Trigger/DigitalInput", "LogicalState"),
    "visitor": ("tns1:RuleEngine/MyRuleDetector/Visitor", "State"),
    "doorbell": ("tns1:VideoSource/DoorBell", "State"),
}
"""Topic and name of the value with which makers tell that somebody rang."""

_LIFETIME = dt.timedelta(minutes=10)
_LONGEST_PULL_S = 5.0


@dataclass(slots=True, kw_only=True)
class _Subscription:
    waiting: deque[Notification] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, notification: Notification) -> None:
        self.waiting.append(notification)
        self.news.set()


class OnvifDevice:
    """One device on one port while the context is open; methods work from threads.

    With a username, everything but the clock wants its WS-UsernameToken digest.
    `discovery_port` None answers no probes; 3702 is the real one, 0 a free one.
    """

    def __init__(
        self,
        profiles: Sequence[Profile],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        username: str | None = None,
        password: str = "",
        discovery_port: int | None = None,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self.host = host
        self.port = port
        self.discovery_port = discovery_port
        self.subscriptions: dict[str, _Subscription] = {}
        self._profiles = tuple(profiles)
        self._username = username
        self._password = password
        self._clock = clock
        self._fault: Fault = "ok"
        self._moving = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open = contextlib.AsyncExitStack()

    @property
    def url(self) -> str:
        """Where the device service is."""
        return f"{self._base}/device_service"

    @property
    def _base(self) -> str:
        return f"http://{self.host}:{self.port}/onvif"

    def motion(self, *, active: bool) -> None:
        """Tell every subscriber that motion began or ended."""
        call_in(self._loop, functools.partial(self._set_motion, active=active))

    def _set_motion(self, *, active: bool) -> None:
        self._moving = active
        self._tell(self._motion_state("Changed"))

    def _motion_state(self, operation: str) -> Notification:
        value = "true" if self._moving else "false"
        return Notification(
            topic=MOTION_TOPIC, item="IsMotion", value=value, operation=operation
        )

    def ring(self, maker: Doorbell = "digital_input", *, pressed: bool = True) -> None:
        """Tell every subscriber that the bell is pressed or let go."""
        topic, item = DOORBELL_TOPICS[maker]
        value = "true" if pressed else "false"
        one = Notification(topic=topic, item=item, value=value)
        call_in(self._loop, functools.partial(self._tell, one))

    def fault(self, mode: Fault) -> None:
        """Refuse all passwords, have no events, answer 500 or nothing, or be `ok`."""
        call_in(self._loop, functools.partial(setattr, self, "_fault", mode))

    def forget_subscriptions(self) -> None:
        """Lose all subscriptions, as after a restart."""
        call_in(self._loop, self._forget)

    def _forget(self) -> None:
        gone = list(self.subscriptions.values())
        self.subscriptions.clear()
        for one in gone:
            one.news.set()

    def _tell(self, notification: Notification) -> None:
        for one in self.subscriptions.values():
            one.tell(notification)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        async with contextlib.AsyncExitStack() as stack:
            application = web.Application()
            application.router.add_post("/onvif/{service:.*}", self._serve)
            runner = web.AppRunner(application, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            stack.callback(self._forget)
            await web.TCPSite(runner, self.host, self.port).start()
            self.port = runner.addresses[0][1]
            if self.discovery_port is not None:
                transport, self.discovery_port = await answer_probes(
                    self.url, uuid.uuid4(), self.discovery_port
                )
                stack.callback(transport.close)
            self._open = stack.pop_all()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._open.aclose()
        self._loop = None

    async def _serve(self, request: web.Request) -> web.Response:
        text = await request.text()
        status, body = await self._answer(soap.operation(text), text, request.path)
        return web.Response(
            status=status,
            text=soap.envelope(body),
            content_type="application/soap+xml",
        )

    async def _answer(self, operation: str, text: str, path: str) -> tuple[int, str]:
        if self._fault == "mute":
            await asyncio.sleep(3600)
        if self._fault == "error":
            return 500, soap.fault("ter:Action", "The camera has a bad day.")
        if operation == "GetSystemDateAndTime":
            return 200, soap.date_and_time(self._clock())
        if self._fault == "unauth" or not self._admits(text):
            return 400, soap.fault("ter:NotAuthorized", "Sender not authorized.")
        body = self._describe(operation, text)
        if body is None and self._fault != "no_events":
            body = await self._events(operation, text, path)
        if body is None:
            reason = f"{operation or 'This'} is not implemented."
            return 500, soap.fault("ter:ActionNotSupported", reason)
        return 200, body

    def _admits(self, text: str) -> bool:
        if self._username is None:
            return True
        return soap.is_signed(text, self._username, self._password)

    def _describe(self, operation: str, text: str) -> str | None:
        if operation == "GetDeviceInformation":
            return soap.device_information()
        if operation == "GetCapabilities":
            return soap.capabilities(self._base, events=self._fault != "no_events")
        if operation == "GetProfiles":
            return soap.profiles(self._profiles)
        if operation in {"GetStreamUri", "GetSnapshotUri"}:
            return self._media_uri(operation, soap.element(text, "ProfileToken"))
        return None

    def _media_uri(self, operation: str, token: str) -> str | None:
        found = next((one for one in self._profiles if one.token == token), None)
        if found is None:
            return None
        uri = found.stream_uri if operation == "GetStreamUri" else found.snapshot_uri
        return soap.media_uri(operation, uri) if uri else None

    async def _events(self, operation: str, text: str, path: str) -> str | None:
        now = self._clock()
        if operation == "CreatePullPointSubscription":
            name = uuid.uuid4().hex[:8]
            one = self.subscriptions[name] = _Subscription()
            one.tell(self._motion_state("Initialized"))
            address = f"{self._base}/subscription/{name}"
            return soap.subscription(address, now, now + _LIFETIME)
        found = self.subscriptions.get(path.rpartition("/")[2])
        if found is None:
            return None
        if operation == "PullMessages":
            return await self._pull(found, text)
        if operation == "Unsubscribe":
            del self.subscriptions[path.rpartition("/")[2]]
        if operation == "SetSynchronizationPoint":
            found.tell(self._motion_state("Initialized"))
        return {
            "Renew": soap.renewed(now, now + _LIFETIME),
            "Unsubscribe": "<wsnt:UnsubscribeResponse/>",
            "SetSynchronizationPoint": "<tev:SetSynchronizationPointResponse/>",
        }.get(operation)

    async def _pull(self, found: _Subscription, text: str) -> str | None:
        """Wait for news as long as asked, and hand them over."""
        if not found.waiting:
            patience = _seconds(soap.element(text, "Timeout"))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(found.news.wait(), patience)
        if found not in self.subscriptions.values():
            return None
        news = [*found.waiting]
        found.waiting.clear()
        found.news.clear()
        now = self._clock()
        return soap.messages(news, now, now + _LIFETIME)


def _seconds(duration: str) -> float:
    """Return an XML duration's seconds, at most what this device waits."""
    match = re.fullmatch(r"PT(?:(\d+)M)?(?:([\d.]+)S)?", duration)
    wanted = 60 * float(match[1] or 0) + float(match[2] or 0) if match else 1.0
    return min(wanted, _LONGEST_PULL_S)


@contextmanager
def running_device(
    profiles: Sequence[Profile],
    *,
    username: str | None = None,
    password: str = "",
    discovery_port: int | None = None,
) -> Iterator[OnvifDevice]:
    """Run a device in a thread of its own; its methods work from here."""
    device = OnvifDevice(
        profiles,
        username=username,
        password=password,
        discovery_port=discovery_port,
    )
    with running(device):
        yield device
