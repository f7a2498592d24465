"""The times of captions, against the sound on the floor and what a listener of the channel hears.

The test plays the provider: what it sends and when, for each engine. From there on all is real: the
output of sessions, sinks, playout, captions, the bus. Every sentence has sound without a pause in
it, so that its place can be seen in the decoded sound of its channel.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

import numpy as np
import pytest

from broadcaster.audio.opus import OpusDecoder
from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.booths.engines.engine import Done, EngineOutput, SpeechOutput, TextOutput
from broadcaster.booths.engines.opening import EngineOpener, Engines
from broadcaster.booths.floor.receiver import FloorReceiver
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.booths.progress import ChannelProgress
from broadcaster.booths.sessions.output import SessionOutput
from broadcaster.booths.sinks import BoothSink, ChannelSink
from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.booths.text.spoken_language import LanguageWatch, load_language_models
from broadcaster.booths.transcript_sink import TranscriptSink
from broadcaster.model import keys
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, AudioFrame, Kind
from broadcaster.model.caption import Caption
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.inputs.speaker_turns import SpeakerTurns
from broadcaster.model.language import FLOOR
from broadcaster.model.status import BoothState, BoothStatus
from broadcaster.realtime.session_events import Usage
from tests.booths.simulation import TimedCall, at, every, listening, run_schedule, together
from tests.realtime.sounds import voice
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus

EVENT = Event("talk", "A talk", EventState.LIVE, (Channel("es"),), "key")
NO_HUMAN = EngineOpener(cast("Engines", None), Channel("es"), hears_human=True)
"""Nobody asks for a session of it."""
DELTA_BYTES = 19_200
TICK_S = 0.2
WITHIN_MS = 350
"""The tests allow this much; a packet is 60 ms long, and a step of speech 20 ms."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the talk.

    Attributes:
        text: as it is said, or written in translation.
        start_s: when it is said.
        length_s: how long.
        heard_s: how long its interpretation is.
    """

    text: str
    start_s: float
    length_s: float
    heard_s: float

    @property
    def end_s(self) -> float:
        """When its last word is said."""
        return self.start_s + self.length_s

    @property
    def sound(self) -> bytes:
        """Its interpretation, filled up to whole deltas."""
        pcm = voice(round(self.heard_s * 1000))
        return pcm + bytes(-len(pcm) % DELTA_BYTES)


def talk(*lengths: tuple[str, float, float, float]) -> list[Sentence]:
    """Sentences: text, length, length of the interpretation, and the pause after it."""
    sentences, start_s = [], 2.0
    for text, length_s, heard_s, pause_s in lengths:
        sentences.append(Sentence(text, start_s, length_s, heard_s))
        start_s += length_s + pause_s
    return sentences


STEADY = talk(
    ("Buenos días a todos, bienvenidos a nuestra conferencia.", 3.6, 3.4, 0.4),
    ("Me llamo Clara y hoy seré su anfitriona.", 2.6, 2.5, 0.4),
    ("Nos alegra ver a tantos amigos de todo el mundo.", 3.2, 3.1, 0.4),
    ("Hoy hablaremos de ríos y de las personas que los cuidan.", 3.8, 3.7, 0.4),
)
SPEAKERS = talk(
    ("Buenos días a todos, bienvenidos a nuestra conferencia.", 3.0, 3.0, 0.3),
    ("Gracias.", 0.7, 0.7, 0.3),
    ("Me llamo Clara y hoy seré su anfitriona.", 4.2, 4.0, 4.0),
    ("Nos alegra ver a tantos amigos de todo el mundo.", 2.4, 2.2, 0.5),
    ("Hoy hablaremos de ríos y de las personas que los cuidan.", 5.5, 5.2, 0.4),
)
"""Different paces, a short answer, and a pause of four seconds."""


def words_of(text: str) -> list[str]:
    """A text as deltas: all but the first begin with a space."""
    first, *others = text.split(" ")
    return [first, *(f" {word}" for word in others)]


def translated(
    sentences: Sequence[Sentence], after_s: float = 1.2, *, whole: bool = False
) -> Iterator[tuple[float, EngineOutput]]:
    """A continuous interpreter: text in a burst, then sound, the full stop late."""
    for number, one in enumerate(sentences):
        come_s = one.end_s + after_s
        position = round(come_s * 24_000)
        text = f" {one.text}" if number else one.text
        for delta in [text] if whole else words_of(text[:-1]):
            yield come_s, TextOutput(delta, position)
        size = len(one.sound) if whole else DELTA_BYTES
        for count, start in enumerate(range(0, len(one.sound), size)):
            at_s = come_s + count // 4 * TICK_S
            yield at_s, SpeechOutput(one.sound[start : start + size], position)
        if not whole:
            yield come_s + 2 * TICK_S, TextOutput(text[-1], position)


def text_first(
    sentences: Sequence[Sentence], after_s: float = 1.0, voice_s: float = 2.5
) -> Iterator[tuple[float, EngineOutput]]:
    """The local interpreter: text at once, sound when it is rendered.

    Its outputs tell what they interpret: the text its whole sentence, the sound a part of it.
    """
    for number, one in enumerate(sentences):
        come_s = one.end_s + after_s
        text = f" {one.text}" if number else one.text
        end = round((one.end_s + 0.5) * 24_000)
        for delta in words_of(text[:-1]):
            yield come_s, TextOutput(delta, end)
        yield come_s + 2 * TICK_S, TextOutput(text[-1], end)
        for count, start in enumerate(range(0, len(one.sound), DELTA_BYTES)):
            said_s = one.start_s + one.length_s * start / len(one.sound)
            piece = one.sound[start : start + DELTA_BYTES]
            at_s = come_s + voice_s + count // 4 * TICK_S
            yield at_s, SpeechOutput(piece, round(said_s * 24_000))


def side_by_side(sentences: Sequence[Sentence]) -> Iterator[tuple[float, EngineOutput]]:
    """A continuous interpreter that speaks while the speaker does, each word with its sound."""
    for number, one in enumerate(sentences):
        deltas = words_of(f" {one.text}" if number else one.text)
        size = len(voice(round(one.heard_s * 1000))) // len(deltas) // 2 * 2
        sound = voice(round(one.heard_s * 1000))
        for count, delta in enumerate(deltas):
            come_s = one.start_s + 1.0 + count * one.heard_s / len(deltas)
            position = round(come_s * 24_000)
            yield come_s, TextOutput(delta, position)
            last = count == len(deltas) - 1
            piece = sound[count * size :] if last else sound[count * size : (count + 1) * size]
            yield come_s + 0.05, SpeechOutput(piece, position)


def conversed(sentences: Sequence[Sentence]) -> Iterator[tuple[float, EngineOutput]]:
    """An interpreter phrase by phrase: text comes before its sound, both faster than it plays."""
    for one in sentences:
        come_s, end = one.end_s + 2.0, round(one.end_s * 24_000)
        position = round(one.start_s * 24_000)
        sound = voice(round(one.heard_s * 1000)) + bytes(120 * 48)
        yield come_s, TextOutput(" ", None)
        deltas = words_of(one.text)
        for count, start in enumerate(range(0, len(sound), DELTA_BYTES)):
            at_s = come_s + count * 0.1
            for delta in deltas[count * 4 : count * 4 + 4]:
                yield at_s, TextOutput(delta, end, (position, end))
            yield at_s, SpeechOutput(sound[start : start + DELTA_BYTES], position)
        yield come_s + len(sound) / 48_000 / 4 + 0.1, Done(end, "", Usage())


def transcribed(sentences: Sequence[Sentence]) -> Iterator[tuple[float, EngineOutput]]:
    """A transcriber: two sentences in an item, its text after the end of the sound."""
    start_s = 0.0
    for number in range(0, len(sentences), 2):
        pair = sentences[number : number + 2]
        end_s = pair[-1].end_s + 0.2
        end = round(end_s * 24_000)
        text = " ".join(one.text for one in pair)
        yield end_s + 1.0, TextOutput(f" {text}", None, (round(start_s * 24_000), end))
        yield end_s + 1.0, Done(end, "", Usage())
        start_s = end_s


class Stage:
    """A floor, and a sink that gets what sessions say."""

    def __init__(self, bus: VirtualTimeBus, channel: str) -> None:
        clock = LoopClock()
        self.bus = bus
        self.channel = channel
        self.floor = FloorReceiver(keys.floor_pcm("talk"), bus, clock)
        self.captions = CaptionWriter("talk", channel, bus)
        progress = ChannelProgress(
            event="talk", channel=channel, bus=bus, clock=clock, captions=self.captions
        )
        self.sink: BoothSink
        if channel == FLOOR:
            self.sink = TranscriptSink(
                floor=self.floor,
                captions=self.captions,
                progress=progress,
                language_changed=lambda: None,
            )
        else:
            self.sink = ChannelSink(
                event=EVENT,
                channel=channel,
                language=channel,
                floor=self.floor,
                captions=self.captions,
                progress=progress,
                interpreting=lambda: True,
                bus=bus,
                clock=clock,
                limits=CatchUpLimits(),
                frame_samples=OPUS_FRAME_SAMPLES,
                transcriber=NO_HUMAN,
                finishes=lambda: True,
                orders=BoothOrders(),
                voice_changed=lambda: None,
            )
        self.output = SessionOutput(
            buffer=self.floor.buffer,
            sink=self.sink,
            language_watch=None if channel == FLOOR else LanguageWatch(channel),
            language="" if channel == FLOOR else channel,
            voiced=channel != FLOOR,
        )

    def speech(self, sentences: Sequence[Sentence], end_s: float) -> Iterator[TimedCall]:
        """The floor in frames of 20 ms."""
        pcm = np.zeros(round(end_s * 24_000), "<i2")
        for one in sentences:
            said = np.frombuffer(voice(round(one.length_s * 1000)), "<i2")
            start = round(one.start_s * 24_000)
            pcm[start : start + said.size] = said

        def publish(position: int) -> None:
            frame = pcm[position : position + 480].tobytes()
            sent = AudioFrame(Kind.PCM, position // 480, position, frame)
            self.bus.publish(keys.floor_pcm("talk"), sent.to_bytes())

        for position in range(0, pcm.size - 479, 480):
            yield (position + 480) / 24_000, partial(publish, position)

    def outputs(self, outputs: Iterator[tuple[float, EngineOutput]]) -> Iterator[TimedCall]:
        """The output of a session."""
        for at_s, output in sorted(outputs, key=lambda one: one[0]):
            yield at_s, partial(self.output.push_output, output)

    def ticks(self, end_s: float) -> Iterator[TimedCall]:
        """The booth's own time."""
        for number in range(round(end_s * 10)):
            yield number / 10, lambda: self.captions.tick(self.floor.now_ms())


async def play(
    channel: str, sentences: Sequence[Sentence], *acts: Iterator[TimedCall], stage: Stage
) -> tuple[list[Caption], list[tuple[float, float]]]:
    """Play a talk; return the final captions, and the stretches of sound that were heard, in ms."""
    end_s = sentences[-1].end_s + 15.0
    frames: list[AudioFrame] = []
    await load_language_models()
    async with (
        stage.captions.writing(stage.floor.now_ms),
        listening(stage.bus, keys.opus("talk", channel), frames),
        background_task(stage.floor.receive(stage.sink.push_floor_pcm), name="floor of the test"),
        background_task(stage.sink.run(), name="sink of the test"),
        background_task(stage.captions.speakers.follow(), name="speakers of the test"),
    ):
        everything = together(stage.speech(sentences, end_s), stage.ticks(end_s), *acts)
        await run_schedule(everything, end_s)
    entries = await stage.bus.read(keys.captions("talk", channel))
    captions = [Caption.from_json(entry.payload) for entry in entries]
    check_rules(captions)
    return [one for one in captions if one.final], loud(frames)


def check_rules(captions: Sequence[Caption]) -> None:
    """No caption is shorter than half a second, and none begins before the one before it ends."""
    ended_ms = 0
    for caption in captions:
        assert caption.end_ms - caption.start_ms >= 500, caption
        assert caption.start_ms >= ended_ms, caption
        if caption.final:
            ended_ms = caption.end_ms


def loud(frames: Sequence[AudioFrame]) -> list[tuple[float, float]]:
    """Return the stretches of a channel's sound that are loud, in ms of the event clock."""
    if not frames:
        return []
    decoder = OpusDecoder()
    decoded = b"".join(decoder.decode(frame.payload) for frame in frames)
    steps = np.frombuffer(decoded, "<i2")[: len(decoded) // 960 * 480].reshape(-1, 480)
    runs: list[tuple[float, float]] = []
    for number, step in enumerate(steps.astype(np.float64)):
        if np.sqrt(np.mean(step**2)) >= 300:
            start_ms = frames[0].position / 24 + number * 20
            if runs and start_ms - runs[-1][1] < 60:
                runs[-1] = (runs[-1][0], start_ms + 20)
            else:
                runs.append((start_ms, start_ms + 20))
    return runs


def assert_timed(
    captions: Sequence[Caption],
    texts: Sequence[str],
    sounds: Sequence[tuple[float, float]],
    within_ms: float = WITHIN_MS,
) -> None:
    assert [caption.text.replace("\n", " ") for caption in captions] == list(texts)
    assert len(sounds) == len(texts)
    for caption, (start_ms, end_ms) in zip(captions, sounds, strict=True):
        assert caption.start_ms == pytest.approx(start_ms, abs=within_ms), caption
        longest_ms = max(end_ms, start_ms + 500)
        assert caption.end_ms == pytest.approx(longest_ms, abs=within_ms), caption


def said(sentences: Sequence[Sentence]) -> list[tuple[float, float]]:
    return [(one.start_s * 1000, one.end_s * 1000) for one in sentences]


@pytest.mark.parametrize("sentences", [STEADY, SPEAKERS], ids=["steady", "speakers"])
async def test_the_original_is_timed_by_the_floor(sentences: list[Sentence]) -> None:
    async with VirtualTimeBus() as bus:
        stage = Stage(bus, FLOOR)
        acts = stage.outputs(transcribed(sentences))
        captions, _ = await play(FLOOR, sentences, acts, stage=stage)
    assert_timed(captions, [one.text for one in sentences], said(sentences))


@pytest.mark.parametrize("sentences", [STEADY, SPEAKERS], ids=["steady", "speakers"])
@pytest.mark.parametrize("engine", ["translate", "whole utterances", "side by side", "converse"])
async def test_a_translation_is_timed_by_its_sound(engine: str, sentences: list[Sentence]) -> None:
    outputs = {
        "translate": translated(sentences),
        "whole utterances": translated(sentences, whole=True),
        "side by side": side_by_side(sentences),
        "converse": conversed(sentences),
    }[engine]
    async with VirtualTimeBus() as bus:
        stage = Stage(bus, "es")
        captions, sounds = await play("es", sentences, stage.outputs(outputs), stage=stage)
    assert_timed(captions, [one.text for one in sentences], sounds)


@pytest.mark.parametrize("sentences", [STEADY, SPEAKERS], ids=["steady", "speakers"])
async def test_text_that_comes_long_before_its_sound_is_timed_by_the_usual_lead(
    sentences: list[Sentence],
) -> None:
    """The captions are final before they are heard; only of the first one is nothing known."""
    async with VirtualTimeBus() as bus:
        stage = Stage(bus, "es")
        acts = stage.outputs(text_first(sentences))
        captions, sounds = await play("es", sentences, acts, stage=stage)
    texts = [one.text for one in sentences]
    assert [caption.text.replace("\n", " ") for caption in captions] == texts
    for caption, (start_ms, _) in list(zip(captions, sounds, strict=True))[1:]:
        assert caption.start_ms == pytest.approx(start_ms, abs=WITHIN_MS), caption


async def test_phrases_that_come_all_at_once_have_the_times_of_their_own_sound() -> None:
    """The second response waited for the first; its text and sound follow without a gap."""
    late_s = SPEAKERS[2].end_s + 2.0

    def outputs() -> Iterator[tuple[float, EngineOutput]]:
        for number, one in enumerate(SPEAKERS[:3]):
            come_s, end = late_s + number * 0.1, round(one.end_s * 24_000)
            sound = voice(round(one.heard_s * 1000)) + bytes(240 * 48)
            yield come_s, TextOutput(f" {one.text}", end)
            for count, start in enumerate(range(0, len(sound), DELTA_BYTES)):
                piece = sound[start : start + DELTA_BYTES]
                yield come_s + count * 0.005, SpeechOutput(piece, round(one.start_s * 24_000))
            yield come_s + 0.08, Done(end, "", Usage())

    async with VirtualTimeBus() as bus:
        stage = Stage(bus, "es")
        captions, sounds = await play("es", SPEAKERS[:3], stage.outputs(outputs()), stage=stage)
    assert_timed(captions, [one.text for one in SPEAKERS[:3]], sounds, within_ms=500)


@pytest.mark.parametrize("channel", ["es", FLOOR])
async def test_times_hold_across_a_rotation(channel: str) -> None:
    """The old session says its part, then the new one says what follows."""
    outputs = transcribed if channel == FLOOR else translated
    async with VirtualTimeBus() as bus:
        stage = Stage(bus, channel)
        cut_s = STEADY[1].end_s + 2.9
        turn = at((cut_s, stage.output.hand_over))
        captions, sounds = await play(
            channel, STEADY, stage.outputs(outputs(STEADY)), turn, stage=stage
        )
    expected = said(STEADY) if channel == FLOOR else sounds
    assert_timed(captions, [one.text for one in STEADY], expected)


@pytest.mark.parametrize("channel", ["es", FLOOR])
async def test_times_hold_after_a_drop_with_a_replay(channel: str) -> None:
    """The new session hears the last sentence again and says it again, then what follows."""
    outputs = transcribed if channel == FLOOR else translated
    async with VirtualTimeBus() as bus:
        stage = Stage(bus, channel)
        dropped_s = STEADY[1].end_s + 2.9
        first = stage.outputs(outputs(STEADY[:2]))
        again = at(
            (dropped_s, stage.output.begin),
            *stage.outputs(
                (max(at_s, dropped_s + 0.1), output)
                for at_s, output in outputs(STEADY if channel == FLOOR else STEADY[1:])
            ),
        )
        captions, sounds = await play(channel, STEADY, first, again, stage=stage)
    expected = said(STEADY) if channel == FLOOR else sounds
    assert_timed(captions, [one.text for one in STEADY], expected)


async def test_text_that_is_never_spoken_is_timed_by_its_coming() -> None:
    async with VirtualTimeBus() as bus:
        stage = Stage(bus, "es")
        mute = (
            (at_s, output)
            for at_s, output in translated(STEADY[:1])
            if isinstance(output, TextOutput)
        )
        captions, sounds = await play("es", STEADY[:1], stage.outputs(mute), stage=stage)
    assert sounds == []
    [caption] = captions
    came_ms = (STEADY[0].end_s + 1.2) * 1000
    assert caption.start_ms == pytest.approx(came_ms, abs=300)
    assert 1_500 < caption.end_ms - caption.start_ms < 5_000


async def test_a_sentence_without_sound_does_not_move_the_sentences_after_it() -> None:
    async with VirtualTimeBus() as bus:
        stage = Stage(bus, "es")
        outputs = [
            (at_s, output)
            for at_s, output in translated(SPEAKERS)
            if isinstance(output, TextOutput) or not SPEAKERS[2].end_s < at_s - 1.1 < 12.5
        ]
        captions, sounds = await play("es", SPEAKERS, stage.outputs(iter(outputs)), stage=stage)
    spoken = [one for one in captions if not one.text.startswith("Me llamo")]
    texts = [one.text for one in SPEAKERS if not one.text.startswith("Me llamo")]
    assert_timed(spoken, texts, sounds)


async def test_an_interpreter_that_writes_for_long_without_speaking_is_timed_by_its_text() -> None:
    long_talk = talk(*[("Hoy hablamos del agua y de los ríos de mi país.", 3.0, 2.8, 0.4)] * 8)
    async with VirtualTimeBus() as bus:
        stage = Stage(bus, "es")
        acts: list[TimedCall] = []
        for at_s, output in translated(long_talk):
            if isinstance(output, TextOutput):
                acts.append((at_s, partial(stage.sink.push_text, output.text)))
            elif isinstance(output, SpeechOutput) and at_s > long_talk[-1].end_s:
                acts.append((at_s, partial(stage.sink.push_speech, output.pcm, 0)))
        captions, sounds = await play("es", long_talk, at(*acts), stage=stage)
    assert len(sounds) == 1
    for caption, sentence in zip(captions[:-1], long_talk[:-1], strict=True):
        came_ms = (sentence.end_s + 1.2) * 1000
        assert caption.start_ms == pytest.approx(came_ms, abs=500), caption
    assert_timed(captions[-1:], [long_talk[-1].text], sounds)


async def test_a_long_speech_without_a_pause_in_its_coming_keeps_its_times() -> None:
    """The sound comes without a gap for half a minute; only pauses in it tell the sentences."""
    spoken = [
        "Buenos días a todos, bienvenidos a nuestra conferencia.",
        "Me llamo Clara y hoy seré su anfitriona.",
        "Nos alegra ver a tantos amigos de todo el mundo.",
        "Hoy hablaremos de ríos y de las personas que los cuidan.",
    ] * 3
    paces_s = (0.065, 0.075, 0.06, 0.07)
    sentences = talk(
        *[
            (text, paces_s[number % 4] * len(text), paces_s[number % 4] * len(text), 0.3)
            for number, text in enumerate(spoken)
        ]
    )

    def outputs() -> Iterator[tuple[float, EngineOutput]]:
        for number, one in enumerate(sentences):
            deltas = words_of(f" {one.text}" if number else one.text)
            sound = voice(round(one.heard_s * 1000)) + bytes(300 * 48)
            for count, delta in enumerate(deltas):
                come_s = one.start_s + 1.0 + count * one.heard_s / len(deltas)
                yield come_s, TextOutput(delta, None)
            for start in range(0, len(sound), 9_600):
                yield (
                    one.start_s + 2.0 + start / 48_000,
                    SpeechOutput(sound[start : start + 9_600], None),
                )

    async with VirtualTimeBus() as bus:
        stage = Stage(bus, "es")
        captions, sounds = await play("es", sentences, stage.outputs(outputs()), stage=stage)
    assert len(captions) == len(sounds) == len(spoken)
    learning = 2  # captions after which the pace of this interpreter is known
    assert_timed(captions[learning:], spoken[learning:], sounds[learning:], within_ms=500)


@pytest.mark.parametrize("sentences", [STEADY, SPEAKERS], ids=["steady", "speakers"])
async def test_the_lag_is_what_a_listener_measures(sentences: list[Sentence]) -> None:
    """At the begin and in the middle of each sentence: since when was it said?"""
    lags: list[tuple[float, int | None]] = []
    async with VirtualTimeBus() as bus:
        stage = Stage(bus, "es")

        def look() -> None:
            measured = stage.sink.measure(BoothStatus("es", BoothState.LIVE))
            lags.append((stage.floor.now_ms(), measured.lag_ms))

        acts = stage.outputs(text_first(sentences))
        _, sounds = await play("es", sentences, acts, every(0.1, look), stage=stage)
    for sentence, (start_ms, end_ms) in zip(sentences, sounds, strict=True):
        for share in (0.1, 0.5):
            heard_ms = start_ms + share * (end_ms - start_ms)
            said_ms = 1000 * (sentence.start_s + share * sentence.length_s)
            told_ms = next(lag_ms for at_ms, lag_ms in lags if at_ms >= heard_ms)
            assert told_ms == pytest.approx(heard_ms - said_ms, abs=300), sentence.text


@pytest.mark.parametrize(
    ("channel", "engine"),
    [
        (FLOOR, transcribed),
        ("es", translated),
        ("es", side_by_side),
        ("es", conversed),
    ],
)
async def test_captions_name_the_speaker_in_every_language(
    channel: str, engine: Callable[[Sequence[Sentence]], Iterator[tuple[float, EngineOutput]]]
) -> None:
    """Two people take turns; an interpretation comes seconds later, while the other speaks."""
    names = ["Chair", "Panel 2", "Chair", "Panel 2"]
    turns = SpeakerTurns()
    for one, name in zip(STEADY, names, strict=True):
        turns = turns.followed_by(round(one.start_s * 1_000), name)
    async with VirtualTimeBus() as bus:
        await bus.put(keys.speakers_record("talk"), turns.to_json())
        stage = Stage(bus, channel)
        captions, _ = await play(channel, STEADY, stage.outputs(engine(STEADY)), stage=stage)
    assert [one.speaker for one in captions] == names
