"""Let the test harness run on a Home Assistant that is newer than the one it pins.

Give it to pytest as ``-p tests.home_assistant.newest``: such a plugin is imported
before the harness, which is why it helps. On the pinned version it changes nothing.
Remove it when a harness for 2026.11 is out.
"""

from homeassistant.components import logger

# Importing homeassistant has just put its own httpx in place of the package; otherwise
# the harness would import the package first, and mix the two. It also resets levels
# of loggers by a private function that 2026.11 has no more.
if not hasattr(logger, "_clear_logger_overwrites"):
    logger._clear_logger_overwrites = lambda *_: None
