"""A channel's interpreter as listeners hear it: in time, in one piece, equally loud."""

from collections.abc import Callable

from broadcaster.audio.fades import EDGE_SAMPLES, SoftEdges
from broadcaster.audio.limiter import DELAY_SAMPLES
from broadcaster.audio.loudness import Leveler
from broadcaster.audio.pauses import PauseShortener
from broadcaster.audio.pcm import Samples
from broadcaster.audio.stretch import TimeStretch
from broadcaster.booths.playout.catch_up import CatchUp, CatchUpLimits
from broadcaster.booths.playout.queue import Playout, Skip
from broadcaster.model.audio import PCM_FRAME_SAMPLES, ms_to_samples, samples_to_ms


class Voice:
    """Queue, pause shortener, time-stretch and leveler of one channel, paced by its lag.

    It outlives the interpreter's sessions, and so do its gain and its pace.

    Args:
        limits: when it catches up, and how fast.
        on_skip: told at once about each skip, for the mark in the captions.
        playout: its queue.
    """

    def __init__(
        self,
        limits: CatchUpLimits | None = None,
        on_skip: Callable[[Skip], None] | None = None,
        playout: Playout | None = None,
    ) -> None:
        self._catch_up = CatchUp(limits)
        self._on_skip = on_skip
        self._playout = playout or Playout()
        self._pauses = PauseShortener()
        self._pauses.active = False
        self._stretch = TimeStretch()
        self._out = SoftEdges()
        self._leveler = Leveler()
        self._lag: int | None = None
        self.idle = 0
        """Samples of silence since it last had something to say."""

    @property
    def lag_ms(self) -> int | None:
        """How far what was last played is behind the floor; None before any sound."""
        return None if self._lag is None else samples_to_ms(self._lag)

    @property
    def queue_ms(self) -> int:
        """Sound that waits to be played, what is held on the way included."""
        return samples_to_ms(self._playout.queued + self._held)

    @property
    def dropped_ms(self) -> int:
        """Sound skipped so far."""
        return samples_to_ms(self._playout.dropped)

    @property
    def skips(self) -> int:
        """How often sound was skipped."""
        return self._playout.skips

    @property
    def tempo(self) -> float:
        """How much faster than the interpreter it speaks now."""
        return self._stretch.tempo

    def say(self, pcm: bytes, source_position: int) -> None:
        """Queue s16le mono 24 kHz that was interpreted from the floor at `source_position`."""
        self._report(self._playout.push(pcm, source_position))

    def pull(self, samples: int, floor_now: int) -> Samples:
        """The next samples, leveled, silence included; they are played with the floor there."""
        self._keep_pace(samples, floor_now)
        self._fill(samples + EDGE_SAMPLES)
        self.idle = 0 if self._out.samples else self.idle + samples
        return self._leveler.level(self._out.pull(samples))

    @property
    def _held(self) -> int:
        return self._pauses.held + self._stretch.held + self._out.samples

    def _keep_pace(self, samples: int, floor_now: int) -> None:
        queue_starts = self._playout.next_position
        if queue_starts is not None:
            self._lag = max(0, floor_now - queue_starts + self._held + DELAY_SAMPLES)
        queued_ms = samples_to_ms(self._playout.queued)
        pace = self._catch_up.pace(samples_to_ms(samples), self.lag_ms or 0, queued_ms)
        self._pauses.active = pace.shorten_pauses
        self._stretch.tempo = pace.tempo
        if pace.skip_ms:
            self._report(self._playout.skip(ms_to_samples(pace.skip_ms)))

    def _fill(self, wanted: int) -> None:
        """Draw from the queue until so much is ready, or all there is."""
        while self._out.samples < wanted:
            piece = self._playout.pull(PCM_FRAME_SAMPLES)
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
