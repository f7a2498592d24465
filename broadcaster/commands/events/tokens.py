"""The commands `broadcaster tokens create`, `list` and `revoke`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from broadcaster.access.roles import TOKEN_ROLES
from broadcaster.commands.events.asking import (
    Wanted,
    ask,
    out,
    print_json,
    print_rows,
    server_group,
)

TOKENS = "/api/tokens"


@server_group
def tokens() -> None:
    """Give tokens to others, list and revoke them.

    The server and the token are found as for "broadcaster events"; so are the exit codes.
    """


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
    titles = ("id", "state", "role", "scopes", "last use", "expires", "name")
    print_rows(
        wanted,
        found,
        titles,
        lambda one: (
            one["id"],
            one["state"],
            one["role"],
            " ".join(one["scopes"]),
            one["used_at"] or "",
            one["expires_at"] or "",
            one["name"],
        ),
    )


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
