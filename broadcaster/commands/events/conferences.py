"""The commands `broadcaster conferences list`, `show`, `create`, `edit`, `import` and `delete`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from broadcaster.commands.events.asking import (
    Wanted,
    ask,
    out,
    print_json,
    print_rows,
    server_group,
)
from broadcaster.commands.events.client import DeskClient, event_path

CONFERENCES = "/api/conferences"
MANY_EVENTS_TIMEOUT_S = 300.0
"""An import or a deletion may write a thousand events."""
MOST_LINES = 20
"""Talks of one kind that a preview names; more are only counted."""
_CHANGES = (
    ("created", "new"),
    ("moved", "moved"),
    ("changed", "changed"),
    ("gone", "not in the file any more; their events stay"),
)


@server_group
def conferences() -> None:
    """List, create, change and delete conferences, and import their programmes.

    The server and the token are found as for "broadcaster events"; so are the exit codes.
    """


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what can be said about a conference, besides its title."""
    opens = click.IntRange(0, 24 * 60)
    for option in (
        click.option(
            "--auto-live/--no-auto-live",
            default=None,
            help="Imported talks go live at their start, once the speaker is connected.",
        ),
        click.option(
            "--auto-open-minutes",
            type=opens,
            help="Imported talks open by themselves this long before their start.",
        ),
        click.option(
            "-l",
            "--language",
            "languages",
            multiple=True,
            help="What imported talks are interpreted into; repeat it for more.",
        ),
        click.option("--room", "rooms", multiple=True, help="Repeat it for more, in their order."),
    ):
        command = option(command)
    return command


@conferences.command("list")
@click.pass_obj
def list_conferences(wanted: Wanted) -> None:
    """List all conferences."""
    found = ask(wanted, lambda desk: desk.call("GET", CONFERENCES))
    titles = ("id", "code", "time zone", "rooms", "title")
    print_rows(
        wanted,
        found,
        titles,
        lambda one: (
            one["id"],
            one["code"],
            one["time_zone"],
            ", ".join(one["rooms"]),
            one["title"],
        ),
    )


@conferences.command()
@click.argument("conference")
@click.pass_obj
def show(wanted: Wanted, conference: str) -> None:
    """Show one conference with its link and its code."""
    _show(wanted, ask(wanted, lambda desk: desk.call("GET", _path(conference))))


@conferences.command()
@click.argument("title")
@click.option("--time-zone", required=True, help="IANA name, such as Europe/Berlin.")
@click.option("--id", "conference_id", help="End of the link; without it one nobody can guess.")
@_options
@click.pass_obj
def create(
    wanted: Wanted,
    /,
    title: str,
    time_zone: str,
    conference_id: str | None,
    **given: Any,
) -> None:
    """Create a conference named TITLE."""
    body = {"title": title, "time_zone": time_zone, **_body(given)}
    if conference_id is not None:
        body["id"] = conference_id
    _show(wanted, ask(wanted, lambda desk: desk.call("POST", CONFERENCES, body)))


@conferences.command()
@click.argument("conference")
@click.option("--title", help="Its new title.")
@click.option("--time-zone", help="IANA name, such as Europe/Berlin.")
@click.option("--no-auto-open", is_flag=True, help="Imported talks stay drafts until opened.")
@_options
@click.pass_obj
def edit(wanted: Wanted, /, conference: str, *, no_auto_open: bool, **given: Any) -> None:
    """Change CONFERENCE. What is not named stays; named rooms and languages replace all others."""
    body = _body(given)
    if no_auto_open:
        if "auto_open_minutes" in body:
            raise click.UsageError("choose --auto-open-minutes or --no-auto-open")
        body["auto_open_minutes"] = None
    if not body:
        raise click.UsageError("name what to change: broadcaster conferences edit --help")

    async def change(desk: DeskClient) -> Any:
        before = await desk.call("GET", _path(conference))
        known = {language["tag"]: language for language in before["languages"]}
        if "languages" in body:
            body["languages"] = [known.get(tag, tag) for tag in body["languages"]]
        return await desk.call("PATCH", _path(conference), body, before["version"])

    _show(wanted, ask(wanted, change))


@conferences.command("import")
@click.argument("conference")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def import_programme(
    wanted: Wanted, conference: str, file: Path, *, dry_run: bool, yes: bool
) -> None:
    """Import the programme in FILE: an .ics file, or schedule.json of pretalx or frab.

    First it says what would change, and asks.
    """
    path = f"{_path(conference)}/programme"
    content = file.read_bytes()

    async def preview_and_import(desk: DeskClient) -> Any:
        preview = await desk.send_file(f"{path}?dry_run=true", content, MANY_EVENTS_TIMEOUT_S)
        if not (wanted.as_json and (dry_run or yes)):
            _print_changes(preview, to_stderr=wanted.as_json)
        if dry_run or not any(preview[kind] for kind in ("created", "moved", "changed")):
            return preview
        if not yes:
            click.confirm("Import these changes?", abort=True, err=True)
        return await desk.send_file(path, content, MANY_EVENTS_TIMEOUT_S)

    found = ask(wanted, preview_and_import)
    if wanted.as_json:
        print_json(found)
    elif found["dry_run"]:
        click.echo("Nothing was imported.")
    else:
        click.echo("The programme is imported.")


@conferences.command()
@click.argument("conference")
@click.option("--with-events", is_flag=True, help="Delete its events, too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(wanted: Wanted, conference: str, *, with_events: bool, yes: bool) -> None:
    """Delete CONFERENCE; it cannot be undone."""
    query = "?events=delete" if with_events else ""

    async def confirm_and_delete(desk: DeskClient) -> None:
        found = await desk.call("GET", _path(conference))
        if not yes:
            events = " and all its events" if with_events else ""
            click.confirm(f"Delete “{found['title']}”{events}?", abort=True, err=True)
        path = f"{_path(conference)}{query}"
        version = found["version"]
        await desk.call("DELETE", path, version=version, timeout_s=MANY_EVENTS_TIMEOUT_S)

    ask(wanted, confirm_and_delete)
    if wanted.as_json:
        print_json({"deleted": conference})
    else:
        out.print(f"{conference} is deleted.")


def _path(conference: str) -> str:
    return f"{CONFERENCES}{event_path(conference)}"


def _body(given: dict[str, Any]) -> dict[str, Any]:
    """The fields of a request, from the options that were given."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if value is not None and value != ()
    }


def _show(wanted: Wanted, conference: dict[str, Any]) -> None:
    if wanted.as_json:
        print_json(conference)
        return
    opens = conference["auto_open_minutes"]
    lines = {
        "id": conference["id"],
        "title": conference["title"],
        "attendees": conference["links"]["attendee"],
        "code": conference["code"],
        "time zone": conference["time_zone"],
        "rooms": ", ".join(conference["rooms"]),
        "languages": ", ".join(language["tag"] for language in conference["languages"]),
        "talks open": "by hand" if opens is None else f"{opens} minutes before their start",
        "talks go live": "at their start, with the speaker" * conference["auto_live"],
    }
    for name, value in lines.items():
        if value:
            out.print(f"{name + ':':14} {value}", soft_wrap=True, markup=False)


def _print_changes(preview: dict[str, Any], *, to_stderr: bool) -> None:
    for kind, meaning in _CHANGES:
        talks = preview[kind]
        if talks:
            click.echo(f"{len(talks)} {meaning}:", err=to_stderr)
        for talk in talks[:MOST_LINES]:
            click.echo(f"  {talk['title']}", err=to_stderr)
        if len(talks) > MOST_LINES:
            click.echo(f"  and {len(talks) - MOST_LINES} more", err=to_stderr)
    if preview["new_rooms"]:
        click.echo(f"new rooms: {', '.join(preview['new_rooms'])}", err=to_stderr)
    click.echo(f"{preview['unchanged']} unchanged", err=to_stderr)
    if preview["skipped_count"]:
        click.echo(f"{preview['skipped_count']} left out:", err=to_stderr)
    for entry in preview["skipped"][:MOST_LINES]:
        title = f" “{entry['title']}”" if entry["title"] else ""
        click.echo(f"  {entry['where']}{title}: {entry['message']}", err=to_stderr)
