from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from lxml import etree

from neighborcam.hub.feeds.atom import atom
from neighborcam.hub.feeds.words import plain
from neighborcam.protocol.alerts import MsgType
from tests.hub.feeds.published import ALLOWED, ANY, FIRST_ID, HUB, ID, published

UPDATED = datetime(2026, 11, 23, 20, 0, tzinfo=timezone(timedelta(hours=1)))
ATOM = "{http://www.w3.org/2005/Atom}"


def feed(*events: Any, title: str = "Moabit") -> etree._Element:
    data = atom(events, hub=HUB, title=title, updated=UPDATED)
    root = etree.fromstring(data)
    assert root.tag == f"{ATOM}feed"
    return root


def said(element: etree._Element) -> list[tuple[str, str | None, dict[str, str]]]:
    return [
        (each.tag.removeprefix(ATOM), each.text, {**each.attrib})
        for each in element
        if isinstance(each.tag, str)
    ]


def test_an_alert_is_an_entry_that_leads_to_its_cap_document() -> None:
    (entry,) = feed(published()).findall(f"{ATOM}entry")
    link = {
        "rel": "alternate",
        "type": "application/cap+xml",
        "href": f"{HUB}/feeds/{ID}.cap",
    }
    assert said(entry) == [
        ("id", f"urn:neighborcam:{ID}", {}),
        ("title", "Fire: Smoke above the school", {}),
        ("updated", "2026-11-23T18:37:05+00:00", {}),
        ("summary", "Two fire engines.\nWind from the west.", {}),
        ("category", None, {"term": "fire"}),
        ("link", None, link),
    ]


def test_a_feed_of_no_alerts_has_what_rfc_4287_demands() -> None:
    root = feed()
    assert said(root) == [
        ("id", f"{HUB}/feeds/alerts.atom", {}),
        ("title", "Moabit", {}),
        ("updated", "2026-11-23T19:00:00+00:00", {}),
        ("link", None, {"rel": "self", "href": f"{HUB}/feeds/alerts.atom"}),
        ("author", None, {}),
    ]
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Moabit"


def test_a_cancel_is_an_entry_of_its_own_and_says_so() -> None:
    first = published(id=FIRST_ID)
    cancel = published(msg_type=MsgType.CANCEL, references=(FIRST_ID,), text="")
    entries = feed(cancel, first).findall(f"{ATOM}entry")
    assert [each.findtext(f"{ATOM}id") for each in entries] == [
        f"urn:neighborcam:{ID}",
        f"urn:neighborcam:{FIRST_ID}",
    ]
    newest = entries[0]
    assert newest.findtext(f"{ATOM}title") == "Cancelled: Fire: Smoke above the school"
    assert newest.findtext(f"{ATOM}summary") == "Smoke above the school"


@given(ALLOWED)
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    root = feed(published(headline=text, text=text), title=text)
    assert root.findtext(f"{ATOM}title") == text
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == f"Fire: {text}"
    assert root.findtext(f"{ATOM}entry/{ATOM}summary") == text


@given(ANY)
def test_no_text_breaks_the_feed(text: str) -> None:
    root = feed(published(headline=text, text=text), title=text)
    assert root.findtext(f"{ATOM}entry/{ATOM}summary") == plain(text)
