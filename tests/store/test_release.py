"""Releases: one version in every file, one zip on every machine."""

import importlib.util
import shutil
import subprocess
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
import yaml

from neighborcam import __version__
from tests.conftest import CHECKOUT

WORKFLOWS: Final = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))


def loaded() -> ModuleType:
    path = CHECKOUT / "script" / "releasing.py"
    spec = importlib.util.spec_from_file_location("releasing", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def releasing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program, on a checkout of its own with something to release."""
    module = loaded()
    monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    for path in (*(place.path for place in module.PLACES), module.CHANGELOG):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / path, tmp_path / path)
    (tmp_path / module.CARD).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / module.CARD).write_text("card")
    shutil.copy(CHECKOUT / ".gitignore", tmp_path)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return module


def test_one_version_is_written_in_every_file() -> None:
    module = loaded()
    assert {module.written(place) for place in module.PLACES} == {__version__}


def test_a_release_writes_version_and_changelog(releasing: Any, tmp_path: Path) -> None:
    unreleased = releasing.changes(None)
    releasing.release("7.8.9", "2030-01-02")
    with pytest.raises(releasing.Refused, match=r"has no data of 7\.8\.9"):
        releasing.check("7.8.9")
    kept = tmp_path / releasing.KEPT / "7.8.9" / "data.tar.xz"
    kept.parent.mkdir(parents=True)
    kept.touch()
    releasing.check("7.8.9")
    assert "## [7.8.9] - 2030-01-02" in (tmp_path / "CHANGELOG.md").read_text()
    assert releasing.changes("7.8.9") == unreleased
    assert releasing.changes(None) == ""
    with pytest.raises(releasing.Refused, match="nothing is written below"):
        releasing.release("7.8.10", "2030-01-03")
    with pytest.raises(releasing.Refused, match=r"says 7\.8\.9, not 1\.0\.0"):
        releasing.check("1.0.0")


@pytest.mark.parametrize("version", ["7.8", "v7.8.9", "7.8.9-beta", "", "7.8.9\n"])
def test_what_is_no_version_changes_nothing(
    releasing: Any, tmp_path: Path, version: str
) -> None:
    before = (tmp_path / "pyproject.toml").read_text()
    with pytest.raises(releasing.Refused, match="no version"):
        releasing.release(version, "2030-01-02")
    assert (tmp_path / "pyproject.toml").read_text() == before


def test_the_zip_is_the_same_wherever_it_is_built(
    releasing: Any, tmp_path: Path
) -> None:
    first = releasing.build_zip().read_bytes()
    for path in (tmp_path / releasing.INTEGRATION).rglob("*"):
        path.touch()
        path.chmod(0o755)
    (tmp_path / releasing.INTEGRATION / "stray.txt").write_text("not of git")
    assert releasing.build_zip().read_bytes() == first


def test_the_zip_holds_what_the_store_unpacks(releasing: Any) -> None:
    with zipfile.ZipFile(releasing.build_zip()) as archive:
        names = archive.namelist()
    assert names == ["frontend/neighborcam-card.js", "manifest.json"]


def test_a_zip_without_the_card_is_refused(releasing: Any, tmp_path: Path) -> None:
    (tmp_path / releasing.CARD).unlink()
    with pytest.raises(releasing.Refused, match="build-web"):
        releasing.build_zip()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_no_more_than_it_says_and_runs_pinned_actions(
    path: Path,
) -> None:
    told = yaml.safe_load(path.read_text())
    assert told["permissions"] == {}
    for job in told["jobs"].values():
        assert job["permissions"]
        if "uses" in job:  # a workflow of this checkout, which is tested here too
            assert job["uses"] in {f"$/.github/workflows/{e.name}" for e in WORKFLOWS}
            continue
        assert job["timeout-minutes"]
        for step in job["steps"]:
            action = step.get("uses", "@" + "0" * 40)
            _, _, digest = action.partition("@")
            assert len(digest) == 40, action


def test_nothing_is_published_that_did_not_pass() -> None:
    release = yaml.safe_load((WORKFLOWS[0].parent / "release.yml").read_text())["jobs"]
    tests = {name for name, job in release.items() if "test.yml" in job.get("uses", "")}

    def needed(name: str) -> set[str]:
        needs = release[name].get("needs", [])
        direct = {needs} if isinstance(needs, str) else set(needs)
        return direct.union(*map(needed, direct))

    assert tests
    for name, job in release.items():
        if "write" in job["permissions"].values():
            assert tests <= needed(name), name
    assert "zip" in needed("image")  # it checks the version in every file


def test_the_suite_runs_on_the_oldest_and_the_newest_home_assistant() -> None:
    text = (CHECKOUT / "script" / "test").read_text()
    assert "home_assistant newest" in text
    assert "2026.10" in (CHECKOUT / "pyproject.toml").read_text()
    assert '"homeassistant": "2026.10.0"' in (CHECKOUT / "hacs.json").read_text()
