"""Collects what becomes of each part of a file."""

from neighborcam.engine.moving import Fate, Line


class Report:
    """Lines in the order in which they were written, each once."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], Line] = {}

    def add(self, where: str, fate: Fate, text: str) -> None:
        """Write a line."""
        line = Line(where=where, fate=fate, text=text)
        self._lines.setdefault((where, text), line)

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines."""
        return tuple(self._lines.values())
