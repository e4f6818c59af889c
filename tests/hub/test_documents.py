"""docs/hub.md and spec/hub.md say what the code does, and nothing else."""

import re
from math import isqrt
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Integer, LargeBinary

from neighborcam.hub import (
    agency_alerts,
    alerts,
    applications,
    breakers,
    hiding,
    households,
    media,
    media_cleaning,
    requests,
    takedowns,
)
from neighborcam.hub.api.errors import ANSWERS, UNEXPECTED
from neighborcam.hub.store.inventory import TableTold, inventory, strangers
from neighborcam.hub.store.schema import METADATA, Instant
from tests.architecture import inventory as written
from tests.architecture.documents import document
from tests.hub.conftest import Town


def test_every_table_and_column_is_told_and_nothing_else() -> None:
    told = {each.name: [c.name for c in each.columns] for each in inventory()}
    assert told == {
        table.name: [column.name for column in table.columns]
        for table in METADATA.tables.values()
    }
    assert strangers() == set()


@pytest.mark.parametrize("page", written.PAGES, ids=lambda page: page.name)
def test_what_a_hub_can_be_made_to_give_is_written_from_its_tables(page: Path) -> None:
    assert written.placed(page) == page.read_text()
    assert "`capsules`" in page.read_text() or "## capsules" in page.read_text()


def test_a_page_without_its_marks_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "hub.md"
    page.write_text("# A hub")
    monkeypatch.setitem(written.PAGES, page, written.tables)
    with pytest.raises(ValueError, match="lost its marks"):
        written.placed(page)


async def test_a_hub_tells_what_its_own_database_holds(town: Town) -> None:
    answer = await town.get("/api/inventory")
    told = msgspec.json.decode(await answer.read(), type=tuple[TableTold, ...])
    assert told == inventory()


def test_every_code_of_an_error_is_in_the_spec_with_its_status() -> None:
    text = document("spec/hub.md").section("Errors")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", text, re.MULTILINE)
    codes = dict.fromkeys((code, str(status)) for _, status, code in ANSWERS)
    assert rows == [*codes, (UNEXPECTED, "500")]


def test_no_column_can_hold_a_place_a_name_or_an_address() -> None:
    """Every column is named here: a new one is a decision, not an accident."""
    words = r"lat|lon|position|place|address|mail|phone|ip$|host|geo|street|name|camera"
    suspicious = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.columns
        if re.search(words, column.name)
        and not isinstance(column.type, Instant | LargeBinary | Integer)
    }
    # The first two are names of settings; a steward chooses what the log calls them.
    assert suspicious == {
        "settings.name",
        "counters.name",
        "stewards.name",
        "offices.name",
    }


def test_limits_in_the_docs_are_those_of_the_code() -> None:
    limits = document("docs/hub.md").section("What is limited")
    told = [int(each) for each in re.findall(r"(?<=\| )\d+", limits)]
    assert told == [
        breakers.PER_MINUTE,
        alerts.POSTS_IN_REGION,
        households.INVITES_EACH,
        takedowns.MOST_EACH,
        hiding.UNSEEN_IN_REGION,
        applications.MOST_APPLICATIONS,
        requests.MOST_WAITING,
        media.UPLOADS,
        isqrt(media_cleaning.PIXELS),
    ]
    assert agency_alerts.MOST_WAITING == requests.MOST_WAITING
    assert f"{media_cleaning.FRAMES} pictures" in limits
