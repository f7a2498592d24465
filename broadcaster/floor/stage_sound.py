"""Tells the stage page how its sound arrives."""

import asyncio

from aiohttp import web

from broadcaster.access.registry import TokenRegistry
from broadcaster.errors import UnknownEvent
from broadcaster.floor.sound_faults import words_for_speaker
from broadcaster.floor.stage_key import check_stage_key
from broadcaster.floor.whip import EventLookup
from broadcaster.model import keys
from broadcaster.model.ports import Bus
from broadcaster.model.status import STATUS_INTERVAL_S, FloorStatus, statuses

REPORT_WAIT_S = 2 * STATUS_INTERVAL_S
"""Time for the next report of the process that has the floor, whichever it is."""


class StageSoundRoutes:
    """The handler of `/stage/{event}/sound`.

    Args:
        find_event: looks an event up by its id.
        bus: where the floor reports.
        registry: knows the stage tokens; None for no tokens.
    """

    def __init__(
        self, find_event: EventLookup, bus: Bus, registry: TokenRegistry | None = None
    ) -> None:
        self._registry = registry
        self._find_event = find_event
        self._bus = bus

    def routes(self) -> list[web.RouteDef]:
        """The route."""
        return [web.get("/stage/{event}/sound", self._sound)]

    async def _sound(self, request: web.Request) -> web.Response:
        event = await self._find_event(request.match_info["event"])
        if event is None:
            raise UnknownEvent("Ask the organizer for the speaker's link.")
        check_stage_key(request, event, self._registry, required=True)
        floor = await self._next_report(event.id)
        body = {
            "publisher": floor.publisher,
            "level_dbfs": floor.level_dbfs,
            "silent_ms": floor.silent_ms,
            "error": floor.error,
            "reason": words_for_speaker(floor),
            "stereo_taken": floor.stereo_taken,
            "stereo_faulty": floor.stereo_faulty,
        }
        return web.json_response(body, headers={"Cache-Control": "no-store"})

    async def _next_report(self, event_id: str) -> FloorStatus:
        """The floor's next report; one without a publisher if no floor reports in time."""
        try:
            async with (
                asyncio.timeout(REPORT_WAIT_S),
                self._bus.subscribe(keys.status(event_id)) as messages,
            ):
                async for status in statuses(messages):
                    if isinstance(status, FloorStatus):
                        return status
        except TimeoutError:
            pass
        return FloorStatus()
