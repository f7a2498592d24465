"""The reading of a piece of sound by a speech model, and the model as its user sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

MODEL_HZ = 16_000
"""Rate of the sound that models take."""
Samples = NDArray[np.float32]
"""Sound at `MODEL_HZ`, full scale 1."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One word, and where it is.

    Attributes:
        text: with its punctuation, and with the space before it where the script has one.
        start_ms: start.
        end_ms: end.
        tokens: the word as the model writes it.
    """

    text: str
    start_ms: int
    end_ms: int
    tokens: tuple[int, ...] = ()

    def later(self, ms: int) -> "HeardWord":
        """The same with all times `ms` later."""
        return replace(self, start_ms=self.start_ms + ms, end_ms=self.end_ms + ms)


class EncodedSpeech(Protocol):
    """A piece of sound that a model has listened to once, and can be asked about."""

    def languages(self) -> Mapping[str, float]:
        """Probability of each language, by ISO 639 code."""
        ...

    def words(self, language: str, context: str, said: Sequence[HeardWord]) -> Sequence[HeardWord]:
        """The words in this sound after those that are settled; none if the model has doubts.

        Args:
            language: ISO 639 code.
            context: text right before this sound, in the same sentence; may be empty.
            said: the first words in this sound, which are settled.
        """
        ...

    def english(self, language: str) -> str:
        """All of it in English; empty if that is not reliable."""
        ...


class SpeechModel(Protocol):
    """Listens to sound."""

    def encode(self, samples: Samples) -> EncodedSpeech:
        """Listen to at most 30 s."""
        ...


class VoiceDetector(Protocol):
    """Tells speech from other sound, frame by frame."""

    def probabilities(self, samples: Samples) -> Sequence[float]:
        """The probability of speech in each whole frame (`FRAME_SAMPLES`) of a stream."""
        ...


FRAME_SAMPLES = 512
FRAME_MS = FRAME_SAMPLES * 1000 // MODEL_HZ
