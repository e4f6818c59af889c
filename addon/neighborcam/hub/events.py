"""Alerts as the feed tells them: rows become events (spec/hub.md)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import h3
from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.current_alerts import lasts
from neighborcam.hub.errors import NotFound
from neighborcam.hub.store.schema import ALERTS, COMMENTS, MEDIA, VOTES
from neighborcam.hub.store.settings import count_on, counted
from neighborcam.protocol.alerts import Alert, ReactionKind, Scope
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.feed import (
    SHOWN_FROM,
    Event,
    Published,
    ServedMedia,
    Withdrawn,
)
from neighborcam.protocol.standing import Standing

SEQ: Final = "alerts"
COARSE: Final = 5
BATCH: Final = 200


def region_key(cell: str) -> str:
    """Return the region of resolution 5 under which a cell's alerts are kept."""
    return str(h3.cell_to_parent(cell, COARSE))


def is_in(event_cell: str, region: str) -> bool:
    """Tell whether a cell lies in a region of resolution 5 or 6."""
    return bool(h3.cell_to_parent(event_cell, h3.get_resolution(region)) == region)


async def newest_seq(tx: AsyncConnection) -> int:
    """Return the number of the newest event of the hub."""
    return await counted(tx, SEQ)


async def events_after(
    tx: AsyncConnection,
    region: str,
    after: int | None,
    *,
    upto: int,
    now: datetime,
) -> list[Event]:
    """Return the next events of a region, at most `BATCH`, in order.

    Without ``after`` these are the alerts that hold: what was withdrawn before a
    client came is no business of its.
    """
    conditions: list[ColumnElement[bool]] = [
        ALERTS.c.region == region_key(region),
        ALERTS.c.seq > (after or 0),
        ALERTS.c.seq <= upto,
        ALERTS.c.standing.not_in((Standing.REVIEW, Standing.GONE)),  # nobody saw them
        lasts(now),
    ]
    if after is None:
        conditions.append(ALERTS.c.standing == Standing.SHOWN)
    rows = await tx.execute(
        select(ALERTS).where(*conditions).order_by(ALERTS.c.seq).limit(BATCH)
    )
    return await events_of(tx, list(rows))


async def shown(
    tx: AsyncConnection, *conditions: ColumnElement[bool]
) -> list[Published]:
    """Return the alerts that are shown and meet ``conditions``, newest first."""
    rows = await tx.execute(
        select(ALERTS)
        .where(ALERTS.c.standing == Standing.SHOWN, *conditions)
        .order_by(ALERTS.c.seq.desc())
        .limit(BATCH)
    )
    found = await events_of(tx, list(rows))
    return [each for each in found if isinstance(each, Published)]


def is_public() -> ColumnElement[bool]:
    """Return the condition for alerts that anybody may read."""
    return ALERTS.c.scope == Scope.PUBLIC


async def events_of(tx: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Event]:
    """Return rows of the table of alerts as events, with their counts and media."""
    ids = [row.id for row in rows if row.standing == Standing.SHOWN]
    chains = {row.original for row in rows if row.standing == Standing.SHOWN}
    reactions = await _reactions(tx, chains)
    comments = await _comments(tx, chains)
    media = await _media(tx, ids)
    return [
        Published(
            seq=row.seq,
            alert=decode(row.body, Alert),
            sig=row.sig,
            published=row.published,
            verified=row.verified,
            reactions=reactions.get(row.original, {}),
            comments=comments.get(row.original, 0),
            media=tuple(media.get(row.id, ())),
            vote_key=row.vote_public,
        )
        if row.standing == Standing.SHOWN
        else Withdrawn(
            seq=row.seq,
            id=row.id,
            standing=Standing(row.standing),
            reason=row.reason,
        )
        for row in rows
    ]


async def _reactions(
    tx: AsyncConnection, chains: Collection[str]
) -> dict[str, dict[ReactionKind, int]]:
    rows = await tx.execute(
        select(VOTES.c.alert, VOTES.c.kind, func.count())
        .where(VOTES.c.alert.in_(chains))
        .group_by(VOTES.c.alert, VOTES.c.kind)
    )
    found: dict[str, dict[ReactionKind, int]] = {}
    for alert, kind, count in rows:
        if count >= SHOWN_FROM:  # fewer could name a neighbour
            found.setdefault(alert, {})[ReactionKind(kind)] = count
    return found


async def _comments(tx: AsyncConnection, chains: Collection[str]) -> dict[str, int]:
    rows = await tx.execute(
        select(ALERTS.c.original, func.count().label("number"))
        .join(COMMENTS, COMMENTS.c.alert == ALERTS.c.id)
        .where(ALERTS.c.original.in_(chains), COMMENTS.c.standing == Standing.SHOWN)
        .group_by(ALERTS.c.original)
    )
    return {row.original: row.number for row in rows}


async def _media(
    tx: AsyncConnection, ids: Sequence[str]
) -> dict[str, list[ServedMedia]]:
    found: dict[str, list[ServedMedia]] = {}
    for row in await tx.execute(select(MEDIA).where(MEDIA.c.alert.in_(ids))):
        item = ServedMedia(
            sha256=row.sha256, kind=row.kind, type=row.type, bytes=row.bytes
        )
        found.setdefault(row.alert, []).append(item)
    return found


async def renumber(tx: AsyncConnection, alert: str) -> None:
    """Give an alert the next number: it changed, and all should hear of it."""
    await tx.execute(
        update(ALERTS).where(ALERTS.c.id == alert).values(seq=await count_on(tx, SEQ))
    )


async def alert_row(tx: AsyncConnection, alert: str) -> Row[Any] | None:
    """Return the row of an alert, however it stands."""
    return (await tx.execute(select(ALERTS).where(ALERTS.c.id == alert))).first()


async def shown_row(tx: AsyncConnection, alert: str) -> Row[Any]:
    """Return the row of an alert that is shown. Raises `NotFound`."""
    row = await alert_row(tx, alert)
    if row is None or row.standing != Standing.SHOWN:
        raise NotFound("there is no such alert")
    return row
