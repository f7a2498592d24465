"""Spanish that a natural voice speaks."""

from pathlib import Path

import av
import pytest

SPANISH = Path(__file__).with_name("spanish.opus")
"""Made by Kokoro-82M: "La biblioteca está cerrada los domingos. El tren para Madrid sale a las
ocho.\""""


@pytest.fixture(scope="module")
def spanish_pcm() -> bytes:
    resampler = av.AudioResampler("s16", "mono", 24_000)
    with av.open(str(SPANISH)) as recording:
        frames = [f for frame in recording.decode(audio=0) for f in resampler.resample(frame)]
    return b"".join(frame.to_ndarray().astype("<i2").tobytes() for frame in frames)
