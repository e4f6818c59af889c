"""Who may talk to the desk's page: one browser on this machine, for a while.

A program prints a link with a one-time token behind ``#``, which browsers do not send;
the page exchanges it for a cookie. Other pages in the same browser cannot use that
cookie (``SameSite=Strict``, the origin is checked), and a name that somebody points at
this machine is refused (DNS rebinding) because only our own is answered.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final

from neighborcam.agency.page.errors import NoSession, WrongHost, WrongOrigin

IDLE: Final = timedelta(minutes=15)
_TOKEN_BYTES: Final = 32
_TRIES: Final = 20
_SAFE: Final = frozenset({"GET", "HEAD"})
_OWN_SITE: Final = frozenset({"same-origin", "none", ""})


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Door:
    """The one session of a page. ``host`` and ``port`` are those that it listens on."""

    def __init__(self, host: str, port: int) -> None:
        named = f"[{host}]" if ":" in host else host
        self._hosts = {f"{named}:{port}", f"localhost:{port}"}
        self.cookie = f"neighborcam_desk_{port}"
        self.token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._is_token_good = True
        self._tries = 0
        self._session = ""

    def check_host(self, host: str) -> None:
        """Raise `WrongHost` for a name that is not ours."""
        if host.lower() not in self._hosts:
            raise WrongHost("this page has another name")

    def check_origin(self, method: str, origin: str | None, site: str) -> None:
        """Raise `WrongOrigin` unless the request comes from our own page."""
        if site.lower() not in _OWN_SITE:
            raise WrongOrigin("this is only for the desk's own page")
        if origin is None and method in _SAFE:
            return
        if (origin or "").removeprefix("http://").lower() not in self._hosts:
            raise WrongOrigin("this is only for the desk's own page")

    def enter(self, token: str) -> str:
        """Return the value of the cookie for the one-time token. Raises `NoSession`."""
        self._tries += 1
        is_right = hmac.compare_digest(token.encode(), self.token.encode())
        if not (is_right and self._is_token_good and self._tries <= _TRIES):
            raise NoSession("the link was used or is wrong: start the desk again")
        self._is_token_good = False
        self._session = secrets.token_urlsafe(_TOKEN_BYTES)
        return self._session

    def check_session(self, cookie: str | None) -> None:
        """Raise `NoSession` for anybody but the browser that entered."""
        given = (cookie or "").encode()
        if not self._session or not hmac.compare_digest(given, self._session.encode()):
            raise NoSession("open the desk by the link that it printed")


class IdleClock:
    """Tells when nobody did anything for a while."""

    def __init__(self, clock: Callable[[], datetime], idle: timedelta = IDLE) -> None:
        self._clock = clock
        self._idle = idle
        self._last = clock()

    def touch(self) -> None:
        """Somebody did something."""
        self._last = self._clock()

    @property
    def is_over(self) -> bool:
        """Whether it is time to lock."""
        return self._clock() - self._last >= self._idle
