"""PCM between its forms: bytes on the bus, numbers to calculate with, frames of `av`.

Between stages sound is s16le mono 24 kHz; the gain, mix and limiter steps calculate in float32.
"""

from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av import AudioFrame as AvFrame

from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES

__all__ = ["FULL_SCALE", "AvFrame", "PcmResampler", "Samples", "to_frame", "to_pcm", "to_samples"]

Samples = npt.NDArray[np.float32]
"""Mono 24 kHz, one dimension, full scale ±1.0; values beyond it are allowed until the limiter."""

FULL_SCALE = 32_768.0


def to_samples(pcm: bytes) -> Samples:
    """s16le mono as float32."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(FULL_SCALE)


def to_pcm(samples: Samples) -> bytes:
    """Convert float32 to s16le mono. Values beyond full scale saturate; they do not wrap round."""
    scaled = np.rint(samples * np.float32(FULL_SCALE))
    return bytes(np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i2").data)


def to_frame(pcm: bytes, pts: int) -> AvFrame:
    """PCM as a frame that `av` and `aiortc` take.

    Args:
        pcm: s16le mono 24 kHz.
        pts: number of its first sample.
    """
    samples = np.frombuffer(pcm, dtype="<i2").reshape(1, -1)
    frame = AvFrame.from_ndarray(samples, format="s16", layout="mono")
    frame.sample_rate = CLOCK_HZ
    frame.pts = pts
    frame.time_base = Fraction(1, CLOCK_HZ)
    return frame


class PcmResampler:
    """Resamples one continuous source of any rate and layout to s16le mono 24 kHz."""

    def __init__(self) -> None:
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=CLOCK_HZ)

    def convert(self, frame: AvFrame) -> bytes:
        """Resample the next frame of the source.

        Args:
            frame: any rate, layout and sample format that libswresample knows.

        Returns:
            s16le mono 24 kHz; may be empty while the filter fills.
        """
        return b"".join(_bytes_of(out) for out in self._resampler.resample(frame))

    def flush(self) -> bytes:
        """Return the rest of the filter's output, at the end of the source."""
        return b"".join(_bytes_of(out) for out in self._resampler.resample(None))


def _bytes_of(frame: AvFrame) -> bytes:
    return bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES]
