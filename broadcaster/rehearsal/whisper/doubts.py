"""Signs that a model wrote words that nobody said.

A model of speech and text completes sound as it does text: in noise it writes what it has often
read, and after a sentence it may write the sentence again. Neither sign needs a list of such words.
"""

from collections.abc import Sequence
from math import log

from broadcaster.rehearsal.whisper.hypothesis import HeardWord

_LEAST_EVIDENCE = 1.0
"""Natural logarithm. Clear and noisy speech has 2.1 to 8, a crowd's murmur -1.7 to 1.6."""
_LEAST_PROBABILITY = 1e-6
_QUICKEST_MS = 40
"""The model's clock has steps of 20 ms. Nobody says 25 words a second."""
_FEWEST_QUICK = 3


def evidence(in_sound: Sequence[float], in_silence: Sequence[float]) -> float:
    """How much the sound speaks for the words: 0 if silence does as much.

    Args:
        in_sound: probability of each word in the sound.
        in_silence: the same if there were no sound; as long.
    """
    ratios = [
        log(max(one, _LEAST_PROBABILITY) / max(other, _LEAST_PROBABILITY))
        for one, other in zip(in_sound, in_silence, strict=True)
    ]
    return sum(ratios) / len(ratios) if ratios else 0.0


def is_evident(in_sound: Sequence[float], in_silence: Sequence[float]) -> bool:
    """Whether the sound, and not habit, is why the model wrote these words."""
    return evidence(in_sound, in_silence) >= _LEAST_EVIDENCE


def without_quick_end(words: Sequence[HeardWord]) -> Sequence[HeardWord]:
    """The words without those at the end for which there is no time in the sound."""
    for first in range(len(words) - _FEWEST_QUICK + 1):
        rest = words[first:]
        if rest[-1].end_ms - rest[0].start_ms < _QUICKEST_MS * len(rest):
            return words[:first]
    return words
