"""The real model, in the process that recognises a stream, faster than real time."""

from dataclasses import replace

import numpy as np

from broadcaster.rehearsal.resample import Resampler
from broadcaster.rehearsal.whisper.engine import Whisper
from broadcaster.rehearsal.whisper.hypothesis import MODEL_HZ
from broadcaster.rehearsal.whisper.model_files import find_model
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ
from tests.interpreter.human_speech import clips, plain_words, silence, word_errors
from tests.interpreter.listening import listen
from tests.interpreter.sounds.building import pcm
from tests.interpreter.sounds.catalogue import MURMUR, SOUNDS
from tests.interpreter.sounds.with_speech import CASES
from tests.rehearsal.talk_sound import excerpt
from tests.support.deadline import deadline


def test_a_reading_goes_on_after_the_settled_words() -> None:
    model = Whisper(find_model(None, 2), 2)
    pcm, _ = clips()[3]
    samples = np.frombuffer(pcm, "<i2") / 32_768
    encoded = model.encode(Resampler(SAMPLE_RATE_HZ, MODEL_HZ).process(samples).astype(np.float32))
    words = encoded.words("en", "", ())
    rest = encoded.words("en", "", words[:6])
    assert [word.text for word in rest] == [word.text for word in words[6:]]
    assert rest[0].start_ms >= words[5].start_ms
    number = next(
        n for n, word in enumerate(words) if len(word.tokens) > 1 and word.text[1:].isalpha()
    )
    half = replace(words[number], tokens=words[number].tokens[:1])
    rest = encoded.words("en", "", [*words[:number], half])
    assert words[number].text.endswith(rest[0].text)
    assert not rest[0].text.startswith(" "), "the beginning of the word is not written twice"


async def test_human_speech_is_heard_word_for_word() -> None:
    spoken = clips()[1:4]
    pcm = b"".join(sound + silence(900) for sound, _ in spoken)
    async with deadline(120):
        listening = await listen(pcm, real_time=False)
    said = plain_words(" ".join(text for _, text in spoken))
    assert word_errors(said, plain_words(listening.text())) <= 3
    assert {one.language for one in listening.phrases()} == {"en"}
    shown = ""
    for report in listening.reports:
        assert report.heard.text.startswith(shown)
        shown = report.heard.text if report.heard.kind == "begun" else ""


async def test_another_language_is_recognised_and_translated(spanish_pcm: bytes) -> None:
    async with deadline(120):
        listening = await listen(spanish_pcm + silence(1_000), real_time=False)
    assert {one.language for one in listening.phrases()} == {"es"}
    assert "biblioteca" in listening.text()
    english = " ".join(one.english for one in listening.phrases()).lower()
    assert "library" in english
    assert "train" in english


async def test_the_talk_s_english_sentences_are_found(talk_pcm: bytes) -> None:
    async with deadline(120):
        listening = await listen(excerpt(talk_pcm, 55_600, 70_700), real_time=False)
    assert [one.matched for one in listening.phrases()] == [12, 13, 14]


async def test_nothing_is_invented_where_nobody_speaks() -> None:
    sounds = b"".join(pcm(make(3.0)) for name, make in SOUNDS.items() if name != MURMUR)
    async with deadline(120):
        listening = await listen(sounds, real_time=False)
    assert listening.reports == []


async def test_a_sentence_that_ends_in_applause_is_heard_and_no_more() -> None:
    scene = CASES["speech, then ovation with whistles, +0 dB"].scene(4, 4.0)
    async with deadline(120):
        listening = await listen(pcm(scene.sound), real_time=False)
    assert plain_words(listening.text()) == list(scene.words)
