"""The sound of one channel between the network, where it comes from, and an output's clock.

The event loop pushes packets; the thread of an output pulls blocks. The buffer is long enough for
the network's jitter and for the output's delay, and is kept at that length by playing a little
faster or slower. Where sound begins or ends it fades.
"""

import math
import threading
from collections.abc import Callable

import numpy as np

from broadcaster.audio.level import OutputLevel
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.rack.drift import DriftControl
from broadcaster.rack.interpolation import LEAD, TAPS, interpolate, samples_needed
from broadcaster.rack.sample_queue import SampleQueue
from broadcaster.rack.sound import (
    EDGE_SAMPLES,
    FADE_IN,
    FADE_OUT,
    RACK_HZ,
    RackSamples,
    ms_of_samples,
    samples_of_ms,
)

_CLOCK_RATIO = RACK_HZ // CLOCK_HZ
_ROOM = samples_of_ms(2_000)
"""Sound that fits in beyond the target."""
_SURPLUS = samples_of_ms(150)
"""Beyond the target. This much never comes early, so the channel was late before: skip it."""
_LONGEST_GAP = samples_of_ms(1_000)
"""Missing sound that is replaced by silence of its length; longer gaps are closed."""
_REPEATED = samples_of_ms(5_000)
"""Sound from up to this long ago was played, and is sent again after a reconnection."""
_MEASURE_S = 1.0


class OutputBuffer:
    """A channel's sound for one output.

    Args:
        target_ms: length at which it is kept, measured when a packet has come.
        monotonic: the time in seconds.

    Attributes:
        underruns: how often it ran dry while the channel sounded.
    """

    def __init__(self, target_ms: int, monotonic: Callable[[], float]) -> None:
        self._target = samples_of_ms(target_ms)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._drift = DriftControl()
        self._level = OutputLevel()
        self._queue = SampleQueue(self._target + _ROOM)
        self._playing = self._fading_in = False
        self._start = 0.0
        self._surplus = 0
        self._next: int | None = None
        self._pulled_s, self._pulled = monotonic(), 0
        self._longest, self._measured_s = -math.inf, monotonic()
        self.underruns = 0

    @property
    def playing(self) -> bool:
        """Whether it gives the channel's sound now; else silence."""
        return self._playing

    @property
    def drift_ppm(self) -> float:
        """See `DriftControl`."""
        return self._drift.drift_ppm

    @property
    def ratio(self) -> float:
        """See `DriftControl`."""
        return self._drift.ratio

    @property
    def buffer_ms(self) -> float:
        """Length now."""
        with self._lock:
            return ms_of_samples(max(0.0, self._length()))

    def take_dbfs(self) -> float:
        """The level of what was pulled since the last call."""
        with self._lock:
            return self._level.take_dbfs()

    def push(self, samples: RackSamples, position: int) -> None:
        """Add a packet's sound.

        Args:
            samples: decoded.
            position: of the first one, on the event's clock.
        """
        with self._lock:
            missing = self._missing_before(len(samples), position * _CLOCK_RATIO)
            if missing is None:
                return
            if missing and len(self._queue):
                self._add_gap(missing)
                samples = samples.copy()
                samples[:EDGE_SAMPLES] *= FADE_IN[: len(samples)]
            if not len(self._queue):
                self._queue.append(np.zeros(LEAD, dtype=np.float32))
            self._queue.append(samples)
            if self._playing:
                self._measure()
            else:
                self._begin_if_full()

    def pull(self, count: int) -> RackSamples:
        """The next samples for the output, silence if the channel has no sound; at least 5 ms."""
        with self._lock:
            out = np.zeros(count, dtype=np.float32)
            if self._playing:
                self._play(out)
            self._pulled_s, self._pulled = self._monotonic(), count
            self._level.add(out)
            return out

    def _missing_before(self, count: int, position: int) -> int | None:
        """Samples between the last packet and this one, below 0 if the clock began again.

        Returns:
            None for a packet that was pushed before.
        """
        expected = self._next if self._next is not None else position
        missing = position - expected
        if -_REPEATED < missing < 0:
            return None
        self._next = position + count
        return missing

    def _add_gap(self, missing: int) -> None:
        tail = self._queue.view()[-EDGE_SAMPLES:]
        tail *= FADE_OUT[-len(tail) :]
        if 0 < missing <= _LONGEST_GAP:
            self._queue.append(np.zeros(missing, dtype=np.float32))

    def _length(self) -> float:
        """Samples inside, less those that the output has played of its last block by now."""
        elapsed = (self._monotonic() - self._pulled_s) * RACK_HZ
        return len(self._queue) - LEAD - min(elapsed, self._pulled)

    def _begin_if_full(self) -> None:
        surplus = int(self._length()) - self._target
        if surplus >= 0:
            self._queue.drop(surplus)
            self._playing = self._fading_in = True
            self._start, self._surplus = 0.0, 0
            self._longest, self._measured_s = -math.inf, self._monotonic()

    def _measure(self) -> None:
        """Compare the length with the target, once a second.

        The longest of a second counts: it belongs to the packet that the network delayed least.
        """
        length = self._length()
        if length > self._target + _SURPLUS:
            self._surplus = int(length) - self._target
            return
        self._longest = max(self._longest, length)
        elapsed_s = self._monotonic() - self._measured_s
        if elapsed_s >= _MEASURE_S:
            self._drift.update((self._longest - self._target) / RACK_HZ, elapsed_s)
            self._longest, self._measured_s = -math.inf, self._monotonic()

    def _play(self, out: RackSamples) -> None:
        if self._surplus:
            self._skip(self._surplus)
            self._surplus = 0
        ratio, count = self._drift.ratio, len(out)
        dry = len(self._queue) < samples_needed(self._start, ratio, count + EDGE_SAMPLES)
        if dry:
            left = int((len(self._queue) - TAPS - self._start) / ratio)
            count = max(0, min(count, left))
        if count:
            out[:count] = interpolate(self._queue.view(), self._start, ratio, count)
        if self._fading_in:
            faded = out[:EDGE_SAMPLES]
            faded *= FADE_IN[: len(faded)]
            self._fading_in = False
        if dry:
            edge = out[max(0, count - EDGE_SAMPLES) : count]
            edge *= FADE_OUT[len(FADE_OUT) - len(edge) :]
            self._stop()
            return
        reached = self._start + ratio * count
        self._queue.drop(int(reached))
        self._start = reached - int(reached)

    def _stop(self) -> None:
        self.underruns += 1
        self._playing = False
        self._queue.clear()

    def _skip(self, count: int) -> None:
        """Leave out sound, and fade from what is before it to what follows."""
        edge = LEAD + EDGE_SAMPLES
        sound = self._queue.view()
        if len(sound) < count + edge + TAPS:
            return
        before, after = sound[:edge].copy(), sound[count : count + edge]
        after[:LEAD] = before[:LEAD]
        after[LEAD:] = after[LEAD:] * FADE_IN + before[LEAD:] * FADE_OUT
        self._queue.drop(count)
