"""Our own source as trees: what the tests of the architecture look at."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).parents[2]
ADDON: Final = CHECKOUT / "addon"
ENGINE: Final = "neighborcam.engine."

type Function = ast.FunctionDef | ast.AsyncFunctionDef
NESTING: Final = (
    ast.If | ast.For | ast.AsyncFor | ast.While | ast.With | ast.AsyncWith
) | (ast.Try | ast.TryStar | ast.Match)


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """One file. ``name`` is dotted: neighborcam.engine.camera.source."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """Return how many lines the file has."""
        return self.text.count("\n")

    def imports(self) -> Iterator[str]:
        """Yield every module that is imported, anywhere in the file, dotted."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from self._named(node)

    def _named(self, node: ast.ImportFrom) -> Iterator[str]:
        """Yield the module, or what is taken from a package that may be a module."""
        module = node.module or ""
        if node.level:
            parts = self.name.split(".")
            package = parts if self.path.stem == "__init__" else parts[:-1]
            kept = package[: len(package) - (node.level - 1)]
            module = ".".join([*kept, *([module] if module else [])])
        submodules = [f"{module}.{alias.name}" for alias in node.names]
        known = [name for name in submodules if is_module(name)]
        yield from known
        if len(known) < len(submodules):
            yield module

    def functions(self) -> Iterator[Function]:
        """Yield every function and method, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def is_module(name: str) -> bool:
    """Tell whether a dotted name of ours is a file or a package."""
    path = ADDON.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def read(path: Path, root: Path) -> Module:
    """Parse one file below ``root``."""
    relative = path.relative_to(root).with_suffix("")
    parts = relative.parts[:-1] if relative.name == "__init__" else relative.parts
    text = path.read_text()
    return Module(
        name=".".join(parts), path=path, text=text, tree=ast.parse(text, str(path))
    )


@cache
def product() -> tuple[Module, ...]:
    """Return every module of the distribution."""
    return tuple(
        read(path, ADDON) for path in sorted(ADDON.rglob("neighborcam/**/*.py"))
    )


@cache
def integration() -> tuple[Module, ...]:
    """Return every module of the integration, named from the checkout."""
    paths = sorted(CHECKOUT.glob("custom_components/**/*.py"))
    return tuple(read(path, CHECKOUT) for path in paths)


@cache
def demo() -> tuple[Module, ...]:
    """Return every module of the demo."""
    return tuple(read(path, CHECKOUT) for path in sorted(CHECKOUT.glob("demo/**/*.py")))


def length(function: Function) -> int:
    """Return the lines of a function without its decorators and its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def depth(node: ast.AST, *, outer: int = 0, chained: bool = False) -> int:
    """Return how deep statements are nested; ``elif`` is no deeper than its ``if``."""
    here = outer + (isinstance(node, NESTING) and not chained)
    deepest = here
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue  # counted for itself
        is_elif = (
            isinstance(node, ast.If)
            and node.orelse == [child]
            and isinstance(child, ast.If)
        )
        deepest = max(deepest, depth(child, outer=here, chained=is_elif))
    return deepest
