"""What a Home Assistant starts with: a configuration that needs no internet."""

import json
import os
import shutil
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).parents[1]
INTEGRATION: Final = CHECKOUT / "custom_components" / "neighborcam"

_CONFIGURATION: Final = """\
# No default_config: half of it is for radios and clouds that a demo does not have.
homeassistant:
  name: Demo
  latitude: 52.37
  longitude: 4.9
  elevation: 0
  unit_system: metric
  currency: EUR
  country: NL
  time_zone: {time_zone}
  internal_url: http://127.0.0.1:{port}
automation: []
frontend:
config:
history:
logbook:
media_source:
stream:
logger:
  default: warning
"""


def write_folder(folder: Path, port: int) -> None:
    """Write a fresh configuration, with the integration as a store installs it."""
    (folder / ".storage").mkdir(parents=True, exist_ok=True)
    configuration = _CONFIGURATION.format(port=port, time_zone=_time_zone())
    (folder / "configuration.yaml").write_text(configuration)
    (folder / ".storage" / "http").write_text(json.dumps(_http(port)))
    shutil.copytree(
        INTEGRATION,
        folder / "custom_components" / INTEGRATION.name,
        ignore=shutil.ignore_patterns("__pycache__"),
    )


def _http(port: int) -> dict[str, object]:
    """Return the storage of `http`: what stands in YAML is but a trial of 5 minutes."""
    stable = {
        "server_port": port,
        "server_host": ["127.0.0.1"],
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    data = {"stable": stable, "pending": None, "yaml_migration_done": True}
    return {"version": 2, "minor_version": 2, "key": "http", "data": data}


def _time_zone() -> str:
    """Return the machine's time zone, so that times are those of its user's clock."""
    named = os.environ.get("TZ") or os.path.realpath("/etc/localtime")
    _, _, zone = named.rpartition("zoneinfo/")
    return zone if "/" in zone else "UTC"
