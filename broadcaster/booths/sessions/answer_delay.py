"""Measures how long an engine takes from hearing the floor to speaking its interpretation."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from broadcaster.booths.engines.engine import EngineOutput, SpeechOutput
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES, KEPT_S
from broadcaster.model.audio import CLOCK_HZ

_MOST_BLOCKS = 2 * KEPT_S * CLOCK_HZ // BLOCK_SAMPLES
"""Of what is kept of the floor, which may have been fed twice."""


class AnswerDelay:
    """Notes when a session was fed, and marks its speech with the time until it came.

    That time is the provider's and the network's. Before it lies what the booth waits for: a block
    of the floor, or the end of a phrase. After it lies what the booth does with the answer.

    Args:
        now_s: seconds of a monotonic clock.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._fed: deque[tuple[int, float]] = deque(maxlen=_MOST_BLOCKS)

    def feed(self, position: int) -> None:
        """Note that the block at this event-clock position is fed now."""
        self._fed.append((position, self._now_s()))

    def timed(self, output: EngineOutput) -> EngineOutput:
        """The output that came now; speech of a known place has its time."""
        if not isinstance(output, SpeechOutput) or output.position is None:
            return output
        # A phrase is sent when it has ended.
        asked = output.position if output.span is None else output.span[1] - 1
        for position, fed_s in reversed(self._fed):
            if position <= asked < position + BLOCK_SAMPLES:
                return replace(output, answered_ms=round(1_000 * (self._now_s() - fed_s)))
        return output
