"""Keys of the day for tokens, in the public log before anybody gets one.

And the passes of the day, which are the same for all members (spec/tokens.md,
spec/accounts.md).
"""

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.errors import TokenSpent, WrongToken
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import SETTINGS, SPENT, TOKEN_KEYS
from neighborcam.hub.store.settings import put_setting, setting
from neighborcam.protocol import tokens
from neighborcam.protocol.alerts import Token
from neighborcam.protocol.entries import TokenKeys as TokenKeysEntry
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.limits import PER_DAY

KEY_BITS: Final = 2048
_GRACE: Final = timedelta(days=1)  # tokens of yesterday are good: a home was offline
_OF_DAY: Final = "pass-"


def epoch_of(now: datetime) -> str:
    """Return the day, in UTC, as messages name it."""
    return now.astimezone(UTC).date().isoformat()


def seconds_left(now: datetime) -> int:
    """Return how long the day lasts, in seconds."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return int((tomorrow - now).total_seconds()) + 1


def good_epochs(now: datetime) -> tuple[str, str]:
    """Return the days whose tokens and passes are taken: today and yesterday."""
    return epoch_of(now), epoch_of(now - _GRACE)


def make_key() -> rsa.RSAPrivateKey:
    """Return a new key; takes about a tenth of a second of a core."""
    return rsa.generate_private_key(65537, KEY_BITS)


def private_der(key: rsa.RSAPrivateKey) -> bytes:
    """Return a key as it is kept."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def public_der(key: rsa.RSAPrivateKey) -> bytes:
    """Return the public half as homes get it, SubjectPublicKeyInfo."""
    return key.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )


def load_private(der: bytes) -> rsa.RSAPrivateKey:
    """Return a key that was kept."""
    key = load_der_private_key(der, None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - we made it
    return key


def load_public(der: bytes) -> rsa.RSAPublicKey:
    """Return the public half of a key that was kept."""
    key = load_der_public_key(der)
    assert isinstance(key, rsa.RSAPublicKey)  # noqa: S101 - we made it
    return key


class TokenKeys:
    """The hub's keys by day and purpose; made once, whoever asks first."""

    def __init__(
        self, database: Database, log: PublicLog, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._log = log
        self._clock = clock

    async def of_today(self) -> tuple[TokenKeysEntry, dict[str, bytes]]:
        """Return the entry of the log and the public keys by purpose."""
        epoch = epoch_of(self._clock())
        if await self._public(epoch) is None:
            await self._make(epoch)
        found = await self._public(epoch)
        assert found is not None  # noqa: S101 - just made
        return found

    async def _public(
        self, epoch: str
    ) -> tuple[TokenKeysEntry, dict[str, bytes]] | None:
        async with self._database.read() as tx:
            rows = await tx.execute(
                select(TOKEN_KEYS.c.purpose, TOKEN_KEYS.c.public)
                .where(TOKEN_KEYS.c.epoch == epoch)
                .order_by(TOKEN_KEYS.c.purpose)
            )
            keys = {row.purpose: row.public for row in rows}
        return (_entry(epoch, keys), keys) if keys else None

    async def _make(self, epoch: str) -> None:
        made = {purpose: await asyncio.to_thread(make_key) for purpose in PER_DAY}
        async with self._database.write() as tx:
            if await tx.scalar(
                select(TOKEN_KEYS.c.epoch).where(TOKEN_KEYS.c.epoch == epoch).limit(1)
            ):
                return  # another node was faster: its keys are the day's
            public = {purpose: public_der(key) for purpose, key in made.items()}
            for purpose, key in made.items():
                await tx.execute(
                    insert(TOKEN_KEYS).values(
                        epoch=epoch,
                        purpose=purpose,
                        private=private_der(key),
                        public=public[purpose],
                    )
                )
            await self._log.add(tx, _entry(epoch, public))

    async def private(
        self, tx: AsyncConnection, epoch: str, purpose: str
    ) -> rsa.RSAPrivateKey | None:
        """Return the key that signs tokens of today; None for another day."""
        if epoch != epoch_of(self._clock()):
            return None
        der = await tx.scalar(
            select(TOKEN_KEYS.c.private).where(
                TOKEN_KEYS.c.epoch == epoch, TOKEN_KEYS.c.purpose == purpose
            )
        )
        return load_private(der) if der else None

    async def check(self, token: Token, purpose: str, message: bytes) -> None:
        """Raise `WrongToken`, `TokenSpent` for a token that does not pay for this.

        Before something costly is done for it; `spend` decides.
        """
        async with self._database.read() as tx:
            if not await _was_spent(tx, token, message):
                await self._check(tx, token, purpose)

    async def _check(self, tx: AsyncConnection, token: Token, purpose: str) -> None:
        if token.epoch not in good_epochs(self._clock()):
            raise WrongToken("the token is of another day: get others")
        public = await tx.scalar(
            select(TOKEN_KEYS.c.public).where(
                TOKEN_KEYS.c.epoch == token.epoch, TOKEN_KEYS.c.purpose == purpose
            )
        )
        if public is None:
            raise WrongToken("this hub had no tokens on that day")
        check_token(public, token)

    async def spend(
        self, tx: AsyncConnection, token: Token, purpose: str, message: bytes
    ) -> bool:
        """Take a token for ``message``. The same token for the same message is fine.

        Tells whether it was taken now, not before. Raises `WrongToken`, `TokenSpent`.
        """
        if await _was_spent(tx, token, message):
            return False
        await self._check(tx, token, purpose)
        await tx.execute(
            insert(SPENT).values(
                token=sha256(token.prepared).digest(),
                epoch=token.epoch,
                used=sha256(message).digest(),
            )
        )
        return True

    async def reading_pass(self) -> tuple[str, str]:
        """Return epoch and pass of today, made once."""
        epoch = epoch_of(self._clock())
        async with self._database.write() as tx:
            value = await setting(tx, _OF_DAY + epoch)
            if value is None:
                value = secrets.token_hex(16).encode()
                await put_setting(tx, _OF_DAY + epoch, value)
        return epoch, value.decode()

    async def is_pass(self, text: str) -> bool:
        """Tell whether ``text`` is the pass of today or yesterday."""
        async with self._database.read() as tx:
            passes = [
                await setting(tx, _OF_DAY + epoch)
                for epoch in good_epochs(self._clock())
            ]
        given = text.encode(errors="replace")  # a header may hold any bytes
        return any(
            each is not None and secrets.compare_digest(each, given) for each in passes
        )

    async def forget(self, tx: AsyncConnection) -> None:
        """Delete keys, passes and spent tokens of days that are over."""
        oldest = min(good_epochs(self._clock()))
        await tx.execute(delete(TOKEN_KEYS).where(TOKEN_KEYS.c.epoch < oldest))
        await tx.execute(delete(SPENT).where(SPENT.c.epoch < oldest))
        await tx.execute(
            delete(SETTINGS).where(
                SETTINGS.c.name.startswith(_OF_DAY), SETTINGS.c.name < _OF_DAY + oldest
            )
        )


async def _was_spent(tx: AsyncConnection, token: Token, message: bytes) -> bool:
    """Tell whether a token paid for this message before. Raises `TokenSpent`."""
    name = sha256(token.prepared).digest()
    used = await tx.scalar(select(SPENT.c.used).where(SPENT.c.token == name))
    if used is not None and used != sha256(message).digest():
        raise TokenSpent("this token was used for something else")
    return used is not None


def check_token(public: bytes, token: Token) -> None:
    """Raise `WrongToken` unless the key signed the token."""
    try:
        tokens.verify(load_public(public), token.prepared, token.signature)
    except BadSignature:
        raise WrongToken("the token is not of this hub, day and purpose") from None


def _entry(epoch: str, keys: dict[str, bytes]) -> TokenKeysEntry:
    # The time is the day's begin: the entry can be made again from the keys alone.
    begin = datetime.combine(date.fromisoformat(epoch), time(), UTC)
    return TokenKeysEntry(
        at=begin,
        epoch=epoch,
        keys={purpose: sha256(key).hexdigest() for purpose, key in keys.items()},
    )
