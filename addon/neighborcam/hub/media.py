"""Pictures of alerts: taken by their hash, cleaned, kept for a week."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Select, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.blobs import Blobs
from neighborcam.hub.current_alerts import lasts
from neighborcam.hub.errors import Conflict, NotFound, TooMany, UnfitMedia
from neighborcam.hub.media_cleaning import Clean, clean
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import ALERTS, MEDIA
from neighborcam.protocol.alerts import Alert, Media, Scope
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.standing import Standing

LASTS: Final = timedelta(days=7)
UPLOADS: Final = 16  # held at once: 256 MiB, were all of them clips


class MediaShelf:
    """Pictures and clips by alert and hash."""

    def __init__(
        self, database: Database, blobs: Blobs, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._uploads = 0
        self._cleaning = asyncio.Semaphore(1)  # decoding is the costly part of a hub

    @contextmanager
    def room(self) -> Iterator[None]:
        """Have room for one upload. Raises `TooMany` when enough are held already."""
        if self._uploads >= UPLOADS:
            raise TooMany("very many pictures come at once: try again in a minute")
        self._uploads += 1
        try:
            yield
        finally:
            self._uploads -= 1

    async def awaited(self, alert: str, name: str) -> int:
        """Return how many bytes of this picture are awaited; 0 when it is there.

        Before they are read. Raises `NotFound` as `put` does.
        """
        item, standing = await self._announced(alert, name)
        if await self._has(alert, name):
            return 0
        if standing != Standing.REVIEW:
            raise NotFound("it is too late for this picture: stewards have looked")
        return item.bytes

    async def put(self, alert: str, name: str, data: bytes) -> None:
        """Take the picture that an alert announced; the same again changes nothing.

        Only while a steward has not looked: what comes later nobody would look at.
        Raises `NotFound` when it announced none of this hash, `UnfitMedia`.
        """
        item, _ = await self._announced(alert, name)
        if sha256(data).hexdigest() != name or len(data) != item.bytes:
            raise UnfitMedia("these are not the bytes that the alert announced")
        if not await self.awaited(alert, name):
            return
        async with self._cleaning:
            if await self._has(alert, name):
                return  # it came twice at once
            made: Clean = await asyncio.to_thread(clean, data, item.kind)
            await self._keep(alert, name, item.kind, made)

    async def _keep(self, alert: str, name: str, kind: str, made: Clean) -> None:
        """Keep a picture: its bytes, then its row; the bytes never without it."""
        blob = secrets.token_hex(16)
        is_kept = False
        try:
            await self._blobs.put(blob, made.data)
            async with self._database.write() as tx:
                if await _kept(tx, alert, name):  # by another node
                    return
                await tx.execute(
                    insert(MEDIA).values(
                        alert=alert,
                        sha256=name,
                        kind=kind,
                        type=made.type,
                        bytes=len(made.data),
                        blob=blob,
                        expires=self._clock() + LASTS,
                    )
                )
            is_kept = True
        finally:
            if not is_kept:
                await self._clear(blob)

    async def _clear(self, blob: str) -> None:
        """Remove bytes without a row; what seems to have failed may have a row."""
        async with self._database.read() as tx:
            query = select(MEDIA.c.alert).where(MEDIA.c.blob == blob)
            is_named = await tx.scalar(query) is not None
        if not is_named:
            await self._blobs.remove(blob)

    async def get(
        self, alert: str, name: str, *, is_member: bool, is_steward: bool = False
    ) -> Clean:
        """Return a picture of an alert that is shown. Raises `NotFound`."""
        async with self._database.read() as tx:
            row = (await tx.execute(_lying(alert, name, self._clock()))).first()
        is_shown = row is not None and row.standing == Standing.SHOWN and row.lasts
        is_open = is_shown and (is_member or row.scope == Scope.PUBLIC)
        if row is None or not (is_open or is_steward):
            raise NotFound("there is no such picture")
        return Clean(data=await self._blobs.get(row.blob), type=row.type)

    async def _announced(self, alert: str, name: str) -> tuple[Media, Standing]:
        async with self._database.read() as tx:
            found = await tx.execute(
                select(ALERTS.c.body, ALERTS.c.standing).where(
                    ALERTS.c.id == alert,
                    ALERTS.c.standing.in_((Standing.REVIEW, Standing.SHOWN)),
                )
            )
            row = found.first()
        media = decode(row.body, Alert).media if row is not None else ()
        for item in media:
            if row is not None and item.sha256 == name:
                return item, Standing(row.standing)
        raise NotFound("no alert announced this picture")

    async def _has(self, alert: str, name: str) -> bool:
        async with self._database.read() as tx:
            return await _kept(tx, alert, name)


def _lying(alert: str, name: str, now: datetime) -> Select[Any]:
    """Return the query for where a picture lies, and who may see it."""
    return (
        select(
            MEDIA.c.blob,
            MEDIA.c.type,
            ALERTS.c.standing,
            ALERTS.c.scope,
            lasts(now).label("lasts"),
        )
        .join(ALERTS, ALERTS.c.id == MEDIA.c.alert)
        .where(MEDIA.c.alert == alert, MEDIA.c.sha256 == name, MEDIA.c.expires > now)
    )


async def check_there(
    tx: AsyncConnection, alert: str, body: bytes, now: datetime
) -> None:
    """Raise `Conflict` unless all pictures of an alert are there to be looked at."""
    kept = await tx.scalars(
        select(MEDIA.c.sha256).where(MEDIA.c.alert == alert, MEDIA.c.expires > now)
    )
    if {item.sha256 for item in decode(body, Alert).media} - set(kept):
        raise Conflict("a picture has not come yet, or is gone: wait, or refuse")


async def _kept(tx: AsyncConnection, alert: str, name: str) -> bool:
    query = select(MEDIA.c.blob).where(MEDIA.c.alert == alert, MEDIA.c.sha256 == name)
    return await tx.scalar(query) is not None
