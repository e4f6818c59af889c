"""Our documents as text: tables by section, links, commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.architecture.sources import CHECKOUT

_LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_FENCED: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One Markdown file. ``name`` is its path in the checkout."""

    name: str
    text: str

    @property
    def path(self) -> Path:
        """Return where it lies."""
        return CHECKOUT / self.name

    def section(self, heading: str) -> str:
        """Return what stands below a heading of the second level; "" without one."""
        _, found, rest = self.text.partition(f"\n## {heading}\n")
        return rest.partition("\n## ")[0] if found else ""

    def links(self) -> Iterator[str]:
        """Yield the targets of links and pictures, code left out."""
        yield from _LINK.findall(_CODE.sub("", _FENCED.sub("", self.text)))

    def anchors(self) -> set[str]:
        """Return what a link can point at behind its #, as GitHub makes it."""
        headings = _HEADING.findall(_FENCED.sub("", self.text))
        plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
        return {heading.strip().replace(" ", "-") for heading in plain}

    def commands(self) -> Iterator[list[str]]:
        """Yield the words of every command of ours, in code of either kind."""
        fenced = "\n".join(_FENCED.findall(self.text)).splitlines()
        for line in [*fenced, *_CODE.findall(_FENCED.sub("", self.text))]:
            words = line.partition("#")[0].split()
            if words and re.match(r"(\.venv/bin/)?neighborcam$|script/", words[0]):
                yield words


def documents() -> list[Document]:
    """Return every document of the checkout."""
    paths = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")]
    return [_read(path.relative_to(CHECKOUT).as_posix()) for path in sorted(paths)]


def _read(name: str) -> Document:
    return Document(name=name, text=(CHECKOUT / name).read_text())


def document(name: str) -> Document:
    """Return one document, by its path in the checkout."""
    return _read(name)


def first_cells(text: str) -> list[str]:
    """Return the first cell of every row of the tables in a text, without its marks."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line[:1] == "|"]
    cells = (row[0].strip() for row in rows)
    return [cell.strip("`") for cell in cells if cell.strip("-: ")]
