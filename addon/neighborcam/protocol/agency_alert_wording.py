"""What the words of an agency's alert should not hold (spec/alerts.md).

As for requests, but that an alert asks for nothing: whatever looks like asking homes
for what their cameras saw is refused, for there is no limit to an alert's readers.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from neighborcam.protocol.alerts import Alert
from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.request_wording import (
    CLEAR,
    PATTERNS,
    Finding,
    Hint,
    any_word,
    found_in,
)

FIELDS: Final = ("headline", "text", "instruction")
REFUSED: Final = CLEAR | {Hint.ASKING}
_ASKING: Final = any_word(
    r"(?:send|e-?mail|upload|submit|forward|share|give|provide)"
    r" (?:(?:it|them|these|those|this|that) )?(?:to )?us",
    r"footage|videos?|clips?|recordings?|cctv|surveillance|screenshots?",
    r"(?:photo(?:graph)?|picture|image)s?|(?:dash|door|web)?-?cam(?:era)?s?|doorbells?",
    r"(?:schick|send|mail|überlass|übermittel)\w* (?:sie )?(?:\w+ )?uns",
    r"(?:video|kamera|überwachungs|bild)\w*|foto\w*|\w*kameras?|\w*aufnahmen?",
    r"aufzeichnung\w*|mitschnitt\w*|türklingel\w*",
)
# A warning may say what one has to do: nothing in it is a duty to answer.
_PATTERNS: Final[Mapping[Hint, re.Pattern[str]]] = MappingProxyType(
    {
        Hint.ASKING: _ASKING,
        **{hint: each for hint, each in PATTERNS.items() if hint is not Hint.PRESSURE},
    }
)


def alert_findings(alert: Alert) -> tuple[Finding, ...]:
    """Return what a person should look at, in the order of the text's fields."""
    return tuple(_found(alert))


def check_alert_wording(alert: Alert) -> None:
    """Raise `OutsideLimits` for a request in disguise, a plate, or a house."""
    for found in _found(alert):
        if found.hint in REFUSED:
            raise OutsideLimits(found.field, found.advice)


def _found(alert: Alert) -> Iterator[Finding]:
    texts = ((field, getattr(alert, field)) for field in FIELDS)
    return found_in(texts, _PATTERNS)
