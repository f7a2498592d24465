"""PCM as the frames that `av` and `aiortc` take."""

from fractions import Fraction

import numpy as np
from av import AudioFrame

from broadcaster.model.audio import CLOCK_HZ

__all__ = ["AudioFrame", "to_frame"]


def to_frame(pcm: bytes, pts: int) -> AudioFrame:
    """A frame of s16le mono 24 kHz.

    Args:
        pcm: its samples.
        pts: its first sample's number.
    """
    samples = np.frombuffer(pcm, dtype="<i2").reshape(1, -1)
    frame = AudioFrame.from_ndarray(samples, format="s16", layout="mono")
    frame.sample_rate = CLOCK_HZ
    frame.pts = pts
    frame.time_base = Fraction(1, CLOCK_HZ)
    return frame
