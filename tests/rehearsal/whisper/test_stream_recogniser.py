"""One stream, with a model that reads words from the height of the samples."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.hearing.script import Script
from broadcaster.rehearsal.whisper.hypothesis import (
    FRAME_SAMPLES,
    MODEL_HZ,
    HeardWord,
    Samples,
)
from broadcaster.rehearsal.whisper.stream_recogniser import StreamRecogniser
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

WORD_MS = 400
FRAME_MS = 200
STEP = 0.02
"""The height of the samples is the number of the word times this."""


class Reading:
    """Reads whole words; takes the last one for another word unless it is the end of a sentence."""

    def __init__(self, model: "Model", samples: Samples) -> None:
        self.model, self.samples = model, samples

    def spoken(self) -> str:
        heights = np.abs(self.samples)
        return "es" if np.median(heights[heights > STEP / 2]) > 0.5 else "en"

    def languages(self) -> Mapping[str, float]:
        if self.samples.size < self.model.doubts_ms * MODEL_HZ // 1000:
            return {"es": 0.5, "en": 0.3}
        return {self.spoken(): 0.99}

    def words(self, language: str, _context: str, said: Sequence[HeardWord]) -> Sequence[HeardWord]:
        numbers = np.round(self.samples / STEP).astype(int)
        edges = np.flatnonzero(np.diff(numbers, prepend=0, append=0))
        found = list[HeardWord]()
        for start, end in pairwise(edges):
            if self.model.stops and found and (numbers[start] * STEP > 0.5) != (language == "es"):
                break
            if numbers[start] and end - start > MODEL_HZ * WORD_MS // 1000 // 2:
                known = language == self.spoken()
                text = self.model.texts[numbers[start]] if known else "nonsense"
                times = int(start) * 1000 // MODEL_HZ, int(end) * 1000 // MODEL_HZ
                found.append(HeardWord(f" {text}", *times))
        if found and found[-1].end_ms >= self.samples.size * 1000 // MODEL_HZ - 50:
            self.model.readings += 1
            found[-1] = HeardWord(f" guess{self.model.readings}", *_times(found[-1]))
        fresh = found[len(said) :]
        return fresh if self.model.sure else ()

    def english(self, language: str) -> str:
        words = " ".join(word.text.strip() for word in self.words(language, "", ()))
        return f"{language}: {words}"


def _times(word: HeardWord) -> tuple[int, int]:
    return word.start_ms, word.end_ms


class Model:
    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = ["", *texts]
        self.readings = 0
        self.encoded_ms = list[int]()
        self.sure = True
        self.stops = False
        """It leaves out what is not in the language that it is told."""
        self.doubts_ms = 0
        """In less sound than this it does not tell the language."""

    def encode(self, samples: Samples) -> Reading:
        self.encoded_ms.append(samples.size * 1000 // MODEL_HZ)
        return Reading(self, samples)


class Voice:
    """Takes everything but silence for speech."""

    def probabilities(self, samples: Samples) -> Sequence[float]:
        frames = np.abs(samples.reshape(-1, FRAME_SAMPLES)).max(axis=1)
        return [float(one > STEP / 2) for one in frames]


def sound(numbers: Sequence[int]) -> bytes:
    """A word of `WORD_MS` for each number; 0 is silence."""
    height = np.repeat(np.array(numbers) * STEP, SAMPLE_RATE_HZ * WORD_MS // 1000)
    return (height * 32_767).astype("<i2").tobytes()


def recognised(model: Model, pcm: bytes, voice: Voice | None = None) -> list[Recognition]:
    recogniser = StreamRecogniser(model, voice or Voice(), Script([]), lambda: 0.0)
    step = SAMPLE_RATE_HZ * 2 * FRAME_MS // 1000
    heard: list[Recognition] = []
    for at in range(0, len(pcm), step):
        heard += recogniser.feed(pcm[at : at + step])
        heard += recogniser.look()
    return heard + recogniser.flush()


def whole(heard: list[Recognition]) -> list[str]:
    return [one.text for one in heard if one.kind == "words"]


def test_what_is_shown_grows_and_is_never_taken_back() -> None:
    model = Model(["We", "heard", "the", "rain", "all", "night.", "And", "the", "river", "rose"])
    heard = recognised(model, sound([0, 0, 0, *range(1, 11), 0, 0, 0]))
    assert whole(heard) == ["We heard the rain all night.", "And the river rose"]
    shown = ""
    for one in heard:
        assert one.text.startswith(shown), (shown, one.text)
        shown = one.text if one.kind == "begun" else ""
    begun = [one.text for one in heard if one.kind == "begun"]
    assert len(begun) > 2
    assert "guess" not in " ".join(begun)


def test_words_are_where_they_were_spoken() -> None:
    model = Model(["One", "two", "three.", "Four", "five", "six."])
    first, second = [
        one
        for one in recognised(model, sound([0, 0, 1, 2, 3, 4, 5, 6, 0, 0]))
        if one.kind == "words"
    ]
    assert abs(first.start_ms - 800) < 60
    assert abs(second.start_ms - 2_000) < 60
    assert abs(second.end_ms - 3_200) < 60


def test_silence_and_doubtful_words_give_nothing() -> None:
    model = Model(["Thank", "you."])
    assert recognised(model, sound([0] * 40)) == []
    assert model.encoded_ms == []
    model.sure = False
    assert recognised(model, sound([0, 1, 2, 1, 2, 0, 0])) == []


class OneVoice(Voice):
    """Takes the first four words for speech, and the others for another sound."""

    def probabilities(self, samples: Samples) -> Sequence[float]:
        frames = np.abs(samples.reshape(-1, FRAME_SAMPLES)).max(axis=1)
        return [float(STEP / 2 < one < 4.5 * STEP) for one in frames]


def test_words_in_other_sound_are_not_shown() -> None:
    model = Model(["We", "heard", "the", "rain.", "(claps)", "Thank", "you."])
    heard = recognised(model, sound([0, 0, 1, 2, 3, 4, 5, 5, 6, 7, 0, 0]), OneVoice())
    assert whole(heard) == ["We heard the rain."]


def test_a_long_crowd_without_words_is_not_read_from_its_begin() -> None:
    model = Model(["Rhubarb"])
    model.sure = False
    assert recognised(model, sound([0, 0, *[1] * 60, 0, 0])) == []
    assert max(model.encoded_ms) < 10_000


def test_a_phrase_that_was_returned_is_not_read_again() -> None:
    texts = [f"w{n}" + ("." if n % 5 == 0 else "") for n in range(1, 26)]
    model = Model(texts)
    heard = recognised(model, sound([0, 0, *range(1, 26), 0, 0]))
    assert " ".join(whole(heard)) == " ".join(texts)
    assert max(model.encoded_ms) < 6_000


def test_another_language_is_translated_into_english() -> None:
    texts = [*(f"w{n}" for n in range(1, 30)), "hola", "a", "todos."]
    model = Model(texts)
    phrase = recognised(model, sound([0, 0, 30, 31, 32, 0, 0]))[-1]
    assert (phrase.language, phrase.text) == ("es", "hola a todos.")
    assert phrase.english == "es: hola a todos."


def test_no_word_is_shown_in_the_language_before_while_a_change_is_doubtful() -> None:
    model = Model([*(f"w{n}" for n in range(1, 30)), *(f"s{n}" for n in range(30, 40))])
    model.doubts_ms = 2_000
    pcm = sound([0, 0, *range(1, 11), 0, 0, *range(30, 40), 0, 0])
    heard = recognised(model, pcm)
    assert "nonsense" not in " ".join(one.text for one in heard)
    assert whole(heard)[-1] == " ".join(f"s{n}" for n in range(30, 40))


def test_a_second_speaker_in_another_language_is_heard_without_a_pause_between_them() -> None:
    model = Model([*(f"w{n}" for n in range(1, 30)), *(f"s{n}" for n in range(30, 40))])
    model.stops = True
    heard = recognised(model, sound([0, 0, *range(1, 9), *range(30, 37), 0, 0]))
    first, second = [one for one in heard if one.kind == "words"]
    assert first.text == " ".join(f"w{n}" for n in range(1, 9))
    assert (second.language, second.text) == ("es", " ".join(f"s{n}" for n in range(30, 37)))


def test_a_flush_returns_what_is_being_said_and_the_stream_goes_on() -> None:
    model = Model(["One", "two", "three", "four"])
    recogniser = StreamRecogniser(model, Voice(), Script([]), lambda: 0.0)
    recogniser.feed(sound([0, 1, 2]))
    assert "One" in whole(recogniser.flush())[0]
    assert "four" in whole(recogniser.feed(sound([3, 4, 0, 0])))[-1]
    assert recogniser.flush() == []
