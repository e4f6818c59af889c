"""A request on its way between two desks: text that may be sent by any way.

It holds no secret, and whoever gets it checks all of it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from neighborcam.agency.errors import InvalidInput
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.requests import SignedRequest

LINK: Final = "neighborcam-request:"


def link_of(signed: SignedRequest) -> str:
    """Return a request as a link."""
    return LINK + urlsafe_b64encode(encode(signed)).decode()


def read_link(link: str) -> SignedRequest:
    """Return the request of a link. Raises `InvalidInput`."""
    text = "".join(link.split())
    if not text.startswith(LINK):
        raise InvalidInput(f"a link begins with {LINK}", "link")
    try:
        data = urlsafe_b64decode(text.removeprefix(LINK).encode("ascii"))
        return decode(data, SignedRequest)
    except (ValueError, InvalidMessage):
        raise InvalidInput("it is cut off or was changed", "link") from None
