"""`neighborcam app`: the engine as Home Assistant's Supervisor runs it.

The Supervisor gives a data folder with a file of options in it, a token of its own,
and lets users of Home Assistant in by a port that only it may use.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import secrets
import socket
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from neighborcam.commands.arguments import Commands, port
from neighborcam.commands.logs import set_up_logging
from neighborcam.commands.stopping import stop_signal, unless
from neighborcam.engine.api.access import SHORTEST, TOKEN_BYTES
from neighborcam.engine.api.ingress import Ingress
from neighborcam.engine.api.messages import Scope
from neighborcam.engine.api.server import DEFAULT_PORT
from neighborcam.engine.app import Engine
from neighborcam.engine.clock import until_set
from neighborcam.engine.errors import (
    DataDamaged,
    EngineError,
    InvalidInput,
    NotFound,
    StorageError,
)
from neighborcam.engine.index.whole_file import write_whole
from neighborcam.engine.recording.reconcile import check
from neighborcam.engine.supervisor import ADDRESS, Found, Supervisor

INGRESS_PORT: Final = 8099
SUPERVISOR: Final = "172.30.32.2"
ALL: Final = "0.0.0.0"  # of a container: its network is the Supervisor's
_LOG: Final = logging.getLogger(__name__)
_CLIENT: Final = "Home Assistant"
_OWN: Final = "home-assistant.token"  # a file in the data folder
_GIVEN: Final = "SUPERVISOR_TOKEN"


class AppOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the owner chose on the app's page; addon/config.yaml has the same."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    recordings: Annotated[
        str, msgspec.Meta(pattern=r"^neighborcam[A-Za-z0-9_-]{0,40}$")
    ] = "neighborcam"
    repair: bool = False  # mend index and recordings before the start


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "app",
        help="run the engine as an app of Home Assistant",
        description="Run the engine below Home Assistant's Supervisor. Its image calls"
        " this; you need not.",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("/data"),
        metavar="DIR",
        help="folder for index, keys and options.json (default: /data)",
    )
    parser.add_argument(
        "--media",
        type=Path,
        default=Path("/media"),
        metavar="DIR",
        help="Home Assistant's media folder (default: /media)",
    )
    parser.add_argument(
        "--port",
        type=port,
        default=DEFAULT_PORT,
        help=f"port for Home Assistant and paired devices (default: {DEFAULT_PORT})",
    )
    parser.add_argument(
        "--ingress-port",
        type=port,
        default=INGRESS_PORT,
        help=f"port for the Supervisor's users (default: {INGRESS_PORT})",
    )
    parser.add_argument(
        "--supervisor",
        default=SUPERVISOR,
        metavar="IP",
        help=f"the only address that may use that port (default: {SUPERVISOR})",
    )
    parser.add_argument(
        "--supervisor-url",
        default=ADDRESS,
        metavar="URL",
        help=f"where the Supervisor listens (default: {ADDRESS})",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run until the Supervisor stops it."""
    chosen = read_options(options.data / "options.json")
    set_up_logging(chosen.log_level)
    if chosen.repair:
        _repair(options.data, options.media / chosen.recordings)
    asyncio.run(_serve(options, chosen))
    return 0


def read_options(path: Path) -> AppOptions:
    """Return the owner's options, the defaults where there is no file.

    Raises `InvalidInput` naming the option, `StorageError`.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=AppOptions)
    except FileNotFoundError:
        return AppOptions()
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise InvalidInput(
            f"The options of the app are wrong: {error}. Correct them on the app's"
            " page, under Configuration."
        ) from error


def _repair(data: Path, media: Path) -> None:
    """Do what `neighborcam check --repair` does; nobody can call that in an app."""
    try:
        report = check(data, repair=True, media_dir=media)
    except NotFound:  # the first start: there is nothing to mend
        return
    for line in report.lines():
        _LOG.info("repair: %s", line)


async def _serve(options: argparse.Namespace, chosen: AppOptions) -> None:
    ingress = Ingress(
        host=ALL, port=options.ingress_port, supervisor=options.supervisor
    )
    with stop_signal() as stopped:
        if not await unless(stopped, until_set()):
            return
        try:
            async with Engine(
                options.data,
                media_dir=options.media / chosen.recordings,
                host=ALL,
                port=options.port,
                ingress=ingress,
            ) as engine:
                await _run(engine, options, stopped)
        except DataDamaged as error:
            raise DataDamaged(
                f"{error} Here: switch on the app's option `repair`, and start it."
            ) from error
        except OSError as error:
            raise EngineError(
                f"The ports {options.port} and {options.ingress_port} cannot be used"
                f" ({error.strerror}). Does the app run twice?"
            ) from error


async def _run(
    engine: Engine, options: argparse.Namespace, stopped: asyncio.Event
) -> None:
    """Tell Home Assistant, and run until stopped."""
    print("NeighborCam is ready: open it in Home Assistant", flush=True)
    given = os.environ.get(_GIVEN)
    if not given:
        await stopped.wait()
        return
    token = await asyncio.to_thread(_own_token, options.data / _OWN)
    await engine.server.admit(token, _CLIENT, Scope.ADMIN)
    found = Found(host=socket.gethostname(), port=options.port, token=token)
    await unless(stopped, Supervisor(given, options.supervisor_url).run(found))
    await stopped.wait()


def _own_token(path: Path) -> str:
    """Return Home Assistant's token for this engine, made at the first start.

    The same for ever: a new one at each start would lock Home Assistant out until it
    heard of it.
    """
    with contextlib.suppress(FileNotFoundError):
        token = path.read_text().strip()
        if len(token) >= SHORTEST:  # else a disk that was full cut it off
            return token
    token = secrets.token_urlsafe(TOKEN_BYTES)
    try:
        write_whole(path, f"{token}\n".encode())
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
    return token
