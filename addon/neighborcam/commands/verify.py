"""`neighborcam verify`: prove a court bundle, without a network."""

import argparse
from pathlib import Path

from neighborcam.agency.verifying import check_bundle
from neighborcam.commands.arguments import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "verify",
        help="prove a clip that an agency exported",
        description="Check clip, request, public log and custody of a court bundle.",
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the ZIP")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was proven; the first thing wrong is an error."""
    for each in check_bundle(options.bundle):
        print(f"{each.what:8} {each.told}")
    print("all of it holds together; who filmed, nobody knows and nobody is asked")
    return 0
