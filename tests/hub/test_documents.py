"""docs/hub.md and spec/hub.md say what the code does, and nothing else."""

import re

from sqlalchemy import Integer, LargeBinary

from neighborcam.hub.api.errors import ANSWERS, UNEXPECTED
from neighborcam.hub.store.schema import METADATA, Instant
from tests.architecture.documents import document, first_cells


def test_every_table_is_told_to_those_who_ask_what_a_hub_can_give() -> None:
    section = document("docs/hub.md").section("What a hub can be made to give")
    assert first_cells(section)[1:] == list(METADATA.tables)


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
    assert suspicious == {"settings.name", "counters.name", "stewards.name"}
