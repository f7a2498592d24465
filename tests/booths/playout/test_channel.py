"""The sound of a channel as its listeners hear it: decoded Opus."""

import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from broadcaster.audio.mix import EVEN_FLOOR, QUIET_FLOOR, Balance
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.booths.playout.channel import ChannelMix
from broadcaster.model.audio import CLOCK_HZ, opus_samples
from broadcaster.model.variant import ChannelVariant
from tests.audio.sounds import amplified, loudness, numbers, sharpest, speech, tone
from tests.booths.simulation import (
    FRAME_S,
    NEVER,
    Channel,
    Listened,
    TimedCall,
    assert_unbroken,
    at,
    decoded,
    together,
    words,
)
from tests.support.sound import matches
from tests.support.virtual_time import advance

FLOOR_HZ, VOICE_HZ = 300.0, 1_100.0
SETTLED_S = 10


def speaking(channel: Channel, pcm: bytes, start_s: float, end_s: float) -> Iterator[TimedCall]:
    """An interpreter that delivers 400 ms of speech every 400 ms."""
    for index in range(int((end_s - start_s) / 0.4)):
        due_s = start_s + 0.4 * index
        piece = pcm[19_200 * index : 19_200 * (index + 1)]
        yield due_s, partial(channel.voice.push_speech, piece, int(due_s * CLOCK_HZ))


def want(channel: Channel, *variants: str, floor: bool = False) -> None:
    channel.mix = ChannelMix(floor, {ChannelVariant.parse(variant) for variant in variants})


def amplitudes(pcm: bytes, hz: float) -> npt.NDArray[np.float64]:
    """The amplitude of one frequency in each 20 ms."""
    values = numbers(pcm)[: len(pcm) // 960 * 480]
    wave = np.exp(-2j * np.pi * hz * np.arange(values.size) / CLOCK_HZ)
    return np.asarray(np.abs((values * wave).reshape(-1, 480).mean(axis=1)))


def strengths(pcm: bytes, hz: float) -> npt.NDArray[np.float64]:
    """The amplitude of one frequency in each 20 ms, relative to its highest."""
    found = amplitudes(pcm, hz)
    return found / np.quantile(found, 0.99)


async def test_lag_is_bounded_where_translations_are_longer_than_the_speech() -> None:
    limits = CatchUpLimits()
    with_catch_up = await Listened.to_talk(limits, longer=1.3, minutes=3)
    without = await Listened.to_talk(NEVER, longer=1.3, minutes=2)
    print(f"with catch-up:    {with_catch_up}")
    print(f"without catch-up: {without}")
    assert with_catch_up.percentile_ms(95) < limits.lag_cap_ms / 2
    assert not with_catch_up.skips
    assert with_catch_up.minute_means_ms[-1] < with_catch_up.minute_means_ms[1] + 1_000
    assert without.minute_means_ms[1] > without.minute_means_ms[0] + 8_000


async def test_even_an_interpreter_twice_as_slow_stays_under_the_cap_by_skipping() -> None:
    limits = CatchUpLimits(lag_cap_ms=10_000)
    listened = await Listened.to_talk(limits, longer=1.7, minutes=2)
    print(listened)
    assert len(listened.skips) >= 2
    assert max(listened.lags_ms) < limits.lag_cap_ms + 3_000
    positions = [skip.position for skip in listened.skips]
    assert positions == sorted(positions)


async def test_three_voices_come_at_one_loudness_and_without_peaks() -> None:
    measured = {}
    for lufs in (-34.0, -24.0, -12.0):
        channel = Channel()
        pcm = amplified(words(), lufs - loudness(words())[0])
        floor = channel.floor(amplified(speech(), -10))
        wanted = at((0.1, partial(want, channel, "es+floor", "es+evenfloor")))
        await channel.play(together(wanted, floor, speaking(channel, pcm, 1.0, 27.0)), 28.0)
        for name, frames in (
            ("", channel.frames),
            (" with a quiet floor", channel.with_floor),
            (" with an even floor", channel.with_even_floor),
        ):
            pcm = decoded(frames)
            settled = pcm[SETTLED_S * 2 * CLOCK_HZ :]
            measured[f"voice at {lufs} LUFS{name}"] = loudness(settled)[0], loudness(pcm)[1]
    for name, (lufs, peak) in measured.items():
        print(f"{name}: {lufs:.1f} LUFS, true peak {peak:.1f} dBTP")
    heard = [lufs for lufs, _ in measured.values()]
    assert max(heard) - min(heard) <= 1.5
    assert max(peak for _, peak in measured.values()) <= -1.0


@pytest.mark.parametrize("frame_samples", [480, 960])
async def test_shorter_packets_hold_the_same_sound(frame_samples: int) -> None:
    channel = Channel(frame_samples=frame_samples)
    acts = at(
        (0.1, partial(want, channel, "es+floor", "es+fec")),
        (1.0, partial(channel.voice.push_speech, words()[48_000 : 9 * 48_000], CLOCK_HZ)),
    )
    said = numbers(words()[: 10 * 48_000])
    await channel.play(together(channel.floor(bytes(48_000)), acts), 10.0)
    for frames in (channel.frames, channel.with_floor, channel.with_fec):
        assert_unbroken(frames)
        assert {opus_samples(frame.payload) for frame in frames} == {frame_samples}
        steps = {later.position - earlier.position for earlier, later in pairwise(frames)}
        assert steps == {frame_samples}
        found = matches(numbers(decoded(frames)), said)
        assert len(found) >= 5
        assert min(match.r for match in found) > 0.8


async def test_the_floor_fills_in_after_the_voice_and_goes_when_it_resumes() -> None:
    """The voice speaks from 2 to 12 s and from 18 to 24 s; the floor may fill in from 10 s on."""
    channel = Channel()
    await channel.play(
        together(
            channel.floor(tone(60, FLOOR_HZ)),
            speaking(channel, tone(60, VOICE_HZ), 2.0, 12.0),
            speaking(channel, tone(60, VOICE_HZ), 18.0, 24.0),
            at((10.0, partial(want, channel, floor=True))),
        ),
        24.0,
    )
    assert_unbroken(channel.frames)
    pcm = decoded(channel.frames)
    floor, voice = strengths(pcm, FLOOR_HZ), strengths(pcm, VOICE_HZ)
    silent_until = floor[: int(12.0 / 0.02)]
    assert silent_until.max() < 0.02, "not while the voice still speaks"
    came_up, full, fell, gone = crossings(floor)
    voice_back = int(np.flatnonzero(voice[int(15 / 0.02) :] > 0.5)[0]) * 0.02 + 15
    print(
        f"floor up from {came_up:.2f} to {full:.2f} s, down from {fell:.2f} to {gone:.2f} s,"
        f" voice ends at 12.0 s and is back at {voice_back:.2f} s"
    )
    assert 12.0 < came_up < 13.0
    assert full - came_up >= 0.3
    assert gone - fell >= 0.3
    assert abs(fell - voice_back) < 0.2
    edges = pcm[int(11.5 * 48_000) : int(13.5 * 48_000)] + pcm[int(17.5 * 48_000) : 20 * 48_000]
    steady = pcm[6 * 48_000 : 10 * 48_000]
    assert sharpest_inside(edges) <= 1.3 * sharpest(steady)


def crossings(level: npt.NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Seconds at which the floor starts to rise, is up, starts to fall and is gone."""
    audible, full = np.flatnonzero(level > 0.03), np.flatnonzero(level > 0.97)
    return audible[0] * 0.02, full[0] * 0.02, full[-1] * 0.02, audible[-1] * 0.02


def sharpest_inside(pcm: bytes) -> float:
    """The sharpest edge, leaving out the joint of the two parts."""
    values = np.abs(np.diff(numbers(pcm), 2))
    values[2 * CLOCK_HZ - 3 : 2 * CLOCK_HZ + 3] = 0
    return float(values.max())


async def test_the_floor_is_silent_unless_it_fills_in() -> None:
    channel = Channel()
    await channel.play(channel.floor(tone(60, FLOOR_HZ)), 6.0)
    assert_unbroken(channel.frames)
    assert np.abs(numbers(decoded(channel.frames))).max() < 10
    assert not channel.with_floor


@pytest.mark.parametrize(
    ("variant", "balance"), [("es+floor", QUIET_FLOOR), ("es+evenfloor", EVEN_FLOOR)]
)
async def test_the_floor_lies_under_the_voice_only_while_somebody_listens(
    variant: str, balance: Balance
) -> None:
    channel = Channel()
    turned = [(12.0, [variant]), (18.0, []), (24.0, [variant])]
    await channel.play(
        together(
            channel.floor(tone(60, FLOOR_HZ)),
            speaking(channel, tone(60, VOICE_HZ), 1.0, 30.0),
            at(*((due_s, partial(want, channel, *variants)) for due_s, variants in turned)),
        ),
        30.0,
    )
    heard = channel.with_floor or channel.with_even_floor
    assert_unbroken(channel.frames)
    assert_unbroken(heard)
    assert len(heard) == pytest.approx(12 / FRAME_S, abs=4)
    by_position = {frame.position: frame for frame in channel.frames}
    same_time = [by_position[frame.position] for frame in heard]
    plain, both = decoded(same_time)[48_000:], decoded(heard)[48_000:]
    alone = np.median(amplitudes(plain, VOICE_HZ))
    assert np.median(amplitudes(both, VOICE_HZ)) == pytest.approx(balance.voice * alone, rel=0.1)
    # both were leveled to one loudness; what still differs is how loud each tone sounds
    under = np.median(amplitudes(both, FLOOR_HZ)) / alone
    assert under == pytest.approx(balance.floor, rel=0.25)


async def test_a_machine_that_slept_goes_on_without_a_gap_in_the_sequence() -> None:
    channel = Channel()
    asleep = at((3.0, partial(advance, 7.0)))
    await channel.play(together(channel.floor(speech()), asleep), 20.0)
    assert_unbroken(channel.frames)
    positions = [frame.position for frame in channel.frames]
    steps = {other - one for one, other in pairwise(positions)}
    assert max(steps) > 6 * CLOCK_HZ
    assert len(channel.frames) == pytest.approx(13 / FRAME_S, abs=12)


async def test_the_cost_of_a_channel() -> None:
    channel = Channel()
    began = time.thread_time()
    wanted = at((0.1, partial(want, channel, "es+floor")))
    acts = together(wanted, channel.floor(speech()), channel.interpretation(1.3))
    await channel.play(acts, 60.0)
    spent_us = (time.thread_time() - began) / len(channel.frames) * 1e6
    print(f"{spent_us:.0f} µs per channel and 60 ms with both variants, the test's own included")
    assert len(channel.frames) == pytest.approx(60 / FRAME_S, abs=3)
