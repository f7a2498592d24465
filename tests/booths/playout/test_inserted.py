"""Speech that is put into the pauses of a channel."""

import asyncio
from functools import partial

import numpy as np
import numpy.typing as npt

from broadcaster.booths.playout.channel import ChannelMix
from broadcaster.booths.playout.inserted import InsertedSpeech
from broadcaster.model.audio import CLOCK_HZ, ms_to_samples
from tests.audio.sounds import numbers, tone
from tests.booths.simulation import Channel, TimedCall, at, decoded, every, together

FLOOR_HZ, VOICE_HZ, INSERTED_HZ = 300.0, 1_100.0, 1_900.0
PAUSE = ms_to_samples(300)


def heard_s(pcm: bytes, hz: float) -> npt.NDArray[np.float64]:
    """The seconds, in steps of 20 ms, in which a frequency is heard."""
    values = numbers(pcm)[: len(pcm) // 960 * 480]
    wave = np.exp(-2j * np.pi * hz * np.arange(values.size) / CLOCK_HZ)
    strengths = np.abs((values * wave).reshape(-1, 480).mean(axis=1))
    return np.flatnonzero(strengths > 300) / 50


async def insert(channel: Channel, pcm: bytes) -> None:
    while True:
        await channel.inserted.gap(lambda: PAUSE)
        if channel.inserted.begin(pcm):
            return


class Inserting(Channel):
    """A channel that is to say something between."""

    tasks: tuple[asyncio.Task[None], ...] = ()

    def insert_at(self, second: float, pcm: bytes) -> TimedCall:
        def act() -> None:
            self.tasks = (*self.tasks, asyncio.create_task(insert(self, pcm), name="insert"))

        return second, act

    def say_at(self, second: float, seconds: float) -> TimedCall:
        pcm = tone(seconds, VOICE_HZ)
        return second, partial(self.voice.push_speech, pcm, int(second * CLOCK_HZ))


async def test_it_waits_for_a_pause_and_the_voice_waits_for_it() -> None:
    channel = Inserting()
    acts = at(
        channel.say_at(1.0, 4.0),
        channel.insert_at(2.0, tone(2.0, INSERTED_HZ)),
        channel.say_at(6.0, 1.5),
        channel.say_at(7.5, 1.5),
    )
    await channel.play(together(channel.floor(bytes(48_000)), acts), 14.0)
    pcm = decoded(channel.frames)
    inserted, voice = heard_s(pcm, INSERTED_HZ), heard_s(pcm, VOICE_HZ)
    assert not set(inserted) & set(voice)
    assert 5.3 < inserted[0] < 5.6
    assert 1.9 < len(inserted) / 50 < 2.1
    assert inserted[-1] - inserted[0] < 2.1, "in one piece"
    later = voice[voice > inserted[-1]]
    assert 0.4 < later[0] - inserted[-1] < 0.6, "after a short silence"
    assert 6.9 < len(voice) / 50 < 7.1, "nothing of the voice is lost"
    assert channel.inserted.complete


async def test_the_floor_gives_way_and_a_relay_does_not_hear_it() -> None:
    """The floor fills in; it speaks until 4 s."""
    channel = Inserting()

    def mix(second: float) -> TimedCall:
        def act() -> None:
            channel.mix = ChannelMix(floor_fills_in=True, relayed=True, floor_speaks=second < 4)

        return second, act

    acts = at(
        mix(0.0),
        mix(4.0),
        channel.insert_at(2.0, tone(3.0, INSERTED_HZ)),
    )
    await channel.play(together(channel.floor(tone(1.0, FLOOR_HZ)), acts), 12.0)
    pcm = decoded(channel.frames)
    inserted, floor = heard_s(pcm, INSERTED_HZ), heard_s(pcm, FLOOR_HZ)
    assert 4.2 < inserted[0] < 4.6
    fades_s = 0.45
    inside = (floor > inserted[0] + fades_s) & (floor < inserted[-1])
    assert not inside.any()
    assert floor[-1] > inserted[-1] + 1
    relayed = b"".join(frame.payload for frame in channel.relayed)
    assert not len(heard_s(relayed, INSERTED_HZ))
    assert len(heard_s(relayed, FLOOR_HZ))


async def test_one_that_is_cut_off_fades_and_is_not_complete() -> None:
    channel = Inserting()
    acts = at(channel.insert_at(1.0, tone(8.0, INSERTED_HZ)), (4.0, channel.inserted.cut))
    await channel.play(together(channel.floor(bytes(48_000)), acts), 7.0)
    inserted = heard_s(decoded(channel.frames), INSERTED_HZ)
    assert 4.0 < inserted[-1] < 4.4
    assert not channel.inserted.complete
    assert not channel.inserted.playing


async def test_text_behind_it_is_placed_where_its_sound_will_be() -> None:
    """The speech that waits while something is inserted is expected after that."""
    channel = Inserting()
    expected: list[float] = []

    def look() -> None:
        if channel.inserted.playing and not expected:
            channel.voice.push_speech(tone(1.0, VOICE_HZ), 0)
            expected.append(channel.voice.heard.start(channel.voice.pushed - CLOCK_HZ) / CLOCK_HZ)

    acts = at(channel.say_at(0.5, 1.0), channel.insert_at(2.0, tone(4.0, INSERTED_HZ)))
    await channel.play(together(channel.floor(bytes(48_000)), acts, every(0.7, look)), 12.0)
    voice = heard_s(decoded(channel.frames), VOICE_HZ)
    began = voice[voice > 3][0] + channel.frames[0].position / CLOCK_HZ
    assert abs(expected[0] - began) < 0.15


def test_a_pause_that_is_over_is_not_used() -> None:
    assert not InsertedSpeech().begin(tone(1.0))
