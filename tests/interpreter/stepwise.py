"""The recogniser of a stream in this process, on a clock that its work does not move.

It reads as often as on a machine that is never late, so a result depends on the sound alone.
"""

import time
from dataclasses import dataclass

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.script import Script, words_of
from broadcaster.rehearsal.whisper.engine import SileroVoice
from broadcaster.rehearsal.whisper.hypothesis import (
    MODEL_HZ,
    EncodedSpeech,
    Samples,
    SpeechModel,
)
from broadcaster.rehearsal.whisper.stream_recogniser import StreamRecogniser
from broadcaster.rehearsal.wire.constants import BYTES_PER_MS
from tests.interpreter.listening import Report

STEP_MS = 200


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


def recognised(
    model: SpeechModel, pcm: bytes, *, step_ms: int = STEP_MS, first_ms: int = STEP_MS
) -> list[Report]:
    """All that is heard in a sound, each report with the time at which it comes.

    Args:
        model: listens.
        pcm: s16le mono 24 kHz.
        step_ms: length of the pieces in which it comes. There is at most one reading in each.
        first_ms: length of the first piece.
    """
    script = Script([words_of(sentence.text) for sentence in talk.load().sentences])
    recogniser = StreamRecogniser(model, SileroVoice(), script, lambda: 0.0)
    reports, at_ms, end_ms = list[Report](), 0, len(pcm) // BYTES_PER_MS
    while at_ms < end_ms:
        until_ms = min(end_ms, at_ms + (step_ms if at_ms else first_ms))
        heard = recogniser.feed(pcm[at_ms * BYTES_PER_MS : until_ms * BYTES_PER_MS])
        reports += [Report(until_ms, one) for one in heard + recogniser.look()]
        at_ms = until_ms
    return reports + [Report(end_ms, one) for one in recogniser.flush()]


def heard(pcm: bytes, model: SpeechModel) -> Heard:
    """Have a sound (s16le mono 24 kHz) recognised as a stream of its own."""
    counting, began_s = CountingModel(model), time.process_time()
    reports = [one.heard for one in recognised(counting, pcm)]
    text = " ".join(one.text for one in reports if one.kind == "words")
    return Heard(text, counting.read_s, time.process_time() - began_s)
