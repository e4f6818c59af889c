"""The page inside Home Assistant: who opens it there, and what they may do.

The Supervisor lets users of Home Assistant in and says who they are, not whether they
administer. The integration tells us that. Until it has, and for everybody else, the
page only shows: a child's account must not answer the police.

Trusted are the kernel, for the address of the other side, and the Supervisor behind
that address, for its header. A token made here lives in memory, for one user.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
from aiohttp import web

from neighborcam.engine.api.access import TOKEN_BYTES, Grant
from neighborcam.engine.api.errors import Forbidden, NoRoute
from neighborcam.engine.api.messages import Scope

USER_HEADER: Final = "X-Remote-User-Id"
SETTING: Final = "administrators"
LASTS: Final = timedelta(hours=12)
_MOST: Final = 1000  # visits at a time; the oldest goes


@dataclass(frozen=True, kw_only=True)
class Ingress:
    """Where the Supervisor comes in, and from which address."""

    host: str
    port: int
    supervisor: str


@dataclass(frozen=True, kw_only=True)
class _Visit:
    user: str
    until: datetime


class Visitors:
    """Users of Home Assistant who look at the page now.

    ``administrators`` are ids of users; None until Home Assistant told.
    """

    def __init__(
        self,
        ingress: Ingress | None,
        administrators: frozenset[str] | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.ingress = ingress
        self._administrators = administrators
        self._clock = clock
        self._visits: dict[bytes, _Visit] = {}

    @property
    def knows_administrators(self) -> bool:
        """Whether Home Assistant has told who administers."""
        return self._administrators is not None

    def admit(self, http_request: web.Request) -> str:
        """Return a new token for who opens the page.

        Raises `NoRoute` without an ingress, `Forbidden` for anybody but its Supervisor.
        """
        if self.ingress is None or not came_by(self.ingress, http_request):
            raise NoRoute("there is nothing under this path")
        refuse_strangers(self.ingress, http_request)
        user = http_request.headers.get(USER_HEADER, "")
        if not user:
            raise Forbidden("Home Assistant has not said who you are: log in again")
        token = secrets.token_urlsafe(TOKEN_BYTES)
        while len(self._visits) >= _MOST:
            self._visits.pop(next(iter(self._visits)))
        self._visits[_hash(token)] = _Visit(user=user, until=self._clock() + LASTS)
        return token

    def check(self, token: str) -> Grant | None:
        """Return what a visitor may do now, None for another's token."""
        key = _hash(token)
        visit = self._visits.get(key)
        if visit is None:
            return None
        if self._clock() >= visit.until:
            del self._visits[key]
            return None
        return Grant(scope=self.scope(visit.user), token=visitor(visit.user))

    def scope(self, user: str) -> Scope:
        """Return what a user of Home Assistant may do."""
        known = self._administrators or frozenset()
        return Scope.ADMIN if user in known else Scope.VIEWER

    def appoint(self, administrators: frozenset[str]) -> frozenset[str]:
        """Take another set of administrators; return who is one no more."""
        before, self._administrators = self._administrators, administrators
        return (before or frozenset()) - administrators


def visitor(user: str) -> str:
    """Return what a user's connections are known by."""
    return f"visitor {user}"


def stored(administrators: frozenset[str]) -> bytes:
    """Return how administrators are kept in the index."""
    return msgspec.json.encode(sorted(administrators))


def read(setting: bytes | None) -> frozenset[str] | None:
    """Return the administrators that were kept; None if nobody ever told."""
    return (
        None if setting is None else msgspec.json.decode(setting, type=frozenset[str])
    )


def came_by(ingress: Ingress, http_request: web.BaseRequest) -> bool:
    """Tell whether a request came by the Supervisor's port."""
    transport = http_request.transport
    own = transport.get_extra_info("sockname") if transport is not None else None
    return own is not None and own[1] == ingress.port


def refuse_strangers(ingress: Ingress, http_request: web.BaseRequest) -> None:
    """Raise `Forbidden` unless the Supervisor asks."""
    transport = http_request.transport
    peer = transport.get_extra_info("peername") if transport is not None else None
    if peer is None or peer[0] != ingress.supervisor:
        raise Forbidden("this port is for Home Assistant's Supervisor only")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
