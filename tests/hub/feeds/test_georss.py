from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from lxml import etree

from neighborcam.hub.feeds.georss import georss
from neighborcam.hub.feeds.words import plain
from neighborcam.protocol.alerts import MsgType
from tests.hub.feeds.published import (
    ALLOWED,
    ANY,
    FIRST_ID,
    HUB,
    ID,
    MIDDLE,
    RING,
    cells,
    published,
)

UPDATED = datetime(2026, 11, 23, 20, 0, tzinfo=timezone(timedelta(hours=1)))
NAMES = {"georss": "http://www.georss.org/georss"}


def feed(*events: Any, title: str = "Moabit") -> etree._Element:
    data = georss(events, hub=HUB, title=title, updated=UPDATED)
    return etree.fromstring(data)


def texts(element: etree._Element) -> dict[str, str | None]:
    return {etree.QName(each).localname: each.text for each in element}


def test_an_alert_is_an_item_with_the_middle_and_outline_of_its_cell() -> None:
    (item,) = feed(published()).findall("channel/item")
    assert texts(item) == {
        "title": "Fire: Smoke above the school",
        "description": "Two fire engines.\nWind from the west.",
        "category": "Fire",
        "link": f"{HUB}/feeds/{ID}.cap",
        "guid": ID,
        "pubDate": "Mon, 23 Nov 2026 18:37:05 GMT",
        "point": "52.51638 13.37677",
        "polygon": (
            "52.51935 13.37146 52.51510 13.36925 52.51214 13.37455 52.51342 13.38207"
            " 52.51767 13.38429 52.52063 13.37898 52.51935 13.37146"
        ),
    }
    guid = item.find("guid")
    assert guid is not None
    assert guid.get("isPermaLink") == "false"


def test_a_client_finds_places_as_latitude_and_longitude_under_the_known_name() -> None:
    (point,) = feed(published()).findall(".//georss:point", NAMES)
    (polygon,) = feed(published()).findall(".//georss:polygon", NAMES)
    assert tuple(map(float, (point.text or "").split())) == MIDDLE
    numbers = list(map(float, (polygon.text or "").split()))
    assert list(zip(numbers[::2], numbers[1::2], strict=True)) == RING


def test_a_feed_of_no_alerts_says_whose_it_is() -> None:
    root = feed()
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    assert texts(channel) == {
        "title": "Moabit",
        "link": f"{HUB}/",
        "description": "Public alerts of a neighbourhood",
        "lastBuildDate": "Mon, 23 Nov 2026 19:00:00 GMT",
    }


def test_an_update_keeps_the_id_of_the_first_version() -> None:
    update = published(msg_type=MsgType.UPDATE, references=(FIRST_ID,), text="")
    (item,) = feed(update).findall("channel/item")
    assert item.findtext("guid") == FIRST_ID
    assert item.findtext("link") == f"{HUB}/feeds/{ID}.cap"
    assert item.findtext("description") == "Smoke above the school"


@given(cells())
def test_only_two_places_are_told_and_both_are_the_cells(cell: str) -> None:
    (item,) = feed(published(cell=cell)).findall("channel/item")
    places = [each for each in item if etree.QName(each).namespace]
    assert [etree.QName(each).localname for each in places] == ["point", "polygon"]


@given(ALLOWED)
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    channel = feed(published(headline=text, text=text), title=text)[0]
    assert channel.findtext("title") == text
    assert channel.findtext("item/title") == f"Fire: {text}"
    assert channel.findtext("item/description") == text


@given(ANY)
def test_no_text_breaks_the_feed(text: str) -> None:
    channel = feed(published(headline=text, text=text), title=text)[0]
    assert channel.findtext("item/description") == plain(text)
