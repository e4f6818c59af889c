"""Containers without a daemon, as this machine can run them."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

IMAGE: Final = "localhost/neighborcam:test"
NETWORK: Final = "neighborcam-test"
SUBNET: Final = "172.30.32.0/23"  # the Supervisor's own
GATEWAY: Final = "172.30.32.1"
SUPERVISOR: Final = "172.30.32.2"
# Without CAP_SYS_RESOURCE podman's own limits are refused.
_LIMITS: Final = ("--ulimit", "nofile=20000:20000", "--ulimit", "nproc=1000:1000")


def images_folder() -> Path:
    """Return where script/build-image keeps images."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    ours = os.environ.get("NC_CACHE") or f"{cache}/neighborcam"
    return Path(os.environ.get("NC_IMAGES") or f"{ours}/images")


class Failed(AssertionError):
    """A command of podman ended with an error."""


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run podman to its end."""
    folder = images_folder()
    return subprocess.run(
        [
            *("podman", "--root", str(folder / "store")),
            *("--runroot", str(folder / "run"), "--storage-driver", "overlay"),
            *("--runtime", "runc", "--cgroup-manager", "cgroupfs", *arguments),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def podman(*arguments: str, check: bool = True) -> str:
    """Run podman; return what it wrote."""
    done = call(*arguments)
    if check and done.returncode:
        raise Failed(f"podman {' '.join(arguments)}: {done.stderr}")
    return done.stdout


class Container:
    """One container that runs, or ran."""

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def run(
        cls, name: str, *options: str, command: Sequence[str] = (), image: str = IMAGE
    ) -> "Container":
        """Start a container in the background."""
        podman("rm", "--force", "--ignore", name, check=False)
        podman("run", "-d", "--name", name, *_LIMITS, *options, image, *command)
        return cls(name)

    def exec(self, *command: str) -> tuple[int, str]:
        """Run a command in it; return status and output."""
        done = call("exec", self.name, *command)
        return done.returncode, done.stdout + done.stderr

    @property
    def log(self) -> str:
        """What it wrote, to both outputs."""
        done = call("logs", self.name)
        return done.stdout + done.stderr

    @property
    def state(self) -> dict[str, Any]:
        """How it is."""
        found: list[dict[str, Any]] = json.loads(podman("inspect", self.name))
        state: dict[str, Any] = found[0]["State"]
        return state

    def stop(self, patience_s: int = 30) -> int:
        """Stop it as the Supervisor does; return its exit status."""
        podman("stop", "-t", str(patience_s), self.name)
        return int(self.state["ExitCode"])

    def kill(self) -> None:
        """End it as a power cut would."""
        podman("kill", "--signal", "KILL", self.name)
        podman("wait", self.name)

    def start(self) -> None:
        """Start it again."""
        podman("start", self.name)

    def remove(self) -> None:
        """Remove it, whatever it does."""
        podman("rm", "--force", "--ignore", "-t", "0", self.name, check=False)


def run_once(*options: str, command: Sequence[str]) -> str:
    """Run a container to its end; return what it wrote."""
    return podman("run", "--rm", *_LIMITS, *options, IMAGE, *command)
