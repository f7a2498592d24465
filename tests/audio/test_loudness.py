from functools import cache

import numpy as np
import pytest

from broadcaster.audio.limiter import Limiter
from broadcaster.audio.loudness import (
    MOST_GAIN_DB,
    TARGET_LUFS,
    Leveler,
    LoudnessMeter,
    ProgrammeLoudness,
)
from broadcaster.audio.opus import OpusDecoder, OpusEncoder
from broadcaster.audio.pcm import to_pcm
from tests.audio.sounds import amplified, loudness, noise, ragged, sharpest, speech, ticks, tone

SETTLED_BYTES = 8 * 48_000
MINUTE_BYTES = 60 * 48_000


@cache
def voice(lufs: float) -> bytes:
    return amplified(speech(), lufs - loudness(speech())[0])


def test_every_voice_ends_at_one_loudness_without_peaks() -> None:
    """A listener's recording, Opus included, measured by FFmpeg after 8 s."""
    heard = {}
    for lufs in (-35.0, -23.0, -12.0):
        leveler, limiter = Leveler(), Limiter()
        encoder, decoder = OpusEncoder(), OpusDecoder()
        recorded = b"".join(
            decoder.decode(encoder.encode(limiter.limit(leveler.level(tick))))
            for tick in ticks(voice(lufs)[:MINUTE_BYTES])
        )
        settled = loudness(recorded[SETTLED_BYTES:])[0]
        heard[lufs] = (settled, loudness(recorded)[1])
    for lufs, (settled, true_peak) in heard.items():
        print(f"voice at {lufs} LUFS: {settled:.1f} LUFS, true peak {true_peak:.1f} dBTP")
        assert settled == pytest.approx(TARGET_LUFS, abs=0.75)
        assert true_peak <= -1.0


def test_even_squeezed_speech_has_no_peaks_behind_opus() -> None:
    leveler, limiter = Leveler(target_lufs=-5.0), Limiter()
    encoder, decoder = OpusEncoder(), OpusDecoder()
    recorded = b"".join(
        decoder.decode(encoder.encode(limiter.limit(leveler.level(tick))))
        for tick in ticks(voice(-20.0)[: 30 * 48_000])
    )
    assert loudness(recorded)[1] <= -1.0


def test_a_quiet_voice_is_up_within_its_first_seconds() -> None:
    leveler = Leveler()
    for tick in ticks(voice(-33.0)[: 3 * 48_000]):
        leveler.level(tick)
    assert leveler.gain_db == pytest.approx(13.0, abs=3.0)


@pytest.mark.parametrize(
    "pause", [bytes(30 * 48_000), noise(30, dbfs=-55)], ids=["digital", "room"]
)
def test_a_pause_is_not_pumped_up(pause: bytes) -> None:
    leveler = Leveler()
    for tick in ticks(voice(-23.0)[: 20 * 48_000]):
        leveler.level(tick)
    before = leveler.gain_db
    for tick in ticks(pause):
        leveler.level(tick)
    assert leveler.gain_db == pytest.approx(before, abs=1.0)


@pytest.mark.parametrize(("first", "second"), [(-15.0, -30.0), (-30.0, -15.0)])
def test_another_voice_is_followed(first: float, second: float) -> None:
    leveler = Leveler()
    for tick in ticks(voice(first)[: 20 * 48_000] + voice(second)[: 30 * 48_000]):
        leveler.level(tick)
    assert leveler.gain_db == pytest.approx(TARGET_LUFS - second, abs=2.0)


def test_the_gain_has_limits() -> None:
    for pcm, limit in ((voice(-44.0), MOST_GAIN_DB), (tone(20, 1_000, 32_000), -MOST_GAIN_DB)):
        leveler = Leveler()
        gains = []
        for tick in ticks(pcm[: 20 * 48_000]):
            leveler.level(tick)
            gains.append(abs(leveler.gain_db))
        assert max(gains) <= MOST_GAIN_DB
        assert leveler.gain_db == pytest.approx(limit, abs=2.5)


def test_the_gain_moves_without_steps() -> None:
    leveler = Leveler()
    said = tone(10, hz=200, amplitude=20_000)
    heard = b"".join(to_pcm(leveler.level(piece)) for piece in ragged(said, seed=1))
    assert len(heard) == len(said)
    assert leveler.gain_db < -8
    assert sharpest(heard) <= sharpest(said) + 2


def test_nothing_is_measured_before_anybody_spoke() -> None:
    leveler = Leveler()
    leveler.level(b"")
    leveler.level(bytes(48_000))
    assert leveler.loudness_lufs is None
    assert leveler.gain_db == 0.0


def test_the_meter_reads_a_reference_tone() -> None:
    """EBU Tech 3341 test 1: 1 kHz at -23 dBFS in both channels is -23 LUFS, one channel -26."""
    meter = LoudnessMeter()
    measured = meter.add(tone(2, 1_000, 32_768 * 10 ** (-23 / 20)))
    assert len(measured) == 20
    assert measured[-1] == pytest.approx(-26.0, abs=0.1)


def test_the_loudness_of_all_that_was_heard_is_that_of_the_standard() -> None:
    """BS.1770-5: one channel with a sine of 997 Hz at 0 dBFS measures -3.01 LUFS."""
    measured = ProgrammeLoudness()
    packet = 2_880
    moments = np.arange(48_000 * 20) / 48_000
    sine = (10 ** (-20 / 20) * np.sin(2 * np.pi * 997 * moments)).astype(np.float32)
    for start in range(0, 48_000, packet):
        measured.add(np.zeros_like(sine[start : start + packet]))
    assert (measured.integrated_lufs, measured.true_peak_dbtp) == (None, None)
    for start in range(0, sine.size, packet):
        measured.add(sine[start : start + packet])
    assert measured.integrated_lufs == pytest.approx(-23.0, abs=0.2)
    assert measured.true_peak_dbtp == pytest.approx(-20.0, abs=0.1)


def test_a_peak_between_two_samples_is_seen() -> None:
    """A quarter of the rate, 45 degrees off: its samples are 3 dB below its peaks (Tech 3341)."""
    measured = ProgrammeLoudness()
    moments = np.arange(96_000)
    fades_in = np.minimum(1.0, moments / 4_800)
    sine = 0.5 * np.sin(np.pi / 2 * moments + np.pi / 4)
    measured.add((fades_in * sine).astype(np.float32))
    assert measured.true_peak_dbtp == pytest.approx(-6.0, abs=0.4)
