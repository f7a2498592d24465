"""The recogniser of a stream in this process, on a clock that its work does not move.

It reads as often as on a machine that is never late, so a result depends on the sound alone.
"""

import time
from dataclasses import dataclass

from broadcaster.rehearsal.hearing.script import Script
from broadcaster.rehearsal.whisper.engine import SileroVoice
from broadcaster.rehearsal.whisper.hypothesis import (
    MODEL_HZ,
    EncodedSpeech,
    Samples,
    SpeechModel,
)
from broadcaster.rehearsal.whisper.stream_recogniser import StreamRecogniser
from broadcaster.rehearsal.wire.constants import BYTES_PER_MS

_STEP_MS = 200


@dataclass
class CountingModel:
    """A `SpeechModel` that counts the seconds it is given."""

    model: SpeechModel
    read_s: float = 0.0

    def encode(self, samples: Samples) -> EncodedSpeech:
        """See `SpeechModel`."""
        self.read_s += samples.size / MODEL_HZ
        return self.model.encode(samples)


@dataclass(frozen=True)
class Heard:
    """All that came of a sound.

    Attributes:
        text: of the phrases.
        read_s: seconds that were passed on to the model; those it reads again count again.
        cpu_s: processor time.
    """

    text: str
    read_s: float
    cpu_s: float


def heard(pcm: bytes, model: SpeechModel) -> Heard:
    """Have a sound (s16le mono 24 kHz) recognised as a stream of its own."""
    counting, began_s = CountingModel(model), time.process_time()
    recogniser = StreamRecogniser(counting, SileroVoice(), Script([]), lambda: 0.0)
    reports = []
    for at in range(0, len(pcm), _STEP_MS * BYTES_PER_MS):
        reports += recogniser.feed(pcm[at : at + _STEP_MS * BYTES_PER_MS]) + recogniser.look()
    reports += recogniser.flush()
    text = " ".join(one.text for one in reports if one.kind == "words")
    return Heard(text, counting.read_s, time.process_time() - began_s)
