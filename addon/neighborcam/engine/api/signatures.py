"""Short-lived signed URLs: media for players and ``<img>``, which send no header.

A signature covers the method GET, the path, the query and the time of expiry. It
outlives the token that asked for it, by at most `MAX_TTL`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from yarl import URL

SIGNATURE: Final = "signature"
EXPIRES: Final = "expires"
MAX_TTL: Final = timedelta(hours=24)
KEY_SETTING: Final = "signing_key"
KEY_BYTES: Final = 32


def new_key() -> bytes:
    """Return a key for a new data folder."""
    return secrets.token_bytes(KEY_BYTES)


class Signer:
    """Signs and checks URLs with the data folder's key."""

    def __init__(self, key: bytes, clock: Callable[[], datetime]) -> None:
        self._key = key
        self._clock = clock

    def sign(self, url: URL, ttl: timedelta) -> tuple[URL, datetime]:
        """Return ``url`` (path and query) signed, and when that ends."""
        expires = int((self._clock() + min(ttl, MAX_TTL)).timestamp())
        dated = _unsigned(url).update_query({EXPIRES: str(expires)})
        signed = dated.update_query({SIGNATURE: self._digest(dated)})
        return signed, datetime.fromtimestamp(expires, UTC)

    def valid(self, url: URL) -> bool:
        """Tell whether ``url`` was signed here and has not expired."""
        signatures = url.query.getall(SIGNATURE, [])
        expiries = url.query.getall(EXPIRES, [])
        if len(signatures) != 1 or len(expiries) != 1:
            return False
        dated = url.without_query_params(SIGNATURE)
        given = signatures[0].encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._digest(dated).encode()):
            return False
        return self._clock().timestamp() < int(expiries[0])

    def _digest(self, dated: URL) -> str:
        # urlencode, so that a value with "&" in it cannot pass for two pairs.
        query = urlencode(sorted(dated.query.items()))
        text = f"GET\n{dated.raw_path}\n{query}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def _unsigned(url: URL) -> URL:
    return url.without_query_params(SIGNATURE, EXPIRES)
