"""A floor, an interpreter and a channel's output, in virtual time."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from broadcaster.audio.opus import OpusDecoder
from broadcaster.booths.floor.clock import FloorClock
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.booths.playout.channel import ChannelMix, ChannelOutput
from broadcaster.booths.playout.inserted import InsertedSpeech
from broadcaster.booths.playout.queue import Skip, SpeechQueue
from broadcaster.booths.playout.voice import ChannelVoice
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, OPUS_FRAME_SAMPLES, AudioFrame, ms_to_samples
from broadcaster.rehearsal import talk
from tests.audio.sounds import speech
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus

FRAME_S = 0.06
SENTENCES = talk.load().sentences
TimedCall = tuple[float, Callable[[], None]]
"""Something that happens at a second of a simulation."""


async def run_schedule(acts: Iterable[TimedCall], end_s: float) -> None:
    """Call each act at its second from now on, until `end_s`."""
    now = asyncio.get_running_loop().time
    began_s = now()
    for at_s, act in acts:
        if at_s >= end_s:
            break
        if began_s + at_s > now():
            await asyncio.sleep(began_s + at_s - now())
        act()
    await asyncio.sleep(began_s + end_s - now())


class Channel:
    """A channel's output with what it published."""

    def __init__(
        self, voice: ChannelVoice | None = None, frame_samples: int = OPUS_FRAME_SAMPLES
    ) -> None:
        self.voice = voice or ChannelVoice()
        self.frame_samples = frame_samples
        self.inserted = InsertedSpeech()
        self.mix = ChannelMix()
        self.output: ChannelOutput
        self.floor_clock: FloorClock
        self.frames: list[AudioFrame] = []
        self.with_floor: list[AudioFrame] = []
        self.with_even_floor: list[AudioFrame] = []
        self.with_fec: list[AudioFrame] = []
        self.relayed: list[AudioFrame] = []

    async def play(self, acts: Iterable[TimedCall], end_s: float) -> None:
        """Run for `end_s`."""
        clock = LoopClock()
        self.floor_clock = FloorClock(clock)
        async with VirtualTimeBus() as bus:
            self.output = ChannelOutput(
                event="talk",
                channel="es",
                bus=bus,
                clock=clock,
                voice=self.voice,
                mix_now=lambda: self.mix,
                frame_samples=self.frame_samples,
                inserted=self.inserted,
            )
            async with (
                listening(bus, keys.relay_pcm("talk", "es"), self.relayed),
                listening(bus, keys.opus("talk", "es"), self.frames),
                listening(bus, keys.opus("talk", "es+floor"), self.with_floor),
                listening(bus, keys.opus("talk", "es+evenfloor"), self.with_even_floor),
                listening(bus, keys.opus("talk", "es+fec"), self.with_fec),
                background_task(
                    self.output.run(self.floor_clock), name="output of the test"
                ) as running,
            ):
                await run_schedule(acts, end_s)
                assert not running.done()

    def floor(self, pcm: bytes) -> Iterator[TimedCall]:
        """The floor in 20 ms frames at real-time rate, over and over."""

        def hear(position: int, frame: bytes) -> Callable[[], None]:
            def act() -> None:
                self.floor_clock.observe(position + 480)
                self.output.push_floor_pcm(position, frame)

            return act

        position = 0
        while True:
            start = 2 * position % (len(pcm) // 960 * 960)
            yield (position + 480) / CLOCK_HZ, hear(position, pcm[start : start + 960])
            position += 480

    def interpretation(self, longer: float, delay_s: float = 1.5) -> Iterator[TimedCall]:
        """The prepared talk over and over, each sentence `longer` times as long as it was said.

        It comes in pieces of 400 ms, `delay_s` after the words, with filler after each sentence.
        """

        def say(pcm: bytes, position: int) -> Callable[[], None]:
            return lambda: self.voice.push_speech(pcm, position)

        piece_ms = 400
        material = words()
        read = 0
        talk_ms = len(speech()) // 48
        round_ms = 0
        while True:
            for sentence in SENTENCES:
                length_ms = int(longer * (sentence.end_ms - sentence.start_ms))
                for said_ms in range(0, length_ms, piece_ms):
                    size = 48 * min(piece_ms, length_ms - said_ms)
                    pcm = (material + material)[read : read + size]
                    read = (read + size) % len(material)
                    at_ms = round_ms + sentence.start_ms + said_ms / longer
                    due_s = at_ms / 1000 + delay_s
                    yield due_s, say(pcm.ljust(48 * piece_ms, b"\0"), ms_to_samples(int(at_ms)))
                yield round_ms / 1000 + sentence.end_ms / 1000 + delay_s, say(bytes(19_200), 0)
            round_ms += talk_ms


NEVER = CatchUpLimits(
    shorten_ms=10**9, stretch_ms=10**9, fastest_ms=2 * 10**9, max_tempo=1.0, lag_cap_ms=10**9
)
"""No catch-up at all."""


@dataclass(frozen=True)
class Listened:
    """The lag of one channel, second by second."""

    lags_ms: list[int]
    skips: list[Skip]
    most_tempo: float
    minute_means_ms: list[float]

    @classmethod
    async def to_talk(cls, limits: CatchUpLimits, longer: float, minutes: int) -> "Listened":
        """The prepared talk over and over with translations `longer` than the speech."""
        lags_ms: list[int] = []
        tempos: list[float] = []
        skips: list[Skip] = []
        endless = SpeechQueue(longest_queue=10**9)
        channel = Channel(ChannelVoice(limits, skips.append, endless))

        def look() -> None:
            if channel.voice.lag_ms is not None:
                lags_ms.append(channel.voice.lag_ms)
                tempos.append(channel.voice.tempo)

        acts = (channel.floor(speech()), channel.interpretation(longer), every(1.0, look))
        await channel.play(together(*acts), 60.0 * minutes)
        assert_unbroken(channel.frames)
        minute_means_ms = [
            float(np.mean(lags_ms[start : start + 60])) for start in range(0, len(lags_ms), 60)
        ]
        return cls(lags_ms, skips, max(tempos), minute_means_ms)

    def percentile_ms(self, percent: float) -> float:
        return float(np.percentile(self.lags_ms, percent))

    def slope_ms_per_minute(self, after_minutes: int) -> tuple[float, float]:
        """Least squares over the minutes' means, and its standard error."""
        means = np.array(self.minute_means_ms[after_minutes:])
        minutes = np.arange(means.size)
        (slope, _), covariance = np.polyfit(minutes, means, 1, cov=True)
        return float(slope), float(np.sqrt(covariance[0, 0]))

    def __str__(self) -> str:
        p50, p95, most = (self.percentile_ms(p) / 1000 for p in (50, 95, 100))
        dropped_s = sum(skip.dropped_ms for skip in self.skips) / 1000
        return (
            f"lag p50 {p50:.1f} s, p95 {p95:.1f} s, most {most:.1f} s,"
            f" last minute {self.minute_means_ms[-1] / 1000:.1f} s,"
            f" {len(self.skips)} skips ({dropped_s:.0f} s), fastest tempo {self.most_tempo:.2f}"
        )


@asynccontextmanager
async def listening(bus: EmbeddedBus, topic: str, frames: list[AudioFrame]) -> AsyncIterator[None]:
    """Everything published on a topic."""
    async with bus.subscribe(topic) as messages:

        async def listen() -> None:
            async for message in messages:
                frame = AudioFrame.from_bytes(message.payload)
                frames.append(frame)

        task = asyncio.create_task(listen(), name="listener of the test")
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert messages.dropped == 0


@cache
def words() -> bytes:
    """The sentences of the prepared talk without the pauses between them."""
    return b"".join(speech()[48 * one.start_ms : 48 * one.end_ms] for one in SENTENCES)


def at(*acts: TimedCall) -> Iterator[TimedCall]:
    return iter(sorted(acts, key=lambda act: act[0]))


def together(*acts: Iterator[TimedCall]) -> Iterator[TimedCall]:
    return heapq.merge(*acts, key=lambda act: act[0])


def every(seconds: float, act: Callable[[], None]) -> Iterator[TimedCall]:
    count = 0
    while True:
        yield count * seconds, act
        count += 1


def decoded(frames: list[AudioFrame]) -> bytes:
    decoder = OpusDecoder()
    return b"".join(decoder.decode(frame.payload) for frame in frames)


def assert_unbroken(frames: list[AudioFrame]) -> None:
    """Sequence without a gap, positions that never run backwards."""
    assert [frame.sequence for frame in frames] == list(range(len(frames)))
    positions = [frame.position for frame in frames]
    assert all(one < other for one, other in pairwise(positions))
