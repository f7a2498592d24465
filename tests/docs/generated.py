"""Tables in documents that are made from the code, between `<!-- name -->` and `<!-- /name -->`."""

import re
from collections import defaultdict
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, SecretStr

from broadcaster.config import USED_BY, Settings
from broadcaster.realtime.providers.registry import PROVIDERS
from tests.layers import MAY_IMPORT

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


def provider_table() -> str:
    """Every provider with what an organizer chooses it for."""
    head = ["provider", "name", "languages", "models", "USD per minute", "session", "remark"]
    rows = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for one in PROVIDERS.values():
        spoken = f"{len(one.languages.spoken)} spoken: {', '.join(one.languages.spoken)}"
        written = f"; {len(one.languages.written)} only written" if one.languages.written else ""
        models = (one.translate_model, one.converse_model, one.transcribe_model)
        cells = [
            _code(one.id),
            one.name or "not told: on this machine",
            spoken + written,
            ", ".join(_code(model) if model else "none" for model in models),
            f"{one.prices.translate_per_min:g}",
            f"{one.session_s / 60:g} min",
            "not tried against the real service" if one.untried else "",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


GENERATED: dict[Path, tuple[str, Callable[[], str]]] = {
    DOCS / "settings.md": ("settings", settings_table),
    DOCS / "architecture.md": ("imports", import_table),
    DOCS / "providers.md": ("providers", provider_table),
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
