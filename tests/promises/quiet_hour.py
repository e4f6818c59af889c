"""Runs a fresh engine for an hour of its own time, and prints every word it sent out.

usage: python -m tests.promises.quiet_hour FOLDER HOST

What it says to this machine is no word: it is heard here. Time runs 600 times as fast:
the loop believes what its clock says, and waits less.
"""

import asyncio
import ipaddress
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
        if isinstance(address, tuple) and not is_here(address[0]):
            say(f"sent {event} {address[1:2]}")
    looks_up = event in {"socket.getaddrinfo", "socket.gethostbyname"}
    if looks_up and not is_here(arguments[0]):
        say(f"asked {event}")


def is_here(host: object) -> bool:
    """Tell whether an address is this machine's own, so that nothing is asked of it."""
    try:
        address = ipaddress.ip_address(str(host))
    except ValueError:
        return host in {None, "localhost"}
    return address.is_loopback or address.is_unspecified


async def run(folder: Path, host: str) -> None:
    """Run the engine for an hour."""
    async with Engine(folder, host=host, port=0):
        say("ready")
        await asyncio.sleep(HOUR_S)
    say("an hour has passed")


if __name__ == "__main__":
    sys.addaudithook(tell)  # before anything starts: it may be its first word
    with asyncio.Runner(loop_factory=lambda: FastLoop(FastSelector())) as runner:
        runner.run(run(Path(sys.argv[1]), sys.argv[2]))
