import ast
import re

import pytest

from tests.architecture.sources import CHECKOUT, Module, demo, integration, product

DRAWERS = {"utils", "util", "helpers", "helper", "manager", "common", "core", "misc"}
ALL = [*product(), *demo(), *integration()]
BARE = re.compile(r"^\s*except\*? [\w.]+,[^:(]*:", re.MULTILINE)


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.name)
def test_no_module_or_class_is_named_like_a_drawer(module: Module) -> None:
    names = module.name.split(".")
    classes = [each for each in ast.walk(module.tree) if isinstance(each, ast.ClassDef)]
    for each in classes:
        names += re.findall(r"[A-Z][a-z0-9]*", each.name)
    assert {name.lower() for name in names} & DRAWERS == set()


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.name)
def test_every_module_says_what_it_is_for(module: Module) -> None:
    assert ast.get_docstring(module.tree)


@pytest.mark.parametrize("module", product(), ids=lambda module: module.name)
def test_python_3_13_can_read_the_engine(module: Module) -> None:
    ast.parse(module.text, feature_version=(3, 13))


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.name)
def test_annotations_are_real_and_exceptions_stand_in_parentheses(
    module: Module,
) -> None:
    assert "__future__" not in set(module.imports())
    assert BARE.search(module.text) is None


def test_no_file_of_the_checkout_is_named_like_a_drawer() -> None:
    names = {path.stem for path in CHECKOUT.glob("tests/**/*.py")}
    assert names & DRAWERS == set()
