import json
import subprocess

from awesomeversion import AwesomeVersion
from homeassistant.const import __version__

from tests.home_assistant.texts import CHECKOUT, INTEGRATION, parsed

KEYS = {
    *("content_in_root", "country", "filename", "hacs", "hide_default_branch"),
    *("homeassistant", "name", "persistent_directory", "render_readme", "zip_release"),
}


def told() -> dict[str, object]:
    content: dict[str, object] = json.loads((CHECKOUT / "hacs.json").read_text())
    return content


def tracked(*patterns: str) -> set[str]:
    """Return the files of ours that match, where they lie in the checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
        text=True,
    )
    return set(listed.stdout.splitlines())


def test_the_store_knows_every_key_and_finds_the_release() -> None:
    assert set(told()) <= KEYS
    assert told()["name"] == parsed("manifest.json")["name"]
    assert told()["zip_release"] is True
    assert str(told()["filename"]).endswith(".zip")


def test_the_store_installs_only_where_this_suite_passes() -> None:
    assert AwesomeVersion(str(told()["homeassistant"])) <= __version__


def test_the_store_finds_one_integration_and_no_other_manifest() -> None:
    found = tracked("manifest.json", "*/manifest.json")
    assert found == {"custom_components/neighborcam/manifest.json"}


def test_no_stray_configuration_is_taken_for_an_app() -> None:
    names = [f"*config.{ending}" for ending in ("yaml", "yml", "json")]
    named = {path for path in tracked(*names) if "/config." in f"/{path}"}
    assert {path for path in named if not path.startswith("addon/")} == set()


def test_the_store_can_show_a_description_and_a_licence() -> None:
    assert (CHECKOUT / "README.md").read_text().startswith("# NeighborCam")
    assert "Apache License" in (CHECKOUT / "LICENSE").read_text()


def test_the_folder_imports_alone() -> None:
    texts = [path.read_text() for path in INTEGRATION.rglob("*.py")]
    assert texts
    assert not any("import custom_components" in text for text in texts)
    assert not any("from custom_components" in text for text in texts)
