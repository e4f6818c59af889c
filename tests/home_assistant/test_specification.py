"""The integration shares no code with the engine: both are held to the same pages."""

import re

from custom_components.neighborcam.choosing import CATEGORIES
from tests.home_assistant.texts import CHECKOUT


def values_of(page: str, field: str) -> list[str]:
    """Return the values that a page's table allows for a field, as we write them."""
    text = (CHECKOUT / "spec" / page).read_text(encoding="utf-8")
    row = re.search(rf"^\| `{field}` \| ([^|]+) \|", text, re.MULTILINE)
    assert row is not None, f"{page} has no field {field}"
    values = re.findall(r"[a-z]+(?:-[a-z]+)*", row[1])
    return [each.replace("-", "_") for each in values]


def test_an_alert_can_have_each_category_and_no_other() -> None:
    assert list(CATEGORIES) == values_of("alerts.md", "category")
