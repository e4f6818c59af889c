"""What a release keeps of its data: packed small, and counted by the code of today."""

import dataclasses
import io
import lzma
import sqlite3
import tarfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import func, select

from demo.police import PASSPHRASE
from demo.ports import free_port
from neighborcam.agency.casebook import Casebook
from neighborcam.agency.desk import Desk
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import Keyring
from neighborcam.engine.app import Engine
from neighborcam.hub.app import Hub
from neighborcam.hub.store.schema import CAPSULES
from neighborcam.protocol.entries import Entry, Release, TokenKeys, read_entry
from tests.releases.small_journey import URL, hub_settings

RELEASES: Final = Path(__file__).parent
DATA: Final = "data.tar.xz"
TOLD: Final = "told.json"
PROGRAMS: Final = ("engine", "hub", "desk")
_LEFT_OUT: Final = ("lock", "cache")  # made anew by each program


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """When the data was kept, and what stands in it."""

    at: datetime
    engine: dict[str, Any]
    hub: dict[str, Any]
    desk: dict[str, Any]


def versions() -> list[str]:
    """Return the releases of which there is data."""
    return sorted(each.parent.name for each in RELEASES.glob(f"*/{DATA}"))


def told(version: str) -> Told:
    """Return what was counted when the data was kept."""
    return msgspec.json.decode((RELEASES / version / TOLD).read_bytes(), type=Told)


def move(folder: Path) -> None:
    """Let the engine's index say that it was at ``/data``, as in the app."""
    with closing(sqlite3.connect(folder / "engine" / "index.db")) as database:
        said = "UPDATE settings SET name = replace(name, ?, '/data')"
        database.execute(said, (str(folder / "engine"),))
        database.commit()
        database.execute("VACUUM")


def pack(folder: Path) -> bytes:
    """Return the folders of the programs as an archive; no time and owner in it."""
    for each in (*folder.rglob("*.db"), *folder.rglob("*.sqlite*")):
        with closing(sqlite3.connect(each)) as database:
            database.execute("VACUUM")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for program in PROGRAMS:
            archive.add(folder / program, program, filter=_nameless)
    return lzma.compress(packed.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def _nameless(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if Path(entry.name).name in _LEFT_OUT:
        return None
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


def data_of(version: str) -> Path:
    """Return the archive of a release."""
    return RELEASES / version / DATA


def unpack(archive_file: Path, folder: Path) -> None:
    """Lay what was packed into a folder."""
    with tarfile.open(archive_file, "r:xz") as archive:
        archive.extractall(folder, filter="data")


async def count(folder: Path, at: datetime) -> Told:
    """Open all data with the code of today, at the moment of the story's end."""
    return Told(
        at=at,
        engine=await _engine(folder / "engine", at),
        hub=await _hub(folder / "hub", at),
        desk=_desk(folder / "desk", at),
    )


async def _engine(folder: Path, at: datetime) -> dict[str, Any]:
    async with Engine(folder, port=0, clock=lambda: at) as engine:
        requests = engine.neighbourhood.requests
        (view,) = requests.shown()
        review = await requests.review(view.id)
        return {
            "cameras": [each.config.name for each in engine.cameras.list()],
            "segments": len(engine.index.all_segments()),
            "episodes": len(engine.index.episodes()),
            "request": [view.id, view.state, view.what],
            "answers": [[each.kind, each.state, each.text] for each in review.answers],
            "receipts": [[r.what for r in each.receipts] for each in review.answers],
            "diary": len(engine.neighbourhood.diary()),
            "viewpoints": len(requests.viewpoints()),
        }


async def _hub(folder: Path, at: datetime) -> dict[str, Any]:
    settings = dataclasses.replace(hub_settings(folder), port=free_port())
    async with Hub(settings, clock=lambda: at) as hub:
        desk = hub.desk
        await hub.duties.run_once()  # so that a start adds nothing later
        entries = [read_entry(each) for each in await desk.log.entries(0, 1000)]
        async with desk.database.read() as tx:
            register = await desk.log.register(tx)
            capsules = await tx.scalar(select(func.count()).select_from(CAPSULES))
        return {
            "households": await desk.households.count(),
            "stewards": await desk.stewards.names(),
            "entries": [type(each).__name__ for each in entries if of_the_story(each)],
            "agencies": [each.record.name for each in register.agencies.values()],
            "requests": sorted(register.requests),
            "capsules": capsules,
        }


def of_the_story(entry: Entry | None) -> bool:
    """Tell whether an entry is of the story, and not made by a start or a new day."""
    return not isinstance(entry, Release | TokenKeys)


def _desk(folder: Path, at: datetime) -> dict[str, Any]:
    book, ring = Casebook(folder), Keyring.open(folder, PASSPHRASE)
    desk = Desk(book, ring, HubClient(URL), lambda: at)
    (request,) = book.ids()
    return {
        "request": request,
        "answers": [
            [each.kind, "" if each.erased else each.answer.text]
            for each in desk.answers(request)
        ],
        "custody": [line.what for line in desk.custody(request)],
    }
