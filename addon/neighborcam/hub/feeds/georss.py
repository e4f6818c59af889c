"""RSS 2.0 with GeoRSS, as Home Assistant's `geo_rss_events` reads it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from neighborcam.hub.feeds.words import (
    CAP_WORDS,
    NOBODY,
    Agencies,
    middle,
    pair,
    plain,
    ring,
)
from neighborcam.hub.feeds.words import title as title_of
from neighborcam.protocol.feed import Published

_GEORSS: Final = "http://www.georss.org/georss"
register_namespace("georss", _GEORSS)


def georss(
    events: Iterable[Published],
    *,
    hub: str,
    title: str,
    updated: datetime,
    agencies: Agencies = NOBODY,
) -> bytes:
    """Return the feed; each item has the middle and the outline of its cell.

    ``hub`` is the hub's URL, without a slash at its end; ``title`` names the feed;
    ``agencies`` are those of the register, by id.
    """
    rss = Element("rss", version="2.0")
    channel = SubElement(rss, "channel")
    _add(channel, "title", title)
    _add(channel, "link", f"{hub}/")
    _add(channel, "description", "Public alerts of a neighbourhood")
    _add(channel, "lastBuildDate", _moment(updated))
    for event in events:
        _add_item(channel, event, hub, agencies)
    data: bytes = tostring(rss, encoding="utf-8", xml_declaration=True)
    return data


def _add_item(channel: Element, event: Published, hub: str, agencies: Agencies) -> None:
    alert = event.alert
    item = SubElement(channel, "item")
    _add(item, "title", title_of(event, agencies))
    _add(item, "description", alert.text or alert.headline)
    _add(item, "category", CAP_WORDS[alert.category][1])
    _add(item, "link", f"{hub}/feeds/{alert.id}.cap")
    SubElement(item, "guid", isPermaLink="false").text = alert.original
    _add(item, "pubDate", _moment(event.published))
    # The client takes the point; others draw the polygon.
    _add(item, f"{{{_GEORSS}}}point", pair(middle(alert.cell), " "))
    corners = " ".join(pair(corner, " ") for corner in ring(alert.cell))
    _add(item, f"{{{_GEORSS}}}polygon", corners)


def _moment(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = plain(text)
