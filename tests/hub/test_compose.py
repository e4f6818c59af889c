"""compose.yaml starts what this program is: options, ports, health, names fit."""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from neighborcam.cli import parser
from neighborcam.commands.hub import _settings
from neighborcam.hub.api.routes import ROUTES
from neighborcam.hub.blobs import Blobs
from neighborcam.hub.settings import DEFAULT_PORT, HubSettings

CHECKOUT = Path(__file__).parents[2]
SAID = {"HUB_URL": "https://hub.example", "HUB_SECRET": "s3cret", "HUB_NAME": "Mill"}
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def compose(said: Mapping[str, str]) -> dict[str, Any]:
    text = (CHECKOUT / "compose.yaml").read_text()
    filled = _VARIABLE.sub(lambda found: said.get(found[1]) or found[2] or "", text)
    found: dict[str, Any] = yaml.safe_load(filled)
    return found


FILE = compose(SAID)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
HUBS = [
    name for name, each in SERVICES.items() if each.get("command", [""])[0] == "hub"
]
TOWN = [name for name, each in SERVICES.items() if "town" in each.get("profiles", [])]


def settings_of(
    service: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> HubSettings:
    for name, value in service.get("environment", {}).items():
        monkeypatch.setenv(name, value)
    return _settings(parser(["hub"]).parse_args(service["command"]))


def test_there_are_a_hub_for_a_street_and_nodes_for_a_town() -> None:
    assert HUBS == ["hub", "node"]
    assert "hub" not in TOWN


@pytest.mark.parametrize(("name", "said"), [("hub", SAID), ("hub", {}), ("node", SAID)])
def test_the_program_takes_every_option(
    name: str, said: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(compose(said)["services"][name], monkeypatch)
    assert settings.url == said.get("HUB_URL", f"http://127.0.0.1:{DEFAULT_PORT}")
    assert settings.host == "0.0.0.0", "a container's own loopback reaches nobody"
    assert settings.port == DEFAULT_PORT


@pytest.mark.parametrize("name", HUBS)
def test_health_is_asked_where_the_hub_answers(name: str) -> None:
    called, program, address = SERVICES[name]["healthcheck"]["test"]
    assert called == "CMD"
    assert (CHECKOUT / "addon/image" / program).exists()
    parts = urlsplit(address)
    assert parts.port == DEFAULT_PORT
    assert parts.path in {each.path for each in ROUTES}


def test_a_street_s_hub_keeps_its_data_and_listens_to_this_machine() -> None:
    hub = SERVICES["hub"]
    data = next(each for each in hub["command"] if each.startswith("--data="))
    assert hub["volumes"] == [f"hub:{data.removeprefix('--data=')}"]
    (port,) = hub["ports"]
    assert port == f"127.0.0.1:{DEFAULT_PORT}:{DEFAULT_PORT}"


def test_a_node_reaches_the_services_of_its_network_by_their_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = SERVICES["node"]
    settings = settings_of(node, monkeypatch)
    endpoint = node["environment"]["AWS_ENDPOINT_URL"]
    for address in (settings.database, settings.nats, endpoint):
        host = str(urlsplit(address).hostname)
        assert host in node["depends_on"]
        assert node["networks"] == SERVICES[host]["networks"] == ["town"]
    database = urlsplit(settings.database)
    postgres = SERVICES["postgres"]["environment"]
    assert database.username == postgres["POSTGRES_USER"]
    assert database.password == postgres["POSTGRES_PASSWORD"] == SAID["HUB_SECRET"]
    assert database.path == f"/{postgres['POSTGRES_DB']}"
    s3 = SERVICES["s3"]
    assert f":{urlsplit(endpoint).port}" in s3["command"]
    assert (
        node["environment"]["AWS_ACCESS_KEY_ID"]
        == (s3["environment"]["ROOT_ACCESS_KEY_ID"])
    )
    Blobs.at(settings.blobs)  # is an address
    bucket = urlsplit(settings.blobs).hostname
    assert SERVICES["bucket"]["entrypoint"][-1] == f"{s3['command'][-1]}/{bucket}"


def test_only_the_proxy_s_network_is_believed_about_clients(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_of(SERVICES["node"], monkeypatch)
    (subnet,) = FILE["networks"]["town"]["ipam"]["config"]
    assert settings.trusted_proxies == (ip_network(subnet["subnet"]),)
    assert SERVICES["proxy"]["networks"] == ["town"]
    assert "ports" not in SERVICES["node"], "who comes past the proxy could lie"
    caddy = FILE["configs"]["caddyfile"]["content"]
    assert f"dynamic a node {DEFAULT_PORT}" in caddy
    assert caddy.startswith("https://hub.example {")


def test_every_name_leads_somewhere() -> None:
    for service in SERVICES.values():
        for wanted, how in dict.fromkeys(service.get("depends_on", ())).items():
            assert wanted in SERVICES, how
            assert ("town" in service["profiles"]) <= (wanted in TOWN)
        for volume in service.get("volumes", ()):
            assert volume.partition(":")[0] in FILE["volumes"]
        for network in service.get("networks", ()):
            assert network in FILE["networks"]
        for config in service.get("configs", ()):
            assert config["source"] in FILE["configs"]
    needed = SERVICES["node"]["depends_on"]
    for name, how in needed.items():
        if how["condition"] == "service_healthy":
            assert SERVICES[name]["healthcheck"]
