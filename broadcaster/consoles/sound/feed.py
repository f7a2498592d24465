"""The microphones of one channel's human interpreters, of which one is on air."""

import asyncio
import logging
from contextlib import aclosing, suppress

from broadcaster.consoles.sound.claims import MicrophoneClaim
from broadcaster.consoles.sound.output import InterpreterOutput
from broadcaster.model import keys
from broadcaster.model.audio import (
    CLOCK_HZ,
    RETAINED_SAMPLES,
    ms_to_samples,
    wall_position,
)
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.microphones import Microphones
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.event import Event, EventState
from broadcaster.model.ports import Bus, Clock
from broadcaster.system.tasks import first_of
from broadcaster.webrtc.incoming_sound import PcmChunk
from broadcaster.webrtc.ingest import IngestPeer
from broadcaster.webrtc.rtp_clock import RTP_HZ

log = logging.getLogger("broadcaster.consoles")

LATE_MS = 60
"""Silence is published up to this long ago: a packet that is on its way keeps its place."""
_TICK_S = 0.04
_RTP_PER_SAMPLE = RTP_HZ // CLOCK_HZ


class InterpreterFeed:
    """Publishes the microphone that is on air on the event's clock, and silence while it is muted.

    Nothing is published while that microphone is not connected: so the booth knows that the
    connection is lost.

    Args:
        event: as it was when the first microphone came.
        channel: language of the channel.
        bus: has the record of the interpreter on air, and takes the sound.
        clock: time.
    """

    def __init__(self, event: Event, channel: str, bus: Bus, clock: Clock) -> None:
        self.event = event
        self.channel = channel
        self._bus = bus
        self._clock = clock
        self._output = InterpreterOutput(bus, event.id, channel)
        self._peers: dict[str, IngestPeer] = {}
        self._claims: dict[str, MicrophoneClaim] = {}
        self._newest = Microphones()
        self._newest_version = 0
        self._on_air = OnAir()
        self._offset: int | None = None
        """Event-clock sample at which the RTP clock of the microphone on air began."""
        self._left = asyncio.Event()
        self.ended = False
        """Whether it takes no more microphones; the next one needs a new feed."""

    def take(self, interpreter: str, peer: IngestPeer, claim: MicrophoneClaim) -> IngestPeer | None:
        """Take a microphone; returns the one to be closed, which is an older one or this one.

        Args:
            interpreter: id of their token.
            peer: the microphone, negotiated.
            claim: its claim; the newest of the interpreter is heard.
        """
        before = self._claims.get(interpreter)
        if self._is_replaced(interpreter, claim) or (before and before.version > claim.version):
            return peer
        replaced = self._peers.get(interpreter)
        self._peers[interpreter] = peer
        self._claims[interpreter] = claim
        if interpreter == self._on_air.interpreter:
            self._offset = None
        return replaced

    async def receive(self, interpreter: str, peer: IngestPeer) -> None:
        """Pass on the sound of a microphone until it ends."""
        try:
            async with aclosing(peer.frames()) as chunks:
                async for chunk in chunks:
                    if self._peers.get(interpreter) is peer:
                        self._place(interpreter, chunk)
        finally:
            if self._peers.get(interpreter) is peer:
                self._drop(interpreter)

    async def run(self) -> None:
        """Follow the turns until no microphone is connected, or the event is over."""
        await first_of(
            self._watch_event(),
            self._follow_turns(),
            self._follow_microphones(),
            self._tick(),
            self._until_empty(),
            name=f"interpreters:{self.event.id}:{self.channel}",
        )
        self.ended = True
        if self.event.is_over:
            self._output.forget_retained()
        else:
            self._output.retain_rest()

    async def close(self) -> None:
        """End all its microphones."""
        for peer in list(self._peers.values()):
            await peer.close()

    async def _watch_event(self) -> None:
        async for record in self._bus.watch(keys.event_record(self.event.id)):
            self.event = Event.from_json(record.value)
            if self.event.state is not EventState.LIVE:
                self._offset = None
            if self.event.is_over:
                return

    async def _follow_turns(self) -> None:
        async for record in self._bus.watch(
            console_keys.on_air_record(self.event.id, self.channel)
        ):
            with suppress(ValueError, TypeError):
                before, self._on_air = self._on_air, OnAir.from_json(record.value)
                if before.interpreter != self._on_air.interpreter or self._on_air.muted:
                    self._offset = None

    async def _follow_microphones(self) -> None:
        """Drop a microphone whose interpreter has opened another one, perhaps elsewhere."""
        async for record in self._bus.watch(
            console_keys.microphones_record(self.event.id, self.channel)
        ):
            with suppress(ValueError):
                self._newest = Microphones.from_json(record.value)
                self._newest_version = record.version
            for interpreter, claim in list(self._claims.items()):
                if self._is_replaced(interpreter, claim):
                    self._drop(interpreter)
                    claim.replaced.set()

    def _is_replaced(self, interpreter: str, claim: MicrophoneClaim) -> bool:
        newest = self._newest.newest.get(interpreter)
        later = self._newest_version > claim.version
        return later and newest is not None and newest.session != claim.session

    def _drop(self, interpreter: str) -> None:
        del self._peers[interpreter], self._claims[interpreter]
        self._left.set()

    async def _until_empty(self) -> None:
        while self._peers:
            self._left.clear()
            await self._left.wait()
        self.ended = True

    def _place(self, interpreter: str, chunk: PcmChunk) -> None:
        on_air = self._on_air
        if interpreter != on_air.interpreter or on_air.muted:
            return
        if self.event.state is not EventState.LIVE:
            return
        begun = chunk.rtp_time // _RTP_PER_SAMPLE
        if self._offset is None:
            self._offset = self._begin() - begun
        position, free = self._offset + begun, self._output.next_position
        if position < free:  # it is late, and so is all that follows
            self._offset += free - position
            position = free
        self._output.push_interpreter_pcm(position, chunk.samples, chunk.full_band)

    def _begin(self) -> int:
        """The position of the first sound of a turn, after a piece of silence.

        The transcriber hears whole blocks, so the first word must not begin inside one.
        """
        start = max(self._output.next_position, self._now_position())
        block = start - start % RETAINED_SAMPLES
        if block >= self._output.next_position:
            self._output.push_silence(block, start - block)
        return start

    async def _tick(self) -> None:
        """Publish silence while the microphone on air is connected and muted, or pauses (DTX)."""
        while True:
            await self._clock.sleep(_TICK_S)
            peer = self._peers.get(self._on_air.interpreter)
            if peer is None or self.event.state is not EventState.LIVE:
                continue
            if self._on_air.muted or (peer.pauses and self._offset is not None):
                if not self._output.next_position:
                    self._begin()
                self._output.advance_to(self._now_position() - ms_to_samples(LATE_MS))

    def _now_position(self) -> int:
        if self.event.live_at_ms is None:
            return 0
        return wall_position(self.event.live_at_ms, self._clock.now_ms())
