"""Runs a fresh engine for an hour of its own time, and prints every word it sent out.

Time runs 600 times as fast: the loop believes what its clock says, and waits less.
"""

import asyncio
import selectors
import sys
import time
from pathlib import Path
from typing import Any

from neighborcam.engine.app import Engine

FASTER = 600
HOUR_S = 3600


class FastSelector(selectors.DefaultSelector):
    """Waits a 600th of what it is told."""

    def select(self, timeout: float | None = None) -> Any:
        return super().select(None if timeout is None else timeout / FASTER)


class FastLoop(asyncio.SelectorEventLoop):
    """A loop for which an hour passes in six seconds."""

    def time(self) -> float:
        return time.monotonic() * FASTER


def say(text: str) -> None:
    """Tell the test."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def tell(event: str, arguments: tuple[Any, ...]) -> None:
    """Print what leaves: connections, datagrams, names that are looked up."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1] if len(arguments) > 1 else None
        if isinstance(address, tuple):  # not a socket of this machine's own
            say(f"sent {event} {address[1:2]}")
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        say(f"asked {event}")


async def run(folder: Path) -> None:
    """Run the engine for an hour."""
    async with Engine(folder, port=0):
        say("ready")
        sys.addaudithook(tell)
        await asyncio.sleep(HOUR_S)
    say("an hour has passed")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=lambda: FastLoop(FastSelector())) as runner:
        runner.run(run(Path(sys.argv[1])))
