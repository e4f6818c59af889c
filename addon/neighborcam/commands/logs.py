"""How a program of ours logs: one line a fact, on the error output."""

import logging

LEVELS = ("debug", "info", "warning", "error")
_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_QUIET = ("onvif", "zeep", "httpx", "daemon")  # they log addresses and bodies


def set_up_logging(level: str) -> None:
    """Log from ``level`` on, whatever a library set up when it was imported."""
    logging.basicConfig(level=level.upper(), format=_LINE, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
