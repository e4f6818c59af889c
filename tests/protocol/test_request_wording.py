"""Hints about the words of a request; two things of them are refused."""

from typing import Any

import pytest

from demo.agency import MakeBelieveAgency
from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.request_wording import (
    ADVICE,
    CLEAR,
    Hint,
    check_wording,
    findings,
)
from neighborcam.protocol.requests import Request
from tests.protocol.written_log import NOW, PLACE

AGENCY = MakeBelieveAgency(now=NOW, place=PLACE)


def request(text: str, field: str = "what") -> Request:
    fields: dict[str, Any] = {field: text}
    return AGENCY.request(NOW, **fields)


HINTS = [
    ("Who went to the protest on Mill Lane?", Hint.PURPOSE),
    ("Cars that stopped at the mosque.", Hint.PURPOSE),
    ("Pickets at the gate of the works.", Hint.PURPOSE),
    ("A migrant who may live nearby.", Hint.PURPOSE),
    ("Wer bei der Kundgebung war.", Hint.PURPOSE),
    ("A pregnant woman left the clinic.", Hint.PURPOSE),
    ("A man with dark hair ran to a car.", Hint.APPEARANCE),
    ("Somebody wearing a red jacket.", Hint.APPEARANCE),
    ("A black man left the shop.", Hint.APPEARANCE),
    ("Ein schlanker Mann mit Bart.", Hint.APPEARANCE),
    ("Clips in which faces can be seen.", Hint.APPEARANCE),
    ("A car of Mr. Miller, who is sought.", Hint.NAME),
    ("The suspect John Doe drove away.", Hint.NAME),
    ("Ein Mann namens Krause.", Hint.NAME),
    ("You must send all clips.", Hint.PRESSURE),
    ("Refusing may have consequences.", Hint.PRESSURE),
    ("Sie sind verpflichtet zu antworten.", Hint.PRESSURE),
    ("There is a reward for the bike.", Hint.REWARD),
    ("Send it to desk@police.example now.", Hint.CONTACT),
    ("Call us under +31 20 555 0199 at once.", Hint.CONTACT),
    ("See https://police.example/case.", Hint.LINK),
    ("A van with the plate AB12 CDE.", Hint.PLATE),
    ("Ein Wagen, B-XY 1234, fuhr davon.", Hint.PLATE),
    ("A van, registration: 4-ABC-12.", Hint.PLATE),
    ("Who came out of 12 Old Mill Road?", Hint.ADDRESS),
    ("Der Hof der Lindenstraße 5.", Hint.ADDRESS),
]


@pytest.mark.parametrize(("text", "hint"), HINTS)
@pytest.mark.parametrize("field", ["what", "necessity"])
def test_a_person_is_told_what_to_look_at(text: str, hint: Hint, field: str) -> None:
    found = [each for each in findings(request(text, field)) if each.hint is hint]
    assert [(each.field, each.advice) for each in found] == [(field, ADVICE[hint])]
    assert found[0].words in text


@pytest.mark.parametrize(("text", "hint"), HINTS)
def test_only_a_plate_and_a_house_are_refused(text: str, hint: Hint) -> None:
    if hint not in CLEAR:
        check_wording(request(text))
        return
    with pytest.raises(OutsideLimits, match="leave out") as refused:
        check_wording(request(text))
    assert refused.value.field == "what"


@pytest.mark.parametrize(
    "text",
    [
        "A van that left in a hurry, between the bakery and the school.",
        "Two homes were broken into and no camera of the city saw it.",
        "A BMW X5 that came from the ring road between 17:00 and 18:30.",
        "Set-up 10 minutes before; a pick-up 20 minutes later.",
        "Glass broke at the back of the shop at about 21:15 on 3 March 2026.",
        "Wer hat zwischen 17 und 18 Uhr einen weißen Transporter gesehen?",
        "Sounds of the blast are not needed, pictures of the cloud are.",
    ],
)
def test_what_is_well_written_is_left_alone(text: str) -> None:
    assert findings(request(text)) == ()
