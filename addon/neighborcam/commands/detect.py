"""`neighborcam detect`: motion in files, by the engine's own pipeline."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import msgspec

from neighborcam.commands.arguments import Commands
from neighborcam.engine.config import CameraConfig, Gate
from neighborcam.engine.detect import (
    DetectedEpisode,
    DetectedFrame,
    FileDetection,
    LabelEpisode,
)
from neighborcam.engine.errors import InvalidInput
from neighborcam.engine.vision.labeller import Labeller


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "detect",
        help="find motion in video files",
        description="Find motion in video files, faster than real time.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object a line"
    )
    parser.add_argument(
        "--frames", action="store_true", help="print a mask for each frame too"
    )
    parser.add_argument(
        "--eco",
        action="store_true",
        help="decode key frames unless they are suspicious",
    )
    parser.add_argument(
        "--sensitivity", type=int, default=50, metavar="N", help="1 … 100 (default: 50)"
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="a camera's settings as JSON: zones, masks, sensitivity",
    )
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="a YOLOX-nano ONNX file, for labels"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what each file shows."""
    label = Labeller.load(options.model) if options.model else None
    for path in options.files:
        for line in _lines(path, options, label):
            text = msgspec.json.encode(line).decode() if options.json else _words(line)
            print(text, flush=True)
    return 0


def _lines(
    path: Path, options: argparse.Namespace, label: LabelEpisode | None
) -> Iterator[DetectedEpisode | DetectedFrame]:
    """Yield lines while the file is read: masks of a day would fill the memory."""
    if not path.is_file():
        raise InvalidInput(f"There is no file {path}.")
    yield from FileDetection(
        path, _config(path, options), label=label, with_frames=options.frames
    ).run()


def _config(path: Path, options: argparse.Namespace) -> CameraConfig:
    given: dict[str, object] = {}
    try:
        if options.config:
            given = msgspec.json.decode(options.config.read_bytes(), type=dict)
        return msgspec.convert(
            {
                "id": "file",
                "name": path.name[:80],
                "main_url": str(path),
                "gate": Gate.ECO if options.eco else Gate.AUTO,
                "sensitivity": options.sensitivity,
                **given,
            },
            CameraConfig,
        )
    except (msgspec.ValidationError, msgspec.DecodeError, OSError) as error:
        raise InvalidInput(f"These settings cannot be used: {error}.") from error


def _words(line: DetectedEpisode | DetectedFrame) -> str:
    if isinstance(line, DetectedFrame):
        return f"{line.file}: {line.at_s:.2f} s"
    labels = ", ".join(line.labels) or "motion"
    zone = f" in {line.zone}" if line.zone else ""
    return f"{line.file}: {line.start_s:.1f} … {line.end_s:.1f} s: {labels}{zone}"
