"""What each witness of our log did last: for who runs the hub, at doctor and metrics.

A witness that has signed more entries than the log has is the sign of a database that
was set back: no witness, and no home, takes such a log any more.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.store.settings import put_setting, setting
from neighborcam.protocol.note_keys import NoteKey, parse_vkey

_PREFIX: Final = "cosigner-"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """When a witness signed last, and how many entries; ``ahead``: too many, it says.

    ``ahead`` is how many entries it says that it has signed when the log has fewer.
    """

    signed: datetime | None = None
    size: int = 0
    ahead: int = 0


async def mark_of(tx: AsyncConnection, key: NoteKey) -> Mark:
    """Return what is known of a witness."""
    data = await setting(tx, _name(key))
    return msgspec.json.decode(data, type=Mark) if data else Mark()


async def note_signed(
    tx: AsyncConnection, key: NoteKey, size: int, at: datetime
) -> None:
    """Write down that a witness signed a checkpoint of so many entries."""
    await _put(tx, key, Mark(signed=at, size=size))


async def note_ahead(tx: AsyncConnection, key: NoteKey, size: int) -> None:
    """Write down that a witness says it has signed more than there is."""
    known = await mark_of(tx, key)
    await _put(tx, key, msgspec.structs.replace(known, ahead=size))


async def marks_of(
    tx: AsyncConnection, witnesses: Sequence[tuple[str, str]]
) -> dict[str, Mark]:
    """Return what is known of each witness, by its name."""
    keys = [parse_vkey(vkey) for vkey, _ in witnesses]
    return {key.name: await mark_of(tx, key) for key in keys}


def told(name: str, mark: Mark, size: int) -> str:
    """Return what is wrong with a witness of a log of ``size`` entries, or nothing."""
    if mark.ahead:
        return (
            f"the witness {name} says that it has signed {mark.ahead} entries: this log"
            f" has {size} and cannot go on if a backup was put back:"
            " docs/operators/incidents.md"
        )
    if mark.signed is None:
        return f"the witness {name} has never signed: was it told of this log's key?"
    if mark.size < size:
        missing = size - mark.size
        return (
            f"the witness {name} signed last at {mark.signed:%Y-%m-%d %H:%M} UTC,"
            f" {missing} entries ago"
        )
    return ""


async def _put(tx: AsyncConnection, key: NoteKey, mark: Mark) -> None:
    await put_setting(tx, _name(key), msgspec.json.encode(mark))


def _name(key: NoteKey) -> str:
    return f"{_PREFIX}{key.id.hex()}"
