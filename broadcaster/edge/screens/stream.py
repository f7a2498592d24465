"""The stream that tells a screen its settings, and a stage monitor the state of the event."""

import asyncio
import json
import logging
from contextlib import suppress
from typing import Any

from aiohttp import web

from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.edge.screens.monitor import monitor_state
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.slow_down import SlowDown
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.screens.open_screens import OpenScreen
from broadcaster.system.tasks import first_of
from broadcaster.web.stopping import STOPPING

log = logging.getLogger("broadcaster.edge")

MONITOR = "monitor"
KEEPALIVE_S = 15.0
LOOK_S = 1.0
"""How often a monitor looks whether its state has changed."""


class ScreenStream:
    """One connected screen.

    Args:
        room: of its event.
        screen: what it says about itself.
        build: of the pages that this server has; a screen that was loaded with another one reloads.
        bus: has the signals of interpreters.
        clock: the time.
    """

    def __init__(
        self, room: EventRoom, screen: OpenScreen, build: str, bus: Bus, clock: Clock
    ) -> None:
        self._room = room
        self._screen = screen
        self._build = build
        self._bus = bus
        self._clock = clock
        self._slow_down = SlowDown()

    async def write(self, request: web.Request, response: web.StreamResponse) -> None:
        """Write until the client leaves, the room closes or the server stops."""
        parts = [self._write_settings(response), self._until_stopping(request)]
        if self._screen.kind == MONITOR:
            parts += [self._write_monitor(response), self._follow_slow_down()]
        with suppress(ConnectionResetError):
            await first_of(*parts, name=f"screen:{self._room.event.id}")

    async def _write_settings(self, response: web.StreamResponse) -> None:
        told: dict[str, Any] | None = None
        await response.write(_message("hello", {"build": self._build}))
        while not self._room.ended:
            settings = self._room.screens.settings(self._screen.id).body()
            if settings != told:
                told = settings
                await response.write(_message("settings", settings))
            try:
                async with asyncio.timeout(KEEPALIVE_S):
                    await self._room.screens.changed()
            except TimeoutError:
                await response.write(_message("alive", {}))

    async def _write_monitor(self, response: web.StreamResponse) -> None:
        told: dict[str, Any] | None = None
        while True:
            state = monitor_state(
                self._room, slow_down=self._slow_down.is_shown(self._clock.now_ms())
            )
            if state != told:
                told = state
                await response.write(_message("monitor", state))
            await self._clock.sleep(LOOK_S)

    async def _follow_slow_down(self) -> None:
        async for record in self._bus.watch(console_keys.slow_down_record(self._room.event.id)):
            try:
                self._slow_down = SlowDown.from_json(record.value)
            except ValueError:
                log.warning("a signal to slow down cannot be read and is ignored")

    async def _until_stopping(self, request: web.Request) -> None:
        await request.app[STOPPING].wait()


def _message(kind: str, body: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(body)}\n\n".encode()
