"""Tables in documents that are made from the code, between `<!-- name -->` and `<!-- /name -->`."""

import re
from collections import defaultdict
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, SecretStr

from broadcaster.config import USED_BY, Settings
from tests.test_layers import MAY_IMPORT

DOCS = Path(__file__).parents[2] / "docs"


def settings_table() -> str:
    """Every setting with its default, its description and the roles that read it."""
    rows = ["| variable | default | meaning | read by |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        own = f"BROADCASTER_{name.upper()}"
        names = alias.choices if isinstance(alias, AliasChoices) else [own]
        variables = ", ".join(f"`{variable}`" for variable in names)
        roles = ", ".join(sorted(USED_BY.get(name, ["all"])))
        rows.append(f"| {variables} | {_default(field.default)} | {field.description} | {roles} |")
    return "\n".join(rows)


def import_table() -> str:
    """List for every package the other packages that it and its subpackages use."""
    uses = defaultdict[str, set[str]](set)
    for row, targets in MAY_IMPORT.items():
        room = row.split(".")[0]
        uses[room] |= {target.split(".")[0] for target in targets.split()} - {room}
    rows = ["| package | uses |", "|---|---|"]
    for room in sorted(uses):
        names = ", ".join(map(_code, sorted(uses[room]))) or "nothing"
        names = "everything" if "*" in uses[room] else names
        rows.append(f"| `{room}` | {names} |")
    return "\n".join(rows)


GENERATED: dict[Path, tuple[str, Callable[[], str]]] = {
    DOCS / "settings.md": ("settings", settings_table),
    DOCS / "architecture.md": ("imports", import_table),
}
"""For each document the name of its markers, and the function that makes the table."""


def with_table(text: str, name: str, table: str) -> str:
    """The document with this table between its markers."""
    between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    assert between.search(text), f"the document has no markers named {name}"
    return between.sub(lambda match: f"{match[1]}{table}\n{match[2]}", text)


def _default(value: Any) -> str:
    match value:
        case None | SecretStr() | "":
            return ""
        case bool():
            return "on" if value else "off"
        case float():
            return _code(f"{value:g}")
        case Enum():
            return _code(value.value)
        case _:
            return _code(value)


def _code(value: object) -> str:
    return f"`{value}`"
