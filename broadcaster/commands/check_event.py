"""`broadcaster check --event`: runs the sound check of an event on a running server."""

import asyncio
from pathlib import Path

from rich.console import Console

from broadcaster.commands.events.client import access_from, desk_client, event_path
from broadcaster.config import Settings
from broadcaster.errors import BroadcasterError

WAIT_S = 60.0
LOOK_EVERY_S = 0.3


_MARKS = {"green": "[green]✓", "grey": "[dim]·", "amber": "[yellow]!", "red": "[red]✗"}


async def show_event_checks(
    settings: Settings, url: str | None, token: str | None, ca: Path | None, event: str
) -> None:
    """Run a check to its end and print its verdicts.

    Args:
        settings: name the server and the token if the next two do not.
        url: of the server.
        token: the organizer's.
        ca: a certificate to trust.
        event: id of the event.

    Raises:
        BroadcasterError: the server refused, did not answer or did not finish.
        SystemExit: one of the verdicts is red.
    """
    out = Console()
    async with desk_client(access_from(settings, url, token, ca)) as desk:
        path = f"{event_path(event)}/check"
        report = started = await desk.call("POST", path)
        try:
            async with asyncio.timeout(WAIT_S):
                while report["running"] or report["id"] != started["id"]:
                    await asyncio.sleep(LOOK_EVERY_S)
                    report = await desk.call("GET", path)
        except TimeoutError:
            raise BroadcasterError(
                "the server did not finish the sound check", hint="Run it again."
            ) from None
    for result in report["results"]:
        language = result["values"].get("language")
        what = result["check"] + (f" ({language})" if language else "")
        out.print(f"{_MARKS[result['light']]}[/] {what}: ", end="")
        out.print(f"{result['message']} {result['hint']}".strip(), soft_wrap=True, markup=False)
    if report["light"] == "red":
        raise SystemExit(1)
