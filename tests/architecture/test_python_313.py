"""The image has Python 3.13, where annotations are evaluated as they are read.

Here they are evaluated later, or never, so what cannot be evaluated shows on the
owner's machine only: classes of libraries that are generic in their stubs alone.
"""

import importlib
import inspect
from types import ModuleType
from typing import Any

import pytest

from tests.architecture.sources import product

MODULES = [each.name for each in product() if ".migrations." not in each.name]


def annotated(module: ModuleType) -> list[Any]:
    """Return classes and functions that a module defines, methods too."""
    found: list[Any] = [module]
    for _, each in inspect.getmembers(module):
        if getattr(each, "__module__", "") != module.__name__:
            continue
        if inspect.isclass(each):
            found += [each, *(m for m in vars(each).values() if inspect.isfunction(m))]
        elif inspect.isfunction(each):
            found.append(each)
    return found


@pytest.mark.parametrize("name", MODULES)
def test_every_annotation_can_be_evaluated(name: str) -> None:
    for each in annotated(importlib.import_module(name)):
        assert isinstance(getattr(each, "__annotations__", {}), dict), each
