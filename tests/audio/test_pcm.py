import av
import numpy as np
import pytest
from numpy.typing import NDArray

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


def resampled(resampler: PcmResampler, values: NDArray[np.int16], layout: str) -> NDArray[np.int16]:
    """48 kHz sound, interleaved, through a resampler."""
    frame = av.AudioFrame.from_ndarray(values.reshape(1, -1), "s16", layout)
    frame.sample_rate = 48_000
    return np.frombuffer(resampler.convert(frame) + resampler.flush(), "<i2")


def test_stereo_keeps_both_channels_apart() -> None:
    left = np.frombuffer(tone(1.0, rate_hz=48_000), "<i2")
    heard = resampled(PcmResampler("stereo"), np.stack((left, -left // 2), axis=1), "stereo")
    assert heard.size == 2 * CLOCK_HZ
    pair = heard.reshape(-1, 2)[1_000:-1_000].astype(float)
    assert np.abs(pair[:, 0] / 2 + pair[:, 1]).max() < 5
    assert np.abs(pair[:, 0]).max() == pytest.approx(8_000, rel=0.01)


def test_a_mono_source_is_as_loud_in_both_channels() -> None:
    mono = np.frombuffer(tone(1.0, rate_hz=48_000), "<i2")
    pair = resampled(PcmResampler("stereo"), mono, "mono").reshape(-1, 2)
    alone = resampled(PcmResampler(), mono, "mono")
    assert np.array_equal(pair[:, 0], alone)
    assert np.array_equal(pair[:, 1], alone)
