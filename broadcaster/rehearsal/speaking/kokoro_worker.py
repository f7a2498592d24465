"""The process of the natural voice: `python -m broadcaster.rehearsal.speaking.kokoro_worker`.

JSON lines `{"symbols", "voice"}` on standard input are answered in order, each by a 4-byte
big-endian length and that many bytes of PCM s16le mono 24 kHz. The model is Kokoro-82M (Apache
2.0) as ONNX with 8-bit weights. The argument is a file with the model, or nothing for that of the
packages. The process ends when its input does.
"""

import json
import os
import struct
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from broadcaster.rehearsal.speaking.kokoro_files import KOKORO, style_rows
from broadcaster.rehearsal.speaking.level import levelled
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

_NICENESS = 2
"""The voice goes before the recogniser, which reads less often on a busy machine."""
_MOST_THREADS = 4
_END_PAUSE_MS = 120
_QUIET = 0.004
"""Samples below this at either end are silence and are cut."""


class Kokoro:
    """The loaded model.

    Args:
        model: the ONNX file; None for that of the packages.
    """

    def __init__(self, model: Path | None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(len(os.sched_getaffinity(0)), _MOST_THREADS)
        options.inter_op_num_threads = 1
        # Threads that spin while they wait take the processor from the recogniser.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        source = KOKORO.joined() if model is None else str(model)
        self._session = onnxruntime.InferenceSession(
            source, options, providers=["CPUExecutionProvider"]
        )
        self._names = [one.name for one in self._session.get_inputs()]

    def speak(self, symbols: list[int], voice: str) -> bytes:
        """PCM of a sentence, levelled, with a short pause at its end."""
        samples = self.sound(symbols, voice)
        if not samples.size:
            return b""
        pause = np.zeros(SAMPLE_RATE_HZ * _END_PAUSE_MS // 1000)
        return np.concatenate([samples, pause]).round().astype("<i2").tobytes()

    def sound(self, symbols: list[int], voice: str, speed: float = 1.0) -> NDArray[np.float64]:
        """A levelled sentence in units of 16 bits without silence at its ends.

        Args:
            symbols: numbers of the model's symbols, at most `MOST_SYMBOLS`.
            voice: one of `VOICES`.
            speed: above 1 for faster speech.
        """
        rows = style_rows(voice)
        style = rows[min(len(symbols), len(rows) - 1)][None, :]
        tokens = np.array([[0, *symbols, 0]], np.int64)
        values = (tokens, style, np.full(1, speed, np.float32))
        sound = self._session.run(None, dict(zip(self._names, values, strict=True)))[0]
        samples = np.asarray(sound, np.float64).reshape(-1)
        loud = np.flatnonzero(np.abs(samples) > _QUIET)
        return levelled(samples[loud[0] : loud[-1] + 1]) if loud.size else samples[:0]


def main() -> None:
    """Answer requests until the input ends."""
    os.nice(_NICENESS)
    voice = Kokoro(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        pcm = voice.speak(request["symbols"], request["voice"])
        sys.stdout.buffer.write(struct.pack("!I", len(pcm)) + pcm)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
