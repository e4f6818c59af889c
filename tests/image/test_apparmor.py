"""The AppArmor profile, against what the program really does.

No kernel with AppArmor is at hand where these tests run, so the parser of Debian reads
the profile, and a trace of the running app tells which files and programs it needs.
"""

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

import pytest

from demo.ports import free_port
from demo.rtsp_server import RtspServer
from tests.conftest import CHECKOUT
from tests.image.conftest import ask, until
from tests.image.podman import IMAGE, images_folder

PROFILE: Final = CHECKOUT / "addon" / "apparmor.txt"
ABSTRACTIONS: Final = Path("/etc/apparmor.d")
CALLS: Final = "execve,open,openat,mkdir,unlink,unlinkat,rename,truncate"
_RULE: Final = re.compile(r"^\s*(?:owner\s+)?([/@][^\s]*)\s+([rwaklmixPUCpuc]+),")
_CALL: Final = re.compile(
    r'(\w+)\((?:AT_FDCWD, )?"(/[^"]*)"(?:, (?:"(/[^"]*)"|([A-Z_|]+)))?'
)
_WRITES: Final = ("O_WRONLY", "O_RDWR", "O_CREAT")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Paths of a profile, and what may be done with them."""

    pattern: re.Pattern[str]
    may: str


def rules(path: Path) -> Iterator[Rule]:
    """Yield the rules of a profile about files, and of what it includes."""
    for line in path.read_text().splitlines():
        if included := re.match(r"\s*#?include <(abstractions/[^>]+)>", line):
            if (ABSTRACTIONS / included[1]).is_file():
                yield from rules(ABSTRACTIONS / included[1])
        elif found := _RULE.match(line):
            yield Rule(pattern=pattern(found[1]), may=found[2])


def pattern(glob: str) -> re.Pattern[str]:
    """Return a path of a profile as a regular expression (apparmor.d(5))."""
    for name, value in {
        "@{PROC}": "/proc",
        "@{pid}": "[0-9]*",
        "@{sys}": "/sys",
        "@{multiarch}": "*-linux-gnu*",
        "@{etc_ro}": "/etc",
    }.items():
        glob = glob.replace(name, value)
    parts = {"**": ".+", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}
    pieces = re.split(r"(\*\*|\*|\?|\{|\}|,|\[[^\]]*\])", glob)
    made = (
        each if each.startswith("[") else parts.get(each) or re.escape(each)
        for each in pieces
    )
    return re.compile("".join(made) + "$")


def buildah(*arguments: str) -> str:
    """Run buildah; return what it wrote."""
    folder = images_folder()
    done = subprocess.run(
        [
            *("buildah", "--root", str(folder / "store")),
            *("--runroot", str(folder / "run"), "--storage-driver", "overlay"),
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@contextmanager
def file_system() -> Iterator[Path]:
    """Yield the image's files, with what the kernel adds to a container's."""
    container = buildah("from", IMAGE)
    root = Path(buildah("mount", container))
    mounts = ((["-t", "proc", "proc"], "proc"), (["--bind", "/dev"], "dev"))
    try:
        for options, name in mounts:
            subprocess.run(["mount", *options, str(root / name)], check=True)
        yield root
    finally:
        for _, name in mounts:
            subprocess.run(["umount", str(root / name)], check=False)
        buildah("rm", container)


def needs(trace: str, root: Path) -> Iterator[tuple[str, str]]:
    """Yield what was done, as the letter of a profile, with its real path."""
    for line in trace.splitlines():
        call = _CALL.search(line)
        if call is None or " = -1 " in line or "unfinished" in line:
            continue
        name, first, second, flags = call.groups()
        letter = "x" if name == "execve" else "r"
        if name not in {"execve", "open", "openat"} or any(
            flag in (flags or "") for flag in _WRITES
        ):
            letter = "w"
        for path in filter(None, (first, second)):
            if path.startswith((str(images_folder()), "/usr/sbin/chroot")):
                continue  # chroot's own
            yield letter, real(path, root)


def real(path: str, root: Path) -> str:
    """Return where a path leads inside of the image; a folder ends with a slash."""
    path = re.sub(r"^/proc/self", "/proc/1", path)
    if path == "/":
        return path
    if path.startswith(("/proc", "/dev", "/sys")):
        return f"{path}/" if path.endswith("/fd") else path
    resolved = (root / path.lstrip("/")).parent.resolve() / Path(path).name
    resolved = resolved.resolve()
    inside = resolved.relative_to(root) if resolved.is_relative_to(root) else resolved
    found = f"/{inside}".replace("//", "/")
    return f"{found}/" if resolved.is_dir() and found != "/" else found


def test_the_parser_of_debian_reads_the_profile() -> None:
    parser = shutil.which("apparmor_parser", path="/usr/sbin:/sbin:/usr/bin")
    assert parser is not None
    done = subprocess.run(
        [parser, "--skip-kernel-load", "--skip-cache", "--skip-read-cache", PROFILE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_profile_allows_what_the_app_does(
    cameras: RtspServer, tmp_path: Path
) -> None:
    allowed = list(rules(PROFILE))
    with file_system() as root:
        trace = watch(root, cameras, tmp_path / "trace")
        done = set(needs(trace, root))
    assert any(letter == "w" and path.endswith(".mp4") for letter, path in done)
    refused = {
        (letter, path)
        for letter, path in done
        if not any(letter in rule.may and rule.pattern.match(path) for rule in allowed)
    }
    assert refused == set()


def watch(root: Path, cameras: RtspServer, trace: Path) -> str:
    """Run the app below a tracer while its owner uses it; return the trace."""
    port, ingress = free_port(), free_port()
    options = root / "data" / "options.json"
    options.write_text('{"recordings": "neighborcam"}')
    options.chmod(0o600)
    token = in_image(root, "token", "--data", "/data", "--scope", "admin")
    tracing = ["strace", "-f", "-qq", "-s", "300", "-e", f"trace={CALLS}", "-o"]
    program = [
        str(trace),
        "chroot",
        str(root),
        "/usr/local/bin/start",
        "app",
        "--port",
        str(port),
    ]
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin",
        "TZ": "Europe/Berlin",
    }
    with subprocess.Popen(
        [*tracing, *program, "--ingress-port", str(ingress)], env=environment
    ) as app:
        try:
            use(f"http://127.0.0.1:{port}", token, cameras)
        finally:
            app.send_signal(signal.SIGTERM)
            for child in children(app.pid):
                subprocess.run(["kill", child], check=False)
            app.wait(60)
    return trace.read_text()


def in_image(root: Path, *command: str) -> str:
    """Run a command of ours in the image's files; return what it wrote."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin"}
    done = subprocess.run(
        ["chroot", root, "/usr/local/bin/start", *command],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def ended(episodes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an episode that is over and has its picture, nothing if there is none."""
    done = (each for each in episodes if each["ended_at"] and each["has_thumbnail"])
    return next(done, {})


def use(url: str, token: str, cameras: RtspServer) -> None:
    """Do what an owner does: add a camera, look, play, take a clip along."""
    until(lambda: ask(f"{url}/healthz"))
    address = f"rtsp://127.0.0.1:{cameras.port}/yard"
    wish = {
        "id": "yard",
        "name": "Yard",
        "main_url": address,
        "sub_url": f"{address}-sub",
    }
    ask(f"{url}/api/cameras", method="POST", token=token, body=wish)
    ask(f"{url}/api/discover", method="POST", token=token)
    until(lambda: ask(f"{url}/api/cameras", token=token)[0]["state"] == "live")
    episode = until(lambda: ended(ask(f"{url}/api/episodes", token=token)))
    clip = f"/api/episodes/{episode['id']}/clip.mp4"
    signed = ask(f"{url}/api/sign", method="POST", token=token, body={"path": clip})
    for path in (signed["url"], "/", "/icon.svg"):
        with urlopen(f"{url}{path}", timeout=20) as answer:  # noqa: S310 - our own
            assert answer.read()


@pytest.mark.parametrize(
    ("glob", "path", "is_matched"),
    [
        ("/data/**", "/data/a/b", True),
        ("/data/**", "/data/", False),
        ("/media/neighborcam*/**", "/media/holiday/a", False),
        ("/usr/bin/{dash,sed}", "/usr/bin/sed", True),
        ("/usr/bin/python3*", "/usr/bin/python3.13", True),
        ("@{PROC}/@{pid}/status", "/proc/12/status", True),
        ("/media/*", "/media/a/b", False),
    ],
)
def test_globs_are_read_as_apparmor_reads_them(
    glob: str, path: str, *, is_matched: bool
) -> None:
    assert bool(pattern(glob).match(path)) is is_matched
