"""Programs of the machine that tests call; where one is missing a test is skipped."""

import shutil

import pytest


def need(program: str) -> None:
    """Skip unless there is such a program; in CI a skip is a failure."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (apt install {program})")
