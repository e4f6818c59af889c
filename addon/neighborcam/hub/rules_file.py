"""The hub's own limits for requests of agencies, from a file that its people wrote.

TOML, with the names of spec/requests.md. The hub enters them into the public log; only
then do they count, for desk, hub and home alike.
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from neighborcam.hub.errors import StorageFailed
from neighborcam.protocol.request_limits import RequestRules, monthly_for

LEAST_AREA_KM2: Final = 0.13  # the largest H3 cells of resolution 9: all areas fit one
_COUNTED: Final = "households"
_MONTHLY: Final = "monthly"


@dataclass(frozen=True, kw_only=True)
class OwnRules:
    """What a hub's people decided; the defaults are NCP/1's."""

    rules: RequestRules = field(default_factory=RequestRules)
    monthly: int | None = None  # at most; None: as many as the wire allows

    def of(self, households: int) -> RequestRules:
        """Return the rules of a hub with so many homes."""
        most = monthly_for(households)
        monthly = most if self.monthly is None else min(self.monthly, most)
        return msgspec.structs.replace(
            self.rules, monthly=monthly, households=households
        )


def load_rules(path: Path) -> OwnRules:
    """Return the rules of a file. Raises `StorageFailed`, naming what is wrong."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise StorageFailed(f"the rules {path.name} cannot be read") from None
    except tomllib.TOMLDecodeError as problem:
        raise StorageFailed(f"{path.name} is no TOML: {problem}") from None
    if _COUNTED in said:
        raise StorageFailed(f"{path.name}: the hub counts {_COUNTED} itself")
    try:
        rules = msgspec.convert(said, RequestRules)
    except msgspec.ValidationError as problem:
        raise StorageFailed(f"{path.name}: {problem}") from None
    if rules.area_km2 < LEAST_AREA_KM2:
        raise StorageFailed(
            f"{path.name}: no area fits into area_km2 = {rules.area_km2:g}: the least"
            f" is {LEAST_AREA_KM2:g}, a cell of H3's resolution 9"
        )
    return OwnRules(rules=rules, monthly=rules.monthly if _MONTHLY in said else None)
