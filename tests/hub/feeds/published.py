"""Alerts as a hub shows them, and texts of every kind to put into them."""

from datetime import UTC, datetime
from typing import Any

import h3
import msgspec
from hypothesis import strategies as st

from neighborcam.protocol.alerts import Alert, Category, Scope
from neighborcam.protocol.feed import Published

HUB = "https://hub.example"
ID = "0123456789abcdef0123456789abcdef"
FIRST_ID = "f" * 32
CELL = "881f1d4887fffff"
# The corners of that cell and its middle as (latitude, longitude).
RING = [
    (52.51935, 13.37146),
    (52.5151, 13.36925),
    (52.51214, 13.37455),
    (52.51342, 13.38207),
    (52.51767, 13.38429),
    (52.52063, 13.37898),
    (52.51935, 13.37146),
]
MIDDLE = (52.51638, 13.37677)
GOOD = Published(
    seq=7,
    alert=Alert(
        id=ID,
        scope=Scope.PUBLIC,
        category=Category.FIRE,
        urgency="immediate",
        severity="severe",
        certainty="observed",
        onset=datetime(2026, 11, 23, 18, 30, tzinfo=UTC),
        expires=datetime(2026, 11, 23, 21, 37, tzinfo=UTC),
        cell=CELL,
        headline="Smoke above the school",
        text="Two fire engines.\nWind from the west.",
        instruction="Keep windows shut",
        author_key=bytes(32),
    ),
    sig=bytes(64),
    published=datetime(2026, 11, 23, 18, 37, 5, 250_000, tzinfo=UTC),
    verified=True,
)


def published(**changes: Any) -> Published:
    """Return an event; changes named like a field of the event are the event's."""
    own = set(Published.__struct_fields__) - {"alert", "media"}
    event = {name: value for name, value in changes.items() if name in own}
    alert = {name: value for name, value in changes.items() if name not in own}
    replaced = msgspec.structs.replace(GOOD.alert, **alert)
    return msgspec.structs.replace(GOOD, alert=replaced, **event)


def is_xml(letter: str) -> bool:
    """Production 2 of XML 1.0, by its numbers."""
    code = ord(letter)
    return (
        code in {0x9, 0xA, 0xD}
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )


# What limits let through, and more: every letter that XML has but carriage return.
ALLOWED = st.text(
    st.characters(exclude_categories=["Cs"]).filter(
        lambda each: is_xml(each) and each != "\r"
    ),
    min_size=1,
    max_size=80,
)
# What no hub should ever hold: controls, halves of pairs, what is no letter.
ANY = st.text(
    st.one_of(
        st.characters(exclude_categories=[]),
        st.sampled_from("\0\x08\x0b\x1b\r\n\t\x7f\x85\ud800\udfff\ufffe\uffff]]><&\"'"),
    ),
    min_size=1,
    max_size=80,
)


@st.composite
def cells(draw: st.DrawFn) -> str:
    """Return cells anywhere, more often where degrees change their sign or jump."""
    latitude = draw(st.one_of(st.just(0.0), st.floats(-80, 80)))
    longitude = draw(
        st.one_of(st.sampled_from([0.0, 179.999, -179.999]), st.floats(-180, 180))
    )
    return str(h3.latlng_to_cell(latitude, longitude, draw(st.integers(6, 9))))
