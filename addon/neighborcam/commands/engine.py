"""`neighborcam engine`: run the engine of one home."""

import argparse
import asyncio

from neighborcam.commands.arguments import Commands, add_data, add_media, port
from neighborcam.commands.logs import LEVELS, set_up_logging
from neighborcam.commands.stopping import stop_signal, unless
from neighborcam.engine.api.messages import Scope
from neighborcam.engine.api.server import DEFAULT_HOST, DEFAULT_PORT
from neighborcam.engine.app import Engine
from neighborcam.engine.clock import until_set
from neighborcam.engine.errors import EngineError


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "engine",
        help="run the engine",
        description="Run the engine: cameras, motion, recordings, live video, API.",
    )
    add_data(parser)
    add_media(parser)
    parser.add_argument(
        "--host",
        default=DEFAULT_HOST,
        help=f"address to listen on (default: {DEFAULT_HOST}, this machine only)",
    )
    parser.add_argument(
        "--port",
        type=port,
        default=DEFAULT_PORT,
        help=f"port to listen on, 0 for a free one (default: {DEFAULT_PORT})",
    )
    parser.add_argument(
        "--pair",
        action="store_true",
        help="print a pairing code at the start, even when clients are paired already",
    )
    parser.add_argument(
        "--log-level",
        default="info",
        choices=LEVELS,
        help="what to log (default: info)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run until interrupted."""
    set_up_logging(options.log_level)
    asyncio.run(_serve(options))
    return 0


async def _serve(options: argparse.Namespace) -> None:
    with stop_signal() as stopped:
        if not await unless(stopped, until_set()):
            return
        try:
            async with Engine(
                options.data,
                media_dir=options.media,
                host=options.host,
                port=options.port,
            ) as engine:
                _greet(engine, pair=options.pair)
                await stopped.wait()
        except OSError as error:
            raise EngineError(
                f"Port {options.port} of {options.host} cannot be used"
                f" ({error.strerror}). Is another engine running? Choose another with"
                " --port or --host."
            ) from error


def _greet(engine: Engine, *, pair: bool) -> None:
    host, port = engine.server.address
    page = f"http://{host}:{port}/"
    if pair or not engine.server.has_tokens:
        page += f"#pair={engine.server.pairing.issue(Scope.ADMIN).code}"
    print(f"NeighborCam is ready: {page}", flush=True)
