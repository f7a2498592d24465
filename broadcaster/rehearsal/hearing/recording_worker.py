"""Recognises whole recordings, as `python -m broadcaster.rehearsal.hearing.recording_worker`.

A message on standard input is a 4-byte big-endian length and that many bytes of PCM s16le mono
24 kHz. It is answered by one JSON line, a list of the fields of `recognition.Recognition`, with
times in the recording. The process ends when its input does.
"""

import json
import struct
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from pocketsphinx import Decoder

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.recogniser import DECODER_HZ, script_decoder, words_heard
from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.hearing.script import Script, Word, words_of
from broadcaster.rehearsal.hearing.talk_parts import talk_parts
from broadcaster.rehearsal.resample import Resampler
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

_MIN_OPEN_WORDS = 3
"""The open decoder recognises a word or two even in noise."""


class RecordingDecoder:
    """Recognises recordings that are cut from a talk anywhere.

    Args:
        sentences: the talk; its English words are in the pronunciation dictionary.
    """

    def __init__(self, sentences: Sequence[talk.TalkSentence]) -> None:
        self._script = Script([words_of(sentence.text) for sentence in sentences])
        self._decoder = script_decoder(sentences)
        self._open_decoder: Any = None

    def recognise(self, pcm: bytes) -> list[Recognition]:
        """Return the words of a recording (s16le mono 24 kHz), in order."""
        samples = np.frombuffer(pcm, "<i2").astype(np.float64)
        resampled = Resampler(SAMPLE_RATE_HZ, DECODER_HZ).process(samples)
        recording = np.clip(np.rint(resampled), -32768, 32767).astype("<i2").tobytes()
        if not recording:
            return []
        words = _decoded(self._decoder, recording)
        if parts := talk_parts(self._script, words):
            return parts
        if len(words) < _MIN_OPEN_WORDS:
            return []
        if self._open_decoder is None:
            self._open_decoder = Decoder(loglevel="FATAL")
        words = _decoded(self._open_decoder, recording)
        if len(words) < _MIN_OPEN_WORDS:
            return []
        text = " ".join(word.text for word in words)
        return [Recognition("words", words[0].start_ms, words[-1].end_ms, text=text)]


def _decoded(decoder: Any, recording: bytes) -> list[Word]:
    decoder.start_utt()
    decoder.process_raw(recording, full_utt=True)
    decoder.end_utt()
    return words_heard(decoder, 0)


def main() -> None:
    """Answer messages until the input ends."""
    decoder = RecordingDecoder(talk.load().sentences)
    while header := sys.stdin.buffer.read(4):
        (length,) = struct.unpack("!I", header)
        heard = decoder.recognise(sys.stdin.buffer.read(length))
        sys.stdout.write(json.dumps([asdict(one) for one in heard]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
