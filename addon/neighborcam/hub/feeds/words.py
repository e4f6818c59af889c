"""What an alert is called in other formats, in English."""

import re
from collections.abc import Mapping
from math import copysign
from types import MappingProxyType
from typing import Final

import h3

from neighborcam.protocol.agencies import AgencyRecord
from neighborcam.protocol.alerts import Category, MsgType, Origin
from neighborcam.protocol.cells import boundary, center
from neighborcam.protocol.feed import Published

# Category of CAP 1.2 (section 3.2.2) and the event's name, also shown in titles.
CAP_WORDS: Final[Mapping[Category, tuple[str, str]]] = MappingProxyType(
    {
        Category.FIRE: ("Fire", "Fire"),
        Category.GAS: ("CBRNE", "Gas leak"),
        Category.FLOOD: ("Met", "Flood"),
        Category.STORM: ("Met", "Storm"),
        Category.MEDICAL: ("Health", "Medical emergency"),
        Category.MISSING_PERSON: ("Rescue", "Missing person"),
        Category.LOST_PET: ("Other", "Lost pet"),
        Category.FOUND: ("Other", "Something was found"),
        Category.BREAK_IN: ("Security", "Break-in"),
        Category.THEFT: ("Security", "Theft"),
        Category.VANDALISM: ("Security", "Vandalism"),
        Category.VEHICLE: ("Transport", "Vehicle"),
        Category.HAZARD: ("Safety", "Hazard"),
        Category.POWER: ("Infra", "Power cut"),
        Category.NOISE: ("Env", "Noise"),
        Category.INFRASTRUCTURE: ("Infra", "Infrastructure"),
        Category.KINDNESS: ("Other", "Kindness"),
        Category.INFO: ("Other", "Information"),
    }
)
type Agencies = Mapping[str, AgencyRecord]  # by id

NOBODY: Final[Agencies] = MappingProxyType({})
_DIGITS: Final = 5  # about a metre; a cell is hundreds
# Everything but production 2 of XML 1.0. A carriage return goes too: a parser would
# give back a line feed.
_NOT_XML: Final = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def title(event: Published, agencies: Agencies = NOBODY) -> str:
    """Return what a list of alerts shows.

    Stock clients show nothing else: without a word here an exercise, an all-clear and
    an automation that nobody confirmed would all look like a fire, and a warning of the
    police like a neighbour's. ``agencies`` are those of the register.
    """
    alert = event.alert
    words = [CAP_WORDS[alert.category][1], alert.headline]
    if (name := sender_name(event, agencies)) is not None:
        words.insert(0, name)
    if alert.msg_type is MsgType.CANCEL:
        words.insert(0, "Cancelled")
    elif alert.origin is Origin.AUTOMATION and not event.verified:
        words.insert(0, "Unverified")
    if alert.status != "actual":
        words.insert(0, alert.status.capitalize())
    return ": ".join(words)


def sender_name(event: Published, agencies: Agencies) -> str | None:
    """Return the name of the agency that says it, by the register; None for others."""
    found = agencies.get(event.alert.agency or "")
    return found.name if found is not None else None


def area(cell: str) -> str:
    """Return words for a cell."""
    edge = round(h3.average_hexagon_edge_length(h3.get_resolution(cell), unit="m"))
    return f"a cell with edges of about {edge} m"


def ring(cell: str) -> list[tuple[float, float]]:
    """Return the cell's corners as a closed ring of (latitude, longitude).

    A cell on the 180th meridian is cut there: clients that take the mean of its
    corners would show it on the other side of the earth, and some refuse 180.01.
    """
    _, middle_longitude = center(cell)
    corners = [
        _rounded(
            latitude,
            copysign(180, middle_longitude)
            if abs(longitude - middle_longitude) > 180  # noqa: PLR2004 - half a turn
            else longitude,
        )
        for latitude, longitude in boundary(cell)
    ]
    return [*corners, corners[0]]


def middle(cell: str) -> tuple[float, float]:
    """Return the cell's middle as (latitude, longitude)."""
    return _rounded(*center(cell))


def pair(place: tuple[float, float], between: str) -> str:
    """Return a place as text, never as 1e-05, which CAP does not know."""
    return between.join(f"{degrees:.{_DIGITS}f}" for degrees in place)


def plain(text: str) -> str:
    """Return a text without characters that XML 1.0 forbids."""
    return _NOT_XML.sub("", text)


def _rounded(latitude: float, longitude: float) -> tuple[float, float]:
    # Adding 0.0 makes -0.0 a plain zero.
    return round(latitude, _DIGITS) + 0.0, round(longitude, _DIGITS) + 0.0
