"""Sentences of two channels that say the same are paired, however late the interpreter is."""

import pytest

from broadcaster.transcripts.alignment import Pairing, aligned
from tests.transcripts.spoken import Said, captions_of, talk_in

LANGUAGES = ("ar", "de", "es", "fr", "it", "ja", "pt", "zh")
UNTRANSLATED = "Please open the window at the back."


def texts(pairings: list[Pairing]) -> list[tuple[str, str]]:
    return [
        (" ".join(one.text for one in pair.left), " ".join(one.text for one in pair.right))
        for pair in pairings
    ]


def pairs(spoken: list[Said], interpreted: list[Said], language: str) -> list[tuple[str, str]]:
    left = captions_of("floor", "en", spoken)
    return texts(aligned(left, captions_of(language, language, interpreted)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lag_ms", [0, 2_500, 6_000, 9_000, 14_000])
def test_an_interpreter_may_be_steadily_late(language: str, lag_ms: int) -> None:
    spoken, interpreted = talk_in("en")[:26], talk_in(language, lag_ms)[:26]
    found = pairs(spoken, interpreted, language)
    wanted = pairs(spoken, talk_in(language)[:26], language)
    assert found == wanted


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pause_ms", [6_000, 10_000, 20_000])
def test_a_sentence_that_was_not_translated_stays_alone(language: str, pause_ms: int) -> None:
    spoken, interpreted = talk_in("en")[:12], talk_in(language, 2_500)[:12]
    _, _, end_ms = spoken[5]
    more_ms = 2 * pause_ms + 2_000

    def later(said: list[Said]) -> list[Said]:
        return [(text, start + more_ms, end + more_ms) for text, start, end in said]

    alone = (UNTRANSLATED, end_ms + pause_ms, end_ms + pause_ms + 2_000)
    found = pairs(
        [*spoken[:6], alone, *later(spoken[6:])],
        [*interpreted[:6], *later(interpreted[6:])],
        language,
    )
    assert (UNTRANSLATED, "") in found
    assert [one for one in found if one[0] != UNTRANSLATED] == pairs(spoken, interpreted, language)
