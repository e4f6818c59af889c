"""Writes down where a bug is, without its text: that may quote what somebody sent."""

import logging
import secrets
import traceback


def record(log: logging.Logger, failure: Exception) -> str:
    """Log a failure of a request; return the id by which it is found."""
    failure_id = secrets.token_hex(4)
    where = "".join(traceback.format_tb(failure.__traceback__))
    kind = type(failure).__name__
    log.error("request failed, id %s: %s\n%s", failure_id, kind, where)
    return failure_id
