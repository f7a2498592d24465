"""Asks a server for the commands of `GROUPS`, and prints an error as a sentence."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.table import Table

from broadcaster.commands.events.client import DeskAccess, DeskClient, access_from, desk_client
from broadcaster.commands.settings import settings_from
from broadcaster.errors import BroadcasterError, ServerRefused, ServerUnreachable

out = Console(highlight=False)
Work = Callable[[DeskClient], Awaitable[Any]]


class EventsExitCode(IntEnum):
    """How a command that asks a server ended."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    UNREACHABLE = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of the group: the server, and how the answer is printed."""

    access: DeskAccess
    as_json: bool


def server_group(described: Callable[[], None]) -> click.Group:
    """A group of commands that ask a server; its options say which, and come before the command.

    Args:
        described: has the name and the description of the group.
    """
    trusted = click.Path(exists=True, path_type=Path)

    @click.group(described.__name__, help=described.__doc__)
    @click.option("--url", help="Address of the server; without it that of the settings.")
    @click.option("--token", envvar="BROADCASTER_ADMIN_TOKEN", help="The organizer's token.")
    @click.option("--ca", type=trusted, help="Trust this certificate.")
    @click.option("--json", "as_json", is_flag=True, help="Print the server's answer as JSON.")
    @click.pass_context
    def group(context: click.Context, /, *, as_json: bool, **server: Any) -> None:
        try:
            context.obj = Wanted(access_from(settings_from(), **server), as_json)
        except BroadcasterError as error:
            _fail(error, EventsExitCode.FAILED)

    return group


def ask(wanted: Wanted, work: Work) -> Any:
    """Do the work with a client; an error is a sentence and its exit code."""

    async def connected() -> Any:
        async with desk_client(wanted.access) as desk:
            return await work(desk)

    try:
        return asyncio.run(connected())
    except ServerRefused as error:
        _fail(error, EventsExitCode.REFUSED)
    except ServerUnreachable as error:
        _fail(error, EventsExitCode.UNREACHABLE)
    except BroadcasterError as error:
        _fail(error, EventsExitCode.FAILED)


def print_json(found: Any) -> None:
    """Print an answer for programs."""
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def print_rows(
    wanted: Wanted, found: list[Any], titles: Sequence[str], row: Callable[[Any], Sequence[str]]
) -> None:
    """Print a list of the server: as JSON if that is wanted, otherwise as a table.

    Args:
        wanted: see `Wanted`.
        found: the server's answer.
        titles: of the columns.
        row: the cells of one of those found.
    """
    if wanted.as_json:
        print_json(found)
        return
    table = Table(*titles, box=None)
    for one in found:
        table.add_row(*row(one))
    out.print(table)


def _fail(error: BroadcasterError, code: EventsExitCode) -> NoReturn:
    click.echo(f"Error: {error.advice()}", err=True)
    sys.exit(code)
