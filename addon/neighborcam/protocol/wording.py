"""What a text should not hold: the author is warned, a steward looks (spec/alerts.md).

Heuristics, so they never refuse by themselves: they name a concern before the text is
sent, and put it into the stewards' queue when it was sent all the same.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final


class Concern(StrEnum):
    """Why a text is looked at."""

    REWARD = "reward"  # no bounties
    PURSUIT = "pursuit"  # nobody is sent after anybody
    CONTACT = "contact"  # telephone, e-mail
    ADDRESS = "address"  # a house, not a cell
    PLATE = "plate"
    LINK = "link"
    LOOKS_ONLY = "looks-only"  # a person's descent with nothing that they did


def _pattern(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


_PATTERNS: Final[dict[Concern, re.Pattern[str]]] = {
    Concern.REWARD: _pattern(
        r"\breward\b", r"\bbounty\b", r"\bbelohnung\b", r"\bkopfgeld\b"
    ),
    Concern.PURSUIT: _pattern(
        r"\b(catch|chase|hunt|get|grab|follow) (him|her|them)\b",
        r"\b(schnappt|verfolgt|fangt|jagt) (ihn|sie)\b",
    ),
    Concern.CONTACT: _pattern(
        r"[\w.+-]+@[\w-]+\.\w+", r"(?<![\w.])\+?\d[\d /().-]{7,}\d(?!\w)"
    ),
    Concern.ADDRESS: _pattern(
        r"\b\d{1,4}[a-z]?,? (\w+ ){1,3}(street|st|road|rd|avenue|ave|lane|ln|drive|dr"
        r"|court|ct|close|way)\b",
        r"\b\w+(straße|strasse|str\.|weg|gasse|platz|allee) ?\d{1,4}\b",
    ),
    Concern.PLATE: _pattern(
        r"\b(plate|reg(istration)?|kennzeichen)\W+(?=\S*\d)[A-ZÄÖÜ0-9][\w -]{3,}",
        r"\b[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}[EH]?\b",
    ),
    Concern.LINK: _pattern(r"\bhttps?://", r"\bwww\."),
}
_DESCENT: Final = _pattern(
    r"\b(black|white|asian|arab|african|latino|hispanic|foreign|gypsy|roma)[- ]"
    r"(looking )?(man|men|woman|women|guys?|male|female|person|people|youths?|kids?)\b",
    r"\b(südländ\w*|ausländ\w*|dunkelhäutig\w*|arabisch\w*|osteurop\w*)\b",
)
_DID: Final = _pattern(
    r"\b(broke|break|stole|steal|took|tried|smash\w*|hit|cut|open\w*|climb\w*|forc\w*"
    r"|threw|spray\w*|set fire|carried|pulled|ran|left)\b",
    r"\b(brach|stahl|nahm|versucht\w*|schlug|öffnet\w*|klettert\w*|warf|sprüht\w*)\b",
)


def is_line(text: str) -> bool:
    """Tell whether a text is one line that looks like what it is.

    Controls break feeds; overrides of direction let a text lie about itself.
    """
    return text.strip() == text != "" and not any(
        unicodedata.category(letter).startswith("C") for letter in text
    )


def concerns(*texts: str) -> tuple[Concern, ...]:
    """Return what a steward should look at in these texts, each concern once."""
    text = "\n".join(texts)
    found = [concern for concern, pattern in _PATTERNS.items() if pattern.search(text)]
    if _DESCENT.search(text) and not _DID.search(text):
        found.append(Concern.LOOKS_ONLY)
    return tuple(found)
