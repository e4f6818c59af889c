"""`neighborcam import`: move in from Frigate, with a report of what is not the same."""

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from neighborcam.commands.arguments import Commands, add_data
from neighborcam.engine.config import CameraConfig
from neighborcam.engine.errors import InvalidInput
from neighborcam.engine.frigate.translation import translate
from neighborcam.engine.index.store import Index
from neighborcam.engine.moving import Fate, Translation

_PREFIX: Final = "FRIGATE_"
_SIGNS: Final = {Fate.TAKEN: "+", Fate.CHANGED: "~", Fate.LEFT: "-", Fate.WRONG: "!"}


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "import",
        help="move in from Frigate",
        description="Add the cameras of a configuration of Frigate, and print what"
        " became of each part of it. The engine must not be running on the folder;"
        " while it runs, use the page instead.",
    )
    parser.add_argument("program", choices=("frigate",), help="where it comes from")
    parser.add_argument("file", type=Path, metavar="FILE", help="its config.yml")
    add_data(parser)
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="lines NAME=VALUE with the FRIGATE_… variables that it names"
        " (default: the environment)",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="print the report, add nothing"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Add cameras that are not there yet; 1 if something could not be read."""
    found = translate(_text(options.file), _secrets(options.env_file))
    for line in found.report:
        print(f"{_SIGNS[line.fate]} {line.where}: {line.text}")
    if not options.dry_run:
        _add(options.data, found)
    return int(any(line.fate is Fate.WRONG for line in found.report))


def _add(data: Path, found: Translation) -> None:
    with Index.open(data) as index:
        known = {each.id for each in index.cameras()}
        new: list[CameraConfig] = [
            each for each in found.cameras if each.id not in known
        ]
        for camera in new:
            index.put_camera(camera)
    for camera in found.cameras:
        if camera.id in known:
            print(f"{camera.id} is there already, and stays as it is", file=sys.stderr)
    print(f"{len(new)} cameras added", file=sys.stderr)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not a text in UTF-8") from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None


def _secrets(path: Path | None) -> dict[str, str]:
    """Return the variables that Frigate had, from a file or the environment."""
    if path is None:
        return {k: v for k, v in os.environ.items() if k.startswith(_PREFIX)}
    pairs = (line.partition("=") for line in _text(path).splitlines())
    return {
        name.removeprefix("export ").strip(): value.strip().strip("\"'")
        for name, sign, value in pairs
        if sign and not name.lstrip().startswith("#")
    }
