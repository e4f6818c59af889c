"""Settings that the hub makes for itself: keys, the pass of the day; and counters."""

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.store.schema import COUNTERS, SETTINGS


async def setting(tx: AsyncConnection, name: str) -> bytes | None:
    """Return a setting, None if it was never put."""
    found: bytes | None = await tx.scalar(
        select(SETTINGS.c.value).where(SETTINGS.c.name == name)
    )
    return found


async def put_setting(tx: AsyncConnection, name: str, value: bytes) -> None:
    """Set a setting."""
    await remove_setting(tx, name)
    await tx.execute(insert(SETTINGS).values(name=name, value=value))


async def remove_setting(tx: AsyncConnection, name: str) -> None:
    """Forget a setting."""
    await tx.execute(delete(SETTINGS).where(SETTINGS.c.name == name))


async def count_on(tx: AsyncConnection, name: str) -> int:
    """Return the next number of a counter, from 1; inside of a writing transaction."""
    done = await tx.execute(
        update(COUNTERS)
        .where(COUNTERS.c.name == name)
        .values(value=COUNTERS.c.value + 1)
        .returning(COUNTERS.c.value)
    )
    value: int | None = done.scalar()
    if value is None:
        value = 1
        await tx.execute(insert(COUNTERS).values(name=name, value=value))
    return value


async def counted(tx: AsyncConnection, name: str) -> int:
    """Return the last number that `count_on` gave, 0 before the first."""
    return await tx.scalar(select(COUNTERS.c.value).where(COUNTERS.c.name == name)) or 0
