"""What the Supervisor, its linter and its store want of an app.

The rules are those of the developers' documentation (apps/configuration, apps/security)
and of the linter that app repositories run. Nobody tells us in time if we break one.
"""

import re
import struct
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import yaml

from neighborcam import __version__
from neighborcam.commands.app import ALL, INGRESS_PORT, AppOptions
from neighborcam.engine.api.server import DEFAULT_PORT
from neighborcam.engine.supervisor import SERVICE
from tests.conftest import CHECKOUT

APP: Final = CHECKOUT / "addon"
KEYS: Final = {
    *("name", "version", "slug", "description", "url", "image", "arch"),
    *("homeassistant", "ingress", "ingress_stream", "panel_icon", "panel_title"),
    *("discovery", "map", "tmpfs", "timeout", "ports", "backup_pre", "backup_post"),
    *("backup_exclude", "options", "schema"),
}
# What a line that only repeats these would be refused for.
DEFAULTS: Final[dict[str, Any]] = {
    "boot": "auto",
    "startup": "application",
    "stage": "stable",
    "init": True,
    "apparmor": True,
    "backup": "hot",
    "ingress_port": INGRESS_PORT,
    "ingress_entry": "/",
    "panel_admin": True,
    "hassio_role": "default",
}


def yaml_of(name: str) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load((APP / name).read_text())
    return made


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    return yaml_of("config.yaml")


def rating(config: dict[str, Any], *, has_profile: bool) -> int:
    """Return the Supervisor's security rating, 1 to 8, as its documentation counts.

    5 to begin with; an own AppArmor profile adds 1, switching it off takes 1; ingress
    adds 2, else Home Assistant's login 1; privileges, the host's network and
    namespaces, and roles take; Docker or full access is 1.
    """
    points = 5
    if config.get("apparmor", True) is False:
        points -= 1
    elif has_profile:
        points += 1
    if config.get("ingress"):
        points += 2
    elif config.get("auth_api"):
        points += 1
    if config.get("privileged") or config.get("kernel_modules"):
        points -= 1
    points -= {"manager": 1, "admin": 2}.get(config.get("hassio_role", ""), 0)
    points -= bool(config.get("host_network"))
    points -= 2 * bool(config.get("host_pid"))
    points -= bool(config.get("host_uts"))
    if config.get("docker_api") or config.get("full_access"):
        return 1
    return max(1, min(8, points))


def test_the_security_rating_is_the_best_there_is(config: dict[str, Any]) -> None:
    assert rating(config, has_profile=(APP / "apparmor.txt").is_file()) == 8
    assert rating(config, has_profile=False) == 7
    assert rating({**config, "host_network": True}, has_profile=True) == 7


def test_every_key_is_known_and_none_repeats_a_default(config: dict[str, Any]) -> None:
    assert set(config) == KEYS
    assert not {key for key, value in DEFAULTS.items() if config.get(key) == value}


def test_the_app_asks_for_nothing_that_it_does_not_use(config: dict[str, Any]) -> None:
    asked = {
        *("hassio_api", "homeassistant_api", "auth_api", "docker_api", "full_access"),
        *("host_network", "host_pid", "host_ipc", "host_dbus", "privileged", "devices"),
        *("video", "usb", "uart", "gpio", "audio", "udev", "kernel_modules", "stdin"),
    }
    assert not asked & set(config)
    assert config["map"] == [{"type": "media", "read_only": False}]


def test_names_versions_and_machines_are_as_the_store_wants_them(
    config: dict[str, Any],
) -> None:
    assert re.fullmatch(r"[-_.A-Za-z0-9]+", config["slug"])
    assert config["version"] == __version__
    assert config["arch"] == ["aarch64", "amd64"]
    assert re.fullmatch(r"[a-z0-9./_-]+", config["image"])  # no {arch}: one manifest
    assert 10 <= config["timeout"] <= 300
    assert len(config["description"]) <= 120
    assert SERVICE in config["discovery"]
    assert list(config["ports"]) == [f"{DEFAULT_PORT}/tcp"]
    assert ALL == "0.0.0.0"


def test_the_options_are_those_that_the_program_reads(config: dict[str, Any]) -> None:
    defaults = msgspec.to_builtins(AppOptions())
    assert config["options"] == defaults
    assert set(config["schema"]) == set(defaults)
    told = msgspec.json.schema(AppOptions)["$defs"]["AppOptions"]["properties"]
    assert config["schema"]["recordings"] == f"match({told['recordings']['pattern']})"
    levels = config["schema"]["log_level"].removeprefix("list(").removesuffix(")")
    assert sorted(levels.split("|")) == sorted(told["log_level"]["enum"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_option_and_port_is_explained(
    config: dict[str, Any], language: str
) -> None:
    told = yaml_of(f"translations/{language}.yaml")
    assert set(told) == {"configuration", "network"}
    assert set(told["configuration"]) == set(config["schema"])
    for option in told["configuration"].values():
        assert set(option) == {"name", "description"}
        assert all(option.values())
    assert set(told["network"]) == set(config["ports"])


def test_the_guide_explains_every_option() -> None:
    text = (APP / "DOCS.md").read_text()
    for option in msgspec.to_builtins(AppOptions()):
        assert f"### Option: `{option}`" in text


def test_the_profile_is_named_as_the_supervisor_replaces_it(
    config: dict[str, Any],
) -> None:
    text = (APP / "apparmor.txt").read_text()
    profiles = re.findall(r"^profile (\S+) flags=\(.*\) \{$", text, re.MULTILINE)
    assert profiles == [config["slug"]]


def test_the_image_is_built_from_pinned_parts(config: dict[str, Any]) -> None:
    text = (APP / "Dockerfile").read_text()
    base = re.search(r"^ARG BUILD_FROM=(\S+)$", text, re.MULTILINE)
    assert base
    assert re.fullmatch(r"debian:[a-z]+-\d{8}-slim@sha256:[0-9a-f]{64}", base[1])
    fetching = re.findall(r"\bpip[^&|]*? (?:install|wheel) [^&|]*", text)
    assert len(fetching) == 4
    assert all("--require-hashes" in each or "built/*.whl" in each for each in fetching)
    assert f"ARG BUILD_VERSION={config['version']}\n" in text
    assert "HEALTHCHECK" in text
    for label in ("type", "version", "arch"):
        assert f"io.hass.{label}=" in text


@pytest.mark.parametrize(
    ("name", "size"), [("icon.png", (128, 128)), ("logo.png", (250, 100))]
)
def test_pictures_have_the_size_that_the_store_shows(
    name: str, size: tuple[int, int]
) -> None:
    head = (APP / name).read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    assert struct.unpack(">II", head[16:24]) == size


def test_the_store_finds_what_it_shows() -> None:
    for name in ("README.md", "DOCS.md", "CHANGELOG.md"):
        assert (APP / name).read_text().startswith("# ")
    changes = (CHECKOUT / "CHANGELOG.md").read_text()
    assert (APP / "CHANGELOG.md").read_text() == changes
    repository = yaml.safe_load((CHECKOUT / "repository.yaml").read_text())
    assert set(repository) == {"name", "url", "maintainer"}


def test_the_supervisor_finds_one_app_in_the_repository() -> None:
    found = {
        path.relative_to(CHECKOUT)
        for ending in ("yaml", "yml", "json")
        for path in CHECKOUT.rglob(f"config.{ending}")
        if not any(
            part.startswith(".") or part == "node_modules" for part in path.parts
        )
    }
    assert found == {Path("addon/config.yaml")}
