"""`neighborcam models`: fetch the files that labels need, and prove them."""

import argparse

from neighborcam.commands.arguments import Commands, add_data
from neighborcam.engine.vision.models import MODELS, fetch, model_path, verify


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "models",
        help="fetch the model for labels",
        description="Fetch the pinned model files and check their hashes. Everything"
        " but labels works without them.",
    )
    add_data(parser)
    parser.add_argument(
        "--verify", action="store_true", help="check what is there, fetch nothing"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Fetch or verify every model."""
    for model in MODELS:
        if options.verify:
            path = model_path(options.data, model)
            verify(path, model)
        else:
            path = fetch(model, options.data)
        print(f"{path}: {model.purpose} ({model.licence})")
    return 0
