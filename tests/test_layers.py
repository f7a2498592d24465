"""The import rules: which package may import which, and which package owns which library.

A row lists exactly what a package uses, so a new import is a decision, not an accident.
"""

import pytest

from tests.layers import MAY_IMPORT, OWNERS
from tests.structure import (
    ROOT,
    arrows_inside,
    classes,
    cycle,
    folders,
    imported_modules,
    imported_names,
    modules,
)

STAGES = ("floor", "consoles", "booths", "edge", "desk", "outputs", "archive")
NO_HTTP = ("audio", "booths", "bus", "model", "webrtc", "webrtc.egress")
"""Packages that know no server: they raise `DomainError`s and leave statuses to `web`."""
HTTP_NAMES = ("aiohttp.web", "broadcaster.web", "http")
LONGEST_MODULE = 400
MOST_MODULES = 14
"""In one folder, without its `__init__`."""


def package_of(module: str) -> str:
    """The row of a module: its folder's, or its own at the top."""
    return module.rpartition(".")[0] or module


def below_http(module: str) -> bool:
    """Whether a module is in a package that knows no server; `webrtc.clients` asks servers."""
    top = module.split(".", maxsplit=1)[0]
    return package_of(module) in NO_HTTP or (top in NO_HTTP and top != "webrtc")


def permitted(package: str, target: str) -> set[str]:
    """The entries of a package's row that let it import a module."""
    names = {target, package_of(target)}
    return names & {package, *MAY_IMPORT[package].split()}


@pytest.mark.parametrize("module", sorted(set(modules()) - {"__init__"}))
def test_a_module_imports_what_its_package_may(module: str) -> None:
    package, path = package_of(module), modules()[module]
    if MAY_IMPORT[package] == "*":
        return
    targets = imported_modules(path) - {"__init__"}
    wrong = sorted(target for target in targets if not permitted(package, target))
    top = module.split(".", maxsplit=1)[0]
    libraries = {name.split(".")[0] for name in imported_names(path)}
    wrong += sorted(name for name in libraries if top not in OWNERS.get(name, {top}))
    assert not wrong, f"{module} must not import {wrong}"


@pytest.mark.parametrize("package", [name for name, row in MAY_IMPORT.items() if row != "*"])
def test_a_package_uses_all_it_may_import(package: str) -> None:
    used: set[str] = set()
    for module, path in modules().items():
        if package_of(module) == package:
            for target in imported_modules(path):
                used |= permitted(package, target)
    assert set(MAY_IMPORT[package].split()) <= used


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_stages_meet_on_the_ports_alone(package: str) -> None:
    stage = package.split(".", maxsplit=1)[0]
    if stage in STAGES:
        tops = {target.split(".", maxsplit=1)[0] for target in MAY_IMPORT[package].split()}
        assert not tops & {"bus", *STAGES} - {stage}


@pytest.mark.parametrize("module", sorted(m for m in modules() if below_http(m)))
def test_a_module_below_http_knows_none(module: str) -> None:
    names = imported_names(modules()[module])
    known = {n for n in names for http in HTTP_NAMES if n == http or n.startswith(f"{http}.")}
    assert not known


@pytest.mark.parametrize("folder", folders())
def test_the_parts_of_a_package_import_each_other_one_way(folder: str) -> None:
    assert not cycle(arrows_inside(folder))


def test_the_realtime_protocol_can_do_no_io() -> None:
    """Nor can what it imports: the socket that drives it owns connections, tasks and time."""
    seen: set[str] = set()
    waiting = {name for name in modules() if name.startswith("realtime.protocol.")}
    while waiting:
        seen.add(name := waiting.pop())
        waiting |= imported_modules(modules()[name]) - seen
    libraries = {name: imported_names(modules()[name]) for name in seen}
    io = {"aiohttp", "asyncio", "socket", "ssl", "threading", "time"}
    assert not {name: used for name, used in libraries.items() if used & io}


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    assert not cycle({name: imported_modules(path) - {name} for name, path in modules().items()})


@pytest.mark.parametrize("folder", folders())
def test_a_package_has_few_modules(folder: str) -> None:
    own = [name for name in modules() if name.rpartition(".")[0] == folder]
    assert len([name for name in own if not name.endswith("__init__")]) <= MOST_MODULES


@pytest.mark.parametrize("folder", folders())
def test_a_folder_says_what_it_is_for(folder: str) -> None:
    text = (ROOT / folder.replace(".", "/") / "__init__.py").read_text()
    assert text.startswith('"""')


def test_a_class_name_has_one_meaning() -> None:
    assert not {name: where for name, where in classes().items() if len(where) > 1}


def test_modules_are_small() -> None:
    web = ROOT.parent / "listener_web"
    scripts = [p for p in web.rglob("*.js") if "node_modules" not in p.parts]
    sources = [*ROOT.rglob("*.py"), *scripts]
    large = {str(p.relative_to(ROOT.parent)): len(p.read_text().splitlines()) for p in sources}
    assert not {name: lines for name, lines in large.items() if lines > LONGEST_MODULE}


def test_no_test_imports_from_another() -> None:
    """A helper that two need has a module of its own, or is in `tests/support/`."""
    tests = ROOT.parent / "tests"
    found = {
        str(path.relative_to(tests)): name
        for path in tests.rglob("*.py")
        for name in imported_names(path)
        if name.startswith("tests.") and ".test_" in name.rpartition(".")[0]
    }
    assert not found
