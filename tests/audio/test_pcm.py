import av
import numpy as np

from broadcaster.audio.pcm import PcmResampler
from broadcaster.model.audio import CLOCK_HZ
from tests.audio.sounds import best_correlation, tone


def test_resampling_keeps_time() -> None:
    resampler = PcmResampler()
    heard = b""
    stereo = np.repeat(np.frombuffer(tone(1.0, rate_hz=48_000), "<i2"), 2)
    for start in range(0, 48_000, 960):
        piece = stereo[start * 2 : (start + 960) * 2].reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), "s16", "stereo")
        frame.sample_rate = 48_000
        heard += resampler.convert(frame)
    heard += resampler.flush()
    assert abs(len(heard) // 2 - CLOCK_HZ) <= 40
    assert best_correlation(heard, tone(1.0)) > 0.98
