"""The language follows the speaker, but not every doubt of the model."""

from broadcaster.rehearsal.whisper.heard_language import HeardLanguage, iso_code, model_code


def hear(
    spoken: HeardLanguage,
    sound_ms: int = 2_000,
    *,
    settled: bool = False,
    last: bool = False,
    **probabilities: float,
) -> str:
    return spoken.hear(probabilities, sound_ms, settled=settled, last=last)


def heard(*languages: str) -> HeardLanguage:
    """A stream in which these were spoken, one after the other."""
    spoken = HeardLanguage()
    for language in languages:
        for _ in range(2):
            spoken.hear({language: 1.0}, 2_000, settled=False, last=False)
    return spoken


def test_the_first_clear_reading_decides() -> None:
    spoken = HeardLanguage()
    assert hear(spoken, es=0.5, pt=0.4) == "es"
    assert (spoken.code, spoken.doubtful) == (None, True)
    assert hear(spoken, pt=0.9, es=0.1) == "pt"
    assert (spoken.code, spoken.doubtful) == ("pt", False)


def test_a_new_speaker_in_a_known_language_changes_it_at_once() -> None:
    spoken = heard("es", "en")
    assert hear(spoken, 600, es=0.95) == "en"
    assert hear(spoken, es=0.95) == "es"
    assert spoken.code == "es"


def test_a_language_that_was_not_heard_before_needs_two_readings() -> None:
    spoken = heard("es")
    assert hear(spoken, sw=0.84, es=0.03) == "sw"
    assert (spoken.code, spoken.doubtful) == ("es", True)
    assert hear(spoken, pt=0.96, es=0.02) == "pt"
    assert hear(spoken, es=0.95, pt=0.03) == "es"
    assert (spoken.code, spoken.doubtful) == ("es", False)
    for code, doubtful in (("es", True), ("fr", False)):
        assert hear(spoken, fr=0.97) == "fr"
        assert (spoken.code, spoken.doubtful) == (code, doubtful)


def test_an_utterance_that_is_over_is_decided() -> None:
    assert hear(heard("es"), fr=0.6, es=0.1, last=True) == "fr"
    assert hear(heard("es"), fr=0.6, es=0.3, last=True) == "es"


def test_no_doubt_lasts_long() -> None:
    spoken = heard("en")
    for sound_ms, doubtful in ((800, True), (1_600, True), (3_200, False)):
        assert hear(spoken, sound_ms, es=0.4, en=0.3) == "en"
        assert spoken.doubtful == doubtful


def test_within_an_utterance_two_readings_must_agree() -> None:
    spoken = heard("es", "en")
    for language, found in (("es", "en"), ("en", "en"), ("es", "en"), ("es", "es")):
        assert spoken.hear({language: 0.95}, 2_000, settled=True, last=False) == found
        assert not spoken.doubtful


def test_codes_are_those_of_the_standard() -> None:
    assert iso_code("jw") == "jv"
    assert iso_code("es") == model_code("es") == "es"
    assert model_code("jv") == "jw"
