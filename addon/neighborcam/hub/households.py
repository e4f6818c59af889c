"""Households: how they come, what they get by name, how they go (spec/accounts.md)."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NoReturn

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.chains import Chain
from neighborcam.hub.errors import (
    Conflict,
    NotAMember,
    NotFound,
    QuotaUsed,
    WrongCode,
    WrongToken,
)
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import (
    HOUSEHOLDS,
    INVITED,
    INVITES,
    ISSUED,
    VETO_KEYS,
)
from neighborcam.hub.token_keys import TokenKeys, epoch_of, load_private
from neighborcam.protocol.accounts import (
    AccountMessage,
    InviteWish,
    Join,
    Leave,
    PassWish,
    TokenWish,
    VoteWish,
    check_signed,
)
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.limits import PER_DAY
from neighborcam.protocol.tokens import sign_blinded

CODE_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
CODE_LENGTH: Final = 20
INVITE_LASTS: Final = timedelta(days=30)
INVITES_IN: Final = timedelta(days=90)
INVITES_EACH: Final = 5


def new_code() -> str:
    """Return an invite's code: 100 random bits."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


class Households:
    """Everything that shows an account. All of it can be asked twice without harm."""

    def __init__(
        self, database: Database, keys: TokenKeys, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    async def count(self) -> int:
        """Return how many households there are."""
        async with self._database.read() as tx:
            return await tx.scalar(select(func.count()).select_from(HOUSEHOLDS)) or 0

    async def invite_by_steward(self) -> str:
        """Return the code of an invite that a steward, or the hub's start, gives."""
        async with self._database.write() as tx:
            return await self._new_invite(tx)

    async def join(self, wish: Join) -> str:
        """Take a household; return its id. Raises `WrongCode`, `BadSignature`."""
        check_signed(wish, wish.key, self._clock())
        code = _hash(wish.code)
        async with self._database.write() as tx:
            member = await _first(
                tx, select(HOUSEHOLDS).where(HOUSEHOLDS.c.key == wish.key)
            )
            if member is not None:
                return str(member.id)  # it did not hear our answer the first time
            invite = await _first(tx, select(INVITES).where(INVITES.c.code == code))
            if invite is None or invite.expires <= self._clock():
                raise WrongCode("the invite is used or too old: ask for another")
            await tx.execute(delete(INVITES).where(INVITES.c.code == code))
            # From here on nobody can tell by whom this household came.
            used = INVITED.c.code == wish.code
            await tx.execute(update(INVITED).where(used).values(code=""))
            household = secrets.token_hex(16)
            await tx.execute(insert(HOUSEHOLDS).values(id=household, key=wish.key))
        return household

    async def tokens(self, wish: TokenWish) -> list[bytes]:
        """Sign what a household blinded. Raises `QuotaUsed`, `WrongToken`."""
        async with self._database.write() as tx:
            await self._member(tx, wish)
            key = await self._keys.private(tx, wish.epoch, wish.purpose)
            if key is None:
                raise WrongToken("tokens are given for today only (UTC)")
            await self._count(
                tx,
                wish.household,
                f"{wish.epoch} {wish.purpose}",
                wish.blinded,
                PER_DAY[wish.purpose],
            )
        signed = []
        for each in wish.blinded:
            signed.append(sign_blinded(key, each))
            await asyncio.sleep(0)  # 64 of them must not keep others waiting
        return signed

    async def vote_token(self, wish: VoteWish) -> bytes:
        """Sign the one token that a household gets for an alert and its versions."""
        async with self._database.write() as tx:
            await self._member(tx, wish)
            scope, key = await self._vote_key(tx, wish.alert)
            await self._count(tx, wish.household, scope, (wish.blinded,), 1)
        return sign_blinded(key, wish.blinded)

    async def _vote_key(
        self, tx: AsyncConnection, subject: str
    ) -> tuple[str, RSAPrivateKey]:
        """Return an alert, or an agency to object to, and the key of its votes."""
        private = await tx.scalar(
            select(VETO_KEYS.c.private).where(VETO_KEYS.c.agency == subject)
        )
        if private is not None:  # before alerts: authors choose their ids
            return subject, load_private(private)
        try:
            head = (await Chain.around(tx, subject)).head
        except NotFound:
            raise NotFound("there is no such alert or agency") from None
        return str(head.original), load_private(head.vote_private)

    async def reading_pass(self, wish: PassWish) -> tuple[str, str]:
        """Return epoch and pass of the day, the same for every member."""
        async with self._database.read() as tx:
            await self._member(tx, wish)
        return await self._keys.reading_pass()

    async def invite(self, wish: InviteWish) -> str:
        """Return an invite's code for a neighbour.

        Raises `QuotaUsed`, and `Conflict` when it was asked for before and is used.
        """
        now = self._clock()
        async with self._database.write() as tx:
            await self._member(tx, wish)
            mine = INVITED.c.household == wish.household
            given = list(await tx.execute(select(INVITED).where(mine)))
            for row in given:
                if row.nonce == wish.nonce and row.code:
                    return str(row.code)
                if row.nonce == wish.nonce:
                    raise Conflict("this invite is used or too old: ask for another")
            if sum(row.at > now - INVITES_IN for row in given) >= INVITES_EACH:
                raise QuotaUsed(f"{INVITES_EACH} invites in 90 days; ask a steward")
            code = await self._new_invite(tx)
            await tx.execute(
                insert(INVITED).values(
                    household=wish.household,
                    nonce=wish.nonce,
                    code=code,
                    at=_day(now),
                )
            )
        return code

    async def leave(self, wish: Leave) -> None:
        """Delete the account and all that hangs on it."""
        async with self._database.write() as tx:
            await self._member(tx, wish)
            await remove(tx, wish.household)

    async def _member(
        self,
        tx: AsyncConnection,
        wish: TokenWish | VoteWish | PassWish | InviteWish | Leave,
    ) -> Row[Any]:
        member = await _first(
            tx, select(HOUSEHOLDS).where(HOUSEHOLDS.c.id == wish.household)
        )
        if member is None:
            _stranger()
        self._check(wish, member.key)
        return member

    def _check(self, wish: AccountMessage, key: bytes) -> None:
        try:
            check_signed(wish, key, self._clock())
        except BadSignature:
            _stranger()  # as for one that does not exist: ids cannot be tried out

    async def _count(
        self,
        tx: AsyncConnection,
        household: str,
        scope: str,
        blinded: tuple[bytes, ...],
        most: int,
    ) -> None:
        request = _hash(*blinded)
        mine = (ISSUED.c.household == household) & (ISSUED.c.scope == scope)
        rows = list(await tx.execute(select(ISSUED).where(mine)))
        if any(row.request == request for row in rows):
            return  # the same again: signatures of a blinded number are always the same
        had = sum(row.number for row in rows)
        if had + len(blinded) > most:
            raise QuotaUsed(f"{most - had} of {most} are left")
        await tx.execute(
            insert(ISSUED).values(
                household=household,
                scope=scope,
                request=request,
                number=len(blinded),
                epoch=epoch_of(self._clock()),
            )
        )

    async def _new_invite(self, tx: AsyncConnection) -> str:
        code = new_code()
        # The day after the last whole one: a moment would tell when it was given.
        expires = _day(self._clock()) + INVITE_LASTS + timedelta(days=1)
        await tx.execute(insert(INVITES).values(code=_hash(code), expires=expires))
        return code


async def remove(tx: AsyncConnection, household: str) -> bool:
    """Delete an account: it left, or stewards closed it; tell whether it was there.

    Its invites too: who is shut out must not come back by one of them.
    """
    codes = await tx.scalars(
        select(INVITED.c.code).where(INVITED.c.household == household)
    )
    given = [_hash(code) for code in codes if code]
    await tx.execute(delete(INVITES).where(INVITES.c.code.in_(given)))
    await tx.execute(delete(INVITED).where(INVITED.c.household == household))
    await tx.execute(delete(ISSUED).where(ISSUED.c.household == household))
    mine = delete(HOUSEHOLDS).where(HOUSEHOLDS.c.id == household)
    return (await tx.execute(mine)).rowcount > 0


async def forget_invites(tx: AsyncConnection, now: datetime) -> None:
    """Delete invites that are too old, and what counted those of 90 days ago."""
    await tx.execute(delete(INVITES).where(INVITES.c.expires <= now))
    await tx.execute(delete(INVITED).where(INVITED.c.at <= now - INVITES_IN))
    old = INVITED.c.at <= now - INVITE_LASTS - timedelta(days=1)
    await tx.execute(update(INVITED).where(old).values(code=""))


def _stranger() -> NoReturn:
    raise NotAMember("no such household, or its key did not sign this: join again")


def _day(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _hash(*parts: str | bytes) -> bytes:
    joined = b"".join(
        part.encode() if isinstance(part, str) else part for part in parts
    )
    return sha256(joined).digest()


async def _first(tx: AsyncConnection, query: Select[Any]) -> Row[Any] | None:
    found: Row[Any] | None = (await tx.execute(query)).first()
    return found
