"""The process that speaks, as `python -m broadcaster.rehearsal.speaking.voice_worker`.

The library (espeak-ng, GPL) has one global voice per process and may end the process, so the
server never loads it. JSON lines `{"language", "text", "length_ms"}` on standard input are answered
in order, each by a 4-byte big-endian length and that many bytes of PCM s16le mono 24 kHz. The PCM
is empty when there is no voice for the language. With a `length_ms` the pace is chosen to reach it.
The process ends when its input does.

The library's noise and vibrato continue from one call to the next. Each answer is made by a fork
of the untouched library, so the same request always gives the same bytes.
"""

import ctypes
import json
import os
import struct
import sys

import espeakng_loader
import numpy as np
from numpy.typing import NDArray

from broadcaster.rehearsal.resample import Resampler
from broadcaster.rehearsal.speaking.level import levelled
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

_VOICES = {"zh": "cmn", "no": "nb", "nn": "nb", "gl": "pt", "tl": "id", "fil": "id"}
"""Voices not named by the language's code, and the nearest voice for languages without one."""
_WORDS_PER_MINUTE = {"ja": 190, "zh": 210, "ar": 200}
_USUAL_WORDS_PER_MINUTE = 170
_SLOWEST, _FASTEST = 82, 400
"""Words per minute between which the library's pace follows the number."""
_LENGTH_STEPS = 2
_END_PAUSE_MS = 120
_QUIET = 64
"""Samples below this at either end are silence and are cut."""

# espeak-ng's speak_lib.h
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1
_RATE_PARAMETER = 1
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class _Library:
    """The loaded speech library. Its sound depends on what it said before."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self._rate_hz = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DONT_EXIT)
        if self._rate_hz <= 0:
            raise RuntimeError("the speech library did not find its voices")
        self._blocks: list[bytes] = []
        self._callback = _Callback(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(1))

    def speak(self, text: str, language: str, length_ms: int | None) -> bytes:
        """PCM of `text`, levelled, with a short pause at its end."""
        if self._library.espeak_SetVoiceByName(_VOICES.get(language, language).encode()) != 0:
            return b""
        words_per_minute = _WORDS_PER_MINUTE.get(language, _USUAL_WORDS_PER_MINUTE)
        samples = self._say(text, words_per_minute)
        if length_ms is not None:
            wanted = max(1, length_ms - _END_PAUSE_MS) * SAMPLE_RATE_HZ / 1000
            for _ in range(_LENGTH_STEPS):
                pace = round(words_per_minute * samples.size / wanted)
                words_per_minute = min(max(pace, _SLOWEST), _FASTEST)
                samples = self._say(text, words_per_minute)
            samples = _fitted(samples, round(wanted))
        if not samples.size:
            return b""
        pause = np.zeros(SAMPLE_RATE_HZ * _END_PAUSE_MS // 1000)
        return np.concatenate([levelled(samples), pause]).round().astype("<i2").tobytes()

    def _say(self, text: str, words_per_minute: int) -> NDArray[np.float64]:
        """Samples at 24 kHz without silence at either end; empty when nothing is said."""
        self._blocks.clear()
        self._library.espeak_SetParameter(_RATE_PARAMETER, words_per_minute, 0)
        encoded = text.encode() + b"\0"
        self._library.espeak_Synth(encoded, len(encoded), 0, 0, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        samples = np.frombuffer(b"".join(self._blocks), "<i2").astype(np.float64)
        samples = Resampler(self._rate_hz, SAMPLE_RATE_HZ).process(samples)
        loud = np.flatnonzero(np.abs(samples) > _QUIET)
        return samples[loud[0] : loud[-1] + 1] if loud.size else samples[:0]

    def _collect(self, samples: int | None, count: int, _: object) -> int:
        if samples is not None and count > 0:
            self._blocks.append(ctypes.string_at(samples, count * 2))
        return 0


def _fitted(samples: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Exactly `length` samples. What the pace could not reach changes the pitch."""
    if not samples.size:
        return samples
    places = np.linspace(0.0, samples.size - 1.0, length)
    return np.interp(places, np.arange(samples.size), samples)


def main() -> None:
    """Answer requests until the input ends."""
    library = _Library()
    for line in sys.stdin.buffer:
        child = os.fork()
        if child == 0:
            request = json.loads(line)
            pcm = library.speak(request["text"], request["language"], request["length_ms"])
            sys.stdout.buffer.write(struct.pack("!I", len(pcm)) + pcm)
            sys.stdout.buffer.flush()
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            raise RuntimeError("the speech library failed")


if __name__ == "__main__":
    main()
