"""Names and limits of the integration."""

import logging
from datetime import timedelta
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "neighborcam"
LOGGER: Final = logging.getLogger(__package__)

SCHEMA: Final = 1  # of the engine's WebSocket that this integration speaks
DEFAULT_PORT: Final = 8480

CONF_ALERT_RADIUS: Final = "alert_radius"  # metres
DEFAULT_ALERT_RADIUS_M: Final = 2000

# A link of live video outlives a restart of the stream, not a lost token.
LIVE_LINK_LIFE: Final = timedelta(hours=24)

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CAMERA,
    Platform.EVENT,
    Platform.GEO_LOCATION,
    Platform.IMAGE,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.UPDATE,
)
