"""What script/release does: version, changelog, data for later upgrades, the zip.

The zip is the same on every machine that builds it: names in order, one time, one set
of permissions, nothing that git does not know but the dashboard card, which is built.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).parents[1]
INTEGRATION: Final = Path("custom_components/neighborcam")
CARD: Final = INTEGRATION / "frontend" / "neighborcam-card.js"
CHANGELOG: Final = Path("CHANGELOG.md")
DIST: Final = Path("dist")
ZIP: Final = "neighborcam.zip"
KEPT: Final = Path("tests/releases")
# No release candidates: the stores would offer one to everybody.
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+")
_UNRELEASED: Final = "## [Unreleased]\n"
_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the first that a zip can tell
_MODE: Final = 0o644 << 16


@dataclass(frozen=True, kw_only=True)
class Place:
    """A file that says the version; ``{}`` stands for it."""

    path: Path
    line: str


PLACES: Final = (
    Place(path=Path("pyproject.toml"), line='version = "{}"'),
    Place(path=Path("addon/neighborcam/__init__.py"), line='__version__ = "{}"'),
    Place(path=Path("addon/config.yaml"), line="version: {}"),
    Place(path=Path("addon/Dockerfile"), line="ARG BUILD_VERSION={}"),
    Place(path=Path("compose.yaml"), line="  image: ghcr.io/neighborcam/app:{}"),
    Place(path=Path("compose.yaml"), line="    image: ghcr.io/neighborcam/app:{}"),
    Place(path=INTEGRATION / "manifest.json", line='  "version": "{}",'),
)


class Refused(Exception):
    """The release cannot be made; the text says what to do first."""


def written(place: Place) -> str:
    """Return the version that a file says. Raises `Refused` if it says none."""
    before, after = (re.escape(part) for part in place.line.split("{}"))
    found = re.search(f"^{before}(.+?){after}$", _read(place.path), re.MULTILINE)
    if found is None:
        raise Refused(f"{place.path} says no version")
    return found[1]


def write(place: Place, version: str) -> None:
    """Let a file say another version."""
    old, new = place.line.format(written(place)), place.line.format(version)
    (CHECKOUT / place.path).write_text(_read(place.path).replace(old, new, 1))


def changes(version: str | None) -> str:
    """Return what the changelog says of a version, or of what is not released."""
    wanted = "Unreleased" if version is None else version
    sections = re.split(r"^## \[", _read(CHANGELOG), flags=re.MULTILINE)
    for section in sections[1:]:
        title, _, text = section.partition("\n")
        if title.startswith(f"{wanted}]"):
            return text.strip()
    raise Refused(f"CHANGELOG.md has no section [{wanted}]")


def release(version: str, today: str) -> None:
    """Write the version everywhere. Raises `Refused`, and then nothing is written."""
    if not _VERSION.fullmatch(version):
        raise Refused(f"{version} is no version, such as 1.2.3")
    if not changes(None):
        raise Refused("nothing is written below [Unreleased] in CHANGELOG.md")
    if f"## [{version}]" in _read(CHANGELOG):
        raise Refused(f"{version} was released already")
    for place in PLACES:
        written(place)
    for place in PLACES:
        write(place, version)
    title = f"{_UNRELEASED}\n## [{version}] - {today}\n"
    text = _read(CHANGELOG).replace(_UNRELEASED, title, 1)
    (CHECKOUT / CHANGELOG).write_text(text)


def check(version: str) -> None:
    """Return if the version is written everywhere. Raises `Refused`."""
    for place in PLACES:
        if written(place) != version:
            raise Refused(f"{place.path} says {written(place)}, not {version}")
    if not changes(version):
        raise Refused(f"the changelog says nothing of {version}")
    if not (CHECKOUT / KEPT / version / "data.tar.xz").is_file():
        raise Refused(f"{KEPT} has no data of {version}: python -m tests.releases.keep")


def keep() -> None:
    """Keep data that this version wrote, so that later ones can be tried on it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.releases.keep"], cwd=CHECKOUT, check=False
    )
    if done.returncode:
        raise Refused("the data for later upgrades could not be kept")


def build_zip() -> Path:
    """Write the zip that the store installs; return where it is."""
    target = CHECKOUT / DIST / ZIP
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(_files()):
            name = path.relative_to(INTEGRATION).as_posix()
            entry = zipfile.ZipInfo(name, _TIME)
            entry.external_attr = _MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (CHECKOUT / path).read_bytes())
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    (target.parent / "SHA256SUMS").write_text(f"{digest}  {ZIP}\n")
    return target


def _files() -> Iterator[Path]:
    listed = subprocess.run(  # noqa: S603 - fixed words, no shell
        ["git", "ls-files", "-z", str(INTEGRATION)],  # noqa: S607 - git is on PATH
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
        text=True,
    )
    yield from (Path(name) for name in listed.stdout.split("\0") if name)
    if not (CHECKOUT / CARD).is_file():
        raise Refused("the dashboard card is not built: call script/build-web")
    yield CARD


def _read(path: Path) -> str:
    return (CHECKOUT / path).read_text()


def main() -> int:
    """Do what the command line says; 1 if it cannot be done."""
    parser = argparse.ArgumentParser(prog="script/release")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--zip", action="store_true")
    parser.add_argument("version", nargs="?")
    options = parser.parse_args()
    try:
        if options.check:
            check(options.version or written(PLACES[0]))
            return 0
        if options.version:
            release(options.version, f"{datetime.now(UTC):%Y-%m-%d}")
            keep()
        version = written(PLACES[0])
        target = build_zip()
        notes = changes(version if f"## [{version}]" in _read(CHANGELOG) else None)
        (target.parent / "notes.md").write_text(f"{notes}\n")
    except Refused as problem:
        print(f"release: {problem}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 1
    print((target.parent / "SHA256SUMS").read_text(), end="")  # noqa: T201 - likewise
    if options.version:
        print(f"git add {KEPT / version}")  # noqa: T201
        print(f"git commit -am 'Release {version}' && git tag -s v{version}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
