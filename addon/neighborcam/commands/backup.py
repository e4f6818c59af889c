"""`neighborcam backup`: make the data folder safe to copy while the engine runs."""

import argparse

from neighborcam.commands.arguments import Commands, add_data
from neighborcam.engine.index import snapshot


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "backup",
        help="make the data folder safe to copy",
        description="Copy the databases before a backup of the data folder, and remove"
        " the copies after it. The engine may be running.",
    )
    parser.add_argument("action", choices=("begin", "end"), help="before, or after it")
    add_data(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the copies, or remove them."""
    if options.action == "begin":
        snapshot.take(options.data)
    else:
        snapshot.drop(options.data)
    return 0
