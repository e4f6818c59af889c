"""What the words of a request should not hold (spec/requests.md).

Hints, for a person: the officer sees them while writing, the steward beside the
request. They never refuse by themselves, but for two things that a pattern can tell:
a vehicle's plate, and a house with its number. Patterns are English and German.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final

from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.identity import Message
from neighborcam.protocol.requests import Request

FIELDS: Final = ("necessity", "what")
_QUOTED: Final = 60


class Hint(StrEnum):
    """Why a steward should look twice."""

    PURPOSE = "purpose"
    APPEARANCE = "appearance"
    NAME = "name"
    PRESSURE = "pressure"
    REWARD = "reward"
    CONTACT = "contact"
    LINK = "link"
    PLATE = "plate"
    ADDRESS = "address"
    ASKING = "asking"  # only in alerts: what a request is for


CLEAR: Final = frozenset({Hint.PLATE, Hint.ADDRESS})  # these are refused

ADVICE: Final[dict[Hint, str]] = {
    Hint.PURPOSE: "no request is about an assembly, a faith, work, residence, a body"
    " or love: say which offence it is about, or do not ask",
    Hint.APPEARANCE: "say what happened, not what somebody looks like",
    Hint.NAME: "the log is public: leave out who it is",
    Hint.PRESSURE: "answering is voluntary: nothing may sound like a duty",
    Hint.REWARD: "no bounties",
    Hint.CONTACT: "the switchboard stands in its own field",
    Hint.LINK: "all that is asked stands here",
    Hint.PLATE: "leave out the plate: say what kind of vehicle it was",
    Hint.ADDRESS: "leave out the house number: the area says where it was",
    Hint.ASKING: "an alert asks homes for nothing: make a request, with its limits",
}


class Finding(Message, frozen=True, kw_only=True):
    """Words of one field, why to look at them, and what to write instead."""

    hint: Hint
    field: str
    words: str
    advice: str


def any_word(*words: str) -> re.Pattern[str]:
    """Return the pattern of whole words, whatever their case."""
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


PATTERNS: Final[dict[Hint, re.Pattern[str]]] = {
    Hint.PURPOSE: any_word(
        r"protest\w*|demonstrat(?:ion|or)s?|rall(?:y|ies)|(?:a|the) march|marchers?",
        r"vigils?|picket\w*|strik(?:e|es|ers?)|unions?|activists?|assembl(?:y|ies)",
        r"mosques?|church(?:es)?|synagogues?|temples?|worship\w*|prayers?|muslims?",
        r"jew(?:s|ish)?|christians?|religio(?:n|us)|(?:im)?migrants?|undocumented",
        r"visas?|asylum|deport\w*|residence permits?|refugees?|abortions?|pregnan\w*",
        r"midwi(?:fe|ves)|gender|trans(?:gender|sexual)?|gay|lesbians?|lgbt\w*",
        r"demo|kundgebung\w*|streik\w*|gewerkschaft\w*|moscheen?|kirchen?|synagogen?",
        r"gottesdienst\w*|gläubige\w*|flüchtling\w*|asyl\w*|abschieb\w*|aufenthalts\w*",
        r"abtreibung\w*|schwanger\w*|schwul\w*|lesbisch\w*",
    ),
    Hint.APPEARANCE: any_word(
        r"(?:dark|light|fair|brown|black|white)[- ]skinned|skin|complexion|ethnic\w*",
        r"descent|race|(?:black|white|asian|arab|african|latino|hispanic|roma)"
        r"[- ](?:looking )?(?:m[ae]n|wom[ae]n|males?|females?|persons?|youths?|kids?)",
        r"hair\w*|beard\w*|tattoo\w*|slim|stocky|wearing|dressed|hood(?:ie|ed)",
        r"faces?|facial|identify (?:him|her|them|the (?:man|woman|person|suspect))",
        r"\d{2} years old|\d(?:\.\d+)? ?m tall|\d{3} ?cm",
        r"hautfarbe\w*|dunkelhäutig\w*|südländ\w*|aussehen|haare?|bart|bärtig\w*",
        r"tätowier\w*|schlank\w*|gekleidet|bekleidet|kapuze\w*|gesicht\w*"
        r"|\d{2} jahre alt",
    ),
    Hint.PRESSURE: any_word(
        r"must|have to|obliged|obligat\w+|compulsory|mandatory|fail(?:ure)? to",
        r"refus\w+|penalt\w+|prosecut\w+|subpoena\w*|warrants?|court orders?|by law",
        r"müssen|verpflicht\w*|pflicht\w*|strafbar\w*|weiger\w*|bußgeld\w*|beschluss\w*",
    ),
    Hint.REWARD: any_word(r"reward\w*|bounty|belohnung\w*|kopfgeld\w*"),
    Hint.NAME: re.compile(
        r"\b(?:Mrs?|Ms|Miss|Dr|Herrn?|Frau)\b\.? [A-ZÄÖÜ]\w+"
        r"|\b(?i:named|called|alias|aka|namens)\b:? [A-ZÄÖÜ]\w+"
        r"|\b(?i:suspect|victim|witness|verdächtiger?|opfer|zeuge)\b,? [A-ZÄÖÜ]\w+"
        r" [A-ZÄÖÜ]\w+"
        r"|\b(?i:born|dob|geboren|geb)\b\.?:? (?:on |am )?\d",
    ),
    Hint.CONTACT: re.compile(
        r"[\w.+-]+@[\w-]+\.\w+|(?<![\w.:])\+?\d[\d /().-]{7,}\d(?![\w:])"
    ),
    Hint.LINK: re.compile(r"\bhttps?://|\bwww\.", re.IGNORECASE),
    Hint.PLATE: re.compile(
        r"\b(?i:plates?|registration|kennzeichen|nummernschild)\b\W{1,3}"
        r"(?=[A-ZÄÖÜ0-9 -]{0,7}\d)[A-ZÄÖÜ0-9][A-ZÄÖÜ0-9 -]{2,9}"
        r"|\b[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}[EH]?\b"
        r"|\b[A-Z]{2}\d{2} ?[A-Z]{3}\b"
    ),
    Hint.ADDRESS: re.compile(
        r"\b\d{1,4}[a-z]?,? (?:[A-Z]\w+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln"
        r"|Drive|Court|Close)\b"
        r"|\b[A-ZÄÖÜ]\w+(?:straße|strasse|str\.|weg|gasse|allee) \d{1,4}[a-z]?\b"
    ),
}


def findings(request: Request) -> tuple[Finding, ...]:
    """Return what a person should look at, in the order of the text's fields."""
    return tuple(_found(request))


def check_wording(request: Request) -> None:
    """Raise `OutsideLimits` for a plate, or a house with its number."""
    for found in _found(request):
        if found.hint in CLEAR:
            raise OutsideLimits(found.field, found.advice)


def _found(request: Request) -> Iterator[Finding]:
    return found_in(((field, getattr(request, field)) for field in FIELDS), PATTERNS)


def found_in(
    texts: Iterable[tuple[str, str]], patterns: Mapping[Hint, re.Pattern[str]]
) -> Iterator[Finding]:
    """Yield what patterns find in texts, given as field and text."""
    for field, text in texts:
        for hint, pattern in patterns.items():
            match = pattern.search(text)
            if match is not None:
                yield Finding(
                    hint=hint,
                    field=field,
                    words=match[0].strip()[:_QUOTED],
                    advice=ADVICE[hint],
                )
