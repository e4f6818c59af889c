"""Every command, option, route and setting is in the docs, and nothing else is."""

import argparse
import re
import subprocess
from collections.abc import Iterator

import msgspec
import pytest

from demo import run as demo_run
from neighborcam import cli
from neighborcam.engine.api.routes import ROUTES
from neighborcam.engine.config import CameraConfig
from neighborcam.engine.settings import Settings
from neighborcam.engine.states import CameraState
from neighborcam.protocol.alerts import Alert
from neighborcam.protocol.answers import Answer, Item, Manifest, Receipt
from neighborcam.protocol.requests import Request
from tests.architecture.documents import Document, document, documents, first_cells
from tests.architecture.sources import CHECKOUT

_FILE = re.compile(
    r"(?<![\w/.-])(?:docs|spec|tests|script|demo|addon)/[\w./-]+\.(?:md|py|json|yaml|txt)\b"
)


def commands() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of every command by the heading of its section."""
    (choices,) = (
        action.choices
        for action in cli.parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    found = {f"neighborcam {name}": parser for name, parser in choices.items()}
    return {**found, "script/demo": demo_run._parser()}


def options(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    return (
        action
        for action in parser._actions
        if not isinstance(action, argparse._HelpAction)
    )


def written(action: argparse.Action) -> str:
    """Return an option as the docs write it: `--data DIR`, `FILE…`, `--repair`."""
    value = action.metavar or action.dest.rpartition("_")[2].upper()
    if not action.option_strings:
        return f"{value}…" if action.nargs == "+" else str(value)
    (flag,) = action.option_strings
    return flag if action.nargs == 0 else f"{flag} {value}"


@pytest.mark.parametrize("command", commands())
def test_every_option_of_a_command_has_a_row_in_its_section(command: str) -> None:
    rows = first_cells(document("docs/cli.md").section(command))
    assert rows[1:] == [written(action) for action in options(commands()[command])]


def test_every_command_has_a_row_and_a_section() -> None:
    headings = re.findall(r"^## (.+)$", document("docs/cli.md").text, re.MULTILINE)
    assert headings == list(commands())
    before = document("docs/cli.md").text.partition("\n## ")[0]
    named = [re.sub(r"\[`(.*)`\].*", r"\1", cell) for cell in first_cells(before)]
    assert named[1:] == list(commands())


@pytest.mark.parametrize("command", commands())
def test_a_default_in_the_docs_is_the_default(command: str) -> None:
    section = document("docs/cli.md").section(command)
    for action in options(commands()[command]):
        if action.option_strings and isinstance(action.default, int | str):
            start = f"| `{written(action)}`"
            (row,) = (each for each in section.splitlines() if each.startswith(start))
            default = "off" if action.default is False else str(action.default)
            assert row.split("|")[2].strip(" `") == default


def test_every_route_is_in_the_docs_with_its_scope() -> None:
    rows = re.findall(
        r"^\| ([A-Z]+) \| `(\S+)` \| (\w+) \| *(yes)? *\|",
        document("docs/api.md").section("Routes"),
        re.MULTILINE,
    )
    assert rows == [
        (
            route.method,
            route.path,
            route.scope.value if route.scope else "none",
            "yes" if route.media else "",
        )
        for route in ROUTES
    ]


@pytest.mark.parametrize(
    ("name", "section", "struct"),
    [
        ("docs/settings.md", None, Settings),
        ("docs/cameras.md", "Settings of a camera", CameraConfig),
    ],
)
def test_every_setting_is_in_the_docs(
    name: str, section: str | None, struct: type[msgspec.Struct]
) -> None:
    page = document(name)
    rows = first_cells(page.section(section) if section else page.text)
    assert rows[1:] == list(struct.__struct_fields__)


@pytest.mark.parametrize(
    ("name", "section", "message"),
    [
        ("spec/alerts.md", "Alert", Alert),
        ("spec/answers.md", "Answer", Answer),
        ("spec/answers.md", "Item", Item),
        ("spec/answers.md", "Manifest", Manifest),
        ("spec/answers.md", "Replies", Receipt),
        ("spec/requests.md", "Request", Request),
    ],
)
def test_every_field_of_a_message_is_in_the_specification(
    name: str, section: str, message: type[msgspec.Struct]
) -> None:
    told = {
        field
        for cell in first_cells(document(name).section(section))[1:]
        for field in re.findall(r"\w+", cell)
    }
    fields = {each.encode_name for each in msgspec.structs.fields(message)}
    tag = {"type"} if message.__struct_config__.tag else set()
    assert told == fields | tag


def test_every_state_of_a_camera_is_explained() -> None:
    rows = first_cells(document("docs/cameras.md").section("What the state says"))
    assert rows[1:] == [state.value for state in CameraState]


@pytest.mark.parametrize("page", documents(), ids=lambda page: page.name)
def test_every_link_between_our_documents_resolves(page: Document) -> None:
    for link in page.links():
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        path = (page.path.parent / target).resolve() if target else page.path
        name = path.relative_to(CHECKOUT).as_posix()
        assert path.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in document(name).anchors(), f"{link}: no heading"


def test_every_file_that_is_named_is_there() -> None:
    """In comments, texts and settings: a file that went takes its mentions along."""
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=CHECKOUT, check=True, capture_output=True, text=True
    )
    missing = {
        f"{name}: {found}"
        for name in tracked.stdout.splitlines()
        if (CHECKOUT / name).is_file() and not name.startswith("tests/architecture/")
        for found in _FILE.findall((CHECKOUT / name).read_text(errors="replace"))
        if not (CHECKOUT / found).exists()
    }
    assert missing == set()


@pytest.mark.parametrize("page", documents(), ids=lambda page: page.name)
def test_every_command_in_a_document_can_be_called(page: Document) -> None:
    for words in page.commands():
        name, *rest = words
        if name.startswith("script/"):
            assert (CHECKOUT / name).is_file(), name
            known = commands().get(name)
        elif rest and not rest[0].startswith("-"):
            known = commands()[f"neighborcam {rest[0]}"]
        else:
            known = cli.parser()
        if known is not None:
            flags = {
                flag for action in known._actions for flag in action.option_strings
            }
            assert {word for word in rest if word.startswith("-")} <= flags


def test_a_section_ends_at_the_next_and_tables_lose_their_marks() -> None:
    page = Document(
        name="x.md",
        text="# X\n\n## A b\n\n| `--n N` | 1 |\n|---|---|\n| c | d |\n\n"
        "## E\n\n| f |\n",
    )
    assert first_cells(page.section("A b")) == ["--n N", "c"]
    assert page.section("nowhere") == ""
    assert page.anchors() == {"x", "a-b", "e"}


def test_links_and_commands_are_found_where_they_count() -> None:
    page = Document(
        name="x.md",
        text="[a](b.md#c) `[no](no.md)` `script/x -y` text\n\n"
        "```sh\n.venv/bin/neighborcam check d  # why\n[no](no.md)\n```\n",
    )
    assert list(page.links()) == ["b.md#c"]
    assert list(page.commands()) == [
        [".venv/bin/neighborcam", "check", "d"],
        ["script/x", "-y"],
    ]
