"""Print every package that Home Assistant installs when it starts some integrations.

usage: home_assistant_requirements.py FOLDER_OF_COMPONENTS INTEGRATION...

It follows dependencies as Home Assistant does: what an integration needs, what it
wants to be loaded before it, and the discovery that its manifest asks for.
"""

import json
import sys
from pathlib import Path
from typing import Any

# What starts without being asked for; some kinds of entities among it need packages.
ALWAYS = [
    "analytics",
    "api",
    "application_credentials",
    "assist_satellite",
    "auth",
    "automation",
    "backup",
    "binary_sensor",
    "blueprint",
    "brands",
    "camera",
    "config",
    "diagnostics",
    "event",
    "file_upload",
    "frontend",
    "hardware",
    "homeassistant",
    "http",
    "image",
    "image_upload",
    "infrared",
    "input_boolean",
    "labs",
    "logger",
    "lovelace",
    "network",
    "onboarding",
    "person",
    "radio_frequency",
    "recorder",
    "repairs",
    "scene",
    "script",
    "search",
    "sensor",
    "system_log",
    "tag",
    "trace",
    "websocket_api",
    "zone",
]
DISCOVERED_BY = {"dhcp": "dhcp", "mqtt": "mqtt", "ssdp": "ssdp", "zeroconf": "zeroconf"}


def manifest(components: Path, domain: str) -> dict[str, Any]:
    """Return what an integration says about itself; nothing where it does not exist."""
    path = components / domain / "manifest.json"
    return json.loads(path.read_text()) if path.exists() else {}


def requirements(components: Path, integrations: list[str]) -> set[str]:
    """Return the pinned packages of the integrations and of all they need."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [*ALWAYS, *integrations]
    while waiting:
        domain = waiting.pop()
        if domain in seen:
            continue
        seen.add(domain)
        said = manifest(components, domain)
        found.update(said.get("requirements", []))
        waiting += said.get("dependencies", []) + said.get("after_dependencies", [])
        waiting += [by for key, by in DISCOVERED_BY.items() if key in said]
    return found


def main(arguments: list[str]) -> int:
    """Print one requirement a line."""
    components, *integrations = arguments
    found = requirements(Path(components), integrations)
    sys.stdout.writelines(f"{each}\n" for each in sorted(found, key=str.lower))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
