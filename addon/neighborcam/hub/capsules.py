"""Capsules of rounds, and the agency's replies: sealed both ways, named by nobody.

A capsule is kept without time, order and account. Nothing of a round is given out
before it is over, and then in the order of its hashes: when somebody posted, or in
what order, is not there to be asked for.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.errors import Conflict, NotAllowed, NotFound
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import CAPSULES, REPLIES
from neighborcam.hub.token_keys import TokenKeys
from neighborcam.protocol import rounds
from neighborcam.protocol.answers import CapsulePost
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.capsules import MOST_BUNDLES, PAGE, SLOT_BYTES
from neighborcam.protocol.errors import BadSignature, OutsideLimits
from neighborcam.protocol.limits import SKEW
from neighborcam.protocol.register_rules import check_agency_word
from neighborcam.protocol.register_state import Asked, RegisterState
from neighborcam.protocol.requests import CollectWish, ReplyBundle, Spoken

KEPT: Final = timedelta(days=1)  # after a request's end


class Capsules:
    """What homes post, and what comes back."""

    def __init__(
        self,
        database: Database,
        log: PublicLog,
        keys: TokenKeys,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._log = log
        self._keys = keys
        self._clock = clock

    async def post(self, post: CapsulePost) -> None:
        """Take a capsule of a round that runs; the same again counts once.

        Raises `NotFound`, `Conflict`, `WrongToken`, `TokenSpent`.
        """
        name = sha256(post.capsule).digest()
        async with self._database.write() as tx:
            if await tx.scalar(select(CAPSULES.c.name).where(CAPSULES.c.name == name)):
                return  # its home did not hear our answer
            register = await self._log.register(tx)
            asked = register.requests.get(post.request)
            if asked is None:
                raise NotFound("there is no such request")
            self._check_round(asked, post.round)
            await self._keys.spend(tx, post.token, "capsule", post.capsule)
            await tx.execute(
                insert(CAPSULES).values(
                    name=name,
                    request=post.request,
                    round=post.round,
                    capsule=post.capsule,
                )
            )

    def _check_round(self, asked: Asked, number: int) -> None:
        now = self._clock()
        ended = asked.ended_at(now)
        if ended is not None and now > ended + rounds.GRACE:
            raise Conflict("the request is over: no capsule is taken any more")
        begins, ends = _span(asked, number)
        if not begins - SKEW <= now <= ends + rounds.GRACE or begins >= ends:
            raise Conflict("this round is not the present one")

    async def collect(self, spoken: Spoken) -> bytes:
        """Return a page of the capsules of a round that is over, 16 KiB each.

        Raises `NotAllowed`, `BadSignature`, `Conflict` while the round runs.
        """
        wish = spoken.word
        if not isinstance(wish, CollectWish):
            raise NotAllowed("this is no wish to collect")
        async with self._database.read() as tx:
            asked = self._officer_s(await self._log.register(tx), spoken)
            _, ends = _span(asked, wish.round)
            ended = asked.ended_at(self._clock())
            over = min(ends, ended) if ended else ends
            if self._clock() <= over + rounds.GRACE:
                raise Conflict("the round is not over: nothing of it is given out")
            found = await tx.scalars(
                select(CAPSULES.c.capsule)
                .where(
                    CAPSULES.c.request == wish.request,
                    CAPSULES.c.round == wish.round,
                    CAPSULES.c.name > bytes.fromhex(wish.after or ""),
                )
                .order_by(CAPSULES.c.name)
                .limit(PAGE)
            )
            return b"".join(found)

    async def reply(self, spoken: Spoken) -> None:
        """Keep a bundle of replies; the same again is fine.

        Raises `NotAllowed`, `BadSignature`, `OutsideLimits`, `Conflict`.
        """
        bundle = spoken.word
        if not isinstance(bundle, ReplyBundle):
            raise NotAllowed("these are no replies")
        if any(len(each) != SLOT_BYTES for each in bundle.slots):
            raise OutsideLimits("slots", "a reply has exactly 4 KiB")
        body = encode(spoken)
        async with self._database.write() as tx:
            mine = REPLIES.c.request == bundle.request
            known = await tx.scalar(
                select(REPLIES.c.body).where(mine, REPLIES.c.number == bundle.number)
            )
            if known == body:  # our answer was lost, however long ago that was
                return
            self._officer_s(await self._log.register(tx), spoken)
            count = await tx.scalar(select(func.count()).where(mine)) or 0
            if known is not None or bundle.number != count:
                raise Conflict(f"the next bundle of this request has number {count}")
            if count >= MOST_BUNDLES:
                raise Conflict("this request has had all replies that it gets")
            await tx.execute(
                insert(REPLIES).values(
                    request=bundle.request, number=bundle.number, body=body
                )
            )

    async def replies(self, request: str, after: int) -> tuple[Spoken, ...]:
        """Return up to 20 bundles of a request from number ``after`` on."""
        async with self._database.read() as tx:
            rows = await tx.scalars(
                select(REPLIES.c.body)
                .where(REPLIES.c.request == request, REPLIES.c.number >= after)
                .order_by(REPLIES.c.number)
                .limit(20)
            )
            return tuple(decode(body, Spoken) for body in rows)

    def _officer_s(self, register: RegisterState, spoken: Spoken) -> Asked:
        """Return the request that an officer of its own agency speaks of, now."""
        now = self._clock()
        asked = check_agency_word(register, spoken.word, spoken.certificate, now)
        if abs(spoken.word.at - now) > SKEW:
            raise BadSignature("this was signed at another time: check the clock")
        return asked

    async def forget(self, tx: AsyncConnection) -> None:
        """Delete capsules a day after their request ended, replies when all is done."""
        register, now = await self._log.register(tx), self._clock()
        for id_, asked in register.requests.items():
            ended = asked.ended_at(now)
            if ended is None or now <= ended + KEPT:
                continue
            await tx.execute(delete(CAPSULES).where(CAPSULES.c.request == id_))
            due = asked.due(now).get("deletion")
            said = asked.deletion.at if asked.deletion else None
            last = said or (due if due and asked.overdue else None)
            if last is not None and now > last + timedelta(days=30):
                await tx.execute(delete(REPLIES).where(REPLIES.c.request == id_))


def _span(asked: Asked, number: int) -> tuple[datetime, datetime]:
    """Return when a round begins and ends. `Conflict` for one beyond time."""
    request = asked.request
    try:
        return rounds.span(asked.logged, request.expires, number, urgent=request.urgent)
    except OverflowError:
        raise Conflict("there is no such round") from None
