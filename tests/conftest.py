"""What tests need beyond Python, and what happens when it is not there.

Footage and model files are not ours to hand out (most clips may be used for research
only), so a clone elsewhere cannot have them: their absence leaves those tests out,
under CI too, or no fork could ever be green. Chromium can be installed by anybody:
under ``CI=true`` its absence is a failure. And what was promised must be there: when
the folder of shared files exists, or ``NEIGHBORCAM_SHARED`` names one, a file missing
in it fails the test instead of hiding it. Whatever is left out is named at the end.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

CHECKOUT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _named_shared() -> Path | None:
    named = os.environ.get("NEIGHBORCAM_SHARED")
    return Path(named) if named else None


def shared_folder() -> Path | None:
    """Return the folder of footage and models; None when this machine has none."""
    folder = _named_shared() or CHECKOUT.parent / "shared"
    return folder if folder.is_dir() else None


def chromium() -> str | None:
    """Return the browser's path; NEIGHBORCAM_CHROMIUM goes before PATH."""
    named = os.environ.get("NEIGHBORCAM_CHROMIUM")
    found = (shutil.which(name) for name in BROWSERS)
    return named or next((path for path in found if path), None)


def _missing_shared(folder: str) -> str | None:
    root = shared_folder()
    if root is None:
        return f"no {folder} here: NEIGHBORCAM_SHARED or ../shared has the files"
    return None if (root / folder).is_dir() else f"{root} has no folder {folder}"


def _missing_browser() -> str | None:
    return None if chromium() else "no Chromium: `apt install chromium`, or script/test"


MISSING: dict[str, Callable[[], str | None]] = {
    "browser": _missing_browser,
    "footage": lambda: _missing_shared("footage"),
    "model": lambda: _missing_shared("models"),
}


def must_be_here(group: str) -> bool:
    """Tell whether a missing part is this machine's fault, and so a failure."""
    if group == "browser":
        return os.environ.get("CI") == "true"
    return _named_shared() is not None or shared_folder() is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test out, or fail it, when a part that its marker names is missing."""
    for group, missing in MISSING.items():
        reason = missing() if item.get_closest_marker(group) else None
        if reason is None:
            continue
        if must_be_here(group):
            pytest.fail(reason, pytrace=False)
        pytest.skip(f"{group}: {reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly which groups of tests were left out; a skip alone is easily missed."""
    skipped = terminalreporter.stats.get("skipped", [])
    texts = [str(report.longrepr) for report in skipped]
    for group, missing in MISSING.items():
        count = sum(f"{group}: " in text for text in texts)
        if count:
            reason = missing() or "see above"
            terminalreporter.write_line(
                f"LEFT OUT: {count} {group} tests ({reason})", yellow=True, bold=True
            )


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of footage and models; mark the test ``footage`` or ``model``."""
    folder = shared_folder()
    if folder is None:
        pytest.skip("footage: no folder of shared files here")
    return folder


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of the browser for Playwright; mark the test ``browser``."""
    path = chromium()
    if path is None:
        pytest.skip("browser: no Chromium here")
    return path
