"""What every handler can reach: the ports, and the API's own state."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from yarl import URL

from neighborcam.engine.api.access import FailedTries, Grant, PairingDesk, Tokens
from neighborcam.engine.api.clips import ClipCache
from neighborcam.engine.api.ingress import Visitors
from neighborcam.engine.api.messages import CameraView, Scope
from neighborcam.engine.api.open_episodes import OpenEpisodes
from neighborcam.engine.api.ports import CameraStatus, Ports
from neighborcam.engine.api.recording_problems import RecordingProblems
from neighborcam.engine.api.signatures import Signer
from neighborcam.engine.bus import Bus
from neighborcam.engine.config import CameraId


class Connections:
    """Live video and WebSockets: ended at shutdown and on revocation."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Task[None], str | None] = {}

    async def run(self, work: Coroutine[Any, Any, None], *, token: str | None) -> None:
        """Run ``work`` until it is done, the client goes or it is told to end."""
        task = asyncio.create_task(work)
        self._open[task] = token
        try:
            await asyncio.wait({task})
        finally:
            del self._open[task]
            await _end(task)

    def end_token(self, token: str) -> None:
        """End what a revoked token has open."""
        for task, owner in self._open.items():
            if owner == token:
                task.cancel()

    def end_all(self) -> None:
        """End everything: the engine stops."""
        for task in self._open:
            task.cancel()

    def __len__(self) -> int:
        return len(self._open)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    (outcome,) = await asyncio.gather(task, return_exceptions=True)
    if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionError):
        raise outcome


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The API's state beside the ports; one per server."""

    ports: Ports
    bus: Bus
    tokens: Tokens
    pairing: PairingDesk
    tries: FailedTries
    signer: Signer
    clips: ClipCache
    open_episodes: OpenEpisodes
    recording_problems: RecordingProblems
    web_dir: Path
    visitors: Visitors
    instance: str  # which engine this is, for as long as its data folder exists
    version: str
    openapi: bytes
    signable: Callable[[URL], Scope | None]  # the scope that a media path needs
    connections: Connections = field(default_factory=Connections)
    # Reading a camera's config and writing it back changed must not interleave.
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def grant(self, token: str) -> Grant | None:
        """Return what ``token`` may do, None if it is not valid."""
        return self.tokens.check(token) or self.visitors.check(token)

    def view(self, status: CameraStatus) -> CameraView:
        """Return a camera as clients may see it."""
        return CameraView.of(
            status.config,
            state=status.state,
            reason=status.reason,
            recording_problem=self.recording_problems.reason(status.config.id),
            statistics=status.statistics,
            redact=self.ports.redact,
        )

    def views(self) -> tuple[CameraView, ...]:
        """Return every camera as clients may see it."""
        return tuple(self.view(status) for status in self.ports.cameras.list())


DESK: Final = web.AppKey("desk", Desk)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call[Query, Body]:
    """One HTTP request, checked and decoded; ``None`` where the route takes nothing."""

    http_request: web.Request
    desk: Desk
    grant: Grant | None
    query: Query
    body: Body

    @property
    def ports(self) -> Ports:
        """The rest of the engine."""
        return self.desk.ports

    @property
    def camera(self) -> CameraId:
        """The camera named in the path; whether it exists is not known yet."""
        return CameraId(self.http_request.match_info["camera"])

    def item(self, name: str) -> str:
        """Return another part of the path."""
        return self.http_request.match_info[name]

    async def read[**P, R](
        self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run something that touches the disk in a worker thread."""
        return await asyncio.to_thread(function, *args, **kwargs)
