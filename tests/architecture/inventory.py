"""What a hub can be made to give, written into the docs from its tables.

``python -m tests.architecture.inventory`` rewrites it, ``--check`` only compares.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from neighborcam.hub.store.inventory import TableTold, inventory

DOCS = Path(__file__).parents[2] / "docs"
BEGIN = "<!-- written by `python -m tests.architecture.inventory` -->"
END = "<!-- end of what is written -->"


def tables() -> str:
    """Return one row for each table: docs/hub.md."""
    rows = (f"| `{t.name}` | {t.tells} | {t.kept} |" for t in inventory())
    head = ("| table | what it tells | for how long |", "|---|---|---|")
    return "\n".join((*head, *rows))


def columns() -> str:
    """Return a section for each table, a row for each column: the operators' list."""
    return "\n\n".join(map(_section, inventory()))


def _section(table: TableTold) -> str:
    def lines() -> Iterator[str]:
        yield f"## {table.name}"
        yield ""
        yield f"{table.tells[0].upper()}{table.tells[1:]}. Kept: {table.kept}."
        yield ""
        yield "| column | holds | what it is |"
        yield "|---|---|---|"
        for column in table.columns:
            yield f"| `{column.name}` | {column.holds} | {column.tells} |"

    return "\n".join(lines())


PAGES = {
    DOCS / "hub.md": tables,
    DOCS / "operators" / "inventory.md": columns,
}


def placed(page: Path) -> str:
    """Return a page with what is written between its two marks.

    Raises:
        ValueError: a mark is missing; without it nobody would notice a stale list.
    """
    head, begin, rest = page.read_text().partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page.name} has lost its marks: {BEGIN} … {END}")
    return f"{head}{BEGIN}\n\n{PAGES[page]()}\n\n{END}{tail}"


def main(arguments: list[str]) -> int:
    """Rewrite the lists, or tell whether one is stale."""
    for page in PAGES:
        fresh = placed(page)
        if "--check" not in arguments:
            page.write_text(fresh)
        elif fresh != page.read_text():
            sys.stderr.write("stale: call python -m tests.architecture.inventory\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
