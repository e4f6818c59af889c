"""What several commands ask for in the same words."""

import argparse
from pathlib import Path
from typing import Final, Protocol

DATA: Final = Path("data")


class Commands(Protocol):
    """Where a command adds its parser: argparse's sub-parsers."""

    def add_parser(
        self,
        name: str,
        *,
        help: str,  # noqa: A002 - argparse's name
        description: str,
    ) -> argparse.ArgumentParser:
        """Return the parser of one command."""


def add_data(parser: argparse.ArgumentParser) -> None:
    """Ask for the data folder."""
    parser.add_argument(
        "--data",
        type=Path,
        default=DATA,
        metavar="DIR",
        help="folder for recordings, index and keys (default: ./data)",
    )
