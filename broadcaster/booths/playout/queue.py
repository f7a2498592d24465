"""A queue of interpreted sound that waits to be played in real time."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from broadcaster.audio.fades import EDGE_SAMPLES, cross_fade
from broadcaster.audio.level import VOICE_PAUSE_DBFS
from broadcaster.audio.pcm import FULL_SCALE
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, ms_to_samples, samples_to_ms

LONGEST_SPEECH_QUEUE = 60 * CLOCK_HZ
"""Samples kept at most; when more arrive, about half are skipped."""
_REACH = 3 * CLOCK_HZ
"""A cut may move by this much to fall into a pause."""
_FRAME = ms_to_samples(20)
_PAUSE_FRAMES = 6
"""120 ms: the silence inside a word before a p, t or k is shorter."""
_SILENCE_POWER = _FRAME * _PAUSE_FRAMES * (FULL_SCALE * 10 ** (VOICE_PAUSE_DBFS / 20)) ** 2


@dataclass(frozen=True, slots=True)
class Skip:
    """Interpreted sound that was dropped.

    Attributes:
        position: event-clock sample of the floor from which on the interpretation is missing.
        dropped_ms: length of the dropped sound.
    """

    position: int
    dropped_ms: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """When interpreted sound came.

    Attributes:
        behind_ms: how far it was behind the floor then.
        answered_ms: the part of that in which the interpreter had it; None if that is unknown.
    """

    behind_ms: int
    answered_ms: int | None


@dataclass(slots=True)
class _Piece:
    source_position: int
    first_sample: int
    """Counted from the first that was ever queued."""
    pcm: memoryview
    arrival: Arrival | None


class SpeechQueue:
    """A queue of interpreted sound, s16le mono 24 kHz.

    The provider fills pauses with exact zeros, so its stream is longer than real time. Pieces of
    nothing but zeros are not queued.

    Args:
        longest_queue: samples kept at most, 4 s or more.
    """

    def __init__(self, longest_queue: int = LONGEST_SPEECH_QUEUE) -> None:
        self._pieces: deque[_Piece] = deque()
        self._longest_queue = longest_queue
        self._queued = 0
        self.dropped = 0
        """Samples skipped so far."""
        self.skips = 0
        """Number of skips."""
        self.pushed = 0
        """Samples queued so far, those included that were skipped."""

    @property
    def queued(self) -> int:
        """Samples waiting."""
        return self._queued

    @property
    def next_position(self) -> int | None:
        """Floor position that the next sample was interpreted from; None while it is empty."""
        return self._pieces[0].source_position if self._pieces else None

    @property
    def next_sample(self) -> int:
        """Number of the next sample, counted from the first that was ever queued."""
        return self._pieces[0].first_sample if self._pieces else self.pushed

    @property
    def next_arrival(self) -> Arrival | None:
        """When the next sample came; None if that is unknown."""
        return self._pieces[0].arrival if self._pieces else None

    def push_speech(
        self, pcm: bytes, source_position: int, arrival: Arrival | None = None
    ) -> Skip | None:
        """Queue sound that was interpreted from the floor at `source_position`.

        Returns:
            What was skipped because the queue was full; None if it was not.
        """
        if not pcm.strip(b"\0"):
            return None
        self._pieces.append(_Piece(source_position, self.pushed, memoryview(pcm), arrival))
        self._queued += len(pcm) // SAMPLE_BYTES
        self.pushed += len(pcm) // SAMPLE_BYTES
        if self._queued <= self._longest_queue:
            return None
        return self.skip(self._queued - self._longest_queue // 2)

    def pull(self, samples: int) -> bytes:
        """Take the next samples; fewer if the queue has fewer."""
        return _joined(self._take(samples))

    def skip(self, samples: int) -> Skip | None:
        """Drop about `samples` (half to one and a half times) from one pause to another.

        The gap begins at the first pause of the next 3 s and ends at the pause nearest to what was
        asked for. Without a pause in reach it uses the quietest place. The two sides are
        cross-faded.

        Returns:
            What was dropped; None if the queue is too short to cut anything out.
        """
        pcm = np.frombuffer(_joined(self._pieces), dtype="<i2")
        start = _pause_near(pcm, 0, min(_REACH, pcm.size // 4))
        wanted = min(start + samples, pcm.size)
        end = _pause_near(pcm, wanted, min(_REACH, (wanted - start) // 2))
        if end - start < 2 * EDGE_SAMPLES:
            return None
        before, dropped = self._take(start), self._take(end - start)
        edge_bytes = EDGE_SAMPLES * SAMPLE_BYTES
        gone = _joined(dropped)
        joint = cross_fade(gone[:edge_bytes], gone[-edge_bytes:])
        first = dropped[0]
        position = first.source_position
        joined = _Piece(position, first.first_sample, memoryview(joint), first.arrival)
        self._pieces.extendleft(reversed([*before, joined]))
        self._queued += start + EDGE_SAMPLES
        lost = end - start - EDGE_SAMPLES
        self.dropped += lost
        self.skips += 1
        return Skip(position, samples_to_ms(lost))

    def _take(self, samples: int) -> list[_Piece]:
        taken = []
        while samples and self._pieces:
            piece = self._pieces[0]
            length = len(piece.pcm) // SAMPLE_BYTES
            if length <= samples:
                taken.append(self._pieces.popleft())
            else:
                length = samples
                pcm = piece.pcm[: length * SAMPLE_BYTES]
                taken.append(_Piece(piece.source_position, piece.first_sample, pcm, piece.arrival))
                piece.pcm = piece.pcm[length * SAMPLE_BYTES :]
                piece.source_position += length
                piece.first_sample += length
            samples -= length
            self._queued -= length
        return taken


def _joined(pieces: Iterable[_Piece]) -> bytes:
    return b"".join(piece.pcm for piece in pieces)


def _pause_near(pcm: npt.NDArray[np.int16], wanted: int, reach: int) -> int:
    """The middle of the pause nearest to `wanted` within `reach`, or else of the quietest place."""
    first = max(0, wanted - reach)
    frames = (min(pcm.size, wanted + reach) - first) // _FRAME
    if frames < _PAUSE_FRAMES:
        return wanted
    searched = pcm[first : first + frames * _FRAME].reshape(-1, _FRAME).astype(np.float64)
    frame_powers = np.einsum("fs,fs->f", searched, searched)
    powers = np.convolve(frame_powers, np.ones(_PAUSE_FRAMES), "valid")
    middles = first + (np.arange(powers.size) + _PAUSE_FRAMES / 2) * _FRAME
    pauses = np.flatnonzero(powers < _SILENCE_POWER)
    if not pauses.size:
        return int(middles[np.argmin(powers)])
    return int(middles[pauses[np.argmin(np.abs(middles[pauses] - wanted))]])
