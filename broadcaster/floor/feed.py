"""One event's floor: the publisher's sound, and silence while there is no publisher."""

import asyncio
import logging
from contextlib import aclosing

from broadcaster.audio.level import LevelMeter
from broadcaster.audio.microphone.meter import MicrophoneMeter
from broadcaster.floor.heard_sound import HeardSound
from broadcaster.floor.output import FLOOR_VARIANTS, FloorOutput
from broadcaster.floor.sound_faults import SoundFault, fault_of
from broadcaster.floor.timeline import Timeline
from broadcaster.model import keys
from broadcaster.model.audience import Audience
from broadcaster.model.audio import SAMPLE_BYTES, ms_to_samples, wall_position
from broadcaster.model.check.microphone import MicrophoneReport
from broadcaster.model.event import Event, EventState
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import (
    STATUS_INTERVAL_S,
    EdgeStatus,
    FloorStatus,
    status_to_json,
    statuses,
)
from broadcaster.system.tasks import first_of
from broadcaster.webrtc.incoming_sound import PcmChunk
from broadcaster.webrtc.ingest import IngestPeer

log = logging.getLogger("broadcaster.floor")

GRACE_S = 30.0
"""This process keeps a floor without a speaker, and publishes silence, for this long."""
STALL_S = 1.0
"""After this long without sound silence is published; a shorter stall loses nothing."""
PAUSE_S = 0.1
"""The same while the speaker's client pauses (DTX) and nothing can be on its way."""
_TICK_S = 0.06
_SILENT_TICK = bytes(ms_to_samples(60) * SAMPLE_BYTES)


class FloorFeed:
    """Runs the floor of one event, from its first publisher until `GRACE_S` after its last.

    Args:
        event: the event as it was when the first publisher came.
        bus: where sound and status go, and where the event's changes come from.
        clock: time.
        frame_samples: of an Opus packet.
    """

    def __init__(self, event: Event, bus: Bus, clock: Clock, frame_samples: int) -> None:
        self.event = event
        self._bus = bus
        self._clock = clock
        self._output = FloorOutput(bus, event.id, frame_samples)
        self._audience = Audience(FLOOR_VARIANTS, clock)
        self._meter = LevelMeter()
        self._microphone = MicrophoneMeter()
        self._heard = HeardSound(bus, clock, event.id)
        self._timeline: Timeline | None = None
        self._peer: IngestPeer | None = None
        self._last_sound = clock.monotonic()
        self._left_at = clock.monotonic()
        self._arrived = asyncio.Event()
        self.ended = False
        """Whether this feed has ended; the next publisher needs a new one."""
        self.released = asyncio.Event()
        """Set when it has released the lease of the floor."""

    @property
    def peer(self) -> IngestPeer | None:
        """The current publisher."""
        return self._peer

    def take(self, peer: IngestPeer) -> IngestPeer | None:
        """Take a new publisher; returns the one it replaces, for the caller to close."""
        previous, self._peer = self._peer, peer
        peer.downmix.choice = self.event.stereo_input
        self._timeline = None
        self._microphone = MicrophoneMeter()
        self._heard.forget()
        self._arrived.set()
        return previous

    async def run(self) -> None:
        """Publish until the floor has been empty for `GRACE_S` or the event is over."""
        try:
            await first_of(
                self._watch_event(),
                self._watch_audience(),
                self._tick(),
                self._receive(),
                self._heard.answer(),
                name=f"floor:{self.event.id}",
            )
        finally:
            self.ended = True
            if not self.event.is_over:
                self._output.retain_rest()
            if self._peer is not None:
                await self._peer.close()
                self._peer = None
            self._publish_status()

    async def _watch_event(self) -> None:
        async for record in self._bus.watch(keys.event_record(self.event.id)):
            self.event = Event.from_json(record.value)
            if self._peer is not None:
                self._peer.downmix.choice = self.event.stereo_input
            if self.event.state is not EventState.LIVE:
                self._timeline = None
            if self.event.is_over:
                self._output.forget_retained()
                return

    async def _watch_audience(self) -> None:
        async with self._bus.subscribe(keys.status(self.event.id)) as messages:
            async for status in statuses(messages):
                if isinstance(status, EdgeStatus):
                    self._audience.record(status)

    async def _receive(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while (peer := self._peer) is not None:
                log.info("a speaker is on the floor")
                async with aclosing(peer.frames()) as chunks:
                    async for chunk in chunks:
                        if self._peer is not peer:
                            break
                        self._place(chunk)
                if self._peer is peer:
                    self._peer = None
                    self._heard.forget()
                    self._left_at = self._clock.monotonic()
                    log.info("the speaker left the floor: %s", peer.end_reason)

    def _place(self, chunk: PcmChunk) -> None:
        self._last_sound = self._clock.monotonic()
        self._meter.add(chunk.samples)
        self._microphone.add(chunk.samples)
        self._heard.add(chunk.samples)
        if self.event.state is not EventState.LIVE:
            return
        free = self._output.next_position
        if self._timeline is None:
            self._timeline = Timeline(max(free, self._now_position()))
        self._output.push_floor_pcm(self._timeline.place(chunk.rtp_time, free), chunk.samples)

    async def _tick(self) -> None:
        next_status = self._clock.monotonic()
        while self._peer is not None or self._clock.monotonic() - self._left_at < GRACE_S:
            now = self._clock.monotonic()
            self._output.wanted = self._audience.wanted()
            self._fill_with_silence(now)
            if now >= next_status:
                next_status = now + STATUS_INTERVAL_S
                self._publish_status()
            await self._clock.sleep(_TICK_S)

    def _fill_with_silence(self, now: float) -> None:
        """Let a stall or a pause pass as it happens, and not in one piece when it is over."""
        pauses = self._peer is not None and self._peer.pauses
        wait_s = PAUSE_S if pauses else STALL_S
        if now - self._last_sound <= wait_s:
            return
        if self._peer is not None:
            self._meter.add(_SILENT_TICK)
            if not pauses:
                self._microphone.add(_SILENT_TICK)
        if self.event.state is EventState.LIVE:
            self._output.advance_to(self._now_position() - ms_to_samples(int(wait_s * 1000)))

    def _now_position(self) -> int:
        if self.event.live_at_ms is None:
            return 0
        return wall_position(self.event.live_at_ms, self._clock.now_ms())

    def _publish_status(self) -> None:
        level = self._meter.take()
        fault = fault_of(self._peer) if self._peer is not None else SoundFault()
        status = FloorStatus(
            publisher=self._peer is not None,
            level_dbfs=level.level_dbfs,
            peak_dbfs=level.peak_dbfs,
            clipping=level.clipping,
            silent_ms=level.silent_ms,
            position=self._output.next_position,
            frames_lost=self._peer.frames_lost if self._peer is not None else 0,
            error=fault.error,
            reason=fault.reason,
            stereo_taken=fault.stereo_taken,
            stereo_faulty=fault.stereo_faulty,
            microphone=self._microphone.take() if self._peer else MicrophoneReport(),
        )
        self._bus.publish(keys.status(self.event.id), status_to_json(status))
