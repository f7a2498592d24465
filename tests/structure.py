"""The structure of `broadcaster/`, read from its own imports: `python -m tests.structure`.

A folder is a package. Its own modules and the folders in it are its parts. An arrow leads from one
part to another that it imports.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1] / "broadcaster"

Arrows = dict[str, set[str]]
"""For each part of a package the parts it imports."""


@cache
def modules() -> dict[str, Path]:
    """Every module by its dotted name below `broadcaster`; a package is `package.__init__`."""
    return {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in ROOT.rglob("*.py")}


@cache
def _definitions(path: Path) -> list[ast.Import | ast.ImportFrom | str]:
    """The imports of a module and the names of its classes, also inside functions."""
    found: list[ast.Import | ast.ImportFrom | str] = []
    blocks: list[ast.AST] = [ast.parse(path.read_text())]
    while blocks:
        block = blocks.pop()
        if isinstance(block, ast.ClassDef):
            found.append(block.name)
        for part in ("body", "handlers", "orelse", "finalbody", "cases"):
            inside = getattr(block, part, ())
            for one in inside if isinstance(inside, list) else ():  # a lambda has an expression
                if isinstance(one, ast.Import | ast.ImportFrom):
                    found.append(one)
                elif hasattr(one, "body") or hasattr(one, "cases"):
                    blocks.append(one)
    return found


@cache
def imported_names(path: Path) -> set[str]:
    """Dotted names a module imports, also inside functions.

    Raises:
        AssertionError: an import is relative.
    """
    names: set[str] = set()
    for node in _definitions(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: absolute imports only"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@cache
def imported_modules(path: Path) -> set[str]:
    """Modules of `broadcaster` that a module imports, by dotted name."""
    known = modules()
    found: set[str] = set()
    for name in imported_names(path):
        top, *rest = name.split(".")
        if top == "broadcaster":
            found.add(_resolved(rest, known))
    return found


def classes() -> dict[str, list[str]]:
    """Return for each class name the modules that define it."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, path in sorted(modules().items()):
        for node in _definitions(path):
            if isinstance(node, str):
                found[node].append(name)
    return found


def folders() -> list[str]:
    """Every package by dotted name; the root package is the empty string."""
    return sorted({name.rpartition(".")[0] for name in modules()})


def arrows_inside(folder: str) -> Arrows:
    """The parts of a package, its `__init__` left out, and what each imports of the others."""
    inside: Arrows = {}
    for name, path in modules().items():
        part = _part_of(folder, name)
        if part is None:
            continue
        targets = {_part_of(folder, target) for target in imported_modules(path)}
        inside.setdefault(part, set()).update(target for target in targets - {part} if target)
    return inside


def cycle(arrows: Arrows) -> list[str]:
    """Parts that import each other in a circle; empty when every arrow leads one way."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _resolved(parts: list[str], known: dict[str, Path]) -> str:
    """The module that holds a dotted name: itself, its package, or the module it is defined in."""
    while parts:
        for name in (".".join(parts), ".".join([*parts, "__init__"])):
            if name in known:
                return name
        parts = parts[:-1]
    return "__init__"


def _part_of(folder: str, name: str) -> str | None:
    """Which part of a package a module belongs to; None outside and for its `__init__`."""
    prefix = f"{folder}." if folder else ""
    if not name.startswith(prefix):
        return None
    part = name[len(prefix) :].split(".", maxsplit=1)[0]
    return None if part == "__init__" else part


def _rows() -> Iterator[str]:
    yield f"{'folder':24} {'modules':>7} {'parts':>6} {'arrows':>7}  one way"
    for folder in folders():
        inside = arrows_inside(folder)
        own = sum(1 for part in inside if not (ROOT / folder.replace(".", "/") / part).is_dir())
        arrows = sum(map(len, inside.values()))
        circle = cycle(inside)
        way = "no: " + " → ".join(circle) if circle else "yes"
        yield f"{folder or 'broadcaster':24} {own:>7} {len(inside):>6} {arrows:>7}  {way}"


if __name__ == "__main__":
    print("\n".join(_rows()))
