"""What the doctor of a hub finds, each by itself, and how a command says it."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, text

from demo.ports import free_port
from neighborcam.cli import main
from neighborcam.hub.doctor import examine
from neighborcam.hub.errors import StorageFailed
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import SETTINGS
from neighborcam.protocol.entries import Release
from tests.hub.conftest import Town


async def test_what_is_away_hides_nothing_else(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_MAX_RETRIES": "0",
    }.items():
        monkeypatch.setenv(name, value)
    settings = replace(
        town.hub.desk.settings,
        nats=f"nats://127.0.0.1:{free_port()}",
        blobs="s3://hub/pictures",
    )
    told = "\n".join(await examine(settings))
    assert "NATS does not answer at its address" in told
    assert "the store of pictures does not answer" in told
    assert "0 of 3 stewards" in told


async def test_a_database_that_does_not_answer_is_said_without_its_address(
    town: Town,
) -> None:
    address = f"postgresql://hub:s3cret@localhost:{free_port()}/hub"
    (said,) = [
        each
        for each in await examine(replace(town.hub.desk.settings, database=address))
        if "database" in each
    ]
    assert "does not answer" in said
    assert "s3cret" not in said


async def test_a_full_disk_and_a_clock_that_is_behind_are_seen(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = town.hub.desk.settings
    for sound in ("clock", "disk"):
        assert not [each for each in await examine(settings) if sound in each]
    town.clock.advance(days=36500)
    async with town.hub.desk.database.write() as tx:
        entry = Release(at=town.clock(), version="of the future")
        await town.hub.desk.log.add(tx, entry)
    almost_full = SimpleNamespace(free=5 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: almost_full)
    told = "\n".join(await examine(settings))
    assert "clock is behind" in told
    assert "5 MB left" in told


async def test_a_log_without_its_key_is_given_no_other(town: Town) -> None:
    database = town.hub.desk.database
    async with database.write() as tx:
        await tx.execute(delete(SETTINGS).where(SETTINGS.c.name == "log-key"))
    for _ in range(2):
        with pytest.raises(StorageFailed, match="key of the public log"):
            await PublicLog.open(database, "hub.example", town.clock)
    told = "\n".join(await examine(town.hub.desk.settings))
    assert "key of the public log" in told
    assert "stewards" in told


def test_a_database_of_a_newer_program_is_refused_in_words_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def write_as_newer() -> None:
        database = await Database.open(f"sqlite:///{tmp_path / 'hub.sqlite'}")
        async with database.write() as tx:
            await tx.execute(text("update alembic_version set version_num = '9999'"))
        await database.close()

    asyncio.run(write_as_newer())
    before = (tmp_path / "hub.sqlite").read_bytes()
    for action in ("run", "doctor", "statistics"):
        port = f"--port={free_port()}"
        assert main(["hub", action, f"--data={tmp_path}", port]) == 1
        told = capsys.readouterr()
        assert "newer version: update NeighborCam" in told.out + told.err
        assert "Traceback" not in told.err
    assert (tmp_path / "hub.sqlite").read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["hub.sqlite"]
