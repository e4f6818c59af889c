"""CAP 1.2 (OASIS, ITU-T X.1303): one alert as other warning systems read it."""

from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from neighborcam.hub.feeds.words import (
    CAP_WORDS,
    NOBODY,
    Agencies,
    area,
    pair,
    plain,
    ring,
    sender_name,
)
from neighborcam.protocol.alerts import Scope
from neighborcam.protocol.feed import Published

_CAP: Final = "urn:oasis:names:tc:emergency:cap:1.2"


def cap(
    event: Published,
    *,
    hub: str,
    sender: str,
    agencies: Agencies = NOBODY,
    referenced: Published | None = None,
) -> bytes:
    """Return the document. ``referenced`` is the version that this one follows.

    ``hub`` is the hub's URL, without a slash at its end; ``sender`` names the hub
    uniquely, and alike in every document, or references would lead nowhere. Of an
    agency's alert the sender is the agency: its domain, and its name in words.
    """
    alert, agency = event.alert, agencies.get(event.alert.agency or "")
    sender = sender if agency is None else agency.domain
    document = Element("alert", xmlns=_CAP)
    _add(document, "identifier", alert.id)
    _add(document, "sender", _word(sender))
    _add(document, "sent", _moment(event.published))
    _add(document, "status", alert.status.capitalize())
    _add(document, "msgType", alert.msg_type.capitalize())
    is_public = alert.scope is Scope.PUBLIC
    _add(document, "scope", "Public" if is_public else "Restricted")
    if not is_public:
        _add(document, "restriction", "members of the neighbourhood's hub")
    if referenced is not None:
        sent = _moment(referenced.published)
        text = f"{_word(sender)},{referenced.alert.id},{sent}"
        _add(document, "references", text)
    _add_info(document, event, hub, sender_name(event, agencies))
    data: bytes = tostring(document, encoding="utf-8", xml_declaration=True)
    return data


def _add_info(
    document: Element, event: Published, hub: str, said_by: str | None
) -> None:
    alert = event.alert
    category, name = CAP_WORDS[alert.category]
    info = SubElement(document, "info")
    _add(info, "category", category)
    _add(info, "event", name)
    _add(info, "urgency", alert.urgency.capitalize())
    _add(info, "severity", alert.severity.capitalize())
    _add(info, "certainty", alert.certainty.capitalize())
    _add(info, "effective", _moment(event.published))
    _add(info, "onset", _moment(alert.onset))
    _add(info, "expires", _moment(alert.expires))
    if said_by is not None:
        _add(info, "senderName", said_by)
    _add(info, "headline", alert.headline)
    if alert.text:
        _add(info, "description", alert.text)
    if alert.instruction:
        _add(info, "instruction", alert.instruction)
    _add(info, "web", f"{hub}/")
    # CAP has no word for it: certainty is what the author says, this what others do.
    _add_value(info, "parameter", "verified", "true" if event.verified else "false")
    part = SubElement(info, "area")
    _add(part, "areaDesc", area(alert.cell))
    corners = " ".join(pair(corner, ",") for corner in ring(alert.cell))
    _add(part, "polygon", corners)
    _add_value(part, "geocode", "H3", alert.cell)


def _moment(moment: datetime) -> str:
    # CAP 1.2, section 3.3.2: UTC is written -00:00, never Z, and without fractions.
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return f"{text}-00:00"


def _word(text: str) -> str:
    """Return a sender as CAP wants it: no spaces, commas, < or &."""
    return "".join(each for each in text if not each.isspace() and each not in ",<&")


def _add_value(parent: Element, name: str, key: str, value: str) -> None:
    element = SubElement(parent, name)
    _add(element, "valueName", key)
    _add(element, "value", value)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = plain(text)
