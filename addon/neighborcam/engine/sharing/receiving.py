"""What of a feed is believed: signed, within the limits, and of the region asked for.

The hub checks the same before it publishes. A home checks it all the same: a hub that
does not, or lies, must not fill its memory, its map or its nights.
"""

from datetime import datetime

import h3

from neighborcam.protocol.canonical import encode
from neighborcam.protocol.cells import region_of
from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.feed import Published
from neighborcam.protocol.limits import SKEW, check_alert
from neighborcam.protocol.signing import verify


def check_received(event: Published, region: str, now: datetime) -> None:
    """Raise `ProtocolError` for an event that no home may show."""
    alert = event.alert
    if event.published > now + SKEW:
        raise OutsideLimits("published", "published in the future: check the clock")
    if alert.expires <= now:
        raise OutsideLimits("expires", "it has expired")
    check_alert(alert, event.published)
    if region_of(alert.cell, h3.get_resolution(region)) != region:
        raise OutsideLimits("cell", "of another region than was asked for")
    verify(alert.author_key, "alert", encode(alert), event.sig)
