"""A channel whose AI, human interpreter and floor are tones of their own, each with its words.

The AI and the transcriber say one word for each second that they hear, which names that second. So
every word of the captions tells what was heard, and every tone of the channel tells whose voice it
was.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from broadcaster.audio.opus import OPUS_HZ, OpusFrameDecoder
from broadcaster.audio.pcm import PcmResampler
from broadcaster.audio.publishing.pcm_topic import PcmTopic
from broadcaster.booths.booth import Booth
from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.booths.dependencies import BoothDependencies
from broadcaster.booths.engines.engine import Done, EngineOutput, SpeechOutput, TextOutput
from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.consoles.sound.output import InterpreterOutput
from broadcaster.model import keys
from broadcaster.model.audio import (
    CLOCK_HZ,
    FULL_BAND_HZ,
    PCM_FRAME_SAMPLES,
    AudioFrame,
    wall_position,
)
from broadcaster.model.caption import Caption
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.consoles.standby import Standby
from broadcaster.model.event import Channel, EngineKind, Event, EventState
from broadcaster.model.status import BoothStatus
from broadcaster.realtime.providers.openai import OPENAI
from broadcaster.realtime.providers.provider import Provider
from broadcaster.realtime.session_events import Usage
from tests.booths.simulation import listening
from tests.support.tasks import background_task
from tests.support.virtual_time import BEGIN_MS, LoopClock

AI_HZ, HUMAN_HZ, FLOOR_HZ, ANNOUNCEMENT_HZ = 500, 1_200, 2_600, 1_800
HISS_HZ = 14_000
"""A part of the human's voice that only the full band of the microphone can carry."""
VOICES_HZ = (AI_HZ, HUMAN_HZ, FLOOR_HZ, ANNOUNCEMENT_HZ, HISS_HZ)
ANSWER_S = 0.6
"""An answer comes this long after what it answers."""
ANA = OnAir("ana", "Ana")
_LETTERS = "abcdefghij"


def word(speaker: str, second: int) -> str:
    """The word for one second: `A` or `H`, and its number in letters."""
    return speaker + "".join(_LETTERS[int(digit)] for digit in str(second))


def seconds(text: str, speaker: str) -> list[int]:
    """The seconds that a speaker's words in a text name, in their order."""
    words = [one.strip(".") for one in text.split() if one.startswith(speaker)]
    return [int("".join(str(_LETTERS.index(c)) for c in one[1:])) for one in words]


def tone(
    hz: int, position: int, samples: int, level: float = 0.2, rate_hz: int = CLOCK_HZ
) -> NDArray[np.float64]:
    """A part of an endless tone that pauses like speech: 0.7 s on, 0.3 s off, without clicks.

    Position and length are those of the event's clock, whatever the rate.
    """
    more = rate_hz // CLOCK_HZ
    at = position * more + np.arange(samples * more, dtype=np.float64)
    second = at % rate_hz / rate_hz
    on = np.clip(np.minimum(second, 0.7 - second) / 0.04, 0, 1)
    return np.asarray(level * np.sin(np.pi / 2 * on) ** 2 * np.sin(2 * np.pi * hz * at / rate_hz))


def pcm_of(sound: NDArray[np.float64]) -> bytes:
    return bytes(np.rint(sound * 32_767).astype("<i2").data)


class ScriptedEngine:
    """An `Engine` that answers each second it hears, in order, by a word and perhaps by a tone."""

    expires_at = None
    unsent_blocks = 0
    unusable_events = 0

    def __init__(
        self,
        speaker: str,
        speaks: Callable[[], bool] = lambda: True,
        answer_s: float = ANSWER_S,
    ) -> None:
        self._speaker = speaker
        self._speaks = speaks
        self._answer_s = answer_s
        self._outputs: deque[tuple[float, EngineOutput]] = deque()
        self._ends_at: float | None = None

    @property
    def complete(self) -> bool:
        """See `Engine`."""
        return not self._outputs

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """See `Engine`."""
        if not self._speaks():
            return
        due = asyncio.get_running_loop().time() + self._answer_s
        end = position + len(pcm) // 2
        if self._speaker == "A":
            sound = pcm_of(tone(AI_HZ, position, len(pcm) // 2))
            self._outputs.append((due, SpeechOutput(sound, position)))
        if end // CLOCK_HZ > position // CLOCK_HZ:
            said = f" {word(self._speaker, position // CLOCK_HZ)}."
            span = (end - CLOCK_HZ, end) if self._speaker == "H" else None
            self._outputs.append((due, TextOutput(said, end, span)))
            if self._speaker == "H":
                self._outputs.append((due, Done(end, "", Usage())))

    async def close(self, deadline_s: float) -> None:
        """See `Engine`."""
        self._ends_at = asyncio.get_running_loop().time() + deadline_s

    async def outputs(self) -> AsyncIterator[EngineOutput]:
        """See `Engine`."""
        now = asyncio.get_running_loop().time
        while self._ends_at is None or (self._outputs and now() < self._ends_at):
            if self._outputs and self._outputs[0][0] <= now():
                yield self._outputs.popleft()[1]
            else:
                await asyncio.sleep(0.02)


@dataclass(frozen=True)
class ScriptedOpener:
    """An `EngineOpener`."""

    channel: Channel
    speaker: str
    opened: list[str]
    speaks_now: Callable[[], bool] = lambda: True
    answer_s: Callable[[], float] = lambda: ANSWER_S
    language: str = "es"
    session_s: float = 3_600.0
    offered: bool = True

    @property
    def kind(self) -> EngineKind:
        return EngineKind.TRANSLATE if self.speaker == "A" else EngineKind.TRANSCRIBE

    @property
    def speaks(self) -> bool:
        return self.speaker == "A"

    @asynccontextmanager
    async def open(self, event: Event) -> AsyncIterator[ScriptedEngine]:
        assert event.id == "talk"
        self.opened.append(self.speaker)
        await asyncio.sleep(0.2)
        yield ScriptedEngine(self.speaker, self.speaks_now, self.answer_s())


@dataclass
class ScriptedEngines:
    """`Engines`, and the sessions that were opened."""

    opened: list[str] = field(default_factory=list)
    provider: Provider = OPENAI
    converse_model: str | None = None
    ai_speaks: bool = True
    writes_after_s: float = ANSWER_S
    """How late the transcriber's next session is."""

    def opener(self, channel: Channel) -> ScriptedOpener:
        return ScriptedOpener(channel, "A", self.opened, lambda: self.ai_speaks)

    def transcriber(self, channel: Channel) -> ScriptedOpener:
        return ScriptedOpener(channel, "H", self.opened, answer_s=lambda: self.writes_after_s)


class Stage:
    """The channel, its floor and its human interpreter.

    Attributes:
        hiss: how loud the human's `HISS_HZ` is, an amplitude.
        old_floor: whether the floor process is an older one, which publishes no full band.
    """

    def __init__(self, bus: EmbeddedBus, standby: Standby, takeover_silence_s: float) -> None:
        channel = replace(
            Channel("es"), standby=standby, takeover_silence_s=takeover_silence_s, always=True
        )
        self.bus = bus
        self.event = Event(
            "talk", "A talk", EventState.LIVE, (channel,), "key", live_at_ms=BEGIN_MS
        )
        self.engines = ScriptedEngines()
        self.connected = False
        self.speaks = True
        self.floor_speaks = True
        self.hiss = 0.0
        self.old_floor = False
        self.frames: list[AudioFrame] = []
        self.statuses: list[BoothStatus] = []
        self._floor = PcmTopic(bus, keys.floor_pcm("talk"))
        self._human = InterpreterOutput(bus, "talk", "es")
        self._old_human = PcmTopic(bus, console_keys.interpreter_pcm("talk", "es"))

    async def take(self, on_air: OnAir = ANA) -> None:
        """Write the record."""
        await self.bus.put(console_keys.on_air_record("talk", "es"), on_air.to_json())

    async def publish(self) -> None:
        """Publish the floor, and the human's microphone while it is connected."""
        clock = LoopClock()
        position = 0
        while True:
            now = wall_position(BEGIN_MS, clock.now_ms())
            while position + PCM_FRAME_SAMPLES <= now:
                sound = tone(FLOOR_HZ, position, PCM_FRAME_SAMPLES)
                self._floor.push_topic_pcm(position, pcm_of(sound * self.floor_speaks))
                if self.connected:
                    self._publish_human(position)
                position += PCM_FRAME_SAMPLES
            await asyncio.sleep(0.02)

    def _publish_human(self, position: int) -> None:
        at = position, PCM_FRAME_SAMPLES
        pcm = pcm_of(tone(HUMAN_HZ, *at) * self.speaks)
        if self.old_floor:
            self._old_human.push_topic_pcm(position, pcm)
            return
        said = tone(HUMAN_HZ, *at, rate_hz=FULL_BAND_HZ)
        hiss = tone(HISS_HZ, *at, self.hiss, rate_hz=FULL_BAND_HZ)
        self._human.push_interpreter_pcm(position, pcm, pcm_of((said + hiss) * self.speaks))

    def booth(self, orders: BoothOrders | None = None) -> Booth:
        """A booth of the channel."""
        dependencies = BoothDependencies(
            bus=self.bus,
            clock=LoopClock(),
            engines=cast("Engines", self.engines),
            price=lambda _kind, sent_ms, _usage: sent_ms / 60_000,
            limits=CatchUpLimits(),
        )
        return Booth(
            event=self.event,
            channel=self.event.channels[0],
            dependencies=dependencies,
            orders=orders,
        )

    async def captions(self) -> str:
        """Everything that was written, each caption in its newest version."""
        newest: dict[str, str] = {}
        for entry in await self.bus.read(keys.captions("talk", "es")):
            caption = Caption.from_json(entry.payload)
            newest[caption.id] = caption.text.replace("\n", " ")
        return " ".join(newest.values())

    def levels(self) -> "Levels":
        """The sound that a listener heard so far."""
        return Levels.of(self.frames)


def decoded(frames: list[AudioFrame]) -> NDArray[np.float64]:
    """The sound of a channel as its listeners have it, at 48 kHz."""
    decoder, resampler = OpusFrameDecoder("mono"), PcmResampler("mono", OPUS_HZ)
    pcm = b"".join(
        resampler.convert(part) for frame in frames for part in decoder.decode(frame.payload)
    )
    return np.frombuffer(pcm, "<i2").astype(np.float64) / 32_768


@dataclass(frozen=True)
class Levels:
    """The level of each voice in a channel's sound, in windows of 50 ms.

    Attributes:
        at_s: where each window ends, in seconds of the event's clock.
        dbfs: of the windows, by the frequency of the voice.
    """

    at_s: NDArray[np.float64]
    dbfs: dict[int, NDArray[np.float64]]

    @classmethod
    def of(cls, frames: list[AudioFrame]) -> "Levels":
        """Measure decoded Opus."""
        size = OPUS_HZ // 20
        samples = decoded(frames)
        windows = samples[: len(samples) // size * size].reshape(-1, size)
        spectrum = np.abs(np.fft.rfft(windows * np.hanning(size), axis=1)) * 4 / size
        bins = {hz: round(hz * size / OPUS_HZ) for hz in VOICES_HZ}
        dbfs = {
            hz: 20 * np.log10(np.maximum(spectrum[:, at - 1 : at + 2].max(axis=1), 1e-6))
            for hz, at in bins.items()
        }
        began = frames[0].position / CLOCK_HZ
        return cls(began + (np.arange(len(windows)) + 1) / 20, dbfs)

    def heard(self, hz: int, above_dbfs: float = -45.0) -> NDArray[np.bool_]:
        """In which windows a voice is heard."""
        return np.asarray(self.dbfs[hz] > above_dbfs)

    def most(self, hz: int, start_s: float, end_s: float) -> float:
        """The highest level of a voice between two times."""
        inside = (self.at_s > start_s) & (self.at_s <= end_s)
        return float(self.dbfs[hz][inside].max())

    def longest_hole_s(self, start_s: float, end_s: float, quiet_dbfs: float = -45.0) -> float:
        """The longest time between two times in which no voice was heard."""
        inside = (self.at_s > start_s) & (self.at_s <= end_s)
        loudest = np.max([levels[inside] for levels in self.dbfs.values()], axis=0)
        longest = run = 0
        for quiet in loudest < quiet_dbfs:
            run = run + 1 if quiet else 0
            longest = max(longest, run)
        return longest / 20

    def first_s(self, hz: int, after_s: float, above_dbfs: float = -45.0) -> float:
        """When a voice is first heard after a time."""
        heard = (self.at_s > after_s) & (self.dbfs[hz] > above_dbfs)
        return float(self.at_s[heard][0])


@asynccontextmanager
async def stage(
    bus: EmbeddedBus, standby: Standby = Standby.WARM, takeover_silence_s: float = 8.0
) -> AsyncIterator[Stage]:
    """A floor that is heard, and a channel whose sound is recorded."""
    made = Stage(bus, standby, takeover_silence_s)
    await bus.put(keys.event_record("talk"), made.event.to_json())
    async with (
        listening(bus, keys.opus("talk", "es"), made.frames),
        background_task(made.publish(), name="sound of the test"),
    ):
        yield made
