"""One event as an edge process sees it: its state, its hubs, and how many people listen."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

from broadcaster.edge.fanout.audio_hub import AudioHub, Part
from broadcaster.edge.fanout.caption_hub import CaptionHub
from broadcaster.edge.fanout.caption_messages import state_message
from broadcaster.edge.fanout.outlet import Goodbye, OutletTools
from broadcaster.edge.fanout.slow_listeners import SlowListeners
from broadcaster.edge.rooms.announced import RoomAnnouncements, Told
from broadcaster.edge.rooms.goodbyes import say_goodbyes, wait_until_gone
from broadcaster.edge.rooms.lag import steady_lag_s
from broadcaster.edge.rooms.room_screens import RoomScreens
from broadcaster.errors import UnknownChannel
from broadcaster.model import keys
from broadcaster.model.counts import EdgeCounts
from broadcaster.model.event import PUT_AWAY, Event, EventState
from broadcaster.model.inputs.floor_delay import is_delayed
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
from broadcaster.model.variant import ChannelVariant, Coding
from broadcaster.sockets.uring import Ring
from broadcaster.system.rate_limited_log import RateLimitedLog
from broadcaster.system.tasks import first_of

SPEAKING_WITHIN_MS = 3_000
"""A floor that has been silent for longer is reported as silent."""
ROOM_LINGER_S = 60.0
"""A room without listeners and readers is closed after this long."""

Spawn = Callable[[Part, str], asyncio.Task[None]]
"""Runs a part as a task of the given name, again if it fails; its owner cancels it at the end."""


@dataclass(frozen=True, slots=True)
class EdgeProcess:
    """The parts that all rooms of one process share.

    Attributes:
        id: of this process in the listener counts.
        bus: where events, sound and captions come from.
        clock: the time.
        ring: writes to many sockets at once; None writes to one after the other.
        spawn: runs the hubs.
        slow_log: says how many listeners are too slow.
    """

    id: str
    bus: Bus
    clock: Clock
    ring: Ring | None
    spawn: Spawn
    slow_log: RateLimitedLog


State = dict[str, str | int | tuple[str, ...] | tuple[Told, ...]]
"""The states that readers of a channel get; see `EventRoom.state`."""


class EventRoom:
    """Everything one edge process holds for one event.

    Args:
        event: the event as read from its record.
        process: what the room shares with the others.
    """

    def __init__(self, event: Event, process: EdgeProcess) -> None:
        self.event = event
        self._process = process
        self._bus = process.bus
        self._clock = process.clock
        self._audio: dict[str, AudioHub] = {}
        self._captions: dict[str, CaptionHub] = {}
        self._parts: set[asyncio.Task[None]] = set()
        self._floor: tuple[float, FloorStatus] | None = None
        self._booths: dict[str, tuple[float, BoothState]] = {}
        self._lags_s: dict[str, int] = {}
        self._humans: set[str] = set()
        self._spoken_language = ""
        self._told: dict[str, State] = {}
        self.announcements = RoomAnnouncements(event.id, process.id, process.bus, process.clock)
        self.screens = RoomScreens(event.id, process.id, process.bus)
        self._used_at = process.clock.monotonic()
        self.ended = False
        """Whether the room has closed; the next request needs a new one."""

    async def run(self) -> None:
        """Serve until nobody has listened or read for `ROOM_LINGER_S`, or the event is put away."""
        name = f"room:{self.event.id}"
        try:
            await first_of(
                self._watch(),
                self._follow_status(),
                self._report(),
                self.announcements.follow(self._tell_changes),
                self.screens.follow(),
                name=name,
            )
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
            channel: its id, or with `variants` that of a variant of it.
            variants: whether a variant is possible; nobody can ask for `+fec`.

        Raises:
            UnknownChannel: it has none of this id.
        """
        variant = ChannelVariant.parse(channel) if variants else ChannelVariant(channel)
        known = variant.channel in self.event.channel_ids()
        if variant.channel == FLOOR:
            made = not variant.floor and variant.coding is not Coding.PROTECTED
        else:
            made = variant.coding in {Coding.NORMAL, Coding.LOW_RATE}
        if not (known and made):
            raise UnknownChannel(self.event.channel_ids())

    def audio(self, channel: str) -> AudioHub:
        """The hub of one channel's sound, or of one of its variants."""
        self._used_at = self._clock.monotonic()
        if channel not in self._audio:
            slow = SlowListeners(self._process.slow_log)
            tools = OutletTools(self._clock, self._process.ring, slow)
            topic = keys.opus(self.event.id, channel)
            delay_ms = self.event.floor_delay_ms if is_delayed(channel) else 0
            hub = AudioHub(self._bus, topic, tools, self._start, delay_ms)
            self._audio[channel] = hub
            self._start(hub.run, f"audio:{self.event.id}:{channel}")
        return self._audio[channel]

    def captions(self, channel: str) -> CaptionHub:
        """The hub of one channel's captions."""
        self._used_at = self._clock.monotonic()
        if channel not in self._captions:
            stream = keys.captions(self.event.id, channel)
            hold_back_s = self.event.hold_back_s
            hub = CaptionHub(self._bus, stream, self._clock, self._process.ring, hold_back_s)
            self._captions[channel] = hub
            self._start(hub.run, f"captions:{self.event.id}:{channel}")
        return self._captions[channel]

    def counts(self) -> EdgeCounts:
        """Return this event's counts for the metrics."""
        audio, captions = self._audio.items(), self._captions.items()
        return EdgeCounts(
            listeners={(self.event.id, name): len(hub) for name, hub in audio},
            readers={(self.event.id, name): len(hub) for name, hub in captions},
            skipped_frames=sum(hub.slow.skipped_frames for _, hub in audio),
            stalled_listeners=sum(hub.slow.stalled for _, hub in audio),
            cut_readers=sum(hub.cut_readers for _, hub in captions),
        )

    @property
    def connected(self) -> int:
        """Listeners and readers that are connected; those that poll are not."""
        readers = sum(hub.streams for hub in self._captions.values())
        return readers + sum(len(hub) for hub in self._audio.values())

    def goodbyes(self) -> list[Goodbye]:
        """A goodbye for each listener and each reader."""
        return self._goodbyes_of(None)

    def _goodbyes_of(self, channels: Collection[str] | None) -> list[Goodbye]:
        """A goodbye for each client of some channels and their variants; None for all channels."""
        hubs: list[tuple[str, AudioHub | CaptionHub]] = [
            *self._audio.items(),
            *self._captions.items(),
        ]
        return [
            goodbye
            for name, hub in hubs
            if channels is None or ChannelVariant.parse(name).channel in channels
            for goodbye in hub.goodbyes()
        ]

    def state(self, channel: str) -> State:
        """The states of the event, the floor and the booth, as readers of a channel get them."""
        now = self._clock.monotonic()
        floor = "absent"
        if self._floor is not None and now - self._floor[0] < STALE_AFTER_S:
            status = self._floor[1]
            if status.publisher:
                floor = "speaking" if status.silent_ms < SPEAKING_WITHIN_MS else "silent"
        booth = self._booth_state(channel, now)
        state: State = {
            "state": EventState.CLOSED if self.event.is_over else self.event.state,
            "floor": floor,
            "channels": self.event.channel_ids(),
            "channel": booth,
        }
        if booth is not BoothState.IDLE and channel in self._lags_s:
            state["lag_s"] = self._lags_s[channel]
        if channel == FLOOR and self.floor_language:
            state["language"] = self.floor_language
        if humans := self.humans():
            state["humans"] = humans
        if notice := self.event.notice_on(channel):
            state["notice"] = notice
        announcements = self.announcements.on(channel)
        if announcements and not self.event.is_over:
            state["announcements"] = announcements
        starts_at = self.event.starts_at()
        if self.event.state is EventState.OPEN and starts_at:
            state["starts_at"] = starts_at
        return state

    def _booth_state(self, channel: str, now: float) -> BoothState:
        """The state of a channel for its readers: live while a human is heard, and on the floor."""
        if channel == FLOOR:
            return BoothState.LIVE
        if channel not in self._booths or now - self._booths[channel][0] >= STALE_AFTER_S:
            return BoothState.IDLE
        return BoothState.LIVE if channel in self._humans else self._booths[channel][1]

    def humans(self) -> tuple[str, ...]:
        """The channels on which a human interpreter is heard now."""
        return tuple(one for one in self.event.channel_ids() if one in self._humans)

    @property
    def lags_s(self) -> dict[str, int]:
        """How far each channel that is interpreted now is behind the speaker."""
        now = self._clock.monotonic()
        return {
            channel: lag_s
            for channel, lag_s in self._lags_s.items()
            if now - self._booths[channel][0] < STALE_AFTER_S
            and self._booths[channel][1] is not BoothState.IDLE
        }

    @property
    def floor_language(self) -> str:
        """The tag of what the speaker speaks; empty while that is unknown."""
        return self.event.source_language or self._spoken_language

    def _start(self, part: Part, name: str) -> None:
        task = self._process.spawn(part, name)
        self._parts.add(task)
        task.add_done_callback(self._parts.discard)

    async def _watch(self) -> None:
        """Follow the event's record; return when attendees must not see the event any more."""
        async for record in self._bus.watch(keys.event_record(self.event.id)):
            before, self.event = self.event, Event.from_json(record.value)
            for captions in self._captions.values():
                captions.hold_back(self.event.hold_back_s)
            for name, audio in self._audio.items():
                audio.delay(self.event.floor_delay_ms if is_delayed(name) else 0)
            self._tell_changes()
            if self.event.is_over:
                for hub in self._audio.values():
                    hub.end()
            elif gone := set(before.channel_ids()) - set(self.event.channel_ids()):
                await say_goodbyes(self._goodbyes_of(gone), 0, self._clock)
            if self.event.state in PUT_AWAY:
                await wait_until_gone(lambda: self.connected, self._clock)
                return

    async def _follow_status(self) -> None:
        async with self._bus.subscribe(keys.status(self.event.id)) as messages:
            async for status in statuses(messages):
                match status:
                    case FloorStatus() as floor:
                        self._floor = (self._clock.monotonic(), floor)
                    case (
                        BoothStatus(
                            channel=channel, state=state, lag_ms=lag_ms, floor_language=language
                        ) as booth
                    ):
                        self._booths[channel] = (self._clock.monotonic(), state)
                        if booth.on_air == "human":
                            self._humans.add(channel)
                        else:
                            self._humans.discard(channel)
                        if channel == FLOOR:
                            self._spoken_language = language or self._spoken_language
                        elif lag_ms is not None:
                            told_s = self._lags_s.get(channel)
                            self._lags_s[channel] = steady_lag_s(lag_ms, told_s)
                    case EdgeStatus():
                        continue
                self._tell_changes()

    async def _report(self) -> None:
        """Publish the listener counts once a second; return when nobody uses the room."""
        while True:
            status = EdgeStatus(
                edge=self._process.id,
                listeners={name: len(hub) for name, hub in self._audio.items() if len(hub)},
                readers={name: len(hub) for name, hub in self._captions.items() if len(hub)},
                skipped_frames=sum(hub.slow.skipped_frames for hub in self._audio.values()),
            )
            self._bus.publish(keys.status(self.event.id), status_to_json(status))
            self.announcements.report()
            self.screens.report()
            self._tell_changes()
            self._process.slow_log.flush()
            now = self._clock.monotonic()
            if status.listeners or status.readers or len(self.screens):
                self._used_at = now
            elif now - self._used_at > ROOM_LINGER_S:
                self.ended = True
                return
            await self._clock.sleep(STATUS_INTERVAL_S)

    def _tell_changes(self) -> None:
        for channel, hub in self._captions.items():
            state = self.state(channel)
            if self._told.get(channel) != state:
                self._told[channel] = state
                hub.tell_state(state_message(state))
