"""The HTTP server: wires the parts of the API together and runs them."""

import asyncio
import logging
import secrets
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from neighborcam import __version__
from neighborcam.engine.api.access import FailedTries, PairingDesk, Tokens
from neighborcam.engine.api.access_log import AccessLogger
from neighborcam.engine.api.clips import ClipCache
from neighborcam.engine.api.desk import DESK, Desk
from neighborcam.engine.api.ingress import (
    SETTING,
    Ingress,
    Visitors,
    came_by,
    read,
    refuse_strangers,
)
from neighborcam.engine.api.messages import Scope
from neighborcam.engine.api.open_episodes import OpenEpisodes
from neighborcam.engine.api.openapi import document
from neighborcam.engine.api.page import API_POLICY, PAGE_POLICY
from neighborcam.engine.api.plumbing import answer_errors, answer_unheard
from neighborcam.engine.api.ports import Ports
from neighborcam.engine.api.recording_problems import RecordingProblems
from neighborcam.engine.api.routes import add_routes, signable
from neighborcam.engine.api.signatures import KEY_SETTING, Signer, new_key
from neighborcam.engine.bus import Bus
from neighborcam.serving.connections import HEADERS, Runner, stop_accepting

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8480
INSTANCE_SETTING: Final = "instance"
MAX_BODY: Final = 1024**2
SHUTDOWN_S: Final = 5.0
WEB_DIR: Final = Path(__file__).parent.parent / "web" / "dist"

access_log = logging.getLogger("neighborcam.engine.api.access")


class ApiServer:
    """Serves the API and the page; `start` and `stop` on the loop, once each.

    ``cache_dir`` holds exported clips and is emptied at the start. ``port`` 0 takes a
    free one: `address` tells which. ``ingress`` is a second port, for the Supervisor.
    """

    def __init__(
        self,
        ports: Ports,
        bus: Bus,
        *,
        cache_dir: Path,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        ingress: Ingress | None = None,
        web_dir: Path = WEB_DIR,
    ) -> None:
        self.pairing = PairingDesk(ports.now)
        self._ports = ports
        self._bus = bus
        self._host = host
        self._port = port
        self._ingress = ingress
        self._web_dir = web_dir
        self._clips = ClipCache(cache_dir, ports.export_clip, ports.now)
        self._open_episodes = OpenEpisodes()
        self._recording_problems = RecordingProblems()
        self._desk: Desk | None = None
        self._runner: web.AppRunner | None = None
        # From now on, not from `start`: cameras may run before the API does.
        bus.listen(self._open_episodes.take)
        bus.listen(self._recording_problems.take)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port on which it listens; only while it runs."""
        if self._runner is None:
            raise RuntimeError("the server is not running")
        host, port, *_ = self._runner.addresses[0]
        return host, port

    @property
    def instance(self) -> str:
        """Which engine this is, for as long as its data folder exists."""
        if self._desk is None:
            raise RuntimeError("the server is not running")
        return self._desk.instance

    @property
    def has_tokens(self) -> bool:
        """Whether anybody was ever paired; if not, show a code of `pairing`."""
        return self._desk is not None and len(self._desk.tokens.list()) > 0

    async def admit(self, token: str, name: str, scope: Scope) -> None:
        """Let a program beside us in by a token that it has, as long as we run.

        Only after `start`. Raises `StorageError`.
        """
        if self._desk is None:
            raise RuntimeError("the server is not running")
        if self._desk.tokens.check(token) is None:
            row = self._desk.tokens.row(
                token, name=name, scope=scope, now=self._ports.now()
            )
            await asyncio.to_thread(self._ports.index.put_token, row)
            self._desk.tokens.admit(row)
        self._desk.tokens.keep(token)

    async def start(self) -> None:
        """Listen. Raises `OSError` when the port is taken."""
        self._desk = await asyncio.to_thread(self._make_desk)
        self._runner = Runner(
            _application(self._desk),
            _answer_unheard,
            access_log_class=AccessLogger,
            access_log=access_log,
            handler_cancellation=True,  # a viewer that leaves ends its stream at once
            shutdown_timeout=SHUTDOWN_S,
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
            if self._ingress is not None:
                site = web.TCPSite(self._runner, self._ingress.host, self._ingress.port)
                await site.start()
        except OSError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop listening, end streams and sockets, let requests finish."""
        if self._runner is not None:
            await stop_accepting(self._runner)
        if self._desk is not None:
            self._desk.connections.end_all()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._clips.close()

    def _make_desk(self) -> Desk:
        index = self._ports.index
        key = index.setting(KEY_SETTING)
        if key is None:
            key = new_key()
            index.put_setting(KEY_SETTING, key)
        instance = index.setting(INSTANCE_SETTING)
        if instance is None:
            instance = secrets.token_hex(13).encode()
            index.put_setting(INSTANCE_SETTING, instance)
        self._clips.empty()
        return Desk(
            ports=self._ports,
            bus=self._bus,
            tokens=Tokens(index.tokens()),
            pairing=self.pairing,
            tries=FailedTries(self._ports.now),
            signer=Signer(key, self._ports.now),
            clips=self._clips,
            open_episodes=self._open_episodes,
            recording_problems=self._recording_problems,
            web_dir=self._web_dir,
            visitors=Visitors(
                self._ingress, read(index.setting(SETTING)), self._ports.now
            ),
            instance=instance.decode(),
            version=__version__,
            openapi=document(),
            signable=signable,
        )


def _application(desk: Desk) -> web.Application:
    application = web.Application(
        middlewares=[answer_errors, _guard_ingress], client_max_size=MAX_BODY
    )
    application[DESK] = desk
    add_routes(application.router)
    application.on_response_prepare.append(_add_headers)
    return application


@web.middleware
async def _guard_ingress(
    request: web.Request,  # aiohttp's protocol fixes this name
    handler: Handler,
) -> web.StreamResponse:
    """Let nobody but the Supervisor in by its port."""
    ingress = request.app[DESK].visitors.ingress
    if ingress is not None and came_by(ingress, request):
        refuse_strangers(ingress, request)
    return await handler(request)


async def _add_headers(
    http_request: web.BaseRequest, response: web.StreamResponse
) -> None:
    """Headers that every answer has, the page's and the API's."""
    is_api = http_request.rel_url.raw_path.startswith(("/api/", "/metrics", "/healthz"))
    headers = response.headers
    headers.setdefault("Cache-Control", "no-store")
    headers["Content-Security-Policy"] = API_POLICY if is_api else PAGE_POLICY
    headers.update(HEADERS)


def _answer_unheard(failure: Exception | None) -> web.Response:
    response = answer_unheard(failure)
    response.headers["Content-Security-Policy"] = API_POLICY
    return response
