"""`neighborcam`: the command line. Each command is a module of `commands`."""

import argparse
import sys
from collections.abc import Sequence

from neighborcam import __version__
from neighborcam.agency.errors import DeskError
from neighborcam.commands import (
    agency,
    app,
    backup,
    check,
    detect,
    engine,
    hub,
    models,
    steward,
    token,
    verify,
)
from neighborcam.engine.errors import EngineError
from neighborcam.hub.errors import HubError
from neighborcam.protocol.errors import ProtocolError

COMMANDS = (
    engine,
    app,
    hub,
    steward,
    agency,
    verify,
    detect,
    check,
    backup,
    models,
    token,
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="neighborcam",
        description="Cameras, motion and recordings that stay at home.",
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status: 0 good, 1 a fault, 2 bad arguments."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (EngineError, HubError, DeskError, ProtocolError) as error:
        print(f"neighborcam: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0  # the reader of our output had enough


if __name__ == "__main__":
    sys.exit(main())
