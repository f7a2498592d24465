"""Every fault of a microphone is found, and speech, music and applause raise no alarm."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from broadcaster.audio.microphone.meter import MicrophoneMeter
from broadcaster.audio.microphone.second import SECOND_BYTES
from broadcaster.audio.opus import OpusFrameDecoder, OpusStream
from broadcaster.audio.pcm import PcmResampler
from broadcaster.model.check.microphone import MicrophoneReport
from tests.audio.microphone.sounds import (
    Sound,
    applause,
    at_level,
    at_peak,
    by_telephone,
    cut_off,
    music,
    over_room,
    talk,
)
from tests.audio.sounds import coloured_noise, hum, noise, numbers, pcm_of, ragged, tone

LEVELS_DBFS = (-38, -32, -26, -20)


def heard(pcm: bytes) -> tuple[MicrophoneReport, set[str]]:
    """The last report, and all faults that were reported on the way."""
    meter, faults = MicrophoneMeter(), set[str]()
    for piece in ragged(pcm, 1, 12_000):
        meter.add(piece)
        faults.update(meter.take().faults)
    return meter.take(), faults


def by_opus(pcm: bytes) -> bytes:
    """The sound as a browser sends it."""
    stream, decoder, resampler = OpusStream(480), OpusFrameDecoder("mono"), PcmResampler("mono")
    frames = stream.encode_pcm(pcm, 0)
    return b"".join(
        resampler.convert(part) for frame in frames for part in decoder.decode(frame.payload)
    )


@pytest.mark.parametrize("dbfs", LEVELS_DBFS)
def test_speech_is_no_fault(dbfs: float) -> None:
    report, faults = heard(over_room(talk(dbfs)))
    assert faults == set()
    assert report.speech_dbfs == pytest.approx(dbfs + 4.6, abs=2.0)
    assert report.noise_dbfs < -60
    assert report.bandwidth_hz > 6_000
    assert report.hum_hz == report.tone_hz == report.clipped == 0


@pytest.mark.parametrize("dbfs", LEVELS_DBFS)
def test_music_is_no_fault(dbfs: float) -> None:
    assert heard(over_room(music(dbfs)))[1] == set()


@pytest.mark.parametrize("people", [200, 1_500])
@pytest.mark.parametrize("dbfs", [-38, -32, -26])
def test_applause_is_no_fault(dbfs: float, people: int) -> None:
    clapped = applause(dbfs, people)
    assert heard(over_room(clapped))[1] == set()
    between = np.concatenate([talk(dbfs)[:480_000], clapped, talk(dbfs)[:480_000]])
    assert heard(over_room(between))[1] == set()


@pytest.mark.parametrize("dbfs", [-45, -40, -30])
@pytest.mark.parametrize("hz", [50, 60])
def test_hum_is_found_under_speech(hz: int, dbfs: float) -> None:
    report, faults = heard(over_room(talk(-24) + numbers(hum(40, dbfs, hz))))
    assert faults == {"hum"}
    assert report.hum_hz == hz
    assert report.hum_dbfs == pytest.approx(dbfs, abs=2.0)


def test_hum_that_nobody_hears_is_no_fault() -> None:
    assert heard(over_room(talk(-24) + numbers(hum(40, -70))))[1] == set()


@pytest.mark.parametrize("share", [0.5, 0.3])
def test_tops_that_were_cut_off_before_the_server_are_clipping(share: float) -> None:
    report, faults = heard(over_room(cut_off(talk(-24), share) / share))
    assert faults == {"clipping"}
    assert report.clipped >= 5


def test_samples_at_full_scale_are_clipping() -> None:
    assert heard(pcm_of(talk(-20) * 6))[1] == {"clipping"}


@pytest.mark.parametrize("dbfs", [-36, -32])
def test_a_noisy_room_is_found(dbfs: float) -> None:
    report, faults = heard(pcm_of(talk(-24) + numbers(coloured_noise(40, dbfs, 1))))
    assert faults == {"noisy"}
    assert report.noise_dbfs == pytest.approx(dbfs, abs=5.0)


@pytest.mark.parametrize("dbfs", LEVELS_DBFS)
def test_a_telephone_is_found(dbfs: float) -> None:
    report, faults = heard(over_room(at_level(by_telephone(talk(dbfs)), dbfs)))
    assert "narrow_band" in faults
    assert faults <= {"narrow_band"}
    assert 3_000 <= report.bandwidth_hz <= 4_000


@pytest.mark.parametrize("dbfs", [-55, -50, -45])
def test_soft_speech_is_too_quiet(dbfs: float) -> None:
    soft = talk(dbfs) + numbers(coloured_noise(40, -80, 1))
    assert heard(pcm_of(soft))[0].faults == ("too_quiet",)


def test_a_muted_microphone_is_told_from_a_quiet_room() -> None:
    assert heard(bytes(6 * SECOND_BYTES))[0].faults == ("no_signal",)
    assert heard(coloured_noise(6, -66, 1))[0].faults == ("silent",)
    room = coloured_noise(6, -66, 1)
    assert heard(room + bytes(6 * SECOND_BYTES))[0].faults == ("no_signal",)


def test_speech_ends_a_silence_at_once() -> None:
    meter = MicrophoneMeter()
    meter.add(bytes(5 * SECOND_BYTES))
    assert meter.take().faults == ("no_signal",)
    meter.add(over_room(talk(-24))[:SECOND_BYTES])
    assert meter.take().faults == ()


@pytest.mark.parametrize("hz", [60, 440, 1_000])
def test_a_tone_alone_is_a_wrong_input(hz: int) -> None:
    report, faults = heard(tone(10, hz, 3_000))
    assert faults == {"tone"}
    assert report.tone_hz == hz


@pytest.mark.parametrize("dbfs", [-50, -30, -20])
def test_steady_noise_alone_is_a_wrong_input(dbfs: float) -> None:
    assert heard(noise(25, dbfs))[0].faults == ("steady_noise",)


@pytest.mark.parametrize("fault", ["", "hum", "clipping", "narrow_band"])
def test_a_browser_s_coding_changes_no_verdict(fault: str) -> None:
    sounds: dict[str, Callable[[], Sound]] = {
        "": lambda: talk(-24),
        "hum": lambda: talk(-24) + numbers(hum(40, -40)),
        "clipping": lambda: at_peak(cut_off(talk(-24), 0.3), 32_700),
        "narrow_band": lambda: by_telephone(talk(-24)),
    }
    assert heard(by_opus(over_room(sounds[fault]())))[1] == ({fault} if fault else set())


def test_digital_silence_is_known_after_coding() -> None:
    assert heard(by_opus(bytes(6 * SECOND_BYTES)))[0].faults == ("no_signal",)


def test_sound_that_waits_too_long_is_dropped() -> None:
    meter = MicrophoneMeter()
    meter.add(bytes(60 * SECOND_BYTES))
    assert meter.take().measured_s == 5


def test_the_report_crosses_the_bus() -> None:
    report = MicrophoneReport(3, -60.0, -20.0, 1, 50, -40.0, 7_500, 0, ("clipping", "hum"))
    raw = {
        name: list(value) if isinstance(value, tuple) else value
        for name in MicrophoneReport.__slots__
        for value in [getattr(report, name)]
    }
    assert MicrophoneReport.from_json(raw | {"invented_later": 1}) == report


def test_what_one_microphone_costs() -> None:
    seconds = over_room(talk(-24))
    meter, began = MicrophoneMeter(), time.thread_time()
    for start in range(0, len(seconds), SECOND_BYTES):
        meter.add(seconds[start : start + SECOND_BYTES])
        meter.take()
    share = (time.thread_time() - began) / (len(seconds) / SECOND_BYTES)
    print(f"one microphone: {100 * share:.2f} % of a core")
    assert meter.take().measured_s == 20
