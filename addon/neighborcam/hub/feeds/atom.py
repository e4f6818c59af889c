"""Atom (RFC 4287): every version of every public alert, each with its CAP document."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from neighborcam.hub.feeds.words import NOBODY, Agencies, plain, sender_name
from neighborcam.hub.feeds.words import title as title_of
from neighborcam.protocol.feed import Published

_ATOM: Final = "http://www.w3.org/2005/Atom"


def atom(
    events: Iterable[Published],
    *,
    hub: str,
    title: str,
    updated: datetime,
    agencies: Agencies = NOBODY,
) -> bytes:
    """Return the feed, newest first as ``events`` are.

    ``hub`` is the hub's URL, without a slash at its end; ``title`` names the feed;
    ``agencies`` are those of the register, by id.
    """
    feed = Element("feed", xmlns=_ATOM)
    _add(feed, "id", f"{hub}/feeds/alerts.atom")
    _add(feed, "title", title)
    _add(feed, "updated", _moment(updated))
    SubElement(feed, "link", rel="self", href=f"{hub}/feeds/alerts.atom")
    _add(SubElement(feed, "author"), "name", title)
    for event in events:
        _add_entry(feed, event, hub, agencies)
    data: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return data


def _add_entry(feed: Element, event: Published, hub: str, agencies: Agencies) -> None:
    alert = event.alert
    entry = SubElement(feed, "entry")
    # Of the version, not of the first one: an entry that only changed is not shown
    # again by most readers, and a cancel must be.
    _add(entry, "id", f"urn:neighborcam:{alert.id}")
    _add(entry, "title", title_of(event, agencies))
    _add(entry, "updated", _moment(event.published))
    if (name := sender_name(event, agencies)) is not None:
        _add(SubElement(entry, "author"), "name", name)
    _add(entry, "summary", alert.text or alert.headline)
    SubElement(entry, "category", term=alert.category)
    SubElement(
        entry,
        "link",
        rel="alternate",
        type="application/cap+xml",
        href=f"{hub}/feeds/{alert.id}.cap",
    )


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = plain(text)
