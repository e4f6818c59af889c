"""`neighborcam`: the command line. Each command is a module of `commands`.

Only the module of the command that is called is imported: a desk or a verifier needs
neither OpenCV nor a database to be loaded first.
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

COMMANDS: Final = (
    "engine",
    "hub",
    "steward",
    "agency",
    "verify",
    "detect",
    "check",
    "models",
    "token",
)


def parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser of the whole command line, or of some commands."""
    top = argparse.ArgumentParser(
        prog="neighborcam",
        description="Cameras, motion and recordings that stay at home.",
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name in names:
        import_module(f"neighborcam.commands.{name}").add_to(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status: 0 good, 1 a fault, 2 bad arguments."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    named = [each for each in given[:1] if each in COMMANDS]
    options = parser(named or COMMANDS).parse_args(given)
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
