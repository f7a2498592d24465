"""Human speech with sounds around it: the sentence that ends in applause, the voice over music."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ
from tests.interpreter.human_speech import clips, plain_words
from tests.interpreter.sounds.building import Samples, at_level, placed
from tests.interpreter.sounds.catalogue import SOUNDS
from tests.interpreter.sounds.noises import quiet_room

_SPEECH_DBFS = -24.0
_FIRST_S = 0.5
_OVERLAP_S = 0.25
"""The hall claps before the last word is over."""
_AFTER_S = 1.5


@dataclass(frozen=True)
class Scene:
    """Speech, and another sound.

    Attributes:
        sound: of both.
        words: that are said.
    """

    sound: Samples
    words: Sequence[str]


@dataclass(frozen=True)
class Case:
    """How a scene is made.

    Attributes:
        other: name of the other sound.
        snr_db: how much louder the speech is.
        place: the sound begins with the end of the speech, ends with its beginning, or is under it.
    """

    other: str
    snr_db: float
    place: str

    @property
    def name(self) -> str:
        """For people."""
        where = {"then": "speech, then", "before": "speech after", "under": "speech over"}
        return f"{where[self.place]} {self.other}, {self.snr_db:+.0f} dB"

    def scene(self, number: int, other_s: float) -> Scene:
        """One of the clips with the sound.

        Args:
            number: of the clip.
            other_s: length of the sound, if it is not under the speech.
        """
        spoken = clips()
        pcm, text = spoken[number % len(spoken)]
        speech = at_level(np.frombuffer(pcm, "<i2") / 32_768, _SPEECH_DBFS)
        speech_s = speech.size / SAMPLE_RATE_HZ
        level = _SPEECH_DBFS - self.snr_db
        match self.place:
            case "then":
                other = at_level(SOUNDS[self.other](other_s), level)
                length_s = speech_s + other_s
                pieces = [(_FIRST_S, speech), (_FIRST_S + speech_s - _OVERLAP_S, other)]
            case "before":
                other = at_level(SOUNDS[self.other](other_s), level)
                length_s = speech_s + other_s
                pieces = [(_FIRST_S, other), (_FIRST_S + other_s, speech)]
            case _:
                length_s = speech_s
                other = at_level(SOUNDS[self.other](speech_s + _FIRST_S + _AFTER_S), level)
                pieces = [(_FIRST_S, speech), (0.0, other)]
        length_s += _FIRST_S + _AFTER_S
        return Scene(quiet_room(length_s) + placed(length_s, pieces), plain_words(text))


_THEN = (
    *("applause", "a few hands", "ovation with whistles", "laughter", "coughing", "chairs"),
    *("music", "violin", "organ", "choir", "band", "murmur of twelve voices"),
)
_UNDER = (
    *(("hum and hiss", 10.0), ("pink noise", 15.0), ("ventilation", 10.0), ("applause", 15.0)),
    *(("music", 10.0), ("organ", 15.0), ("choir", 15.0), ("band", 15.0)),
    *(("typing", 10.0), ("murmur of twelve voices", 15.0), ("constant offset", 0.0)),
)
CASES: Mapping[str, Case] = {
    case.name: case
    for case in (
        *(Case(name, 0.0, "then") for name in _THEN),
        *(Case(name, 0.0, "before") for name in ("applause", "band")),
        *(Case(name, snr_db, "under") for name, snr_db in _UNDER),
    )
}
