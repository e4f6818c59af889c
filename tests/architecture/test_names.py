import ast
import re

import pytest

from tests.architecture.sources import CHECKOUT, Module, demo, product

DRAWERS = {"utils", "util", "helpers", "helper", "manager", "common", "core", "misc"}
ALL = [*product(), *demo()]


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
def test_annotations_are_real_and_python_3_13_can_read_them(module: Module) -> None:
    ast.parse(module.text, feature_version=(3, 13))
    assert "__future__" not in set(module.imports())
    bare = re.search(r"^\s*except\*? [\w.]+,[^:(]*:", module.text, re.MULTILINE)
    assert bare is None, "exceptions in `except` stand in parentheses until 3.14"


def test_no_file_of_the_checkout_is_named_like_a_drawer() -> None:
    names = {path.stem for path in CHECKOUT.glob("tests/**/*.py")}
    assert names & DRAWERS == set()
