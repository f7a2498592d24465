"""Tells the stage page how its sound arrives."""

import asyncio
from dataclasses import asdict

from aiohttp import web

from broadcaster.access.registry import TokenRegistry
from broadcaster.errors import UnknownEvent
from broadcaster.floor.sound_faults import words_for_speaker
from broadcaster.floor.stage_key import check_stage_key
from broadcaster.floor.whip import EventLookup
from broadcaster.model import keys
from broadcaster.model.check.heard import ask_heard_sound
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.slow_down import SlowDown
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import (
    STATUS_INTERVAL_S,
    BoothState,
    BoothStatus,
    FloorStatus,
    statuses,
)

REPORT_WAIT_S = 2 * STATUS_INTERVAL_S
"""Time for the next report of the process that has the floor, whichever it is."""


class StageSoundRoutes:
    """The handlers of `/stage/{event}/sound` and `/stage/{event}/heard.wav`.

    Args:
        find_event: looks an event up by its id.
        bus: where the floor reports.
        clock: the time.
        registry: knows the stage tokens; None for no tokens.
    """

    def __init__(
        self,
        find_event: EventLookup,
        bus: Bus,
        clock: Clock,
        registry: TokenRegistry | None = None,
    ) -> None:
        self._registry = registry
        self._find_event = find_event
        self._bus = bus
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/stage/{event}/sound", self._sound),
            web.get("/stage/{event}/heard.wav", self._heard),
        ]

    async def _event(self, request: web.Request) -> Event:
        event = await self._find_event(request.match_info["event"])
        if event is None:
            raise UnknownEvent("Ask the organizer for the speaker's link.")
        check_stage_key(request, event, self._registry, required=True)
        return event

    async def _heard(self, request: web.Request) -> web.Response:
        sound = await ask_heard_sound(self._bus, (await self._event(request)).id)
        return web.Response(
            body=sound, content_type="audio/wav", headers={"Cache-Control": "no-store"}
        )

    async def _sound(self, request: web.Request) -> web.Response:
        event = await self._event(request)
        floor, failing = await self._next_reports(event.id)
        body = {
            "publisher": floor.publisher,
            "level_dbfs": floor.level_dbfs,
            "silent_ms": floor.silent_ms,
            "error": floor.error,
            "reason": words_for_speaker(floor),
            "stereo_taken": floor.stereo_taken,
            "stereo_faulty": floor.stereo_faulty,
            "microphone": asdict(floor.microphone),
            "booths_failing": sorted(failing),
            "slow_down": await self._is_too_fast(event.id),
        }
        return web.json_response(body, headers={"Cache-Control": "no-store"})

    async def _is_too_fast(self, event_id: str) -> bool:
        """Whether an interpreter has just asked the speaker to slow down."""
        record = await self._bus.get(console_keys.slow_down_record(event_id))
        signal = SlowDown() if record is None else SlowDown.from_json(record.value)
        return signal.is_shown(self._clock.now_ms())

    async def _next_reports(self, event_id: str) -> tuple[FloorStatus, set[str]]:
        """The floor's next report, and the channels whose booths have reported a failure by then.

        The report is one without a publisher if no floor reports in time.
        """
        failing: set[str] = set()
        try:
            async with (
                asyncio.timeout(REPORT_WAIT_S),
                self._bus.subscribe(keys.status(event_id)) as messages,
            ):
                async for status in statuses(messages):
                    if isinstance(status, BoothStatus) and status.state is BoothState.FAILED:
                        failing.add(status.channel)
                    if isinstance(status, FloorStatus):
                        return status, failing
        except TimeoutError:
            pass
        return FloorStatus(), failing
