import pytest

from broadcaster.audio.level import DIGITAL_SILENCE_DBFS, LevelMeter
from tests.audio.sounds import tone


def test_level_of_a_tone() -> None:
    meter = LevelMeter()
    meter.add(tone(1.0, amplitude=16_384))
    level = meter.take()
    assert level.level_dbfs == pytest.approx(-9.0, abs=0.2)
    assert level.peak_dbfs == pytest.approx(-6.0, abs=0.2)
    assert (level.clipping, level.silent_ms) == (False, 0)


def test_silence_is_counted_until_somebody_speaks() -> None:
    meter = LevelMeter()
    for seconds in (1, 2):
        for _ in range(50):
            meter.add(bytes(960))
        assert meter.take().silent_ms == seconds * 1000
    assert meter.take().level_dbfs == DIGITAL_SILENCE_DBFS
    meter.add(tone(0.02))
    assert meter.take().silent_ms == 0


def test_clipping_is_seen() -> None:
    meter = LevelMeter()
    meter.add(b"\xff\x7f" * 100)
    assert meter.take().clipping
