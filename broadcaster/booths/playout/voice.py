"""A channel's interpreter as listeners hear it: in time, without gaps, equally loud."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from broadcaster.audio.fades import EDGE_SAMPLES, SoftEdges
from broadcaster.audio.limiter import DELAY_SAMPLES
from broadcaster.audio.loudness import Leveler
from broadcaster.audio.pauses import PauseShortener
from broadcaster.audio.pcm import Samples
from broadcaster.audio.stretch import TimeStretch
from broadcaster.booths.playout.catch_up import CatchUp, CatchUpLimits
from broadcaster.booths.playout.heard import HeardPositions
from broadcaster.booths.playout.queue import Arrival, Skip, SpeechQueue
from broadcaster.model.audio import PCM_FRAME_SAMPLES, ms_to_samples, samples_to_ms


@dataclass(frozen=True, slots=True)
class LagParts:
    """Parts of the lag of the sound that was played last; the rest is the booth's, before playout.

    Attributes:
        answer_ms: the interpreter and the network had it; None if that is unknown.
        playout_ms: it waited to be played, in the queue and inside the filters.
    """

    answer_ms: int | None
    playout_ms: int


class ChannelVoice:
    """Queue, pause shortener, time-stretch and leveler of one channel, paced by its lag.

    It outlives the interpreter's sessions, and so do its gain and its pace.

    Args:
        limits: when it catches up, and how fast.
        on_skip: called at once for each skip, for the mark in the captions.
        queue: speech that waits.

    Attributes:
        idle: samples of silence since it last had something to say.
        heard: when each sample of the speech is heard.
    """

    def __init__(
        self,
        limits: CatchUpLimits | None = None,
        on_skip: Callable[[Skip], None] | None = None,
        queue: SpeechQueue | None = None,
    ) -> None:
        self._catch_up = CatchUp(limits)
        self._on_skip = on_skip
        self._queue = queue or SpeechQueue()
        self._pauses = PauseShortener()
        self._pauses.active = False
        self._stretch = TimeStretch()
        self._out = SoftEdges()
        self._leveler = Leveler()
        self._lag: int | None = None
        self._arrival: Arrival | None = None
        self._drained = asyncio.Event()
        self._drained.set()
        self.queued_samples = 0
        """Samples of speech that were queued so far."""
        self.idle = 0
        self.heard = HeardPositions()

    @property
    def lag_ms(self) -> int | None:
        """Lag of the sound that was played last; None before any sound."""
        return None if self._lag is None else samples_to_ms(self._lag)

    @property
    def lag_parts(self) -> LagParts | None:
        """Parts of `lag_ms`; None before any sound of which it is known when it came."""
        if self._arrival is None or self.lag_ms is None:
            return None
        playout_ms = max(0, self.lag_ms - self._arrival.behind_ms)
        return LagParts(self._arrival.answered_ms, playout_ms)

    @property
    def queue_ms(self) -> int:
        """Sound that waits to be played, in the queue and inside the filters."""
        return samples_to_ms(self._queue.queued + self._inside_filters)

    @property
    def played_samples(self) -> int:
        """How many of `queued_samples` were played, or dropped to catch up."""
        return self.queued_samples - self._queue.queued - self._inside_filters

    @property
    def dropped_ms(self) -> int:
        """Sound skipped so far."""
        return samples_to_ms(self._queue.dropped)

    @property
    def skips(self) -> int:
        """Number of skips of sound."""
        return self._queue.skips

    @property
    def pushed(self) -> int:
        """Samples of speech queued so far; silence is not queued."""
        return self._queue.pushed

    @property
    def tempo(self) -> float:
        """The current tempo; 1.0 is the interpreter's own."""
        return self._stretch.tempo

    def push_speech(
        self,
        pcm: bytes,
        source_position: int,
        floor_now: int | None = None,
        answered_ms: int | None = None,
    ) -> None:
        """Queue s16le mono 24 kHz that was interpreted from the floor at `source_position`.

        Args:
            pcm: the sound.
            source_position: event-clock sample.
            floor_now: position of the floor at which it came; None if that is unknown.
            answered_ms: how long the engine took for it; None if that is unknown.
        """
        before = self._queue.queued + self._queue.dropped
        arrival = None
        if floor_now is not None:
            behind_ms = samples_to_ms(max(0, floor_now - source_position))
            arrival = Arrival(behind_ms, answered_ms)
        skip = self._queue.push_speech(pcm, source_position, arrival)
        self.queued_samples += self._queue.queued + self._queue.dropped - before
        self._report(skip)
        if self._queue.queued:
            self._drained.clear()

    def pull(self, samples: int, floor_now: int, position: int | None = None) -> Samples:
        """The next samples, leveled, silence where there is no speech.

        Args:
            samples: how many.
            floor_now: position of the floor at which they are played.
            position: of the channel at which they are heard; None if it is `floor_now`.
        """
        self._keep_pace(samples, floor_now)
        begun = self._queue.next_sample - self._inside_filters
        heard_at = floor_now if position is None else position
        self.heard.played(begun, heard_at + DELAY_SAMPLES, self.tempo)
        self._fill(samples + EDGE_SAMPLES)
        if self._out.samples:
            self.idle = 0
        else:
            self.idle += samples
            self._drained.set()
        return self._leveler.level(self._out.pull(samples))

    def resume_at(self, position: int) -> None:
        """Take note that what waits is heard from this channel position on, and not before."""
        begun = self._queue.next_sample - self._inside_filters
        self.heard.played(begun, position + DELAY_SAMPLES, self.tempo)

    async def drained(self) -> None:
        """Return once everything was pulled, and after it a piece of silence."""
        await self._drained.wait()

    @property
    def _inside_filters(self) -> int:
        """Samples that have left the queue and are still inside a filter."""
        return self._pauses.held + self._stretch.held + self._out.samples

    def _keep_pace(self, samples: int, floor_now: int) -> None:
        queue_starts = self._queue.next_position
        if queue_starts is not None:
            self._lag = max(0, floor_now - queue_starts + self._inside_filters + DELAY_SAMPLES)
            self._arrival = self._queue.next_arrival
        queued_ms = samples_to_ms(self._queue.queued)
        pace = self._catch_up.pace(samples_to_ms(samples), self.lag_ms or 0, queued_ms)
        self._pauses.active = pace.shorten_pauses
        self._stretch.tempo = pace.tempo
        if pace.skip_ms:
            self._report(self._queue.skip(ms_to_samples(pace.skip_ms)))

    def _fill(self, wanted: int) -> None:
        """Draw from the queue until `wanted` samples are ready, or all there is."""
        while self._out.samples < wanted:
            piece = self._queue.pull(PCM_FRAME_SAMPLES)
            if piece:
                self._out.push(self._stretch.push(self._pauses.push(piece)))
                continue
            pause = self._pauses.flush()
            if pause:
                self._out.push(self._stretch.push(pause))
            self._out.push(self._stretch.flush())
            return

    def _report(self, skip: Skip | None) -> None:
        if skip is not None and self._on_skip is not None:
            self._on_skip(skip)
