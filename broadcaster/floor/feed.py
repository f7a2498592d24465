"""One event's floor: the sound of the input that is heard, and silence without a publisher."""

import asyncio
import logging
from contextlib import aclosing

from broadcaster.audio.fades import SmoothCuts
from broadcaster.floor.floor_input import KEPT_SAMPLES, TICK_S, FloorInput
from broadcaster.floor.heard_sound import HeardSound
from broadcaster.floor.input_switch import InputSwitch
from broadcaster.floor.microphones.mix import MicrophoneMix
from broadcaster.floor.microphones.publisher import FloorPublisher
from broadcaster.floor.microphones.speaker_log import SpeakerLog
from broadcaster.floor.output import FLOOR_VARIANTS, FULL_BAND_FLOOR, FloorOutput
from broadcaster.floor.sound_faults import SoundFault, fault_of
from broadcaster.floor.timeline import Timeline
from broadcaster.model import keys
from broadcaster.model.audience import Audience
from broadcaster.model.audio import (
    CLOCK_HZ,
    FULL_BAND_HZ,
    SAMPLE_BYTES,
    ms_to_samples,
    samples_to_ms,
    wall_position,
)
from broadcaster.model.check.microphone import MicrophoneReport
from broadcaster.model.event import Event, EventState
from broadcaster.model.inputs.rules import InputRole, InputRules
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

log = logging.getLogger("broadcaster.floor")

GRACE_S = 30.0
"""This process keeps a floor without a speaker, and publishes silence, for this long."""
OWN_STALL_S = 0.2
"""If this process did not run for this long, sound of both inputs may wait to be read. No input is
judged until that was done."""


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
        self._audience = Audience((*FLOOR_VARIANTS, FULL_BAND_FLOOR), clock)
        self._heard = HeardSound(bus, clock, event.id)
        self._speakers = SpeakerLog(bus, clock, event.id)
        now_s = clock.monotonic()
        self._inputs = {role: FloorInput(now_s) for role in InputRole}
        self._switch = InputSwitch()
        self._cuts = SmoothCuts()
        self._full_band_cuts = SmoothCuts()
        self._timeline: Timeline | None = None
        self._left_at = now_s
        self._ran_s = self._judged_from_s = now_s
        self.ended = False
        """Whether this feed has ended; the next publisher needs a new one."""
        self.released = asyncio.Event()
        """Set when it has released the lease of the floor."""

    @property
    def mix(self) -> MicrophoneMix | None:
        """The microphones that the main input mixes; None if it has a single publisher or none."""
        peer = self._inputs[InputRole.MAIN].peer
        return peer if isinstance(peer, MicrophoneMix) and not peer.ended else None

    def is_taken(self, role: InputRole) -> bool:
        """Whether the publisher of an input gives way to nobody but a takeover."""
        return self._inputs[role].is_taken

    def gives_way(self, role: InputRole, *, takeover: bool) -> bool:
        """Whether another process may have the floor for a publisher of one input."""
        taken = {other for other, one in self._inputs.items() if one.is_taken}
        return not taken - ({role} if takeover else set())

    def take(
        self, peer: FloorPublisher, role: InputRole = InputRole.MAIN, *, takeover: bool = False
    ) -> FloorPublisher | None:
        """Take a new publisher; returns the one it replaces, for the caller to close."""
        peer.downmix.choice = self.event.stereo_input
        previous = self._inputs[role].take(peer, takeover=takeover)
        if role is self._switch.heard:
            self._timeline = None
            self._heard.forget()
        return previous

    async def run(self) -> None:
        """Publish until the floor has been empty for `GRACE_S` or the event is over."""
        try:
            await first_of(
                self._watch_event(),
                self._watch_rules(),
                self._watch_audience(),
                self._tick(),
                *(self._receive(role) for role in InputRole),
                self._heard.answer(),
                self._speakers.run(),
                name=f"floor:{self.event.id}",
            )
        finally:
            self.ended = True
            if not self.event.is_over:
                self._output.retain_rest()
            for one in self._inputs.values():
                if one.peer is not None:
                    await one.peer.close()
                    one.leave()
            self._publish_status()

    async def _watch_event(self) -> None:
        async for record in self._bus.watch(keys.event_record(self.event.id)):
            self.event = Event.from_json(record.value)
            for one in self._inputs.values():
                one.choose_stereo(self.event.stereo_input)
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

    async def _watch_rules(self) -> None:
        async for record in self._bus.watch(keys.inputs_record(self.event.id)):
            try:
                self._switch.obey(InputRules.from_json(record.value))
            except ValueError:
                log.exception("the rules of the inputs of event %s cannot be read", self.event.id)
                continue
            self._decide()
            self._publish_status()

    async def _receive(self, role: InputRole) -> None:
        one = self._inputs[role]
        while True:
            await one.arrived.wait()
            one.arrived.clear()
            while (peer := one.peer) is not None:
                log.info("a speaker is on the floor: %s input", role)
                async with aclosing(peer.frames()) as chunks:
                    async for chunk in chunks:
                        if one.peer is not peer:
                            break
                        self._take_chunk(role, chunk)
                if one.peer is peer:
                    one.leave()
                    self._left_at = self._clock.monotonic()
                    if role is self._switch.heard:
                        self._heard.forget()
                    log.info("the speaker left the floor: %s input, %s", role, peer.end_reason)
                    self._decide()

    def _take_chunk(self, role: InputRole, chunk: PcmChunk) -> None:
        self._decide()
        self._inputs[role].add(chunk.samples, chunk.full_band, self._clock.monotonic())
        if role is not self._switch.heard:
            return
        self._heard.add(chunk.samples)
        if self.event.state is not EventState.LIVE:
            return
        free = self._output.next_position
        if self._timeline is None:
            self._timeline = Timeline(max(free, self._now_position()))
        position = self._timeline.place(chunk.rtp_time, free)
        self._push(position, chunk.samples, chunk.full_band)
        self._note_speaker(self._inputs[role].peer)

    def _note_speaker(self, peer: FloorPublisher | None) -> None:
        """Write down whose turn it is to speak in the sound that was pushed."""
        if not isinstance(peer, MicrophoneMix):
            self._speakers.note(samples_to_ms(self._output.next_position), "")
        elif peer.turns.speaker is not None:
            begun_ms = samples_to_ms(self._output.next_position) - peer.turns.began_ms
            self._speakers.note(max(0, begun_ms), peer.turns.speaker)

    def _decide(self) -> None:
        """Let the input be heard that should be heard now."""
        now_s = self._clock.monotonic()
        if not self._can_judge(now_s):
            return
        states = {role: one.state(now_s) for role, one in self._inputs.items()}
        if self._switch.decide(now_s, states):
            log.warning("the %s input is heard now", self._switch.heard)
            self._take_over()

    def _can_judge(self, now_s: float) -> bool:
        """Whether all that has come was read: not at once after a stall of this process."""
        if now_s - self._ran_s > OWN_STALL_S:
            self._judged_from_s = now_s + TICK_S
        self._ran_s = now_s
        return now_s >= self._judged_from_s

    def _take_over(self) -> None:
        """Go on with another input; its newest sound closes the gap that the last one left.

        What comes next follows that sound without a gap, however long this takes.
        """
        self._timeline = None
        self._heard.forget()
        self._cuts.cut()
        self._full_band_cuts.cut()
        if self.event.state is not EventState.LIVE:
            return
        free, now = self._output.next_position, self._now_position()
        heard = self._inputs[self._switch.heard]
        newest, full_band = heard.newest(min(now - free, KEPT_SAMPLES))
        if newest:
            self._push(max(free, now - len(newest) // SAMPLE_BYTES), newest, full_band)
            self._timeline = Timeline(self._output.next_position)

    def _push(self, position: int, pcm: bytes, full_band: bytes) -> None:
        self._fade_out_before(position)
        self._output.push_floor_pcm(
            position, self._cuts.push(pcm), self._full_band_cuts.push(full_band)
        )

    def _fade_out_before(self, position: int) -> None:
        """Let the sound so far end without a click if there is a gap before a position."""
        free = self._output.next_position
        if position > free:
            ending = self._cuts.rest(position - free)
            full_band = self._full_band_cuts.rest((position - free) * FULL_BAND_HZ // CLOCK_HZ)
            if ending or full_band:
                self._output.push_floor_pcm(free, ending, full_band)

    async def _tick(self) -> None:
        next_status = self._clock.monotonic()
        while self._has_publisher() or self._clock.monotonic() - self._left_at < GRACE_S:
            now = self._clock.monotonic()
            self._output.wanted = self._audience.wanted()
            self._decide()
            self._fill_with_silence(now)
            if now >= next_status:
                next_status = now + STATUS_INTERVAL_S
                self._publish_status()
            await self._clock.sleep(TICK_S)

    def _has_publisher(self) -> bool:
        return any(one.peer is not None for one in self._inputs.values())

    def _fill_with_silence(self, now: float) -> None:
        """Let a stall or a pause pass as it happens, and not in one piece when it is over."""
        if not self._can_judge(now):
            return
        heard = self._inputs[self._switch.heard]
        missing = {role for role, one in self._inputs.items() if one.pass_time(now)}
        if self._switch.heard not in missing or self.event.state is not EventState.LIVE:
            return
        position = self._now_position() - ms_to_samples(int(heard.wait_s * 1000))
        self._fade_out_before(position)
        self._output.advance_to(position)

    def _now_position(self) -> int:
        if self.event.live_at_ms is None:
            return 0
        return wall_position(self.event.live_at_ms, self._clock.now_ms())

    def _publish_status(self) -> None:
        role = self._switch.heard
        one, other = self._inputs[role], self._inputs[role.other]
        level, standby = one.meter.take(), other.meter.take()
        fault = fault_of(one.peer) if one.peer is not None else SoundFault()
        status = FloorStatus(
            publisher=one.peer is not None,
            level_dbfs=level.level_dbfs,
            peak_dbfs=level.peak_dbfs,
            clipping=level.clipping,
            silent_ms=level.silent_ms,
            position=self._output.next_position,
            frames_lost=one.peer.frames_lost if one.peer is not None else 0,
            error=fault.error,
            reason=fault.reason,
            stereo_taken=fault.stereo_taken,
            stereo_faulty=fault.stereo_faulty,
            microphone=one.microphone.take() if one.peer is not None else MicrophoneReport(),
            input=role,
            input_choice=self._switch.choice,
            input_reason=self._switch.reason,
            standby=other.peer is not None,
            standby_level_dbfs=standby.level_dbfs,
            microphones=self.mix.take_levels() if self.mix is not None else (),
        )
        self._bus.publish(keys.status(self.event.id), status_to_json(status))
