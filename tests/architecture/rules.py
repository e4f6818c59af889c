"""The table of docs/architecture.md as rules: they stand nowhere else."""

import re
import sys
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.architecture.sources import CHECKOUT, ENGINE, Module

CONTRACTS: Final = (
    "states",
    "errors",
    "config",
    "facts",
    "settings",
    "neighbours",
    "requests",
    "moving",
)
WIRING: Final = re.compile(
    r"neighborcam\.(cli\w*|__main__|engine\.(app|detect)\w*)(\.|$)"
)
COMMANDS: Final = "neighborcam.commands"
INTEGRATION: Final = "custom_components.neighborcam"
PROTOCOL: Final = "neighborcam.protocol"
HUB: Final = "neighborcam.hub"
AGENCY: Final = "neighborcam.agency"
SERVING: Final = "neighborcam.serving"
SHARING: Final = "neighborcam.engine.sharing"
_HUB_LIBRARIES: Final = (
    "aiohttp",
    "alembic",
    "av",
    "cryptography",
    "cv2",
    "h3",
    "msgspec",
    "nats",
    "numpy",
    "obstore",
    "prometheus_client",
    "sqlalchemy",
    "webauthn",
    "dns",
)
_AGENCY_LIBRARIES: Final = ("aiohttp", "cryptography", "h3", "msgspec", "pkcs11")
_PURE: Final = ("cryptography", "h3", "msgspec", "rfc8785")
_IMPURE: Final = ("asyncio", "socket", "sqlite3", "subprocess", "threading", "time")
_SHIPPED: Final = ("homeassistant", "aiohttp", "awesomeversion", "probatio", "yarl")
# Packages beside the engine: their libraries, and what of ours lies below them.
_BESIDE: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    INTEGRATION: (_SHIPPED, ()),
    SERVING: (("aiohttp",), ()),
    HUB: (_HUB_LIBRARIES, (PROTOCOL, SERVING, "neighborcam")),
    AGENCY: (_AGENCY_LIBRARIES, (PROTOCOL, SERVING, "neighborcam")),
}
# What the engine shares with them. `sharing` is the only door out: nothing else of it
# knows the wire.
_OF_ALL: Final = {"sharing": (PROTOCOL,), "api": (SERVING,)}
_HEADING: Final = "## Who may import what"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One row. None means everything of the engine.

    Names are relative to neighborcam.engine, only `commands` lies beside it.
    """

    package: str
    may_import: tuple[str, ...] | None
    owns: tuple[str, ...]


@cache
def rules() -> dict[str, Rule]:
    """Return the rows of the table by package."""
    document = (CHECKOUT / "docs" / "architecture.md").read_text()
    section = document.split(_HEADING)[1].split("\n## ")[0]
    rows = [
        line.strip("|").split("|") for line in section.splitlines() if line[:1] == "|"
    ]
    parsed = [_rule(*(cell.strip() for cell in row)) for row in rows[2:]]
    return {rule.package: rule for rule in parsed}


def _rule(package: str, imports: str, owns: str) -> Rule:
    return Rule(
        package=package.strip("`"),
        may_import=None if imports.startswith("everything") else _allowed(imports),
        owns=tuple(name.strip() for name in owns.split(",") if name.strip()),
    )


def _allowed(cell: str) -> tuple[str, ...]:
    before = cell.split(";", maxsplit=1)[0]
    named = tuple(re.findall(r"`([\w.]+)`", before))
    return named + (CONTRACTS if "the contracts" in before else ())


def rule_of(module: str) -> Rule | None:
    """Return the most exact row for a dotted module name; None if there is none."""
    name = module.removeprefix(ENGINE)
    if _within(module, COMMANDS):
        name = module.removeprefix("neighborcam.")
    while name:
        if name in rules():
            return rules()[name]
        name = name.rpartition(".")[0]
    return None


def complaints(module: Module) -> list[str]:
    """Return what ``module`` imports against its row."""
    if _within(module.name, PROTOCOL):
        return _foreign(module, PROTOCOL, _PURE) + _impure(module)
    for package, (libraries, lower) in _BESIDE.items():
        if _within(module.name, package):
            return _foreign(module, package, libraries, *lower)
    governed = module.name.startswith(ENGINE) or _within(module.name, COMMANDS)
    if WIRING.match(module.name) or not governed:
        return []
    rule = rule_of(module.name)
    if rule is None:
        return [f"{module.name} has no row in docs/architecture.md"]
    imported = sorted(set(module.imports()))
    return [
        f"{module.name} imports {name}"
        for name in imported
        if not (_is_allowed(name, rule) and _is_owned(name, rule))
    ]


def _foreign(
    module: Module, package: str, libraries: tuple[str, ...], *lower: str
) -> list[str]:
    """Return imports that are of neither the package, Python, nor these libraries.

    ``lower`` are packages of ours below it; "neighborcam" alone is its version.
    """
    return [
        f"{module.name} imports {name}"
        for name in sorted(set(module.imports()))
        if not any(
            name == each if each == "neighborcam" else _within(name, each)
            for each in (package, *lower)
        )
        and not re.fullmatch(r"neighborcam\.__\w+__", name)
        and name.partition(".")[0] not in sys.stdlib_module_names
        and name.partition(".")[0] not in libraries
    ]


def _impure(module: Module) -> list[str]:
    """Return imports by which a module would have I/O or a clock of its own."""
    return [
        f"{module.name} imports {name}"
        for name in sorted(set(module.imports()))
        if name.partition(".")[0] in _IMPURE
    ]


def _is_allowed(name: str, rule: Rule) -> bool:
    if not name.startswith("neighborcam."):
        return True
    if _within(name, COMMANDS):
        return rule.package == "commands"
    if rule.may_import is None:
        return name.startswith((ENGINE, f"{HUB}.", f"{AGENCY}.", f"{PROTOCOL}."))
    if any(_within(name, each) for each in _OF_ALL.get(rule.package, ())):
        return True
    if WIRING.match(name) or not name.startswith(ENGINE):
        return False
    inside = name.removeprefix(ENGINE)
    return any(_within(inside, part) for part in (rule.package, *rule.may_import))


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _is_owned(name: str, rule: Rule) -> bool:
    library = name.partition(".")[0]
    heavy = {owned for each in rules().values() for owned in each.owns}
    return library not in heavy or library in rule.owns
