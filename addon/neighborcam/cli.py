"""`neighborcam`: the command line. Each command is a module of `commands`.

Only the module of the command that was called is imported: an engine on a small
machine should not load what a hub needs.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from neighborcam import __version__
from neighborcam.agency.errors import DeskError
from neighborcam.engine.errors import EngineError
from neighborcam.hub.errors import HubError
from neighborcam.protocol.errors import ProtocolError

_MODULES: Final = {"import": "moving"}  # a word of Python's names no module
COMMANDS: Final = (
    "engine",
    "app",
    "hub",
    "steward",
    "agency",
    "verify",
    "detect",
    "import",
    "check",
    "backup",
    "models",
    "token",
)


def parser(commands: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser of the command line with some of its commands."""
    top = argparse.ArgumentParser(
        prog="neighborcam",
        description="Cameras, motion and recordings that stay at home.",
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parsers = top.add_subparsers(required=True, metavar="COMMAND")
    for command in commands:
        module = _MODULES.get(command, command)
        import_module(f"neighborcam.commands.{module}").add_to(parsers)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status: 0 good, 1 a fault, 2 bad arguments."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    called = words[0] if words else ""
    options = parser([called] if called in COMMANDS else COMMANDS).parse_args(words)
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
