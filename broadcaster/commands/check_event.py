"""`broadcaster check --event`: runs the sound check of an event on a running server."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from broadcaster.commands.events.client import DeskAccess, desk_client, event_path
from broadcaster.errors import BroadcasterError

WAIT_S = 60.0
LOOK_EVERY_S = 0.3


async def event_checks(access: DeskAccess, event: str) -> AsyncIterator[dict[str, Any]]:
    """The verdicts of a check, as the API has them, each once it does not change any more.

    Args:
        access: the server.
        event: id of the event.

    Raises:
        BroadcasterError: the server refused, did not answer or did not finish.
    """
    async with desk_client(access) as desk:
        path = f"{event_path(event)}/check"
        started = await desk.call("POST", path)
        try:
            async with asyncio.timeout(WAIT_S):
                report = started
                while report["running"] or report["id"] != started["id"]:
                    await asyncio.sleep(LOOK_EVERY_S)
                    report = await desk.call("GET", path)
        except TimeoutError:
            raise BroadcasterError(
                "the server did not finish the sound check", hint="Run it again."
            ) from None
    for result in report["results"]:
        yield result
