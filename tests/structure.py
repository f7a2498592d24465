"""The structure of `broadcaster/`, read from its own imports: `python -m tests.structure`.

A folder is a package. Its parts are its own modules and its subpackages. An arrow leads from one
part to another part that it imports.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1] / "broadcaster"

Arrows = dict[str, set[str]]
"""For each part the other parts that it imports."""


@cache
def modules() -> dict[str, Path]:
    """Every module by its dotted name below `broadcaster`; a package is `package.__init__`."""
    return {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in ROOT.rglob("*.py")}


@cache
def imported_names(path: Path) -> set[str]:
    """Dotted names a module imports, also inside functions.

    Raises:
        AssertionError: an import is relative.
    """
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
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
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(name)
    return found


def folders() -> list[str]:
    """Every package by its dotted name; the root package is the empty string."""
    return sorted({name.rpartition(".")[0] for name in modules()})


def arrows_inside(folder: str) -> Arrows:
    """Return the parts of a package without its `__init__`, and which others each one imports."""
    inside: Arrows = {}
    for name, path in modules().items():
        room = _room_inside(folder, name)
        if room is None:
            continue
        targets = {_room_inside(folder, target) for target in imported_modules(path)}
        inside.setdefault(room, set()).update(target for target in targets - {room} if target)
    return inside


def cycle(arrows: Arrows) -> list[str]:
    """Return parts that import each other in a circle; empty if every arrow leads one way."""
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


def _room_inside(folder: str, name: str) -> str | None:
    """Return the part of `folder` that has a module; None outside, and for its `__init__`."""
    prefix = f"{folder}." if folder else ""
    if not name.startswith(prefix):
        return None
    room = name[len(prefix) :].split(".", maxsplit=1)[0]
    return None if room == "__init__" else room


def _rows() -> Iterator[str]:
    yield f"{'folder':24} {'modules':>7} {'parts':>6} {'arrows':>7}  one way"
    for folder in folders():
        inside = arrows_inside(folder)
        own = sum(1 for room in inside if not (ROOT / folder.replace(".", "/") / room).is_dir())
        arrows = sum(map(len, inside.values()))
        circle = cycle(inside)
        way = "no: " + " → ".join(circle) if circle else "yes"
        yield f"{folder or 'broadcaster':24} {own:>7} {len(inside):>6} {arrows:>7}  {way}"


if __name__ == "__main__":
    print("\n".join(_rows()))
