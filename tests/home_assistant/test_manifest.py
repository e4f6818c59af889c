import re
import struct
from pathlib import Path

import pytest
from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.loader import Manifest
from homeassistant.util.yaml import load_yaml_dict

from tests.home_assistant.texts import INTEGRATION, modules, parsed

MANIFEST = parsed("manifest.json")
REQUIRED = {
    *("domain", "name", "codeowners", "documentation", "integration_type"),
    *("iot_class", "issue_tracker", "version"),
}
_RULES = """
bronze: action-setup appropriate-polling brands common-modules config-flow
  config-flow-test-coverage dependency-transparency docs-actions docs-conditions
  docs-high-level-description docs-installation-instructions
  docs-removal-instructions docs-triggers entity-event-setup entity-unique-id
  has-entity-name runtime-data test-before-configure test-before-setup
  unique-config-entry
silver: action-exceptions config-entry-unloading docs-configuration-parameters
  docs-installation-parameters entity-unavailable integration-owner
  log-when-unavailable parallel-updates reauthentication-flow test-coverage
gold: devices diagnostics discovery discovery-update-info docs-data-update
  docs-examples docs-known-limitations docs-supported-devices
  docs-supported-functions docs-troubleshooting docs-use-cases dynamic-devices
  entity-category entity-device-class entity-disabled-by-default
  entity-translations exception-translations icon-translations
  reconfiguration-flow repair-issues stale-devices
platinum: async-dependency inject-websession strict-typing
"""
RULES = {word for word in _RULES.split() if not word.endswith(":")}


def test_domain_and_name_come_first_and_the_rest_is_sorted() -> None:
    rest = sorted(set(MANIFEST) - {"domain", "name"})
    assert list(MANIFEST) == ["domain", "name", *rest]


def test_the_manifest_has_what_is_asked_for_and_no_key_that_nobody_knows() -> None:
    assert set(MANIFEST) >= REQUIRED
    known = set(Manifest.__annotations__)
    assert set(MANIFEST) - known <= {"issue_tracker", "codeowners", "quality_scale"}


def test_the_folder_is_named_like_the_domain() -> None:
    assert INTEGRATION.name == MANIFEST["domain"]
    assert [path.name for path in INTEGRATION.parent.glob("*/manifest.json")] == [
        "manifest.json"
    ], "a store takes the first folder"


@pytest.mark.parametrize("key", ["documentation", "issue_tracker"])
def test_addresses_are_safe_and_our_own(key: str) -> None:
    assert MANIFEST[key].startswith("https://")
    assert "home-assistant.io" not in MANIFEST[key]


def test_owners_are_named_as_on_github() -> None:
    assert MANIFEST["codeowners"]
    assert all(re.fullmatch(r"@[\w-]+", owner) for owner in MANIFEST["codeowners"])


def test_the_version_is_one_that_home_assistant_can_order() -> None:
    version = AwesomeVersion(
        MANIFEST["version"], ensure_strategy=AwesomeVersionStrategy.SEMVER
    )
    assert version > "0"


def test_home_assistant_brings_everything_that_is_required() -> None:
    assert MANIFEST["requirements"] == []
    assert MANIFEST["iot_class"] == "local_push"


def test_what_is_set_up_by_a_flow_says_so_to_who_writes_yaml() -> None:
    names = {
        getattr(target, "id", "")
        for node in modules()["__init__"].body
        for target in getattr(node, "targets", [getattr(node, "target", None)])
    }
    assert "CONFIG_SCHEMA" in names


def size(path: Path) -> tuple[int, int]:
    """Return width and height of a PNG."""
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def test_the_icons_are_square_and_as_large_as_asked_for() -> None:
    assert size(INTEGRATION / "brand" / "icon.png") == (256, 256)
    assert size(INTEGRATION / "brand" / "icon@2x.png") == (512, 512)


@pytest.mark.parametrize("name", ["logo", "dark_logo"])
def test_a_logo_lies_and_comes_in_two_sizes(name: str) -> None:
    width, height = size(INTEGRATION / "brand" / f"{name}.png")
    assert width > height
    assert 128 <= height <= 256
    assert size(INTEGRATION / "brand" / f"{name}@2x.png") == (2 * width, 2 * height)


def test_every_rule_of_the_quality_scale_has_an_answer() -> None:
    rules = load_yaml_dict(str(INTEGRATION / "quality_scale.yaml"))["rules"]
    assert set(rules) == RULES
    assert len(RULES) == 54


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_is_kept_or_the_reason_is_given(rule: str) -> None:
    answer = load_yaml_dict(str(INTEGRATION / "quality_scale.yaml"))["rules"][rule]
    status, comment = (
        (answer, "")
        if isinstance(answer, str)
        else (answer["status"], answer.get("comment", ""))
    )
    assert status in {"done", "exempt", "todo"}
    assert status == "done" or comment.strip()


def test_the_manifest_claims_no_more_than_the_rules_say() -> None:
    rules = load_yaml_dict(str(INTEGRATION / "quality_scale.yaml"))["rules"]
    todo = [each for each in rules.values() if "todo" in str(each)]
    assert MANIFEST.get("quality_scale") == (None if todo else "platinum")
