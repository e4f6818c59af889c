"""GeoJSON (RFC 7946), as Home Assistant's `geo_json_events` reads it."""

from collections.abc import Iterable
from typing import Any

import msgspec

from neighborcam.hub.feeds.words import (
    NOBODY,
    Agencies,
    plain,
    ring,
    sender_name,
    title,
)
from neighborcam.protocol.feed import Published


def geojson(
    events: Iterable[Published], *, hub: str, agencies: Agencies = NOBODY
) -> bytes:
    """Return a FeatureCollection; a feature is the cell of an alert.

    The client wants a collection even of none, an ``id``, and ``properties.title``.
    ``hub`` is the hub's URL, without a slash at its end; ``agencies`` are those of the
    register, by id.
    """
    features = [_feature(event, hub, agencies) for event in events]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _feature(event: Published, hub: str, agencies: Agencies) -> dict[str, Any]:
    alert = event.alert
    corners = [[longitude, latitude] for latitude, longitude in ring(alert.cell)]
    return {
        "type": "Feature",
        # The first version's: an update changes an entity, it does not add one.
        "id": alert.original,
        "geometry": {"type": "Polygon", "coordinates": [corners]},
        "properties": {
            "title": plain(title(event, agencies)),
            "category": alert.category,
            "headline": plain(alert.headline),
            "text": plain(alert.text),
            "instruction": plain(alert.instruction),
            "msgType": alert.msg_type,
            "status": alert.status,
            "origin": alert.origin,
            "agency": sender_name(event, agencies),
            "urgency": alert.urgency,
            "severity": alert.severity,
            "certainty": alert.certainty,
            "verified": event.verified,
            "onset": alert.onset,
            "expires": alert.expires,
            "cell": alert.cell,
            "link": f"{hub}/feeds/{alert.id}.cap",
        },
    }
