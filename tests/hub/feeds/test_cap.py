"""Documents are checked against `cap-1.2.xsd`, which says where it comes from."""

import re
from datetime import datetime, timedelta, timezone
from itertools import product
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from lxml import etree

from neighborcam.hub.feeds.cap import cap
from neighborcam.hub.feeds.words import plain
from neighborcam.protocol.alerts import Alert, Category, MsgType, Scope
from neighborcam.protocol.feed import Published
from tests.hub.feeds.published import (
    ALLOWED,
    ANY,
    CELL,
    FIRST_ID,
    HUB,
    ID,
    cells,
    published,
)

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
POLYGON = (
    "52.51935,13.37146 52.51510,13.36925 52.51214,13.37455 52.51342,13.38207"
    " 52.51767,13.38429 52.52063,13.37898 52.51935,13.37146"
)
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("cap-1.2.xsd")))


def document(
    event: Published, *, sender: str = HUB, referenced: Published | None = None
) -> etree._Element:
    """Return a document that is valid."""
    root = etree.fromstring(cap(event, hub=HUB, sender=sender, referenced=referenced))
    SCHEMA.assertValid(root)
    return root


def said(root: etree._Element) -> list[tuple[str, str | None]]:
    """Return leaves as (path, text), in order."""
    tree = root.getroottree()
    return [
        (tree.getelementpath(each).replace(CAP, ""), each.text)
        for each in root.iter()
        if not len(each)
    ]


def test_an_alert_is_a_document_with_its_cell_as_area() -> None:
    assert said(document(published())) == [
        ("identifier", ID),
        ("sender", HUB),
        ("sent", "2026-11-23T18:37:05-00:00"),
        ("status", "Actual"),
        ("msgType", "Alert"),
        ("scope", "Public"),
        ("info/category", "Fire"),
        ("info/event", "Fire"),
        ("info/urgency", "Immediate"),
        ("info/severity", "Severe"),
        ("info/certainty", "Observed"),
        ("info/effective", "2026-11-23T18:37:05-00:00"),
        ("info/onset", "2026-11-23T18:30:00-00:00"),
        ("info/expires", "2026-11-23T21:37:00-00:00"),
        ("info/headline", "Smoke above the school"),
        ("info/description", "Two fire engines.\nWind from the west."),
        ("info/instruction", "Keep windows shut"),
        ("info/web", f"{HUB}/"),
        ("info/parameter/valueName", "verified"),
        ("info/parameter/value", "true"),
        ("info/area/areaDesc", "a cell with edges of about 531 m"),
        ("info/area/polygon", POLYGON),
        ("info/area/geocode/valueName", "H3"),
        ("info/area/geocode/value", CELL),
    ]


@pytest.mark.parametrize("kind", [MsgType.UPDATE, MsgType.CANCEL])
def test_a_later_version_refers_to_the_first_as_that_names_itself(
    kind: MsgType,
) -> None:
    moment = datetime(2026, 11, 23, 18, 31, 59, 999_000, timezone(timedelta(hours=1)))
    first = published(id=FIRST_ID, published=moment)
    later = published(msg_type=kind, references=(FIRST_ID,))
    root = document(later, referenced=first)
    original = document(first)
    name = ",".join(
        original.findtext(f"{CAP}{part}") or ""
        for part in ("sender", "identifier", "sent")
    )
    assert name == f"{HUB},{FIRST_ID},2026-11-23T17:31:59-00:00"
    assert root.findtext(f"{CAP}references") == name
    assert root.findtext(f"{CAP}msgType") == kind.capitalize()


@pytest.mark.parametrize("scope", [Scope.REGION, Scope.HUB])
def test_an_alert_for_members_is_restricted_and_says_to_whom(scope: Scope) -> None:
    root = document(published(scope=scope))
    assert root.findtext(f"{CAP}scope") == "Restricted"
    assert root.findtext(f"{CAP}restriction") == "members of the neighbourhood's hub"


def test_texts_that_are_empty_are_left_out() -> None:
    paths = [path for path, _ in said(document(published(text="", instruction="")))]
    assert "info/description" not in paths
    assert "info/instruction" not in paths


def test_what_nobody_confirmed_is_not_called_verified() -> None:
    root = document(published(verified=False))
    assert root.findtext(f".//{CAP}parameter/{CAP}value") == "false"


@pytest.mark.parametrize("category", Category)
def test_every_category_is_one_of_caps(category: Category) -> None:
    document(published(category=category))


@pytest.mark.parametrize(
    ("field", "word"),
    [
        (field.name, word)
        for field in msgspec.structs.fields(Alert)
        if field.name in {"status", "urgency", "severity", "certainty"}
        for word in get_args(field.type)
    ],
)
def test_every_word_of_an_alert_is_one_of_caps(field: str, word: str) -> None:
    root = document(published(**{field: word}))
    (found,) = root.iter(f"{CAP}{field}")
    assert found.text == word.capitalize()


def test_every_kind_of_message_may_have_every_scope() -> None:
    for kind, scope in product(MsgType, Scope):
        document(published(msg_type=kind, scope=scope))


def test_a_moment_is_told_in_utc_with_minus_zero_wherever_it_was_written() -> None:
    onset = datetime(2026, 11, 23, 19, 45, tzinfo=timezone(timedelta(hours=1)))
    root = document(published(onset=onset))
    assert root.findtext(f".//{CAP}onset") == "2026-11-23T18:45:00-00:00"


def test_a_sender_has_no_letter_that_would_tear_references_apart() -> None:
    root = document(
        published(msg_type=MsgType.CANCEL),
        sender="the hub,\n<of>\t& all",
        referenced=published(id=FIRST_ID),
    )
    assert root.findtext(f"{CAP}sender") == "thehubof>all"
    assert (root.findtext(f"{CAP}references") or "").count(",") == 2


@given(cells())
def test_any_cell_makes_a_valid_document(cell: str) -> None:
    root = document(published(cell=cell))
    corners = (root.findtext(f".//{CAP}polygon") or "").split(" ")
    assert corners[0] == corners[-1]
    # The schema takes any string; section 3.2.4 wants four pairs of decimals or more.
    assert len(corners) > 3
    for corner in corners:
        assert re.fullmatch(r"-?\d{1,2}\.\d{5},-?\d{1,3}\.\d{5}", corner)
    assert root.findtext(f".//{CAP}geocode/{CAP}value") == cell


@given(ALLOWED)
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    root = document(published(headline=text, text=text, instruction=text))
    for name in ("headline", "description", "instruction"):
        assert root.findtext(f".//{CAP}{name}") == text


@given(ANY)
def test_no_text_breaks_the_document(text: str) -> None:
    data = cap(published(headline=text, text=text), hub=HUB, sender=HUB)
    found = etree.fromstring(data).findtext(f".//{CAP}description")
    assert found == plain(text)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"-00:00</sent>", b"Z</sent>"),
        (b"<status>Actual", b"<status>actual"),
        (b"<severity>Severe</severity>", b""),
        (b"<areaDesc>a cell with edges of about 531 m</areaDesc>", b""),
        (b"<category>Fire", b"<category>fire"),
        (b"<headline>", b"<web/><headline>"),
    ],
)
def test_the_schema_refuses_what_cap_does_not_know(good: bytes, bad: bytes) -> None:
    data = cap(published(), hub=HUB, sender=HUB)
    assert data.count(good) == 1
    assert not SCHEMA.validate(etree.fromstring(data.replace(good, bad)))
