"""The integration's files as data, for the tests that mirror what the stores check."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict

CHECKOUT: Final = Path(__file__).parents[2]
INTEGRATION: Final = CHECKOUT / "custom_components" / "neighborcam"
SHARING: Final[list[dict[str, Any]]] = [
    {"state": "off", "hub": None},
    {"state": "on", "hub": {"name": "Elm Street", "state": "connected", "reason": ""}},
]
_PLACEHOLDER: Final = re.compile(r"(?<!\{)\{(\w+)\}")


@cache
def parsed(name: str) -> dict[str, Any]:
    """Return a JSON file by its path in the integration; keep it as it is."""
    content: dict[str, Any] = json.loads((INTEGRATION / name).read_text())
    return content


@cache
def described(name: str) -> dict[str, Any]:
    """Return a YAML file by its path in the integration; {} where there is none."""
    path = INTEGRATION / name
    return dict(load_yaml_dict(str(path))) if path.is_file() else {}


def leaves(tree: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of nested dictionaries with its dotted place."""
    for key, value in tree.items():
        place = f"{above}.{key}" if above else key
        if isinstance(value, dict):
            yield from leaves(value, place)
        else:
            yield place, str(value)


def placeholders(text: str) -> set[str]:
    """Return the names that a text leaves open: {name}."""
    return set(_PLACEHOLDER.findall(text))


def english(*keys: str) -> dict[str, Any]:
    """Return a part of the English texts; {} where it has no such part."""
    return _part(parsed("translations/en.json"), keys)


def icons(*keys: str) -> dict[str, Any]:
    """Return a part of the icons; {} where they have no such part."""
    return _part(parsed("icons.json"), keys)


def _part(tree: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    for key in keys:
        tree = tree.get(key, {})
    return tree


@cache
def modules() -> dict[str, ast.Module]:
    """Return the integration's modules as trees, by their names."""
    return {
        path.stem: ast.parse(path.read_text(), str(path))
        for path in sorted(INTEGRATION.rglob("*.py"))
    }


@cache
def literals() -> frozenset[str]:
    """Return every text that stands in the code."""
    return frozenset(
        node.value
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
