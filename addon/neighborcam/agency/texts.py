"""Texts of other people, so that a person can look at them and nothing else happens."""

import unicodedata

from neighborcam.agency.errors import InvalidInput


def shown(text: str) -> str:
    r"""Return a text in one line, with control characters written out.

    What a home or an officer wrote must not move the cursor of a terminal, colour it,
    or begin a line that looks like one of ours.
    """
    return "".join(each if _is_plain(each) else _named(each) for each in text)


def check_line(field: str, text: str) -> None:
    """Raise `InvalidInput` unless ``text`` is one line of plain words."""
    if not text.strip():
        raise InvalidInput("write something", field)
    if any(not _is_plain(each) for each in text):
        raise InvalidInput("only plain text in one line", field)


def _is_plain(letter: str) -> bool:
    # Categories C: control and format characters, among them those that turn the
    # direction of writing, and halves of characters. Z: separators of lines.
    category = unicodedata.category(letter)
    return category[0] != "C" and category not in {"Zl", "Zp"}


def _named(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
