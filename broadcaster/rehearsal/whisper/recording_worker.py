"""Recognises whole recordings of free speech, with `hearing.recording_worker`'s messages.

`python -m broadcaster.rehearsal.whisper.recording_worker [MODELS_DIR]`.
"""

import json
import struct
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.hearing.script import Script, words_of
from broadcaster.rehearsal.hearing.talk_parts import talk_parts
from broadcaster.rehearsal.resample import Resampler
from broadcaster.rehearsal.whisper.engine import LONGEST_MS, SileroVoice, Whisper
from broadcaster.rehearsal.whisper.heard_language import likeliest
from broadcaster.rehearsal.whisper.hypothesis import (
    FRAME_SAMPLES,
    MODEL_HZ,
    Samples,
    SpeechModel,
    VoiceDetector,
)
from broadcaster.rehearsal.whisper.model_files import find_model, usable_cores
from broadcaster.rehearsal.whisper.phrases import Phrases, plain_words
from broadcaster.rehearsal.whisper.voice_track import VoiceTrack
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

_SPEECH = 0.5
_LEAST_FRAMES = 8
_PIECE = (LONGEST_MS - 1_000) * MODEL_HZ // 1000
"""Longer recordings are recognised piece by piece."""


class SpeechRecordings:
    """Recognises recordings.

    Args:
        model: listens.
        script: the prepared talk, which is found in what is said.
    """

    def __init__(self, model: SpeechModel, script: Script) -> None:
        self._model, self._script = model, script

    def recognise(self, pcm: bytes, voice: VoiceDetector) -> list[Recognition]:
        """Return the words of a recording (s16le mono 24 kHz), in order.

        Args:
            pcm: the recording.
            voice: tells speech from other sound, and has heard nothing yet.
        """
        samples = np.frombuffer(pcm, "<i2").astype(np.float64) / 32_768
        resampled = Resampler(SAMPLE_RATE_HZ, MODEL_HZ).process(samples).astype(np.float32)
        whole = resampled[: resampled.size // FRAME_SAMPLES * FRAME_SAMPLES]
        if not whole.size:
            return []
        probabilities = voice.probabilities(whole)
        if sum(one > _SPEECH for one in probabilities) < _LEAST_FRAMES:
            return []
        voiced = VoiceTrack(whole.size * 1000 // MODEL_HZ)
        for probability in probabilities:
            voiced.hear(probability)
        heard: list[Recognition] = []
        for at in range(0, resampled.size, _PIECE):
            heard += self._piece(resampled[at : at + _PIECE], at * 1000 // MODEL_HZ, voiced)
        return heard

    def _piece(self, samples: Samples, from_ms: int, voiced: VoiceTrack) -> Sequence[Recognition]:
        encoded = self._model.encode(samples)
        language = likeliest(encoded.languages())
        words = voiced.spoken([word.later(from_ms) for word in encoded.words(language, "", ())])
        if not words:
            return []
        if parts := talk_parts(self._script, plain_words(words)):
            return parts
        phrases = Phrases(Script([]))
        phrases.add(words, language)
        found = phrases.whole()
        return [
            found if found.language == "en" else replace(found, english=encoded.english(language))
        ]


def main() -> None:
    """Answer messages until the input ends."""
    models_dir = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    cores = usable_cores()
    script = Script([words_of(sentence.text) for sentence in talk.load().sentences])
    recordings = SpeechRecordings(Whisper(find_model(models_dir, cores), cores), script)
    while header := sys.stdin.buffer.read(4):
        (length,) = struct.unpack("!I", header)
        heard = recordings.recognise(sys.stdin.buffer.read(length), SileroVoice())
        sys.stdout.write(json.dumps([asdict(one) for one in heard]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
