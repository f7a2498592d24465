"""Asks a server for the commands of `GROUPS`, and prints an error as a sentence."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

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


def server_options(group: Callable[..., Any]) -> Callable[..., Any]:
    """Give a group of commands the options that `wanted_from` takes."""
    trusted = click.Path(exists=True, path_type=Path)
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the server's answer as JSON."),
        click.option("--ca", type=trusted, help="Trust this certificate."),
        click.option("--token", envvar="BROADCASTER_ADMIN_TOKEN", help="The organizer's token."),
        click.option("--url", help="Address of the server; without it that of the settings."),
    ):
        group = option(group)
    return group


def wanted_from(url: str | None, token: str | None, ca: Path | None, *, as_json: bool) -> Wanted:
    """The options of a group, completed by the settings; ends with a sentence if they do not do."""
    try:
        return Wanted(access_from(settings_from(), url, token, ca), as_json)
    except BroadcasterError as error:
        _fail(error, EventsExitCode.FAILED)


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


def _fail(error: BroadcasterError, code: EventsExitCode) -> NoReturn:
    click.echo(f"Error: {error.advice()}", err=True)
    sys.exit(code)
