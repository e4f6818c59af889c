import ast
from pathlib import Path

import pytest

from tests.architecture.rules import (
    COMMANDS,
    CONTRACTS,
    INTEGRATION,
    complaints,
    rules,
)
from tests.architecture.sources import Module, integration, product


def module(name: str, source: str) -> Module:
    return Module(name=name, path=Path("x.py"), text=source, tree=ast.parse(source))


@pytest.mark.parametrize(
    "each", [*product(), *integration()], ids=lambda each: each.name
)
def test_every_module_imports_only_what_its_row_allows(each: Module) -> None:
    assert complaints(each) == []


def test_every_row_is_about_something_that_exists_or_is_wired() -> None:
    names = {each.name.removeprefix("neighborcam.engine.") for each in product()}
    assert set(rules()) - names == {"commands"}  # it lies beside the engine
    assert COMMANDS in names
    assert set(CONTRACTS) <= set(rules())


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("camera.source", "import cv2"),
        ("motion.detector", "import av"),
        ("motion.detector", "from neighborcam.engine.camera.source import Source"),
        ("motion.detector", "from neighborcam.engine.camera import source"),
        (
            "api.http",
            "def late():\n    from neighborcam.engine.index.store import Index",
        ),
        ("recording.clip", "import sqlite3"),
        ("errors", "from neighborcam.engine.facts import Fact"),
        ("states", "from neighborcam.engine import errors"),
        ("index.store", "from neighborcam.engine.app import run"),
        ("camera.ring", "from neighborcam.cli import main"),
        ("camera.ring", "from neighborcam.commands import check"),
        ("cameras", "from neighborcam.engine.motion.detector import Detector"),
        ("attic.things", "import os"),
        ("camera.ring", "from neighborcam.serving.failures import record"),
    ],
)
def test_an_import_against_the_table_is_told(name: str, source: str) -> None:
    assert complaints(module(f"neighborcam.engine.{name}", source)) != []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("camera.source", "from neighborcam.engine.errors import CameraError"),
        ("camera.source", "import av"),
        ("motion.gate", "from neighborcam.engine.camera.decode import LumaDecoder"),
        ("api.http", "from neighborcam.engine.index.rows import EpisodeRow"),
        ("api.http", "from neighborcam.serving.failures import record"),
        (
            "app",
            "import neighborcam.engine.index.store, neighborcam.engine.camera.ring",
        ),
    ],
)
def test_an_import_that_the_table_allows_is_fine(name: str, source: str) -> None:
    assert complaints(module(f"neighborcam.engine.{name}", source)) == []


@pytest.mark.parametrize(
    ("source", "is_fine"),
    [
        ("from neighborcam.engine.app import Engine", True),
        ("from neighborcam.commands.arguments import add_data", True),
        ("from neighborcam.cli import main", False),
        ("import cv2", False),
    ],
)
def test_commands_wire_and_own_no_library(source: str, *, is_fine: bool) -> None:
    assert (complaints(module("neighborcam.commands.check", source)) == []) is is_fine


@pytest.mark.parametrize(
    ("source", "is_fine"),
    [
        ("from .household import Household", True),
        ("from . import client", True),
        ("from ..other import thing", False),
        ("import asyncio\nfrom homeassistant.core import HomeAssistant", True),
        ("import aiohttp\nimport probatio\nfrom yarl import URL", True),
        ("from neighborcam.engine.config import CameraConfig", False),
        ("def late():\n    from demo import run", False),
        ("import av", False),
        ("import voluptuous", False),
    ],
)
def test_the_integration_brings_itself_and_nothing_else(
    source: str, *, is_fine: bool
) -> None:
    assert (complaints(module(f"{INTEGRATION}.camera", source)) == []) is is_fine


def test_the_engine_does_not_import_the_integration() -> None:
    named = {name for each in product() for name in each.imports()}
    assert not {name for name in named if name.startswith("custom_components")}


@pytest.mark.parametrize(
    ("source", "is_fine"),
    [
        ("from neighborcam.protocol.errors import BadProof", True),
        ("from cryptography.exceptions import InvalidTag\nimport h3, hashlib", True),
        ("from neighborcam.engine.errors import InvalidInput", False),
        ("import aiohttp", False),
        ("import time", False),
        ("import socket", False),
    ],
)
def test_the_protocol_is_pure(source: str, *, is_fine: bool) -> None:
    name = "neighborcam.protocol.merkle"
    assert (complaints(module(name, source)) == []) is is_fine
