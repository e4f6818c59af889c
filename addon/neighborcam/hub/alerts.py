"""Takes alerts, comments, votes and flags, and tells what became of them.

Everything here comes without an account: a token, a signature, or nothing at all.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.breakers import Breakers
from neighborcam.hub.cases import open_case
from neighborcam.hub.envelope_shelf import keep_envelope
from neighborcam.hub.errors import (
    Conflict,
    IdTaken,
    NotAllowed,
    NotFound,
    WrongAuthor,
    WrongToken,
)
from neighborcam.hub.events import SEQ, alert_row, events_of, region_key
from neighborcam.hub.fanout.interface import Fanout
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import (
    ALERTS,
)
from neighborcam.hub.store.settings import count_on
from neighborcam.hub.token_keys import (
    TokenKeys,
    make_key,
    private_der,
    public_der,
)
from neighborcam.protocol.alerts import (
    Alert,
    Category,
    MsgType,
    Origin,
    Post,
    Scope,
)
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.feed import Event, Published
from neighborcam.protocol.limits import (
    VERSIONS,
    check_alert,
    check_place,
)
from neighborcam.protocol.signing import verify
from neighborcam.protocol.standing import Standing
from neighborcam.protocol.wording import concerns

_WIDER: Final = (Scope.REGION, Scope.HUB, Scope.PUBLIC)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a hub's people decided. ``people_in`` is its census, if it has one."""

    people_in: Callable[[str], int] | None = None
    crowd: int = 100
    takes_media: bool = True
    reviews: frozenset[Category] = frozenset({Category.MISSING_PERSON})


class Alerts:
    """The alerts of a hub."""

    def __init__(
        self,
        database: Database,
        keys: TokenKeys,
        fanout: Fanout,
        breakers: Breakers,
        rules: Rules,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keys = keys
        self._fanout = fanout
        self._breakers = breakers
        self._rules = rules
        self._clock = clock

    async def publish(self, post: Post) -> Standing:
        """Take an alert; return how it stands. The same again is answered alike.

        Raises `OutsideLimits`, `BadSignature`, `WrongToken`, `TokenSpent`, `IdTaken`,
        `WrongAuthor`, `NotFound`, `TooMany`, and `NotAllowed` for an agency's.
        """
        alert, body = post.alert, encode(post.alert)
        verify(alert.author_key, "alert", body, post.sig)
        known = await self._known(alert, body)
        if known is not None:
            return known
        if alert.origin is Origin.AGENCY:
            raise NotAllowed("an agency's alert comes from its desk, through stewards")
        check_alert(alert, self._clock())
        check_place(alert.cell, self._rules.people_in, self._rules.crowd)
        self._refuse_media(alert)
        key = await asyncio.to_thread(make_key)
        async with self._database.write() as tx:
            standing = await self._first_standing(tx, alert)
            if alert.msg_type is not MsgType.CANCEL:
                await self._pay(tx, post, body)
            self._breakers.count_post(region_key(alert.cell))
            await tx.execute(
                insert(ALERTS).values(
                    id=alert.id,
                    original=alert.original,
                    region=region_key(alert.cell),
                    cell=alert.cell,
                    scope=alert.scope,
                    msg_type=alert.msg_type,
                    body=body,
                    sig=post.sig,
                    author_key=alert.author_key,
                    standing=standing,
                    published=self._clock(),
                    expires=alert.expires,
                    seq=await count_on(tx, SEQ),
                    vote_private=private_der(key),
                    vote_public=public_der(key),
                )
            )
            await keep_envelope(tx, alert.id, post.envelope, self._clock())
            await self._look_at(tx, alert, standing)
        await self.tell(alert.id)
        return standing

    async def _known(self, alert: Alert, body: bytes) -> Standing | None:
        async with self._database.read() as tx:
            row = await alert_row(tx, alert.id)
        if row is None:
            return None
        if row.body != body:
            raise IdTaken("another alert has this id")
        return Standing(row.standing)

    def _refuse_media(self, alert: Alert) -> None:
        if alert.media and not self._rules.takes_media:
            raise OutsideLimits("media", "this hub takes no pictures")

    async def _first_standing(self, tx: AsyncConnection, alert: Alert) -> Standing:
        """Return how a new alert stands; check its versions."""
        if await alert_row(tx, alert.id) is not None:
            raise IdTaken("another alert has this id")  # it came twice at once
        if alert.msg_type is not MsgType.ALERT:
            await self._check_version(tx, alert)
        if alert.msg_type is MsgType.CANCEL:
            return Standing.SHOWN  # what takes back must not wait
        if alert.media or alert.category in self._rules.reviews:
            return Standing.REVIEW
        return Standing.SHOWN

    async def _check_version(self, tx: AsyncConnection, alert: Alert) -> None:
        first = await alert_row(tx, alert.original)
        if first is None:
            raise NotFound("there is no alert of which this is a version")
        if first.author_key != alert.author_key:
            raise WrongAuthor("only its author can change or cancel an alert")
        before = decode(first.body, Alert)
        if before.origin is Origin.AGENCY:
            raise WrongAuthor("an agency changes and cancels its alerts at its desk")
        versions = await tx.scalar(
            select(func.count()).where(ALERTS.c.original == alert.original)
        )
        if (versions or 0) >= VERSIONS:
            raise Conflict(f"an alert has at most {VERSIONS} versions")
        if before.original != before.id or before.cell != alert.cell:
            raise OutsideLimits("cell", "a version is for the cell of the first one")
        if _WIDER.index(alert.scope) < _WIDER.index(before.scope):
            raise OutsideLimits("scope", "a version reaches all whom the first reached")
        if alert.msg_type is MsgType.CANCEL and alert.expires < before.expires:
            raise OutsideLimits("expires", "a cancel stays as long as the alert would")

    async def _pay(self, tx: AsyncConnection, post: Post, body: bytes) -> None:
        if post.token is None:
            raise WrongToken("an alert needs a token")
        await self._keys.spend(tx, post.token, "post", body)

    async def _look_at(
        self, tx: AsyncConnection, alert: Alert, standing: Standing
    ) -> None:
        found = concerns(alert.headline, alert.text, alert.instruction)
        reason = ", ".join(("review", *found))
        if standing is Standing.REVIEW:
            await open_case(tx, alert.id, "alert", "rule", reason, self._clock())
        elif found:
            reason = ", ".join(found)
            await open_case(tx, alert.id, "alert", "rule", reason, self._clock())

    async def tell(self, alert: str) -> None:
        """Send an alert, as it stands, to all who listen to its region."""
        async with self._database.read() as tx:
            row = await alert_row(tx, alert)
            if row is None or row.standing == Standing.REVIEW:
                return
            (event,) = await events_of(tx, [row])
        await self._fanout.publish(row.region, row.cell, event)

    async def get(self, alert: str) -> Event:
        """Return one alert as it stands. Raises `NotFound`."""
        async with self._database.read() as tx:
            row = await alert_row(tx, alert)
            if row is None or row.standing == Standing.REVIEW:
                raise NotFound("there is no such alert")
            (event,) = await events_of(tx, [row])
        return event

    async def first_version(self, event: Published) -> Published | None:
        """Return the first version of an alert, for documents that refer to it."""
        if event.alert.original == event.alert.id:
            return None
        found = await self.get(event.alert.original)
        return found if isinstance(found, Published) else None
