"""PCM as numbers to calculate with: float32 in ±1.0 between the gain, mix and limiter stages."""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""Mono 24 kHz, one dimension, full scale ±1.0; values beyond it are allowed until the limiter."""

FULL_SCALE = 32_768.0


def to_samples(pcm: bytes) -> Samples:
    """s16le mono as float32."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(FULL_SCALE)


def to_pcm(samples: Samples) -> bytes:
    """float32 as s16le mono; what is beyond full scale saturates instead of wrapping round."""
    scaled = np.rint(samples * np.float32(FULL_SCALE))
    return bytes(np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i2").data)
