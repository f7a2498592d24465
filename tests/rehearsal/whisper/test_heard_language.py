"""The language follows the speaker, but not every doubt of the model."""

from broadcaster.rehearsal.whisper.heard_language import HeardLanguage, iso_code


def test_the_first_clear_reading_decides() -> None:
    spoken = HeardLanguage()
    assert spoken.hear({"es": 0.5, "pt": 0.4}, 2_000, settled=False) == "es"
    assert spoken.code is None
    assert spoken.hear({"pt": 0.9, "es": 0.1}, 2_000, settled=False) == "pt"
    assert spoken.code == "pt"


def test_a_new_speaker_changes_it_at_once() -> None:
    spoken = HeardLanguage()
    spoken.hear({"en": 1.0}, 2_000, settled=False)
    assert spoken.hear({"es": 0.9}, 600, settled=False) == "en"
    assert spoken.hear({"es": 0.7}, 2_000, settled=False) == "en"
    assert spoken.hear({"es": 0.9}, 2_000, settled=False) == "es"


def test_within_an_utterance_two_readings_must_agree() -> None:
    spoken = HeardLanguage()
    spoken.hear({"en": 1.0}, 2_000, settled=False)
    assert spoken.hear({"es": 0.95}, 2_000, settled=True) == "en"
    assert spoken.hear({"en": 0.95}, 2_000, settled=True) == "en"
    assert spoken.hear({"es": 0.95}, 2_000, settled=True) == "en"
    assert spoken.hear({"es": 0.95}, 2_000, settled=True) == "es"


def test_codes_are_those_of_the_standard() -> None:
    assert iso_code("jw") == "jv"
    assert iso_code("es") == "es"
