"""One event as an edge sees it: its state, its hubs, and who listens."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from broadcaster.edge.fanout.audio_hub import AudioHub
from broadcaster.edge.fanout.caption_hub import CaptionHub, state_message
from broadcaster.edge.http.formats import HttpFormat
from broadcaster.edge.http.stream import HttpStream
from broadcaster.errors import Refused
from broadcaster.model import keys
from broadcaster.model.counts import EdgeCounts
from broadcaster.model.event import Event, EventState
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import (
    STALE_AFTER_S,
    STATUS_INTERVAL_S,
    BoothState,
    BoothStatus,
    EdgeStatus,
    FloorStatus,
    status_to_json,
    statuses,
)
from broadcaster.model.variant import ChannelVariant
from broadcaster.sockets.uring import Ring
from broadcaster.system.tasks import first_of

SPEAKING_WITHIN_MS = 3_000
"""A floor that was silent for longer is called silent."""
LINGER_S = 60.0
"""A room without listeners and readers is given up after this long."""


Part = Callable[[], Coroutine[Any, Any, None]]
"""Something that runs until it is cancelled."""
Spawn = Callable[[Part, str], asyncio.Task[None]]
"""Runs a part as a task of the given name, again if it fails; its owner cancels it at the end."""


class EventRoom:
    """Everything one edge process holds for one event.

    Args:
        event: the event as read from its record.
        bus: where its changes, sound and captions come from.
        clock: time.
        edge: this process's id in the listener counts.
        spawn: runs the hubs.
        ring: writes for them; None writes to one socket at a time.
    """

    def __init__(
        self, event: Event, bus: Bus, clock: Clock, edge: str, spawn: Spawn, ring: Ring | None
    ) -> None:
        self.event = event
        self._bus = bus
        self._clock = clock
        self._edge = edge
        self._spawn = spawn
        self._ring = ring
        self._audio: dict[str, AudioHub] = {}
        self._captions: dict[str, CaptionHub] = {}
        self._streams: dict[tuple[str, str], HttpStream] = {}
        self._parts: set[asyncio.Task[None]] = set()
        self._floor: tuple[float, FloorStatus] | None = None
        self._booths: dict[str, tuple[float, BoothState]] = {}
        self._told: dict[str, dict[str, str]] = {}
        self._used_at = clock.monotonic()
        self.ended = False
        """Whether the room is given up; its next visitor needs a new one."""

    async def run(self) -> None:
        """Serve until nobody has been here for `LINGER_S`."""
        name = f"room:{self.event.id}"
        try:
            await first_of(self._watch(), self._hear_status(), self._report(), name=name)
        finally:
            self.ended = True
            for audio in self._audio.values():
                audio.cut()
            for captions in self._captions.values():
                captions.cut()
            for task in self._parts:
                task.cancel()
            await asyncio.gather(*self._parts, return_exceptions=True)

    def check_channel(self, channel: str, *, variants: bool) -> None:
        """Check that the event has a channel.

        Args:
            channel: its id, or with `variants` that of the channel with the floor under it.
            variants: whether the variant with the floor is possible; nobody can ask for `+fec`.

        Raises:
            Refused: 404 `unknown_channel`.
        """
        variant = ChannelVariant.parse(channel) if variants else ChannelVariant(channel)
        known = variant.channel in self.event.channel_ids()
        if not known or variant.with_fec or (variant.with_floor and variant.channel == FLOOR):
            raise Refused(
                404,
                "unknown_channel",
                "this event has no such channel",
                hint="Its channels are: " + ", ".join(self.event.channel_ids()) + ".",
            )

    def audio(self, channel: str) -> AudioHub:
        """The hub of one channel's sound."""
        self._used_at = self._clock.monotonic()
        if channel not in self._audio:
            hub = AudioHub(self._bus, keys.opus(self.event.id, channel), self._clock, self._ring)
            self._audio[channel] = hub
            self._start(hub.run, f"audio:{self.event.id}:{channel}")
        return self._audio[channel]

    def stream(self, channel: str, form: HttpFormat) -> HttpStream:
        """One channel's sound as continuous HTTP audio; it is soon `ready`."""
        key = (channel, form.name)
        if key not in self._streams:
            language = ChannelVariant.parse(channel).channel
            stream = HttpStream(
                form,
                self._clock,
                lambda: self.captions(language).newest,
                self.audio(channel).slow,
                self._ring,
            )
            self._streams[key] = stream
            name = f"stream:{self.event.id}:{channel}.{form.name}"
            self._start(partial(self._run_stream, key, stream), name)
        return self._streams[key]

    def captions(self, channel: str) -> CaptionHub:
        """The hub of one channel's captions."""
        self._used_at = self._clock.monotonic()
        if channel not in self._captions:
            hub = CaptionHub(self._bus, keys.captions(self.event.id, channel), self._ring)
            self._captions[channel] = hub
            self._start(hub.run, f"captions:{self.event.id}:{channel}")
        return self._captions[channel]

    def counts(self) -> EdgeCounts:
        """What metrics read of this event."""
        audio, captions = self._audio.items(), self._captions.items()
        return EdgeCounts(
            listeners={(self.event.id, name): len(hub) for name, hub in audio},
            readers={(self.event.id, name): len(hub) for name, hub in captions},
            skipped_frames=sum(hub.slow.skipped_frames for _, hub in audio),
            stalled_listeners=sum(hub.slow.stalled for _, hub in audio),
            cut_readers=sum(hub.cut_readers for _, hub in captions),
        )

    def state(self, channel: str) -> dict[str, str]:
        """What a reader of this channel is told: the event's, the floor's and the booth's state."""
        now = self._clock.monotonic()
        floor, booth = "absent", BoothState.IDLE
        if self._floor is not None and now - self._floor[0] < STALE_AFTER_S:
            status = self._floor[1]
            if status.publisher:
                floor = "speaking" if status.silent_ms < SPEAKING_WITHIN_MS else "silent"
        if channel == FLOOR:
            booth = BoothState.LIVE
        elif channel in self._booths and now - self._booths[channel][0] < STALE_AFTER_S:
            booth = self._booths[channel][1]
        return {"state": self.event.state, "floor": floor, "channel": booth}

    def _start(self, part: Part, name: str) -> None:
        task = self._spawn(part, name)
        self._parts.add(task)
        task.add_done_callback(self._parts.discard)

    async def _run_stream(self, key: tuple[str, str], stream: HttpStream) -> None:
        await stream.prepare()
        hub = self.audio(key[0])
        hub.outlets.append(stream)
        try:
            await stream.run()
        finally:
            hub.outlets.remove(stream)
            stream.cut()
            if self._streams.get(key) is stream:  # one that failed may have a successor
                del self._streams[key]

    async def _watch(self) -> None:
        async for record in self._bus.watch(keys.event_record(self.event.id)):
            self.event = Event.from_json(record.value)
            self._tell_changes()
            if self.event.state is EventState.CLOSED:
                for hub in self._audio.values():
                    hub.end()

    async def _hear_status(self) -> None:
        async with self._bus.subscribe(keys.status(self.event.id)) as messages:
            async for status in statuses(messages):
                match status:
                    case FloorStatus() as floor:
                        self._floor = (self._clock.monotonic(), floor)
                    case BoothStatus(channel=channel, state=state):
                        self._booths[channel] = (self._clock.monotonic(), state)
                    case EdgeStatus():
                        continue
                self._tell_changes()

    async def _report(self) -> None:
        """Publish the listener counts once a second, and give up a room that nobody uses."""
        while True:
            status = EdgeStatus(
                edge=self._edge,
                listeners={name: len(hub) for name, hub in self._audio.items() if len(hub)},
                readers={name: len(hub) for name, hub in self._captions.items() if len(hub)},
                skipped_frames=sum(hub.slow.skipped_frames for hub in self._audio.values()),
            )
            self._bus.publish(keys.status(self.event.id), status_to_json(status))
            self._tell_changes()
            now = self._clock.monotonic()
            if status.listeners or status.readers:
                self._used_at = now
            elif now - self._used_at > LINGER_S:
                self.ended = True
                return
            await self._clock.sleep(STATUS_INTERVAL_S)

    def _tell_changes(self) -> None:
        for channel, hub in self._captions.items():
            state = self.state(channel)
            if self._told.get(channel) != state:
                self._told[channel] = state
                hub.tell_state(state_message(state))
