"""Named microphones on a floor, by a clock that the test moves: what is heard of each."""

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.floor.microphones.line import WAIT_MS
from broadcaster.floor.microphones.mix import MicrophoneMix
from broadcaster.model import keys
from broadcaster.model.inputs.microphones import Microphone
from broadcaster.model.inputs.rules import InputRole
from broadcaster.model.inputs.speaker_turns import SpeakerTurns
from broadcaster.webrtc.incoming_sound import PcmChunk
from broadcaster.webrtc.ingest import PeerState
from tests.floor.stepped import Floor, Speaker, SteppedClock
from tests.support.tasks import background_task

CHAIR, PANEL = Microphone("c", "Chair"), Microphone("p", "Panel 2")
AMPLITUDE = 6_000
Samples = NDArray[np.float64]


class Tone(Speaker):
    """A microphone with a tone, which can be switched on and off."""

    def __init__(self, hz: int) -> None:
        super().__init__()
        self.hz = hz
        self.on = True

    def say(self) -> None:
        at = self.rtp_time // 2 + np.arange(480)
        tone = self.on * AMPLITUDE * np.sin(2 * np.pi * self.hz * at / 24_000)
        self.sound = np.rint(tone).astype("<i2").tobytes()
        super().say()


class Hiss(Tone):
    """A microphone with a tone that only people hear: the engines' sound ends at 12 kHz."""

    def say(self) -> None:
        at = self.rtp_time + np.arange(960)
        full_band = np.rint(AMPLITUDE * np.sin(2 * np.pi * self.hz * at / 48_000)).astype("<i2")
        self.chunks.put_nowait(PcmChunk(self.rtp_time, bytes(960), full_band.tobytes()))
        self.rtp_time += 960


class Panel(Floor):
    """A floor whose main input mixes microphones."""

    def __init__(self, bus: EmbeddedBus) -> None:
        super().__init__(bus)
        self.bus = bus
        self.mix = MicrophoneMix(self.clock)
        self.feed.take(self.mix)

    def heard(self) -> Samples:
        """All that was published."""
        return np.frombuffer(b"".join(one.payload for one in self.frames), "<i2").astype(float)

    def level(self, hz: int, seconds: float) -> float:
        """The amplitude of a tone in the last seconds."""
        sound = self.heard()[-round(seconds * 24_000) :]
        wave = np.exp(-2j * np.pi * hz * np.arange(len(sound)) / 24_000)
        return float(2 * abs(np.mean(sound * wave)))


@asynccontextmanager
async def panel(*microphones: tuple[Microphone, Tone]) -> AsyncIterator[Panel]:
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedBus(None))
        made = Panel(bus)
        await stack.enter_async_context(background_task(made.listen(bus), name="listener"))
        for microphone, tone in microphones:
            await join(stack, made, microphone, tone)
        await stack.enter_async_context(background_task(made.feed.run(), name="floor"))
        yield made


async def join(stack: AsyncExitStack, made: Panel, microphone: Microphone, tone: Tone) -> None:
    made.mix.join(microphone, tone)  # type: ignore[arg-type]
    hears = made.mix.hear(tone)  # type: ignore[arg-type]
    await stack.enter_async_context(background_task(hears, name=microphone.name))


async def speak(made: Panel, seconds: float, *tones: Tone) -> None:
    await made.pass_time(seconds, speaking=False, also=tones)


async def test_one_microphone_is_passed_on_as_it_is() -> None:
    tone = Tone(500)
    async with panel((CHAIR, tone)) as made:
        await speak(made, 2, tone)
        sound = made.heard()
    begun = np.flatnonzero(sound)[0]
    assert begun < (WAIT_MS + 60) * 24
    at = np.arange(len(sound) - begun)
    errors = [
        np.abs(sound[begun:] - AMPLITUDE * np.sin(2 * np.pi * 500 * (at + faded) / 24_000))
        for faded in range(6)
    ]
    assert min(error[240:-960].max() for error in errors) <= 1, "its first samples fade in"


async def test_two_are_heard_at_a_time_and_neither_stops() -> None:
    chair, other = Tone(500), Tone(900)
    other.on = False
    async with panel((CHAIR, chair), (PANEL, other)) as made:
        await speak(made, 2, chair, other)
        assert made.level(500, 1) > 0.98 * AMPLITUDE
        other.on = True
        await speak(made, 2, chair, other)
        for hz in (500, 900):
            assert 0.65 * AMPLITUDE < made.level(hz, 1) < 0.76 * AMPLITUDE
        chair.on = False
        await speak(made, 2, chair, other)
        assert made.level(900, 1) > 0.98 * AMPLITUDE
        levels = made.statuses[-1]["microphones"]
        assert [(one["name"], one["loudest"]) for one in levels] == [  # type: ignore[attr-defined]
            ("Chair", False),
            ("Panel 2", True),
        ]
        sound = made.heard()
    steps = np.abs(np.diff(sound))
    steepest = AMPLITUDE * 2 * np.pi * 900 / 24_000
    assert steps.max() < 1.6 * steepest, "no click"
    positions = [frame.position for frame in made.frames]
    assert all(b - a == 480 for a, b in itertools.pairwise(positions))


async def test_people_hear_the_full_band_of_the_mix() -> None:
    clock = SteppedClock()
    mix = MicrophoneMix(clock)
    hiss = Hiss(14_000)
    mix.join(CHAIR, hiss)  # type: ignore[arg-type]
    chunks: list[PcmChunk] = []

    async def listen() -> None:
        frames = mix.frames()
        while True:
            chunks.append(await anext(frames))

    hears = mix.hear(hiss)  # type: ignore[arg-type]
    async with background_task(hears, name="microphone"), background_task(listen(), name="mix"):
        for _ in range(50):
            hiss.say()
            await clock.step()
    assert len(chunks) > 45
    assert {b.rtp_time - a.rtp_time for a, b in itertools.pairwise(chunks)} == {960}
    sound = np.frombuffer(b"".join(one.full_band for one in chunks[20:]), "<i2")
    wave = np.exp(-2j * np.pi * 14_000 * np.arange(len(sound)) / 48_000)
    assert 2 * abs(np.mean(sound * wave)) > 0.99 * AMPLITUDE


async def test_a_microphone_comes_and_goes_while_another_speaks() -> None:
    chair, other = Tone(500), Tone(900)
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(panel((CHAIR, chair)))
        await speak(made, 1, chair)
        await join(stack, made, PANEL, other)
        await speak(made, 1, chair, other)
        assert made.mix.is_taken(PANEL)
        assert made.level(900, 0.5) > 0.6 * AMPLITUDE
        other.hang_up()
        await speak(made, 1, chair)
        assert made.level(500, 0.5) > 0.98 * AMPLITUDE
        again = Tone(1_300)
        await join(stack, made, CHAIR, again)
        replaced: object = made.mix.join(CHAIR, Tone(100))  # type: ignore[arg-type]
        assert replaced is again
        sound = made.heard()
        assert np.abs(np.diff(sound)).max() < 1.6 * AMPLITUDE * 2 * np.pi * 900 / 24_000


async def test_a_mix_ends_with_its_last_microphone() -> None:
    chair = Tone(500)
    async with panel((CHAIR, chair)) as made:
        await speak(made, 1, chair)
        assert made.mix.state is PeerState.LIVE
        chair.hang_up()
        await made.pass_time(1, speaking=False)
        assert made.mix.ended
        assert made.feed.mix is None
        assert not made.feed.is_taken(InputRole.MAIN)


async def test_the_floor_writes_down_whose_turn_it_was() -> None:
    chair, other = Tone(500), Tone(900)
    other.on = False
    async with panel((CHAIR, chair), (PANEL, other)) as made:
        await speak(made, 3, chair, other)
        for _ in range(3):
            other.on, chair.on = True, False
            await speak(made, 0.3, chair, other)
            other.on, chair.on = False, True
            await speak(made, 0.7, chair, other)
        chair.on, other.on = False, True
        await speak(made, 2, chair, other)
        record = await made.bus.get(keys.speakers_record("talk"))
        assert record is not None
        first, second = SpeakerTurns.from_json(record.value).turns
        published_ms = made.frames[-1].position // 24
        other.hang_up()
        chair.hang_up()
        await made.pass_time(1, speaking=False)
        made.take(made.speaker)
        await made.pass_time(1, speaking=True)
        record = await made.bus.get(keys.speakers_record("talk"))
        assert record is not None
        third = SpeakerTurns.from_json(record.value).turns[-1]
    assert [first.name, second.name] == ["Chair", "Panel 2"]
    assert first.start_ms == pytest.approx(WAIT_MS, abs=100)
    assert second.start_ms == pytest.approx(published_ms - 2_000 + WAIT_MS, abs=150)
    assert third.name == "", "a speaker without a name"


async def test_sound_that_came_at_once_after_a_stall_of_the_process_is_all_heard() -> None:
    clock = SteppedClock()
    mix = MicrophoneMix(clock)
    tone = Tone(500)
    mix.join(CHAIR, tone)  # type: ignore[arg-type]
    chunks: list[PcmChunk] = []

    async def listen() -> None:
        frames = mix.frames()
        while True:
            chunks.append(await anext(frames))

    hears = mix.hear(tone)  # type: ignore[arg-type]
    async with background_task(hears, name="microphone"), background_task(listen(), name="mix"):
        for number in range(150):
            if number == 60:  # nothing runs for 0.6 s; then all that came is there at once
                clock.seconds += 0.6
                for _ in range(30):
                    tone.say()
            tone.say()
            await clock.step()
        for _ in range(120):
            await clock.step()
    heard = np.frombuffer(b"".join(one.samples for one in chunks), "<i2")
    in_a_period = 46 / 48  # the others are the zeros of the tone
    assert np.count_nonzero(heard) > 0.99 * 180 * 480 * in_a_period
