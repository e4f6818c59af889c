"""The demo as a process of its own, as its user starts it, and what it printed."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_LINK: Final = re.compile(r"NeighborCam is ready: (?P<page>\S+#pair=\w+)")
_HOME: Final = re.compile(
    r"Home Assistant is ready: (?P<dashboard>\S+)\s+"
    r"User (?P<username>\S+), password (?P<password>\S+)\s+"
    r"The engine's page, by a new link: (?P<page>\S+)"
)
_HUB: Final = re.compile(r"hub is ready: (\S+)")
_STORY: Final = re.compile(
    r"1  the officer's desk +(?P<officer>\S+)\s+"
    r"2  the supervisor's desk +(?P<supervisor>\S+)\s+"
    r"3  your home +(?P<page>\S+)\s+"
    r"4  the neighbourhood +(?P<hub>\S+)\s+"
    r"Both desks open with: (?P<password>[^\n]+)"
)
_WITHOUT: Final = "--without-home-assistant"
_FAILED: Final = "Home Assistant did not start"


@dataclass(frozen=True, kw_only=True)
class StartedDemo:
    """Addresses and login; those of Home Assistant and desks are empty without them.

    ``password`` is that of Home Assistant, or the passphrase of both desks.
    """

    page: str
    hub: str = ""
    officer: str = ""
    supervisor: str = ""
    dashboard: str = ""
    username: str = ""
    password: str = ""


class DemoFailed(Exception):
    """The demo did not come up; the text is what it said."""


@contextlib.contextmanager
def started_demo(*arguments: str) -> Iterator[StartedDemo]:
    """Run the demo until the context ends. Raises `DemoFailed`."""
    command = [sys.executable, "-m", "demo.run", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield _read(running, _wanted(arguments))
        finally:
            running.terminate()
            assert running.stdout is not None  # noqa: S101 - it is a pipe
            running.stdout.read()  # it says good-bye


def _wanted(arguments: tuple[str, ...]) -> re.Pattern[str]:
    if "--request" in arguments:
        return _STORY
    return _LINK if _WITHOUT in arguments else _HOME


def _read(running: subprocess.Popen[str], wanted: re.Pattern[str]) -> StartedDemo:
    said = ""
    for line in running.stdout or ():
        said += line
        if ready := wanted.search(said):
            hub = _HUB.search(said)
            known = {"hub": hub[1]} if hub else {}
            return StartedDemo(**known | ready.groupdict())
        if _FAILED in line:
            break
    raise DemoFailed(said)
