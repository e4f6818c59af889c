"""`neighborcam token`: make a token without a browser, for scripts and lost owners."""

import argparse
from datetime import UTC, datetime

from neighborcam.commands.arguments import Commands, add_data
from neighborcam.engine.api.access import Tokens
from neighborcam.engine.api.messages import Scope
from neighborcam.engine.index.store import Index


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "token",
        help="make a token for the API",
        description="Make a token for the API and print it, this once. The engine must"
        " not be running on the folder; while it runs, use the page instead.",
    )
    add_data(parser)
    parser.add_argument(
        "--scope",
        default=Scope.VIEWER.value,
        choices=[scope.value for scope in Scope],
        help="what the token may do (default: viewer)",
    )
    parser.add_argument("--name", default="command line", help="what the page calls it")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Store a token and print it."""
    with Index.open(options.data) as index:
        row, token = Tokens(index.tokens()).make(
            name=options.name, scope=Scope(options.scope), now=datetime.now(UTC)
        )
        index.put_token(row)
    print(token)
    return 0
