"""An RTSP server that behaves like cameras, and misbehaves on demand.

    python -m demo.rtsp_server yard.mp4 street.mp4 --port 8554

Each file becomes a camera named after it (`rtsp://127.0.0.1:8554/yard`), looped.
Faults (demo.faults) come by `RtspServer.fault`, or over HTTP:

    curl -X POST http://127.0.0.1:8555/yard/stall
"""

import argparse
import asyncio
import contextlib
import functools
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import quote

import av

from demo.certificate import tls_context
from demo.clip import Clip, UnsuitableClip, load_clip
from demo.control import serve_control
from demo.http_auth import Gate, Scheme
from demo.rtsp_camera import Camera
from demo.rtsp_connection import serve_connection
from demo.threaded import call_in, running

type Playlist = Path | str | Clip | Sequence[Path | str | Clip]
"""What a camera plays: a file or a clip, or several, which `resize` steps through."""

_REQUEST_LIMIT = 64 * 1024


class RtspServer:
    """Cameras by name, served on one port while the context is open.

    `port` and `control_port` 0 take free ones; `control_port` None has no HTTP
    control. With a username every camera asks for it in the `auth` scheme.
    `cameras` values that are files are read when the context is entered.
    """

    def __init__(
        self,
        cameras: Mapping[str, Playlist],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        control_port: int | None = None,
        username: str | None = None,
        password: str = "",
        auth: Scheme = "digest",
        tls: bool = False,
        fps: float = 15.0,
        seed: int = 1,
    ) -> None:
        self.host = host
        self.port = port
        self.control_port = control_port
        self.gate = (
            Gate(username=username, password=password, scheme=auth)
            if username is not None
            else None
        )
        self._tls: ssl.SSLContext | None = tls_context() if tls else None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open = contextlib.AsyncExitStack()
        load = functools.cache(functools.partial(load_clip, fps=fps))
        self._cameras = {
            name: Camera(name, _clips(playlist, load), self.gate, seed + number)
            for number, (name, playlist) in enumerate(cameras.items())
        }

    def url(self, camera: str, *, with_credentials: bool = False) -> str:
        """Return the address of a camera; raises KeyError for an unknown one."""
        name = self._cameras[camera].name
        user = ""
        if with_credentials and self.gate is not None:
            user = f"{quote(self.gate.username, '')}:{quote(self.gate.password, '')}@"
        scheme = "rtsps" if self._tls else "rtsp"
        return f"{scheme}://{user}{self.host}:{self.port}/{name}"

    def fault(self, camera: str, mode: str) -> None:
        """Apply a fault to one camera, or to all (`*`); from any thread.

        Raises ValueError for an unknown fault and KeyError for an unknown camera.
        """
        chosen = (
            list(self._cameras.values()) if camera == "*" else [self._cameras[camera]]
        )
        for one in chosen:
            call_in(self._loop, functools.partial(one.fault, mode))

    def status(self) -> dict[str, dict[str, str | int]]:
        """Return fault, viewers and pictures played so far of each camera."""
        return {
            name: {
                "fault": camera.faults.describe(),
                "viewers": len(camera.sessions),
                "pictures": camera.pictures_sent,
                "clip": camera.clip.name,
            }
            for name, camera in self._cameras.items()
        }

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        async with contextlib.AsyncExitStack() as stack:
            await self._start(stack)
            self._open = stack.pop_all()
        return self

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        server = await asyncio.start_server(
            functools.partial(serve_connection, self._cameras),
            self.host,
            self.port,
            limit=_REQUEST_LIMIT,
            ssl=self._tls,
        )
        stack.callback(server.abort_clients)
        stack.callback(server.close)
        self.port = server.sockets[0].getsockname()[1]
        if self.control_port is not None:
            control = await serve_control(self, self.host, self.control_port)
            stack.callback(control.close)
            self.control_port = control.sockets[0].getsockname()[1]
        for camera in self._cameras.values():
            task = asyncio.create_task(camera.run())
            stack.push_async_callback(_stop, task)

    async def __aexit__(self, *problem: object) -> None:
        await self._open.aclose()
        # One turn of the loop lets aborted connections run their clean-up.
        await asyncio.sleep(0)
        self._loop = None


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _clips(
    playlist: Playlist, load: "functools._lru_cache_wrapper[Clip]"
) -> tuple[Clip, ...]:
    if isinstance(playlist, str | Path | Clip):
        playlist = (playlist,)
    return tuple(
        entry if isinstance(entry, Clip) else load(str(entry)) for entry in playlist
    )


@contextmanager
def running_server(
    cameras: Mapping[str, Playlist],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    username: str | None = None,
    password: str = "",
    auth: Scheme = "digest",
    tls: bool = False,
    fps: float = 15.0,
) -> Iterator[RtspServer]:
    """Serve cameras from a thread of its own; `fault` and `url` work from here."""
    server = RtspServer(
        cameras,
        host=host,
        port=port,
        username=username,
        password=password,
        auth=auth,
        tls=tls,
        fps=fps,
    )
    with running(server):
        yield server


def _names(files: Sequence[Path], count: int) -> dict[str, Path]:
    """Return camera names for files, `count` of them, going round."""
    if not count:
        return {file.stem: file for file in files}
    return {f"cam{index}": files[index % len(files)] for index in range(count)}


async def _serve(server: RtspServer, names: Sequence[str]) -> None:
    async with server:
        for name in names:
            print(server.url(name), flush=True)
        print(f"faults: POST http://{server.host}:{server.control_port}/CAMERA/FAULT")
        await asyncio.Event().wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve files until interrupted."""
    parser = argparse.ArgumentParser(prog="demo.rtsp_server", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8554)
    parser.add_argument("--control", type=int, default=8555, help="0: a free port")
    parser.add_argument("--cameras", type=int, default=0, help="cam0, cam1, …")
    parser.add_argument("--fps", type=float, default=15.0, help="of raw files")
    parser.add_argument("--user", help="ask for this name and --password")
    parser.add_argument("--password", default="")
    parser.add_argument(
        "--auth", choices=["basic", "digest", "digest-qop"], default="digest"
    )
    parser.add_argument("--tls", action="store_true", help="RTSPS")
    options = parser.parse_args(arguments)
    cameras = _names(options.files, options.cameras)
    try:
        server = RtspServer(
            cameras,
            host=options.host,
            port=options.port,
            control_port=options.control,
            username=options.user,
            password=options.password,
            auth=options.auth,
            tls=options.tls,
            fps=options.fps,
        )
    except av.FFmpegError as problem:
        parser.error(f"cannot read a file: {problem.strerror}")
    except (OSError, UnsuitableClip) as problem:
        parser.error(str(problem))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(server, list(cameras)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
