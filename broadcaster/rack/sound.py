"""Sound on its way to an output: 48 kHz, mono, float32."""

import math

import numpy as np
import numpy.typing as npt

RACK_HZ = 48_000
"""Rate of all outputs: that of Opus decoders (RFC 6716), of AES67 and of sound cards."""
BLOCK_SAMPLES = 480
"""Samples that an output takes at once: 10 ms."""
EDGE_SAMPLES = 240
"""Length of a fade: 5 ms."""

RackSamples = npt.NDArray[np.float32]
"""48 kHz, full scale ±1.0."""

_PHASE = (np.arange(EDGE_SAMPLES) + 0.5) / EDGE_SAMPLES * (math.pi / 2)
FADE_IN = (np.sin(_PHASE) ** 2).astype(np.float32)
FADE_OUT = (np.cos(_PHASE) ** 2).astype(np.float32)


def samples_of_ms(ms: int) -> int:
    """Milliseconds as samples."""
    return ms * RACK_HZ // 1000


def ms_of_samples(samples: float) -> float:
    """Samples as milliseconds."""
    return samples * 1000 / RACK_HZ
