"""Cuts the continuous floor into phrases for an interpreter that works phrase by phrase.

A phrase ends at a pause. A speaker who makes no pause is cut after 6 to 8 s, where the voice is
weakest: between two words if there is any gap. Silence belongs to no phrase, so it is never sent.
"""

from dataclasses import dataclass

from broadcaster.audio.speech_level import HOP_BYTES, HOP_MS, HOP_SAMPLES, Hop, SpeechLevel
from broadcaster.model.audio import SAMPLE_BYTES

PAUSES_MS = ((4_000, 200), (1_500, 350), (0, 1_200))
"""A phrase at least this long (first) is ended by this much silence (second).

A short phrase waits for more; a long one ends at the gap between two sentences.
"""
LONGEST_MS = 8_000
CUT_WINDOW_MS = 2_000
"""A phrase of `LONGEST_MS` is cut somewhere in this last part."""
LEAD_MS = 200
"""Silence kept before the first and after the last sound: words begin and end softly."""
SHORTEST_VOICED_MS = 120
"""Less speech than this is a click or a cough, not a phrase."""


def _hops(ms: int) -> int:
    return ms // HOP_MS


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of the talk that can be interpreted on its own.

    Attributes:
        position: event-clock sample of its first sample.
        pcm: s16le mono 24 kHz.
    """

    position: int
    pcm: bytes

    @property
    def end(self) -> int:
        """Event-clock position after its last sample."""
        return self.position + len(self.pcm) // SAMPLE_BYTES

    @property
    def span(self) -> tuple[int, int]:
        """Event-clock positions of its start and its end."""
        return self.position, self.end


class PhraseSegmenter:
    """Cuts one floor into phrases, in order and without overlap."""

    def __init__(self) -> None:
        self._level = SpeechLevel()
        self._position = 0
        self._pcm = bytearray()
        self._hops: list[Hop] = []

    def push_floor_pcm(self, position: int, pcm: bytes) -> list[Phrase]:
        """Add a piece of the floor; returns the phrases it completes.

        Args:
            position: event-clock sample of its first sample; a jump ends the phrase.
            pcm: s16le mono 24 kHz, a multiple of 20 ms.

        Raises:
            ValueError: the piece is not a multiple of 20 ms.
        """
        hops = self._level.judge(pcm)
        phrases = []
        if position != self._position + len(self._hops) * HOP_SAMPLES:
            phrases = self.flush()
            self._position = position
        for number, hop in enumerate(hops):
            self._pcm += pcm[number * HOP_BYTES : (number + 1) * HOP_BYTES]
            self._hops.append(hop)
            phrases += self._cut()
        return phrases

    def flush(self) -> list[Phrase]:
        """End the phrase that is being spoken: the talk is over or interrupted."""
        return self._take(len(self._hops))

    def _cut(self) -> list[Phrase]:
        voiced = [number for number, hop in enumerate(self._hops) if hop.voiced]
        if not voiced:
            self._drop(len(self._hops) - _hops(LEAD_MS))
            return []
        silence = len(self._hops) - 1 - voiced[-1]
        length = voiced[-1] + 1 - voiced[0]
        enough = next(pause for shortest, pause in PAUSES_MS if length >= _hops(shortest))
        if silence >= _hops(enough):
            return self._take(voiced[-1] + 1 + _hops(LEAD_MS))
        if len(self._hops) >= _hops(LONGEST_MS):
            return self._take(self._weakest())
        return []

    def _weakest(self) -> int:
        """Choose the cut of a phrase without a pause: its longest gap, or its quietest place."""
        start = len(self._hops) - _hops(CUT_WINDOW_MS)
        gap_start, gap_hops, run = 0, 0, 0
        for number in range(start, len(self._hops)):
            run = 0 if self._hops[number].voiced else run + 1
            if run >= max(gap_hops, 1):
                gap_start, gap_hops = number + 1 - run, run
        if gap_hops:
            return gap_start + (gap_hops + 1) // 2
        levels = [hop.level_dbfs for hop in self._hops]
        return min(
            range(start + 1, len(levels)), key=lambda number: levels[number - 1] + levels[number]
        )

    def _take(self, hops: int) -> list[Phrase]:
        """Remove the first hops and return them as a phrase, if enough of them are speech."""
        position, pcm = self._position, bytes(self._pcm[: hops * HOP_BYTES])
        voiced = sum(hop.voiced for hop in self._hops[:hops])
        self._drop(hops)
        return [Phrase(position, pcm)] if voiced >= _hops(SHORTEST_VOICED_MS) else []

    def _drop(self, hops: int) -> None:
        if hops > 0:
            del self._pcm[: hops * HOP_BYTES]
            del self._hops[:hops]
            self._position += hops * HOP_SAMPLES
