"""Who is logged in, and which challenges a passkey may still answer.

Both stand in the database: a steward may reach another node with every request, and a
restart must not ask five people for their passkeys again. A challenge is not kept when
it is made, since anybody can ask for one; it carries its own end under the hub's key,
and is written down once it was answered.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.errors import NotASteward
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import CHALLENGES, SESSIONS, STEWARDS
from neighborcam.hub.store.settings import put_setting, setting

SESSION_LASTS: Final = timedelta(hours=12)
CHALLENGE_LASTS: Final = timedelta(minutes=5)
_KEY: Final = "challenge-key"
_RANDOM_BYTES: Final = 24
_HEAD_BYTES: Final = 8 + _RANDOM_BYTES  # its end in milliseconds, then random


class Sessions:
    """Sessions and challenges of stewards, the same on every node."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def open(self, tx: AsyncConnection, steward: str) -> str:
        """Return a new session of a steward, a secret for a cookie."""
        session = secrets.token_urlsafe(32)
        await tx.execute(
            insert(SESSIONS).values(
                session=_digest(session),
                steward=steward,
                ends=self._clock() + SESSION_LASTS,
            )
        )
        return session

    async def who(self, session: str | None) -> str:
        """Return the steward of a session. Raises `NotASteward`."""
        async with self._database.read() as tx:
            name: str | None = await tx.scalar(
                select(SESSIONS.c.steward)
                .join(STEWARDS, STEWARDS.c.name == SESSIONS.c.steward)
                .where(
                    SESSIONS.c.session == _digest(session or ""),
                    SESSIONS.c.ends > self._clock(),
                )
            )
        if name is None:
            raise NotASteward("log in with your passkey")
        return name

    async def close(self, session: str | None) -> None:
        """End a session."""
        mine = SESSIONS.c.session == _digest(session or "")
        async with self._database.write() as tx:
            await tx.execute(delete(SESSIONS).where(mine))

    async def challenge(self) -> bytes:
        """Return something new for a passkey to sign within five minutes."""
        ends = self._clock() + CHALLENGE_LASTS
        head = _milliseconds(ends) + secrets.token_bytes(_RANDOM_BYTES)
        return head + _mac(await self._key(), head)

    async def check(self, challenge: bytes) -> None:
        """Raise `NotASteward` unless this hub made the challenge, not long ago."""
        head, mac = challenge[:_HEAD_BYTES], challenge[_HEAD_BYTES:]
        is_ours = hmac.compare_digest(mac, _mac(await self._key(), head))
        if not is_ours or head[:8] <= _milliseconds(self._clock()):
            raise NotASteward("the passkey answered too late: try again")

    async def use(self, tx: AsyncConnection, challenge: bytes) -> None:
        """Take the answer to a challenge, once. Raises `NotASteward`."""
        name = sha256(challenge).digest()
        known = CHALLENGES.c.challenge == name
        if await tx.scalar(select(CHALLENGES.c.challenge).where(known)) is not None:
            raise NotASteward("this answer was used: log in again")
        # Longer than it can be answered on a node whose clock is behind.
        ends = self._clock() + 2 * CHALLENGE_LASTS
        await tx.execute(insert(CHALLENGES).values(challenge=name, ends=ends))

    async def _key(self) -> bytes:
        async with self._database.read() as tx:
            key = await setting(tx, _KEY)
        if key is not None:
            return key
        async with self._database.write() as tx:
            key = await setting(tx, _KEY)  # another node may have been faster
            if key is None:
                key = secrets.token_bytes(32)
                await put_setting(tx, _KEY, key)
        return key


async def forget_sessions(tx: AsyncConnection, now: datetime) -> None:
    """Delete sessions and answered challenges that are over."""
    for table in (SESSIONS, CHALLENGES):
        await tx.execute(delete(table).where(table.c.ends <= now))


async def end_sessions(tx: AsyncConnection, steward: str) -> None:
    """End all sessions of one who is steward no more."""
    await tx.execute(delete(SESSIONS).where(SESSIONS.c.steward == steward))


def _mac(key: bytes, head: bytes) -> bytes:
    return hmac.digest(key, b"neighborcam passkey challenge\0" + head, "sha256")


def _milliseconds(moment: datetime) -> bytes:
    return round(moment.astimezone(UTC).timestamp() * 1000).to_bytes(8)


def _digest(session: str) -> bytes:
    return sha256(session.encode(errors="replace")).digest()  # a cookie: any bytes
