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
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

_NICENESS = 5
_MOST_THREADS = 4
_END_PAUSE_MS = 120
_TARGET_RMS = 32_768 * 10 ** (-18 / 20)
_PEAK_LIMIT = 32_768 * 10 ** (-3 / 20)
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
        source = KOKORO.joined() if model is None else str(model)
        self._session = onnxruntime.InferenceSession(
            source, options, providers=["CPUExecutionProvider"]
        )
        self._names = [one.name for one in self._session.get_inputs()]

    def speak(self, symbols: list[int], voice: str) -> bytes:
        """PCM of a sentence, levelled, with a short pause at its end."""
        rows = style_rows(voice)
        style = rows[min(len(symbols), len(rows) - 1)][None, :]
        tokens = np.array([[0, *symbols, 0]], np.int64)
        values = (tokens, style, np.ones(1, np.float32))
        sound = self._session.run(None, dict(zip(self._names, values, strict=True)))[0]
        samples = np.asarray(sound, np.float64).reshape(-1)
        loud = np.flatnonzero(np.abs(samples) > _QUIET)
        if not loud.size:
            return b""
        samples = _levelled(samples[loud[0] : loud[-1] + 1])
        pause = np.zeros(SAMPLE_RATE_HZ * _END_PAUSE_MS // 1000)
        return np.concatenate([samples, pause]).round().astype("<i2").tobytes()


def _levelled(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same level as the simple voice; no peak above -3 dBFS."""
    factor = _TARGET_RMS / float(np.sqrt(np.mean(samples**2)))
    return np.clip(samples * factor, -_PEAK_LIMIT, _PEAK_LIMIT)


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
