"""The natural voice: its spelling, its sound, and when it leaves the word to the simple one."""

import asyncio

import numpy as np
import pytest

from broadcaster.rehearsal.speaking import natural_voice
from broadcaster.rehearsal.speaking.kokoro_files import VOICES, style_rows
from broadcaster.rehearsal.speaking.kokoro_symbols import in_pieces, symbols_of
from broadcaster.rehearsal.speaking.natural_voice import NaturalVoice
from broadcaster.rehearsal.speaking.phoneme_worker import PhonemeLibrary, phonemes_of
from broadcaster.rehearsal.speaking.voice import RehearsalVoice
from broadcaster.rehearsal.worker_process import WorkerFailed, WorkerProcess
from tests.support.deadline import deadline


@pytest.fixture(scope="module")
def library() -> PhonemeLibrary:
    return PhonemeLibrary()


def test_affricates_and_diphthongs_are_one_symbol() -> None:
    assert symbols_of("ˈot^ʃo", "es") == symbols_of("ˈoʧo", "es")
    assert symbols_of("tɹˈe^ɪn", "en") == symbols_of("tɹˈAn", "en")
    assert symbols_of("☃", "es") == []


def test_long_text_is_cut_after_a_word() -> None:
    symbols = symbols_of("una, dos tres", "es")
    pieces = in_pieces(symbols, 6)
    assert [one for piece in pieces for one in piece] == symbols
    assert [len(piece) for piece in pieces] == [5, 4, 4]
    assert in_pieces([]) == []


@pytest.mark.parametrize("language", sorted(VOICES))
def test_every_language_is_spelled_with_its_punctuation(
    library: PhonemeLibrary, language: str
) -> None:
    text = {"ja": "今日、川。水！", "zh": "今天，河。水！"}.get(language, "Ana, no. Mira!")
    spelled = phonemes_of(library, text, natural_voice.spelled_as(language))
    assert [one for one in spelled if one in ",.!"] == [",", ".", "!"]
    assert len(symbols_of(spelled, language)) > 8
    for voice in VOICES[language]:
        assert style_rows(voice).shape == (510, 256)


def test_a_language_that_is_not_known_has_no_phonemes(library: PhonemeLibrary) -> None:
    assert library.spell("Hallo", "xx") == ""


async def test_it_speaks_as_loud_as_the_simple_voice() -> None:
    voice = RehearsalVoice(NaturalVoice())
    async with deadline(120):
        pcm = await voice.speak("Buenos días a todos.", "es")
        assert await voice.speak("Buenos días a todos.", "es") is pcm
    await voice.close()
    samples = np.frombuffer(pcm, "<i2") / 32_768
    assert 20 * np.log10(np.sqrt(np.mean(samples**2))) == pytest.approx(-18.5, abs=1.5)
    assert 0.8 < samples.size / 24_000 < 3.0


async def test_a_clause_does_not_wait_for_the_rest_of_its_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The parts are the clauses, and one that the natural voice refuses is spoken all the same."""
    first, second = "Hace diez años,", " el agua estaba sucia."

    async def speak(_: NaturalVoice, text: str, *_others: object) -> bytes | None:
        return b"natural" if text == first else None

    async def ask(_: RehearsalVoice, _request: bytes) -> bytes:
        return b"simple"

    monkeypatch.setattr(NaturalVoice, "speak", speak)
    monkeypatch.setattr(RehearsalVoice, "_ask", ask)
    said = [one async for one in RehearsalVoice(NaturalVoice()).parts(first + second, "es")]
    assert [(one.pcm, one.last) for one in said] == [(b"natural", False), (b"simple", True)]
    assert said[0].begin == 0
    assert said[0].end == said[1].begin == pytest.approx(len(first) / len(first + second))
    assert said[1].end == 1


async def test_what_would_come_too_late_is_left_to_the_simple_voice(
    caplog: pytest.LogCaptureFixture,
) -> None:
    voice = NaturalVoice()
    assert await voice.speak("muy " * 200, "es") is None
    assert "the simple voice speaks es" in caplog.text
    assert await voice.speak("Hola.", "es") is None, "voices do not alternate"
    await voice.close()


async def test_a_sentence_that_has_waited_too_long_is_left_to_the_simple_voice() -> None:
    voice = NaturalVoice(latest_s=4.0)
    assert await voice.speak("Hola.", "es", waited_s=3.9) is None
    await voice.close()


async def test_a_sentence_that_was_begun_is_spoken_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited = list[float]()

    async def speak(_: NaturalVoice, _text: str, _language: str, waited_s: float) -> bytes:
        waited.append(waited_s)
        return b"natural"

    monkeypatch.setattr(NaturalVoice, "speak", speak)
    parts = RehearsalVoice(NaturalVoice()).parts(
        "Hace diez años, el agua estaba sucia.", "es", waited_s=3.0
    )
    assert len([part async for part in parts]) == 2
    assert waited == [3.0, 0.0]


async def test_a_language_without_a_voice_is_left_to_the_simple_one() -> None:
    assert await NaturalVoice().speak("Guten Tag.", "de") is None


async def test_a_language_that_cannot_be_spelled_is_left_to_the_simple_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        natural_voice, "missing_packages", lambda language: ("pypinyin",) * (language == "zh")
    )
    natural_voice.natural_languages.cache_clear()
    try:
        assert await NaturalVoice().speak("你好。", "zh") is None
        assert natural_voice.natural_languages() == frozenset(VOICES) - {"zh"}
    finally:
        natural_voice.natural_languages.cache_clear()


async def test_a_voice_that_fails_is_replaced_by_the_simple_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails(*_: str) -> WorkerProcess:
        raise WorkerFailed("no memory")

    monkeypatch.setattr(WorkerProcess, "start_module", fails)
    assert await NaturalVoice().speak("Hola.", "es") is None


async def test_a_sentence_that_is_late_is_left_to_the_simple_voice_and_finished(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    busy = asyncio.Event()
    rendered = []

    async def slowly(self: NaturalVoice, text: str, language: str) -> bytes:
        await busy.wait()
        rendered.append(language)
        return b"\1\0"

    monkeypatch.setattr(NaturalVoice, "_rendered", slowly)
    voice = NaturalVoice(latest_s=1.0)
    assert await voice.speak("Si.", "es") is None
    assert "too late" in caplog.text
    assert await voice.speak("No.", "es") is None, "voices do not alternate"
    busy.set()
    assert await voice.speak("Oui.", "fr") == b"\1\0"
    assert rendered == ["es", "fr"]
    await voice.close()
