"""Takes alerts, comments, votes and flags, and tells what became of them.

Everything here comes without an account: a token, a signature, or nothing at all.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.cases import open_case
from neighborcam.hub.chains import Chain, retire_media, withdraw_unseen
from neighborcam.hub.current_alerts import lasts
from neighborcam.hub.envelope_shelf import keep_envelope
from neighborcam.hub.errors import (
    IdTaken,
    NotAllowed,
    NotFound,
    TooMany,
    WrongToken,
)
from neighborcam.hub.events import SEQ, alert_row, events_of, region_key
from neighborcam.hub.fanout.interface import Fanout
from neighborcam.hub.ids import check_id
from neighborcam.hub.public_log import PublicLog
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
    Token,
)
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.feed import Event, Published
from neighborcam.protocol.limits import (
    check_alert,
    check_place,
)
from neighborcam.protocol.signing import verify
from neighborcam.protocol.standing import Standing
from neighborcam.protocol.wording import concerns

POSTS_IN_REGION: Final = 120  # an hour; a street has a handful
FLOOD_WINDOW: Final = timedelta(hours=1)
_UNSEEN: Final = (Standing.REVIEW, Standing.GONE)


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
        log: PublicLog,
        fanout: Fanout,
        rules: Rules,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keys = keys
        self._log = log
        self._fanout = fanout
        self._rules = rules
        self._clock = clock

    async def publish(self, post: Post) -> Standing:
        """Take an alert; return how it stands. The same again is answered alike.

        Raises `OutsideLimits`, `BadSignature`, `WrongToken`, `TokenSpent`, `IdTaken`,
        `WrongAuthor`, `NotFound`, `Conflict`, `TooMany`, and `NotAllowed` for an
        agency's.
        """
        alert, body = post.alert, encode(post.alert)
        verify(alert.author_key, "alert", body, post.sig)
        async with self._database.read() as tx:
            known = await _known(tx, alert, body)
        if known is not None:
            return known
        if alert.origin is Origin.AGENCY:
            raise NotAllowed("an agency's alert comes from its desk, through stewards")
        check_alert(alert, self._clock())
        self.check_place(alert.cell)
        self._refuse_media(alert)
        keys = None
        if alert.msg_type is not MsgType.CANCEL:
            # Before a key is made for it.
            await self._keys.check(_token(post), "post", body)
        if alert.msg_type is MsgType.ALERT:
            key = await asyncio.to_thread(make_key)
            keys = private_der(key), public_der(key)
        async with self._database.write() as tx:
            if known := await _known(tx, alert, body):
                return known  # it came twice at once
            await check_id(tx, await self._log.register(tx), alert.id)
            chain, now = await Chain.of(tx, alert.original), self._clock()
            if keys is None:
                chain.check_next(alert, now)
                first = chain.rows[0]
                keys = first.vote_private, first.vote_public
            standing = self._first_standing(alert, chain)
            if alert.msg_type is MsgType.CANCEL:
                await withdraw_unseen(tx, chain)
            else:
                await self._refuse_flood(tx, region_key(alert.cell))
                await self._keys.spend(tx, _token(post), "post", body)
            await self.keep(tx, alert, post.sig, standing, chain, keys)
            await keep_envelope(tx, alert.id, post.envelope, now)
            if standing is Standing.SHOWN:
                await retire_media(tx, alert.original, alert.id, now)
            await self._look_at(tx, alert, standing)
        await self.tell(alert.id)
        return standing

    def check_place(self, cell: str) -> None:
        """Raise `OutsideLimits` for a cell that this hub's census finds too fine."""
        check_place(cell, self._rules.people_in, self._rules.crowd)

    async def keep(
        self,
        tx: AsyncConnection,
        alert: Alert,
        sig: bytes,
        standing: Standing,
        chain: Chain,
        keys: tuple[bytes, bytes],
    ) -> None:
        """Keep an alert that was checked, after its ``chain``.

        ``keys`` are private and public of its votes, for all versions the same.
        """
        await tx.execute(
            insert(ALERTS).values(
                id=alert.id,
                original=alert.original,
                region=region_key(alert.cell),
                cell=alert.cell,
                scope=alert.scope,
                msg_type=alert.msg_type,
                body=encode(alert),
                sig=sig,
                author_key=alert.author_key,
                standing=standing,
                published=chain.next_moment(self._clock()),
                expires=alert.expires,
                seq=await count_on(tx, SEQ),
                vote_private=keys[0],
                vote_public=keys[1],
            )
        )

    def _refuse_media(self, alert: Alert) -> None:
        if alert.media and not self._rules.takes_media:
            raise OutsideLimits("media", "this hub takes no pictures")

    def _first_standing(self, alert: Alert, chain: Chain) -> Standing:
        """Return how a new alert, or version of one, stands."""
        if alert.msg_type is MsgType.CANCEL:
            # What takes back must not wait; where nobody saw it, nobody need hear.
            return Standing.SHOWN if chain.was_seen else Standing.GONE
        if alert.media or alert.category in self._rules.reviews or chain.is_in_doubt:
            return Standing.REVIEW
        return Standing.SHOWN

    async def _refuse_flood(self, tx: AsyncConnection, region: str) -> None:
        """Raise `TooMany` when a region floods: over all nodes, after restarts too."""
        recent = await tx.scalar(
            select(func.count()).where(
                ALERTS.c.region == region,
                ALERTS.c.published > self._clock() - FLOOD_WINDOW,
                ALERTS.c.msg_type != MsgType.CANCEL,
            )
        )
        if (recent or 0) >= POSTS_IN_REGION:
            raise TooMany("too many alerts in this region: try again in an hour")

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

    async def tell(self, *alerts: str) -> None:
        """Send alerts, as they stand, to all who listen to their region, in order."""
        async with self._database.read() as tx:
            rows = await tx.execute(
                select(ALERTS)
                .where(ALERTS.c.id.in_(alerts), ALERTS.c.standing.not_in(_UNSEEN))
                .order_by(ALERTS.c.seq)
            )
            found = list(rows)
            events = await events_of(tx, found)
        for row, event in zip(found, events, strict=True):
            await self._fanout.publish(row.region, row.cell, event)

    async def get(self, alert: str) -> Event:
        """Return one alert as it stands. Raises `NotFound`."""
        async with self._database.read() as tx:
            query = select(ALERTS).where(ALERTS.c.id == alert, lasts(self._clock()))
            row = (await tx.execute(query)).first()
            if row is None or row.standing in _UNSEEN:
                raise NotFound("there is no such alert")
            (event,) = await events_of(tx, [row])
        return event

    async def first_version(self, event: Published) -> Published | None:
        """Return the first version of an alert, for documents that refer to it.

        None for one that may not be seen: its update was approved alone.
        """
        if event.alert.original == event.alert.id:
            return None
        try:
            found = await self.get(event.alert.original)
        except NotFound:
            return None
        return found if isinstance(found, Published) else None


def _token(post: Post) -> Token:
    if post.token is None:
        raise WrongToken("an alert needs a token")
    return post.token


async def _known(tx: AsyncConnection, alert: Alert, body: bytes) -> Standing | None:
    """Return how an alert stands that came before. Raises `IdTaken` for another."""
    row = await alert_row(tx, alert.id)
    if row is None:
        return None
    if row.body != body:
        raise IdTaken("another alert has this id")
    return Standing(row.standing)
