"""A real hub in a thread with a loop of its own, so that tests may drive a browser."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import aiohttp

from demo.ports import free_port
from demo.steward import invited
from demo.town_home import Home, join
from neighborcam.hub.app import Hub, utc_now
from neighborcam.hub.domains import Resolver
from neighborcam.hub.settings import HubSettings
from neighborcam.protocol.age_keys import Recipient
from neighborcam.protocol.alerts import Alert, Media, Scope
from neighborcam.protocol.envelopes import close
from tests.web.fake_engine import jpeg, picture

NAME = "Mill Lane"


class RunningHub:
    """A hub of today, and one home that takes part in it."""

    hub: Hub
    home: Home

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime] = utc_now,
        resolver: Resolver | None = None,
        census: Path | None = None,
    ) -> None:
        self._clock, self._resolver = clock, resolver
        port = free_port()
        self.settings = HubSettings(
            data_dir=folder,
            port=port,
            base_url=f"http://localhost:{port}",
            name=NAME,
            census=census,
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def session(self) -> aiohttp.ClientSession:
        """A session on the hub's loop."""
        return self._session

    @property
    def url(self) -> str:
        """The hub's address, without a slash at its end."""
        return self.settings.url

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Do ``work`` where the hub runs."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def post(self, **changes: Any) -> Alert:
        """Publish a public alert."""
        return self.run(self.home.post(**{"scope": Scope.PUBLIC} | changes))

    def post_picture(self, **changes: Any) -> Alert:
        """Publish a public alert with a picture, which waits for a steward."""
        data = jpeg(picture(30))
        item = Media(
            sha256=sha256(data).hexdigest(),
            kind="picture",
            bytes=len(data),
            redaction=(),
        )
        alert = self.post(media=(item,), **changes)
        self.run(self.home.put_media(alert.id, item.sha256, data))
        return alert

    def approve_all(self) -> None:
        """Decide whatever waits, as a steward who says yes."""
        moderation = self.hub.desk.moderation
        for case in self.run(moderation.queue()):
            self.run(
                moderation.decide(
                    case.id,
                    case.verdicts[0],
                    rule="Nobody can be recognised",
                    fact="The picture shows a wall",
                    steward="ann",
                )
            )

    def steward_link(self) -> str:
        """The link that makes somebody a steward."""
        code = self.run(invited(self.hub))
        return f"{self.url}/#steward={code}"

    def update(self, alert: Alert, **changes: Any) -> Alert:
        """Publish a new version of an alert."""
        made = self.home.version(alert, **changes)
        self.run(self._send(made))
        return made

    def post_sealed(self, recipients: Sequence[Recipient], **changes: Any) -> Alert:
        """Publish an alert with an envelope for stewards."""
        alert = self.home.alert(**changes)
        sealed = close(self.home.member.household, alert.id, recipients)
        self.run(self._send(alert, envelope=sealed))
        return alert

    async def _send(self, alert: Alert, **more: Any) -> None:
        post = self.home.signed(alert, token=await self.home.token(), **more)
        await self.home.send(post)

    async def _open(self) -> None:
        self.hub = await Hub(
            self.settings,
            clock=self._clock,
            per_minute=10_000,
            resolver=self._resolver,
        ).__aenter__()
        self._session = aiohttp.ClientSession()
        code = await self.hub.desk.households.invite_by_steward()
        self.home = await join(self._session, self.url, code, self._clock)

    async def _close(self) -> None:
        await self._session.close()
        await self.hub.__aexit__()
