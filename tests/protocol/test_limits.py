import contextlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import h3
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.protocol.alerts import (
    Alert,
    Category,
    Comment,
    Media,
    MsgType,
    Origin,
)
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.cells import COARSEST, CROWD, publish_cell
from neighborcam.protocol.errors import InvalidMessage, OutsideLimits
from neighborcam.protocol.limits import (
    BY_AUTOMATION,
    bucket,
    check_alert,
    check_comment,
    check_place,
)
from tests.protocol.messages import CELL, ID, NOW, OTHER_ID, alert
from tests.protocol.vectors import vectors

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
QUARTER = bucket(NOW)


def media(**changes: Any) -> Media:
    good = Media(sha256="a" * 64, kind="picture", bytes=1, redaction=())
    return msgspec.structs.replace(good, **changes)


GOOD: list[dict[str, Any]] = [
    {},
    {"headline": "h" * 80, "text": "t" * 1000, "instruction": "i" * 300},
    {"text": "one\ntwo", "headline": "Family 👨‍👩‍👧 safe ❤️"},
    {"onset": QUARTER - 7 * DAY + 15 * MINUTE},
    {
        "onset": QUARTER - 37 * DAY + 15 * MINUTE,
        "msg_type": MsgType.CANCEL,
        "references": ("d" * 32,),
    },
    {"onset": QUARTER + 7 * DAY, "urgency": "future", "expires": NOW + 8 * DAY},
    {"expires": NOW + 30 * DAY},
    {"msg_type": MsgType.UPDATE, "references": (OTHER_ID,)},
    {"msg_type": MsgType.CANCEL, "references": (OTHER_ID,)},
    *(
        {"msg_type": kind, "references": (OTHER_ID,), "onset": QUARTER - 36 * DAY}
        for kind in (MsgType.UPDATE, MsgType.CANCEL)
    ),
    {"media": (media(), media(sha256="b" * 64, kind="clip", bytes=16 * 2**20))},
    {"origin": Origin.AUTOMATION, "expires": NOW + timedelta(hours=2)},
]

BAD: list[tuple[str, dict[str, Any]]] = [
    ("headline", {"headline": " "}),
    ("headline", {"headline": "ends "}),
    ("headline", {"headline": "two\nlines"}),
    ("headline", {"headline": "bell\x07"}),
    ("headline", {"headline": "turned \u202eround"}),
    ("text", {"text": "nul\x00"}),
    ("instruction", {"instruction": "\ttab"}),
    ("onset", {"onset": QUARTER + MINUTE}),
    ("onset", {"onset": QUARTER + timedelta(microseconds=1)}),
    ("onset", {"onset": QUARTER.astimezone(timezone(timedelta(hours=1)))}),
    ("onset", {"onset": QUARTER - 7 * DAY - 15 * MINUTE}),
    (
        "onset",
        {
            "msg_type": MsgType.CANCEL,
            "references": (OTHER_ID,),
            "onset": QUARTER - 37 * DAY - 15 * MINUTE,
        },
    ),
    ("onset", {"onset": QUARTER + 15 * MINUTE}),
    ("onset", {"onset": QUARTER + 7 * DAY + 15 * MINUTE, "urgency": "future"}),
    ("expires", {"expires": NOW}),
    (
        "expires",
        {"onset": QUARTER + DAY, "urgency": "future", "expires": QUARTER + DAY},
    ),
    ("expires", {"expires": NOW + 30 * DAY + 5 * MINUTE + SECOND}),
    ("references", {"references": (OTHER_ID,)}),
    ("references", {"msg_type": MsgType.UPDATE}),
    ("references", {"msg_type": MsgType.CANCEL, "references": (ID,)}),
    (
        "media",
        {
            "msg_type": MsgType.CANCEL,
            "references": (OTHER_ID,),
            "media": (media(),),
        },
    ),
    ("media", {"media": (media(), media(kind="clip"))}),
    ("media", {"media": (media(bytes=2 * 2**20 + 1),)}),
    ("media", {"media": (media(kind="clip", bytes=16 * 2**20 + 1),)}),
    ("category", {"origin": Origin.AUTOMATION, "category": Category.THEFT}),
    ("media", {"origin": Origin.AUTOMATION, "media": (media(),)}),
    (
        "expires",
        {
            "origin": Origin.AUTOMATION,
            "expires": NOW + timedelta(hours=2, minutes=5, seconds=1),
        },
    ),
]


@pytest.mark.parametrize("changes", GOOD)
def test_what_may_be_sent_passes(changes: dict[str, Any]) -> None:
    check_alert(alert(**changes), NOW)


@pytest.mark.parametrize(("field", "changes"), BAD)
def test_what_may_not_be_sent_names_its_field(
    field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(OutsideLimits) as refused:
        check_alert(alert(**changes), NOW)
    assert refused.value.field == field


@pytest.mark.parametrize("case", vectors("alerts")["refused"], ids=lambda c: c["why"])
def test_vectors_that_are_refused(case: dict[str, Any]) -> None:
    now = datetime.fromisoformat(vectors("alerts")["now"])
    with pytest.raises((OutsideLimits, InvalidMessage)):
        check_alert(decode(case["alert"].encode(), Alert), now)


@pytest.mark.parametrize("case", vectors("alerts")["taken"], ids=lambda c: c["why"])
def test_vectors_that_are_taken(case: dict[str, Any]) -> None:
    now = datetime.fromisoformat(vectors("alerts")["now"])
    taken = decode(case["alert"].encode(), Alert)
    check_alert(taken, now)
    assert encode(taken).decode() == case["alert"]


def test_a_cancel_by_an_automation_may_have_any_category() -> None:
    check_alert(
        alert(
            origin=Origin.AUTOMATION,
            category=Category.INFO,
            msg_type=MsgType.CANCEL,
            references=(OTHER_ID,),
        ),
        NOW,
    )


def test_people_are_never_a_sensors_business() -> None:
    people = {Category.MISSING_PERSON, Category.MEDICAL, Category.THEFT, Category.FOUND}
    assert not people & BY_AUTOMATION
    assert not any("suspicious" in category for category in Category)


@pytest.mark.parametrize("text", ["", "  ", "a\x1b[31m", "two\nlines"])
def test_a_comment_is_one_plain_line_of_text(text: str) -> None:
    comment = Comment(id=ID, alert=OTHER_ID, text=text, author_key=bytes(32))
    if text == "two\nlines":
        check_comment(comment)
        return
    with pytest.raises(OutsideLimits):
        check_comment(comment)


def test_a_cell_finer_than_its_crowd_is_refused() -> None:
    fine = h3.cell_to_center_child(CELL, 9)
    check_place(CELL, None)
    check_place(fine, lambda _cell: 100)
    with pytest.raises(OutsideLimits, match="census"):
        check_place(fine, None)
    with pytest.raises(OutsideLimits, match="fewer than 100"):
        check_place(fine, lambda _cell: 99)
    check_place(h3.cell_to_parent(CELL, 6), lambda _cell: 0)


@given(
    st.floats(-85, 85),
    st.floats(-180, 180),
    st.lists(st.integers(0, 300), min_size=4, max_size=4),
)
def test_what_a_home_publishes_the_hub_takes(
    latitude: float, longitude: float, people: list[int]
) -> None:
    def census(cell: str) -> int:
        return people[int(h3.get_resolution(cell)) - COARSEST]

    def has_crowd(cell: str) -> bool:
        return census(cell) >= CROWD

    check_place(publish_cell(latitude, longitude, has_crowd), census)
    check_place(publish_cell(latitude, longitude, None), None)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_bucket_is_a_quarter_and_never_ahead(moment: datetime) -> None:
    assert timedelta(0) <= moment - bucket(moment) < timedelta(minutes=15)
    assert bucket(bucket(moment)) == bucket(moment)


@given(st.text(min_size=1, max_size=80))
def test_any_headline_is_taken_or_refused_and_nothing_else_happens(text: str) -> None:
    taken = decode(encode(alert(headline=text)), Alert)
    assert taken.headline == text
    with contextlib.suppress(OutsideLimits):
        check_alert(taken, NOW)
