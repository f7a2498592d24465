"""The commands `broadcaster tokens create`, `list` and `revoke`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from broadcaster.access.roles import TOKEN_ROLES
from broadcaster.commands.events.asking import (
    Wanted,
    ask,
    out,
    print_json,
    server_options,
    wanted_from,
)

TOKENS = "/api/tokens"


@click.group()
@server_options
@click.pass_context
def tokens(
    context: click.Context, url: str | None, token: str | None, ca: Path | None, *, as_json: bool
) -> None:
    """Give tokens to others, list and revoke them.

    The server and the token are found as for "broadcaster events"; so are the exit codes.
    """
    context.obj = wanted_from(url, token, ca, as_json=as_json)


@tokens.command()
@click.argument("name")
@click.option(
    "--role", required=True, type=click.Choice(sorted(role.value for role in TOKEN_ROLES))
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    help="all, conference:ID, event:ID, or event:ID/LANGUAGE; repeat it for more.",
)
@click.option(
    "--days", type=click.FloatRange(0, 3650, min_open=True), help="Days until it expires."
)
@click.pass_obj
def create(
    wanted: Wanted, name: str, role: str, scopes: tuple[str, ...], days: float | None
) -> None:
    """Create a token for NAME. It is printed once."""
    body: dict[str, Any] = {"name": name, "role": role, "scopes": list(scopes)}
    if days is not None:
        body["expires_at"] = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    made = ask(wanted, lambda desk: desk.call("POST", TOKENS, body))
    if wanted.as_json:
        print_json(made)
        return
    for key, value in (("id", made["id"]), ("token", made["token"]), ("link", made["link"])):
        if value:
            out.print(f"{key + ':':7} {value}", soft_wrap=True, markup=False)


@tokens.command("list")
@click.pass_obj
def list_tokens(wanted: Wanted) -> None:
    """List all tokens, without their secrets."""
    found = ask(wanted, lambda desk: desk.call("GET", TOKENS))
    if wanted.as_json:
        print_json(found)
        return
    table = Table("id", "state", "role", "scopes", "last use", "expires", "name", box=None)
    for one in found:
        scopes = " ".join(one["scopes"])
        times = (one["used_at"] or "", one["expires_at"] or "")
        table.add_row(one["id"], one["state"], one["role"], scopes, *times, one["name"])
    out.print(table)


@tokens.command()
@click.argument("token")
@click.pass_obj
def revoke(wanted: Wanted, token: str) -> None:
    """Revoke the token with the id TOKEN. What it has open is cut off."""
    revoked = ask(wanted, lambda desk: desk.call("DELETE", f"{TOKENS}/{token}"))
    if wanted.as_json:
        print_json(revoked)
    else:
        out.print(f"{token} is revoked.")
