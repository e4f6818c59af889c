"""`neighborcam verify`: prove a court bundle, without a network."""

import argparse
from pathlib import Path

from neighborcam.agency.texts import shown
from neighborcam.agency.verifying import Pin, Verdict, check_bundle
from neighborcam.commands.arguments import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "verify",
        help="prove a clip that an agency exported",
        description="Check clip, request, public log and custody of a court bundle.",
    )
    parser.add_argument(
        "bundle", type=Path, metavar="BUNDLE", help="the ZIP, or its folder"
    )
    parser.add_argument(
        "--log",
        metavar="KEY",
        help="the key of the public log, from somebody else than the bundle",
    )
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="KEY",
        help="a witness of the log whom you know; may be repeated",
    )
    parser.add_argument(
        "--quorum", type=int, default=0, help="how many of them have to have signed"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was proven; the first thing wrong is an error."""
    pin = Pin(
        log=options.log or "",
        witnesses=tuple(options.witness),
        quorum=options.quorum,
    )
    found = check_bundle(options.bundle, pin)
    for each in found.steps:
        print(f"{each.what:8} {shown(each.told)}")
    print(_sum(found))
    return 0


def _sum(found: Verdict) -> str:
    right = "RIGHT: all of it holds together"
    if found.is_pinned:
        return f"{right}; who filmed, nobody knows and nobody is asked"
    return (
        f"{right}, IF THIS IS THE KEY OF THE LOG:\n"
        f"  {shown(found.log)}\n"
        "It came with the bundle: whoever forges one writes it too. Compare it with\n"
        f"what the hub itself says ({shown(found.hub)}/api/hub, `log`), or with an\n"
        "invite of a member, then run this again with --log and the key."
    )
