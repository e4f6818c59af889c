"""Programs of the machine that tests call; where one is missing a test is skipped."""

import os
import shutil
from typing import NoReturn

import pytest


def need(program: str, package: str | None = None) -> None:
    """Skip unless there is such a program; in CI, where it must be, fail."""
    if shutil.which(program) is None:
        lacking(f"{program} is not installed (apt install {package or program})")


def lacking(reason: str) -> NoReturn:
    """Leave the test out, or fail it in CI, for something that is not installed."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
