"""The ends of the words of human speech, and the delays with which a channel has them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.interpreter.human_speech import clips, plain_words, silence

_LOOK_AHEAD = 8
"""Words that the recogniser may miss or invent in a row without losing its place."""
_PAUSE_MS = 900
_LOADING_MS = 10_000


@dataclass(frozen=True)
class Speech:
    """The clips, one after the other with pauses.

    Attributes:
        pcm: s16le mono 24 kHz.
        words: each with the second at which it ends, if all words of a clip are equally long.
        pauses_s: the seconds at which a pause begins.
    """

    pcm: bytes
    words: Sequence[tuple[str, float]]
    pauses_s: Sequence[float]


def speech(seconds: float) -> Speech:
    """At least this much of it, after silence in which models are loaded."""
    pcm, words, pauses_s = silence(_LOADING_MS), list[tuple[str, float]](), list[float]()
    spoken = clips()
    while True:
        for clip, text in spoken:
            begin_s, length_s = len(pcm) / 48_000, len(clip) / 48_000
            said = plain_words(text)
            words += [
                (word, begin_s + (number + 1) * length_s / len(said))
                for number, word in enumerate(said)
            ]
            pcm += clip + silence(_PAUSE_MS)
            pauses_s.append(begin_s + length_s)
            if len(pcm) >= seconds * 48_000:
                return Speech(pcm, words, pauses_s)


@dataclass
class Place:
    """The place in the speech that the recognised words have reached.

    Attributes:
        words: of the speech.
        end_s: end of the last word that was found.
    """

    words: Sequence[tuple[str, float]]
    end_s: float | None = None
    _next: int = field(default=0, init=False)

    def read(self, text: str) -> list[float]:
        """The ends of the words of the next piece of text, in seconds."""
        ends = []
        for word in plain_words(text):
            ahead = [one for one, _ in self.words[self._next : self._next + _LOOK_AHEAD]]
            if word in ahead:
                self._next += ahead.index(word) + 1
                self.end_s = self.words[self._next - 1][1]
                ends.append(self.end_s)
        return ends


@dataclass
class Delays:
    """Delays over time.

    Attributes:
        at_s: ends of words or phrases in the speech.
        delays_s: how much later they came.
    """

    at_s: list[float] = field(default_factory=list)
    delays_s: list[float] = field(default_factory=list)

    def add(self, end_s: float, came_s: float) -> None:
        """One more."""
        self.at_s.append(end_s)
        self.delays_s.append(came_s - end_s)

    def cells(self) -> tuple[str, str, str, str]:
        """How many, p50, p95, and the slope in ms per minute."""
        if len(self.delays_s) < 2:
            return (str(len(self.delays_s)), "–", "–", "–")
        p50, p95 = np.percentile(self.delays_s, (50, 95))
        slope = np.polyfit(np.array(self.at_s) / 60, self.delays_s, 1)[0] * 1000
        return (str(len(self.delays_s)), f"{p50:.1f} s", f"{p95:.1f} s", f"{slope:+.0f} ms")
