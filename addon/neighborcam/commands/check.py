"""`neighborcam check`: prove that index and recordings agree, and mend them."""

import argparse
from pathlib import Path

from neighborcam.commands.arguments import Commands, add_media
from neighborcam.engine.recording.reconcile import check


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help="check a data folder",
        description="Check that every recording is in the index and whole, and the"
        " other way round. The engine must not be running on the folder.",
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="the data folder")
    add_media(parser)
    parser.add_argument(
        "--repair", action="store_true", help="mend what is wrong; loses no recording"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what is wrong; 0 when nothing is (or was mended)."""
    report = check(options.data, repair=options.repair, media_dir=options.media)
    for line in report.lines():
        print(line)
    return 0 if report.is_clean else 1
