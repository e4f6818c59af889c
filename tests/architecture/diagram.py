"""The diagram of camera states in docs/architecture.md, drawn from the table itself.

``python -m tests.architecture.diagram`` rewrites it, ``--check`` only compares.
"""

import sys
from pathlib import Path

from neighborcam.engine.states import CAMERA_MOVES, CameraState

DOC = Path(__file__).parents[2] / "docs" / "architecture.md"
BEGIN = "<!-- camera states: drawn by `python -m tests.architecture.diagram` -->"
END = "<!-- end of camera states -->"


def drawn() -> str:
    """Return the Mermaid block, one line per legal move, in the order of the enum."""
    moves = [
        f"    {state} --> {to}"
        for state in CameraState
        for to in CameraState
        if to in CAMERA_MOVES[state]
    ]
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {CameraState.OFF}"]
    return "\n".join([*lines, *moves, "```"])


def placed(document: str) -> str:
    """Return the document with the diagram between its two marks.

    Raises:
        ValueError: a mark is missing; without it nobody would notice a stale diagram.
    """
    head, begin, rest = document.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"docs/architecture.md has lost its marks: {BEGIN} … {END}")
    return f"{head}{BEGIN}\n\n{drawn()}\n\n{END}{tail}"


def main(arguments: list[str]) -> int:
    """Rewrite the diagram, or tell whether it is stale."""
    document = DOC.read_text()
    fresh = placed(document)
    if "--check" not in arguments:
        DOC.write_text(fresh)
    elif fresh != document:
        sys.stderr.write("stale: call python -m tests.architecture.diagram\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
