"""The commands `broadcaster events list`, `show`, `create` and so on."""

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
from broadcaster.commands.events.client import DeskClient
from broadcaster.commands.events.client import event_path as path_of
from broadcaster.commands.events.options import (
    CLEARABLE,
    body_of,
    event_options,
    language_options,
    languages_of,
)
from broadcaster.model.event import EventAction


@server_group
def events() -> None:
    """List, create, change and delete the events of a running server.

    The server is that of the settings, or --url; the token is BROADCASTER_ADMIN_TOKEN, or the one
    in the data folder. Exit codes: 0 done, 1 it cannot be tried, 2 wrong usage, 3 refused by the
    server, 4 no server.
    """


@events.command("list")
@click.pass_obj
def list_events(wanted: Wanted) -> None:
    """List all events."""
    found = ask(wanted, lambda desk: desk.call("GET", ""))
    titles = ("id", "state", "code", "languages", "title")
    print_rows(
        wanted,
        found,
        titles,
        lambda event: (
            event["id"],
            event["state"],
            event["code"],
            " ".join(language["tag"] for language in event["languages"]),
            event["title"],
        ),
    )


@events.command()
@click.argument("event")
@click.pass_obj
def show(wanted: Wanted, event: str) -> None:
    """Show one event with its links."""
    _show(wanted, ask(wanted, lambda desk: desk.call("GET", path_of(event))))


@events.command()
@click.argument("title")
@click.option(
    "-l", "--language", "tags", multiple=True, required=True, help="Repeat it for more languages."
)
@click.option("--id", "event_id", help="End of the links; without it one that nobody can guess.")
@click.option("--draft", is_flag=True, help="Attendees do not see it until it is opened.")
@language_options
@event_options
@click.pass_obj
def create(
    wanted: Wanted,
    /,
    title: str,
    tags: tuple[str, ...],
    event_id: str | None,
    interpreters: tuple[str, ...],
    voices: tuple[str, ...],
    always: tuple[str, ...],
    orders: tuple[str, ...],
    *,
    draft: bool,
    **given: Any,
) -> None:
    """Create an event named TITLE."""
    body = body_of(given)
    body["title"] = title
    body["languages"] = languages_of(tags, {}, interpreters, voices, always, orders)
    body["state"] = "draft" if draft else "open"
    if event_id is not None:
        body["id"] = event_id
    _show(wanted, ask(wanted, lambda desk: desk.call("POST", "", body)))


@events.command()
@click.argument("event")
@click.option("--title", help="Its new title.")
@click.option("--add-language", "added", multiple=True, help="Repeat it for more.")
@click.option("--remove-language", "removed", multiple=True, help="Repeat it for more.")
@click.option("--clear", "cleared", multiple=True, type=click.Choice(CLEARABLE), help="Remove it.")
@click.option("--new-stage-key", is_flag=True, help="The speaker's link so far stops working.")
@language_options
@event_options
@click.pass_obj
def edit(
    wanted: Wanted,
    /,
    event: str,
    added: tuple[str, ...],
    removed: tuple[str, ...],
    cleared: tuple[str, ...],
    interpreters: tuple[str, ...],
    voices: tuple[str, ...],
    always: tuple[str, ...],
    orders: tuple[str, ...],
    *,
    new_stage_key: bool,
    **given: Any,
) -> None:
    """Change EVENT, at any time. What is not named stays."""
    body = body_of(given, cleared)
    if new_stage_key:
        body["new_stage_key"] = True
    about_languages = bool(added or removed or interpreters or voices or always or orders)
    if not body and not about_languages:
        raise click.UsageError("name what to change: broadcaster events edit --help")

    async def change(desk: DeskClient) -> Any:
        before = await desk.call("GET", path_of(event))
        if about_languages:
            known = {language["tag"]: language for language in before["languages"]}
            tags = [tag for tag in (*known, *added) if tag not in removed]
            body["languages"] = languages_of(tags, known, interpreters, voices, always, orders)
        if "failover" in body:
            body["failover"] = {**before["failover"], **body["failover"]}
        return await desk.call("PATCH", path_of(event), body, before["version"])

    _show(wanted, ask(wanted, change))


@events.command()
@click.argument("event")
@click.option("--notice", help="A sentence for attendees, until the event is resumed.")
@click.option(
    "--notice-in",
    "translations",
    multiple=True,
    metavar="LANGUAGE=TEXT",
    help="The same in a language; repeat it for more.",
)
@click.pass_obj
def pause(wanted: Wanted, event: str, notice: str | None, translations: tuple[str, ...]) -> None:
    """Pause a live EVENT."""
    texts = body_of({"translations": translations}).get("notice_translations", {})
    if texts and notice is None:
        raise click.UsageError("--notice-in needs --notice, for the other languages.")
    body = None if notice is None else {"notice": {"text": notice, "translations": texts}}
    _show(wanted, ask(wanted, lambda desk: desk.call("POST", f"{path_of(event)}/pause", body)))


@events.command()
@click.argument("event")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(wanted: Wanted, event: str, *, yes: bool) -> None:
    """Delete EVENT with its captions, costs and links; it cannot be undone."""

    async def confirm_and_delete(desk: DeskClient) -> None:
        found = await desk.call("GET", path_of(event))
        if not yes:
            click.confirm(f"Delete “{found['title']}” and everything of it?", abort=True, err=True)
        await desk.call("DELETE", path_of(event), version=found["version"])

    ask(wanted, confirm_and_delete)
    if wanted.as_json:
        print_json({"deleted": event})
    else:
        out.print(f"{event} is deleted.")


@events.command()
@click.argument("event")
@click.option("--title", help="Title of the copy.")
@click.option("--id", "event_id", help="End of its links.")
@click.pass_obj
def duplicate(wanted: Wanted, event: str, title: str | None, event_id: str | None) -> None:
    """Make a draft with the languages and options of EVENT."""
    body = {
        name: value for name, value in (("title", title), ("id", event_id)) if value is not None
    }
    _show(wanted, ask(wanted, lambda desk: desk.call("POST", f"{path_of(event)}/duplicate", body)))


@events.command()
@click.argument("event")
@click.argument("channel")
@click.pass_obj
def restart(wanted: Wanted, event: str, channel: str) -> None:
    """Let a new booth take over CHANNEL of EVENT: a language, or floor for its captions."""
    path = f"{path_of(event)}/channels{path_of(channel)}/restart"
    _show(wanted, ask(wanted, lambda desk: desk.call("POST", path)))


def _add_step(action: EventAction, meaning: str) -> None:
    @events.command(action.value, help=meaning)
    @click.argument("event")
    @click.pass_obj
    def step(wanted: Wanted, event: str) -> None:
        _show(wanted, ask(wanted, lambda desk: desk.call("POST", f"{path_of(event)}/{action}")))


for _action, _meaning in (
    (EventAction.OPEN, "Let attendees into EVENT, which was a draft."),
    (EventAction.LIVE, "Take EVENT live."),
    (EventAction.RESUME, "Go on with EVENT, which was paused."),
    (EventAction.CLOSE, "End EVENT and disconnect everybody. Its captions stay readable."),
    (EventAction.REOPEN, "Open EVENT again, which was closed or archived."),
    (EventAction.ARCHIVE, "Put EVENT away, which was closed. Nothing is deleted."),
):
    _add_step(_action, _meaning)


def _show(wanted: Wanted, event: dict[str, Any]) -> None:
    if wanted.as_json:
        print_json(event)
        return
    languages = ", ".join(
        f"{language['tag']} ({language['interpreter']}{', always on' * language['always']})"
        for language in event["languages"]
    )
    lines = {
        "id": event["id"],
        "title": event["title"],
        "state": event["state"],
        "languages": languages,
        "attendees": event["links"]["attendee"],
        "code": event["code"],
        "speaker": event["links"]["stage"],
        "passcode": event["passcode"],
        "conference": event["conference"],
        "room": event["room"],
        "starts": event["starts_at"],
        "ends": event["ends_at"],
        "notice": event["notice"],
        "deleted at": event["delete_at"],
    }
    for name, value in lines.items():
        if value:
            out.print(f"{name + ':':11} {value}", soft_wrap=True, markup=False)
    for warning in event["warnings"]:
        out.print(f"Warning: {warning['message']} {warning['hint']}", soft_wrap=True, markup=False)
