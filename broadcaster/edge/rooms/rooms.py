"""All event rooms of this edge process."""

import asyncio
import logging
import secrets
from contextlib import suppress
from dataclasses import replace

from broadcaster.edge.fanout.audio_hub import Part
from broadcaster.edge.fanout.outlet import Goodbye
from broadcaster.edge.rooms.event_room import EdgeProcess, EventRoom
from broadcaster.edge.rooms.goodbyes import say_goodbyes, wait_until_gone
from broadcaster.errors import BusUnavailable, UnknownEvent
from broadcaster.model import keys
from broadcaster.model.conference.conference_errors import UnknownConference
from broadcaster.model.conference.lookup import find_conference
from broadcaster.model.counts import EdgeCounts
from broadcaster.model.event import HIDDEN, PUT_AWAY, SLUG, Event
from broadcaster.model.join import code_of
from broadcaster.model.ports import Bus, Clock
from broadcaster.sockets.uring import Ring
from broadcaster.system.rate_limited_log import RateLimitedLog

log = logging.getLogger("broadcaster.edge")

ROOM_RESTART_S = 1.0
"""Pause before a part that failed starts again."""
TOO_SLOW = "listeners are too slow: %d of them missed %d frames since the last line like this"


class Rooms:
    """Opens the room of an event at the first request for it, and owns the tasks of all rooms.

    Args:
        bus: where events, sound and captions come from.
        clock: the time.
        ring: writes to many sockets at once; None writes to one after the other.
    """

    def __init__(self, bus: Bus, clock: Clock, ring: Ring | None = None) -> None:
        self._bus = bus
        self._clock = clock
        self.edge = secrets.token_hex(4)
        """The id of this process among all edge processes."""
        slow_log = RateLimitedLog(log, TOO_SLOW, clock.monotonic)
        self._process = EdgeProcess(self.edge, bus, clock, ring, self._spawn, slow_log)
        self._rooms: dict[str, EventRoom] = {}
        self._tasks = asyncio.TaskGroup()
        self._before = EdgeCounts()

    async def run(self) -> None:
        """Own the rooms until cancelled."""
        async with self._tasks:
            await asyncio.get_running_loop().create_future()

    async def open(self, event_id: str) -> EventRoom:
        """Return the room of an event, opening it if needed.

        A room can close during any `await`: call `open` again afterwards instead of keeping it.

        Raises:
            UnknownEvent: no event has this id, or attendees must not see it.
            BusUnavailable: its record cannot be read.
        """
        room = self._rooms.get(event_id)
        if room is None or room.ended:
            event = await self._find(event_id)
            room = self._rooms.get(event_id)
            if room is None or room.ended:
                if room is not None:
                    self._forget(room)
                room = self._rooms[event_id] = EventRoom(event, self._process)
                self._tasks.create_task(self._run(room), name=f"room:{event_id}")
        if room.event.state in HIDDEN:
            raise _unknown()
        return room

    async def open_sound(self, event_id: str, channel: str) -> EventRoom:
        """Return the room of an event that has not ended and has this channel; see `open`.

        Raises:
            EventOver: it is over.
            UnknownChannel: it has no channel of this id; and what `open` raises.
        """
        room = await self.open(event_id)
        room.event.refuse_if_over()
        room.check_channel(channel, variants=True)
        return room

    async def find_by_code(self, typed: str) -> str | None:
        """Return the path of what somebody means by a code, or by the id itself.

        It is an event that can be joined, or a conference. Of two with the same id it is the event.

        Raises:
            BusUnavailable: the records cannot be read.
        """
        code = code_of(typed)
        record = None if code is None else await self._bus.get(keys.code_record(code))
        meant = typed.lower() if record is None else record.value.decode()
        with suppress(UnknownEvent):
            if (await self._find(meant)).state not in HIDDEN:
                return f"/e/{meant}"
        with suppress(UnknownConference):
            conference_id = meant.removeprefix(keys.conference_in_code(""))
            conference, _ = await find_conference(self._bus, conference_id)
            return f"/c/{conference.id}"
        return None

    async def send_listeners_away(self, over_s: float, last_bytes_s: float | None = None) -> None:
        """Tell every listener and reader that this process stops, and let them connect elsewhere.

        Returns when they have left. One that does not read its last bytes is left to be cut.

        Args:
            over_s: seconds over which they are told.
            last_bytes_s: how long the last ones may take to read; None for `LAST_BYTES_S`.
        """
        await say_goodbyes(self._goodbyes(), over_s, self._clock)
        # Those whose handshake went on when the others were told.
        await say_goodbyes(self._goodbyes(), 0, self._clock)
        await wait_until_gone(
            lambda: sum(room.connected for room in self._rooms.values()),
            self._clock,
            last_bytes_s,
        )

    def counts(self) -> EdgeCounts:
        """Return the counts for the metrics: all rooms, and the totals of closed rooms."""
        counts = self._before
        for room in self._rooms.values():
            counts = counts.plus(room.counts())
        return counts

    def _goodbyes(self) -> list[Goodbye]:
        return [goodbye for room in self._rooms.values() for goodbye in room.goodbyes()]

    def _spawn(self, part: Part, name: str) -> asyncio.Task[None]:
        return self._tasks.create_task(self._keep(part, name), name=name)

    async def _run(self, room: EventRoom) -> None:
        """Run a room; one that fails disconnects everybody, and their pages open a new one."""
        try:
            await room.run()
        except Exception:
            log.exception("the room of event %s failed", room.event.id)
        finally:
            self._forget(room)

    def _forget(self, room: EventRoom) -> None:
        """Keep the totals of a room that has ended, and nothing else of it."""
        if self._rooms.get(room.event.id) is room:
            del self._rooms[room.event.id]
            past = self._before.plus(room.counts())
            self._before = replace(past, listeners={}, readers={})

    async def _keep(self, part: Part, name: str) -> None:
        while True:
            try:
                return await part()
            except Exception:
                log.exception("%s failed and is started again", name)
                await self._clock.sleep(ROOM_RESTART_S)

    async def _find(self, event_id: str) -> Event:
        if not SLUG.fullmatch(event_id):
            raise _unknown()
        try:
            record = await self._bus.get(keys.event_record(event_id))
        except BusUnavailable as unavailable:
            raise BusUnavailable(
                "the server cannot reach its message bus right now",
                hint="It keeps trying. Reload in a few seconds.",
            ) from unavailable
        event = Event.from_json(record.value) if record is not None else None
        if event is None or event.state in PUT_AWAY:
            raise _unknown()
        return event


def _unknown() -> UnknownEvent:
    return UnknownEvent("Check the link, or ask the organizer for a new one.")
