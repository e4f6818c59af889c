"""Data of every release opens with the code of today; data of a later one does not."""

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from demo.police import PASSPHRASE
from neighborcam import __version__
from neighborcam.cli import main
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.index.store import Index
from neighborcam.hub.store.database import Database
from tests.releases.kept import count, data_of, told, unpack, versions
from tests.releases.small_journey import URL, hub_settings

NEWER = "written by a newer"
AGAIN = (
    f"the data of {__version__} is not as the code of today has it: a migration is"
    " missing, or, while that version is not out, call python -m tests.releases.keep"
)


@pytest.fixture
def passphrase(tmp_path: Path) -> list[str]:
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE)
    return ["--passphrase-file", str(file)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """What the newest release kept."""
    folder = tmp_path / "data"
    unpack(data_of(versions()[-1]), folder)
    return folder


def hub(folder: Path, action: str) -> list[str]:
    contact = hub_settings(folder).contact
    return ["hub", action, "--data", str(folder), "--url", URL, "--contact", contact]


@pytest.mark.parametrize("version", versions())
async def test_data_of_a_release_opens_and_nothing_of_it_is_lost(
    version: str, tmp_path: Path
) -> None:
    unpack(data_of(version), tmp_path)
    before = told(version)
    assert await count(tmp_path, before.at) == before, AGAIN
    assert await count(tmp_path, before.at) == before  # and a second time


@pytest.mark.parametrize("version", versions())
async def test_its_databases_have_the_tables_of_fresh_ones(
    version: str, tmp_path: Path
) -> None:
    """Also when nothing asks for a new column yet."""
    fresh = tmp_path / "fresh"
    for program in ("engine", "hub"):
        (fresh / program).mkdir(parents=True)
    unpack(data_of(version), tmp_path)
    for folder in (fresh, tmp_path):
        Index.open(folder / "engine").close()
        SharingStore.open(folder / "engine").close()
        hub_file = folder / "hub" / "hub.sqlite"
        await (await Database.open(f"sqlite:///{hub_file}")).close()
    for name in ("engine/index.db", "engine/sharing.sqlite3", "hub/hub.sqlite"):
        assert columns(tmp_path / name) == columns(fresh / name), AGAIN


def columns(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return name, type and rules of every column, by table."""
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table'"
    with closing(sqlite3.connect(path)) as database:
        return {
            name: sorted(
                row[1:] for row in database.execute(f"PRAGMA table_info({name})")
            )
            for (name,) in database.execute(tables).fetchall()
            if not name.startswith("sqlite_")
        }


@pytest.mark.parametrize("version", versions())
def test_commands_find_nothing_wrong_with_it(
    version: str,
    tmp_path: Path,
    passphrase: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    unpack(data_of(version), tmp_path)
    assert main(["check", str(tmp_path / "engine")]) == 0, AGAIN
    status = main(hub(tmp_path / "hub", "doctor"))
    assert (status, capsys.readouterr().out.splitlines()[-1]) == (0, "nothing is wrong")
    desk = ["--desk", str(tmp_path / "desk"), *passphrase]
    request = told(version).desk["request"]
    assert main(["agency", "list", *desk]) == 0
    assert capsys.readouterr().out.startswith(request)
    assert main(["agency", "answers", request, *desk]) == 0
    assert "The van was white." in capsys.readouterr().out


def test_there_is_data_of_this_version() -> None:
    assert __version__ in versions()


def age_sqlite(path: Path, statement: str) -> None:
    """Let a database be of a version that comes later."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"  # says which process holds it
    }


@pytest.mark.parametrize("name", ["index.db", "sharing.sqlite3"])
def test_an_engine_leaves_data_of_a_later_version_alone(
    name: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    age_sqlite(data / "engine" / name, "PRAGMA user_version = 999")
    before = bytes_of(data)
    assert main(["engine", "--data", str(data / "engine"), "--port", "0"]) == 1
    assert NEWER in capsys.readouterr().err
    assert bytes_of(data) == before


@pytest.mark.parametrize("action", ["run", "doctor"])
def test_a_hub_leaves_data_of_a_later_version_alone(
    action: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    age_sqlite(
        data / "hub" / "hub.sqlite", "UPDATE alembic_version SET version_num = '9999'"
    )
    before = bytes_of(data)
    assert main(hub(data / "hub", action)) == 1
    said = capsys.readouterr()
    assert NEWER in said.out + said.err
    assert bytes_of(data) == before


def test_a_desk_leaves_keys_of_a_later_version_alone(
    data: Path, passphrase: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    keys = data / "desk" / "keys"
    later = msgspec.json.decode(keys.read_bytes()) | {"v": 99, "more": "unknown"}
    keys.write_bytes(msgspec.json.encode(later))
    before = bytes_of(data)
    for action in ("remind", "drop-key"):
        desk = ["--desk", str(data / "desk"), *passphrase]
        assert main(["agency", action, *desk]) == 1
        assert NEWER in capsys.readouterr().err
    assert bytes_of(data) == before
