"""The demo: cameras, engine and Home Assistant in one command, nothing to set up.

`script/demo` renders two scenes (once), serves them as RTSP cameras, starts an engine
on a fresh data folder and a Home Assistant that has it already, and prints where both
are. ``--camera`` and ``--video`` put your own in their place. Ctrl-C ends everything
that was started.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from demo.clip import UnsuitableClip
from demo.home_assistant import PORT as HOME_ASSISTANT_PORT
from demo.home_assistant import (
    HomeAssistantFailed,
    RunningHomeAssistant,
    add_engine,
    home_assistant,
)
from demo.render import render_sizes
from demo.request import PolicedTown, film, policed_town, story
from demo.rtsp_server import RtspServer
from demo.scenes import SCENES
from demo.town import PLACE, town
from demo.town import PORT as HUB_PORT
from neighborcam.commands.arguments import port
from neighborcam.engine.api.messages import Scope
from neighborcam.engine.app import Engine
from neighborcam.engine.camera.address import split_credentials
from neighborcam.engine.config import CameraConfig
from neighborcam.engine.errors import EngineError
from neighborcam.engine.settings import Settings

DEMO_SCENES = ("street", "yard")
MAIN_SIZE, SUB_SIZE = (1280, 720), (640, 360)
PORT = 8480


@dataclass(frozen=True, kw_only=True)
class DemoCamera:
    """One camera of the demo: a clip to serve, with a smaller one as its sub stream."""

    id: str
    name: str
    main: Path
    sub: Path | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.request and options.without_town:
        parser.error("--request needs the town: leave --without-town out")
    # A library has set logging up when it was imported; the demo's user wants the link.
    logging.basicConfig(level=logging.WARNING, force=True)
    try:
        asyncio.run(_run(options))
    except (EngineError, UnsuitableClip) as problem:
        print(f"demo: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="script/demo", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--camera",
        action="append",
        default=[],
        metavar="URL",
        help="watch this camera, as rtsp://user:password@host/path; may be repeated",
    )
    parser.add_argument(
        "--video",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="serve this file as a camera, in a loop; may be repeated",
    )
    parser.add_argument("--port", type=port, default=PORT, help="of the page")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="keep recordings here afterwards"
    )
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="a YOLOX-nano ONNX file, for labels"
    )
    parser.add_argument(
        "--without-home-assistant", action="store_true", help="only the engine's page"
    )
    parser.add_argument(
        "--without-town", action="store_true", help="no hub and no neighbours"
    )
    parser.add_argument(
        "--request",
        action="store_true",
        help="a police asks: play officer, supervisor and owner; rounds take seconds",
    )
    parser.add_argument("--hub-port", type=port, default=HUB_PORT, metavar="PORT")
    parser.add_argument(
        "--home-assistant-port", type=port, default=HOME_ASSISTANT_PORT, metavar="PORT"
    )
    parser.add_argument(
        "--home-assistant-data",
        type=Path,
        metavar="DIR",
        help="keep Home Assistant's configuration and log here; must be new",
    )
    return parser


async def _run(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    cameras = _own_videos(options.video)
    if not cameras and not options.camera:
        cameras = await asyncio.to_thread(_rendered)
    async with (
        _served(cameras) as configs,
        _engine(options, configs) as engine,
        _neighbours(engine, options) as neighbours,
    ):
        for config in (*configs, *_own_cameras(options.camera)):
            if config.id not in {each.config.id for each in engine.cameras.list()}:
                await engine.cameras.add(config)
        async with _told(engine, neighbours, options):
            await stopped.wait()
            print("Stopping …", flush=True)


@contextlib.asynccontextmanager
async def _told(
    engine: Engine, neighbours: PolicedTown | None, options: argparse.Namespace
) -> AsyncIterator[None]:
    """Say where everything is, and run what belongs beside it."""
    if neighbours is not None:
        async with story(neighbours, engine, _link(engine)):
            yield
        return
    print(f"\n  NeighborCam is ready: {_link(engine)}\n", flush=True)
    print("  The link works once; Ctrl-C ends everything.", flush=True)
    beside = asyncio.create_task(_beside(engine, options))
    try:
        yield
    finally:
        beside.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beside


def _link(engine: Engine) -> str:
    """Return a link that opens the engine's page, or pairs a client, once."""
    host, port = engine.server.address
    return f"http://{host}:{port}/#pair={engine.server.pairing.issue(Scope.ADMIN).code}"


async def _beside(engine: Engine, options: argparse.Namespace) -> None:
    """Run Home Assistant until cancelled; its failure leaves the engine alone."""
    if options.without_home_assistant:
        return
    print("\n  Home Assistant is starting …", flush=True)
    with contextlib.ExitStack() as stack:
        folder = options.home_assistant_data or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="neighborcam-ha-"))
        )
        try:
            async with home_assistant(folder, options.home_assistant_port) as running:
                await add_engine(running, _link(engine), folder)
                _greet(running, _link(engine))
                await asyncio.Event().wait()
        except (HomeAssistantFailed, OSError) as problem:
            print(f"  Home Assistant did not start: {problem}", flush=True)


def _greet(running: RunningHomeAssistant, link: str) -> None:
    user, password = running.login.username, running.login.password
    print(f"\n  Home Assistant is ready: {running.dashboard}", flush=True)
    print(f"  User {user}, password {password}", flush=True)
    # Only the newest code is good, and Home Assistant has taken it.
    print(f"  The engine's page, by a new link: {link}\n", flush=True)


@contextlib.asynccontextmanager
async def _neighbours(
    engine: Engine, options: argparse.Namespace
) -> AsyncIterator[PolicedTown | None]:
    """Run a hub with a small town, and let the engine join it."""
    if options.without_town:
        yield None
        return
    try:
        if options.request:
            async with policed_town(options.hub_port) as policed:
                await engine.neighbourhood.join(await policed.town.invite(), *PLACE)
                yield policed
            return
        async with town(options.hub_port) as neighbours:
            await engine.neighbourhood.join(await neighbours.invite(), *PLACE)
            print(
                f"\n  The neighbourhood's hub is ready: {neighbours.page}", flush=True
            )
            steward = await neighbours.steward_link()
            print(f"  Become its first steward: {steward}", flush=True)
            yield None
    except OSError as problem:
        raise EngineError(
            f"the hub's port cannot be used ({problem.strerror}); choose another with"
            " --hub-port, or leave the town out with --without-town"
        ) from problem


@contextlib.asynccontextmanager
async def _engine(
    options: argparse.Namespace, cameras: Sequence[CameraConfig]
) -> AsyncIterator[Engine]:
    async with contextlib.AsyncExitStack() as stack:
        data = options.data or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="neighborcam-"))
        )
        if options.request:
            await film(data, [*cameras, *_own_cameras(options.camera)])
        try:
            engine = await stack.enter_async_context(Engine(data, port=options.port))
        except OSError as problem:
            raise EngineError(
                f"the port cannot be used ({problem.strerror}); choose another with"
                " --port"
            ) from problem
        if options.model:
            settings = Settings(model_path=str(options.model.resolve()))
            await engine.settings.change(settings)
        yield engine


@contextlib.asynccontextmanager
async def _served(cameras: Sequence[DemoCamera]) -> AsyncIterator[list[CameraConfig]]:
    """Serve the clips as RTSP cameras while the context lasts."""
    files: dict[str, Path] = {}
    for camera in cameras:
        files[camera.id] = camera.main
        if camera.sub is not None:
            files[f"{camera.id}-sub"] = camera.sub
    if not files:
        yield []
        return
    async with RtspServer(files) as server:
        yield [
            CameraConfig(
                id=camera.id,
                name=camera.name,
                main_url=server.url(camera.id),
                sub_url=server.url(f"{camera.id}-sub") if camera.sub else None,
            )
            for camera in cameras
        ]


def _own_cameras(urls: Sequence[str]) -> list[CameraConfig]:
    addresses = [split_credentials(url) for url in urls]
    return [
        CameraConfig(
            id=f"camera-{number}",
            name=f"Camera {number}",
            main_url=address.url,
            username=address.username,
            password=address.password,
        )
        for number, address in enumerate(addresses, 1)
    ]


def _own_videos(files: Sequence[Path]) -> list[DemoCamera]:
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise UnsuitableClip(f"there is no file {', '.join(missing)}")
    return [
        DemoCamera(id=f"video-{number}", name=file.stem[:80] or "Video", main=file)
        for number, file in enumerate(files, 1)
    ]


def _rendered() -> list[DemoCamera]:
    """Render the demo's scenes, in parallel, unless an earlier run has done so."""
    folder = _cache()
    cameras = [
        DemoCamera(
            id=name,
            name=name.capitalize(),
            main=folder / f"{name}-main.mp4",
            sub=folder / f"{name}-sub.mp4",
        )
        for name in DEMO_SCENES
    ]
    todo = [camera for camera in cameras if not camera.main.exists()]
    if todo:
        print("Rendering the demo's street and yard, this once …", flush=True)
        with ProcessPoolExecutor(max_workers=len(todo)) as pool:
            list(pool.map(_render, todo))
    return cameras


def _render(camera: DemoCamera) -> None:
    """Render main and sub stream; they appear under their names when they are whole."""
    assert camera.sub is not None  # noqa: S101 - rendered cameras have one
    with tempfile.TemporaryDirectory(dir=camera.main.parent) as folder:
        main, sub = Path(folder) / camera.main.name, Path(folder) / camera.sub.name
        render_sizes(SCENES[camera.id], {main: MAIN_SIZE, sub: SUB_SIZE}, audio="aac")
        sub.rename(camera.sub)
        main.rename(camera.main)


def _cache() -> Path:
    base = os.environ.get("NC_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base or Path(home) / "neighborcam") / "demo-1"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
