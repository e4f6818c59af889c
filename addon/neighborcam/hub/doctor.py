"""Says what is not right with a hub, without changing anything."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select

from neighborcam.hub.blobs import Blobs
from neighborcam.hub.census import load_census
from neighborcam.hub.errors import HubError
from neighborcam.hub.fanout.nats import NatsFanout
from neighborcam.hub.hiding import overdue_takedowns
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.settings import HubSettings
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import LOG, STEWARDS
from neighborcam.hub.stray_blobs import named_blobs
from neighborcam.hub.supervision import duty_states
from neighborcam.hub.witness_marks import marks_of, told
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.errors import ProtocolError
from neighborcam.protocol.merkle import Leaves, leaf_hash, root
from neighborcam.protocol.notes import parse_note
from neighborcam.protocol.register_state import Standing

STEWARDS_WANTED: Final = 3
_SKEW: Final = timedelta(minutes=5)
_ROOM: Final = 2**30  # bytes
_ASKING: Final = (Standing.ANNOUNCED, Standing.MEMBER)


async def examine(settings: HubSettings) -> list[str]:
    """Return a line for each thing that is wrong, with what to do about it."""
    found = [each async for each in _addresses(settings)]
    if not settings.database and not (settings.data_dir / "hub.sqlite").exists():
        return [*found, f"{settings.data_dir} holds no hub: start one, or name --data"]
    try:
        url = settings.database or f"sqlite:///{settings.data_dir / 'hub.sqlite'}"
        database = await Database.open(url)
    except HubError as problem:
        return [*found, str(problem)]
    try:
        for check in (
            _log(database, settings),
            _clock(database, settings),
            _room(settings),
            _nats(settings),
            _blobs(database, settings),
            _stewards(database),
            _takedowns(database),
            _rules(database, settings),
            _duties(database),
            _witnesses(database, settings),
        ):
            found += await _told_by(check)
    finally:
        await database.close()
    return found


async def _told_by(check: AsyncIterator[str]) -> list[str]:
    """Return what a check says; what keeps it from saying more hides no other's."""
    found: list[str] = []
    try:
        async for each in check:
            found.append(each)  # noqa: PERF401 - what was said before a failure stays
    except (HubError, ProtocolError) as problem:
        found.append(str(problem))
    return found


async def _clock(database: Database, settings: HubSettings) -> AsyncIterator[str]:
    log = await PublicLog.open(database, settings.origin, _now)
    async with database.read() as tx:
        newest = (await log.register(tx)).newest
    if newest > _now() + _SKEW:
        yield (
            f"the newest entry of the log is of {newest:%Y-%m-%d %H:%M}: this machine's"
            " clock is behind, or was ahead; homes refuse what is of the future"
        )


async def _room(settings: HubSettings) -> AsyncIterator[str]:
    free = shutil.disk_usage(settings.data_dir).free
    if free < _ROOM:
        yield f"the disk has {free // 2**20} MB left: make room, or move --data"


async def _nats(settings: HubSettings) -> AsyncIterator[str]:
    if settings.nats:
        try:
            await (await NatsFanout.open(settings.nats, "doctor")).close()
        except HubError as problem:
            yield f"{problem}: engines hear of other nodes' alerts seconds later"


def _now() -> datetime:
    return datetime.now(UTC)


async def _addresses(settings: HubSettings) -> AsyncIterator[str]:
    parts = urlsplit(settings.url)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1"}:
        yield "--url is not https: browsers refuse passkeys, networks read along"
    if settings.host in {"127.0.0.1", "localhost"} and parts.hostname != "localhost":
        yield "it listens on this machine only: a proxy before it, or --host 0.0.0.0"
    if not settings.contact:
        yield "nobody can reach who runs it: --contact, which the law often asks for"
    if settings.census:
        try:
            load_census(settings.census)
        except HubError as problem:
            yield str(problem)


async def _log(database: Database, settings: HubSettings) -> AsyncIterator[str]:
    """The checkpoint must be that of the entries, and every hash that of its entry."""
    log = await PublicLog.open(database, settings.origin, _now)
    if log.key.name != settings.origin:
        yield f"the log is named {log.key.name}: --url must stay what it was"
    async with database.read() as tx:
        rows = list(await tx.execute(select(LOG).order_by(LOG.c.position)))
    wrong = [row.position for row in rows if leaf_hash(row.entry) != row.hash]
    if wrong:
        yield f"entries {wrong} of the log were changed: restore a backup"
    note = parse_note(await log.checkpoint())
    text = CheckpointText.parse(note.text)
    leaves = Leaves([leaf_hash(row.entry) for row in rows])
    if text.size != len(rows) or root(leaves, len(rows)) != text.root:
        yield "the checkpoint is not that of the entries: restore a backup"
    if not log.key.has_signed(note):
        yield "the checkpoint has no signature of the hub's key"


async def _blobs(database: Database, settings: HubSettings) -> AsyncIterator[str]:
    blobs = Blobs.of(settings)
    async with database.read() as tx:
        wanted = await named_blobs(tx)
    there = set(await blobs.names())
    if wanted - there:
        yield f"{len(wanted - there)} pictures or pieces are gone from the store"
    if there - wanted:
        yield f"{len(there - wanted)} files in the store belong to nothing"


async def _stewards(database: Database) -> AsyncIterator[str]:
    async with database.read() as tx:
        rows = list(await tx.execute(select(STEWARDS.c.name, STEWARDS.c.recipient)))
    if len(rows) < STEWARDS_WANTED:
        yield f"{len(rows)} of {STEWARDS_WANTED} stewards: invite more"
    without = [row.name for row in rows if not row.recipient]
    if without:
        yield f"no key for moderation envelopes: {', '.join(without)}"


async def _takedowns(database: Database) -> AsyncIterator[str]:
    async with database.read() as tx:
        late = await overdue_takedowns(tx, datetime.now(UTC))
    if late:
        yield f"{late} takedowns wait for a steward for more than 24 hours"


async def _rules(database: Database, settings: HubSettings) -> AsyncIterator[str]:
    """What the hub was told must be what stands in its log, and fit its members."""
    log = await PublicLog.open(database, settings.origin, _now)
    async with database.read() as tx:
        register = await log.register(tx)
    logged = register.rules
    if logged != settings.rules.of(logged.households):
        yield "the log has other rules for requests than --rules says: start the hub"
    members = (each for each in register.agencies.values() if each.standing in _ASKING)
    odd = sorted(
        each.record.name for each in members if each.record.kind not in logged.kinds
    )
    if odd:
        yield f"the rules take no bodies like {', '.join(odd)}, which take part already"


async def _duties(database: Database) -> AsyncIterator[str]:
    async with database.read() as tx:
        states = await duty_states(tx)
    for name, state in states.items():
        if state.failures:
            yield f"the duty {name} failed {state.failures} times: {state.problem}"


async def _witnesses(database: Database, settings: HubSettings) -> AsyncIterator[str]:
    log = await PublicLog.open(database, settings.origin, _now)
    async with database.read() as tx:
        marks = await marks_of(tx, settings.witnesses)
        size = await log.size(tx)
    for name, mark in marks.items():
        if problem := told(name, mark, size):
            yield problem
