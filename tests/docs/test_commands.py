"""Every command, option and variable in a document is one that exists."""

import importlib.util
import re
from collections.abc import Iterator

import click
import pytest

from broadcaster.commands.cli import main
from broadcaster.config import Settings
from tests.docs.documents import ROOT, Document, documents, files

_MAKE = re.compile(r"^(?:.*(?:&&|;) )?make ([a-z][a-z-]*)(?=\s|$)")
_BROADCASTER = re.compile(r"(?:^|[ /])broadcaster ([a-z]+)\b(.*)")
_MODULE = re.compile(r"python -m ([a-z_]+(?:\.[a-z_][a-z0-9_]*)*)")
_OPTION = re.compile(r"(?<!\S)--[a-z][a-z0-9-]*")
_VARIABLE = re.compile(r"\bBROADCASTER_[A-Z0-9_]*[A-Z0-9]\b")
_TESTS_BY_NAME = re.compile(r"pytest (tests/\S+\.py) -k (\w+)")
_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)

every_document = pytest.mark.parametrize("document", documents(), ids=lambda one: one.name)


@every_document
def test_the_targets_of_make_exist(document: Document) -> None:
    targets = set(_TARGET.findall((ROOT / "Makefile").read_text()))
    named = {match[1] for line in document.lines_of_code() if (match := _MAKE.match(line))}
    assert not named - targets


def test_every_target_of_make_has_its_line_in_the_help() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert not [
        line for line in makefile.splitlines() if _TARGET.match(line) and " ## " not in line
    ]


@every_document
def test_the_commands_and_their_options_exist(document: Document) -> None:
    for name, arguments in commands(document):
        assert name in main.commands, name
        unknown = set(_OPTION.findall(arguments)) - options(main.commands[name])
        assert not unknown, f"broadcaster {name}: {unknown}"


@every_document
def test_options_named_alone_exist(document: Document) -> None:
    known = {"--help", *(name for command in main.commands.values() for name in options(command))}
    alone = [span for span in document.spans() if span.startswith("--")]
    assert not {name for span in alone for name in _OPTION.findall(span)} - known


@every_document
def test_the_modules_to_run_exist(document: Document) -> None:
    named = {name for line in document.lines_of_code() for name in _MODULE.findall(line)}
    assert not [name for name in named if importlib.util.find_spec(name) is None]


@every_document
def test_the_variables_exist(document: Document) -> None:
    settings = {f"BROADCASTER_{name.upper()}" for name in Settings.model_fields}
    named = set(_VARIABLE.findall(document.text)) - settings
    prices = {name for name in named if any(one.startswith(f"{name}_") for one in settings)}
    assert not [name for name in named - prices if not is_read(name)]


@every_document
def test_a_choice_of_tests_by_name_selects_some(document: Document) -> None:
    for line in document.lines_of_code():
        if match := _TESTS_BY_NAME.search(line):
            source = (ROOT / match[1]).read_text()
            assert re.search(rf"def test_\w*{match[2]}", source), f"{match[0]} selects no test"


def commands(document: Document) -> Iterator[tuple[str, str]]:
    """Commands of `broadcaster` and what follows them."""
    for line in document.lines_of_code():
        if match := _BROADCASTER.search(line.split(" # ")[0]):
            yield match[1], match[2]


def options(command: click.Command) -> set[str]:
    """Every option a command takes, with those of its own commands."""
    parts = command.commands.values() if isinstance(command, click.Group) else ()
    return {
        name for parameter in command.params for name in parameter.opts + parameter.secondary_opts
    }.union(*map(options, parts))


def is_read(variable: str) -> bool:
    """Whether a variable that is no setting is read somewhere."""
    sources = (ROOT / name for name in files() if name.endswith(".py"))
    return any(f'"{variable}"' in path.read_text() for path in sources)
