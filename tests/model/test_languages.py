"""Texts that an organizer may write for a language."""

import pytest

from broadcaster.errors import UnknownLanguage
from broadcaster.model.language import bibliographic_code, describe, terminological_code
from broadcaster.model.language_names import english_names, own_names, tags_of

WRITTEN = {
    # English names, in any case and spelling
    "Arabic": "ar",
    "Dutch": "nl",
    "dutch": "nl",
    "GERMAN": "de",
    "  French  ": "fr",
    "Spanish language": "es",
    "Norwegian Bokmål": "nb",
    "norwegian-bokmal": "nb",
    "haitian_creole": "ht",
    "Māori": "mi",
    "maori": "mi",
    "Cantonese": "yue",
    "Filipino": "fil",
    "Bangla": "bn",
    "Swahili": "sw",
    # Names of languages for themselves
    "العربية": "ar",
    "Nederlands": "nl",
    "Deutsch": "de",
    "Español": "es",
    "espanol": "es",
    "Français": "fr",
    "Italiano": "it",
    "Português": "pt",
    "Русский": "ru",
    "Українська": "uk",
    "Čeština": "cs",
    "cestina": "cs",
    "Ελληνικά": "el",
    "Türkçe": "tr",
    "Tiếng Việt": "vi",
    "日本語": "ja",
    "한국어": "ko",
    "中文": "zh",
    "粵語": "yue",
    "ไทย": "th",
    "हिन्दी": "hi",
    "தமிழ்": "ta",
    "اردو": "ur",
    "עברית": "he",
    "Kiswahili": "sw",
    "isiZulu": "zu",
    "Hmoob": "hmn",
    "閩南語": "nan",
    # Other names
    "Mandarin": "zh",
    "Farsi": "fa",
    "Castilian": "es",
    "Bengali": "bn",
    "Slovene": "sl",
    "Sorani": "ckb",
    "Hokkien": "nan",
    # With a region or script
    "Brazilian Portuguese": "pt-BR",
    "Portuguese (Brazil)": "pt-BR",
    "português (Brasil)": "pt-BR",
    "Português do Brasil": "pt-BR",
    "Portuguese, Brazil": "pt-BR",
    "Latin American Spanish": "es-419",
    "Spanish (Mexico)": "es-MX",
    "British English": "en-GB",
    "english uk": "en-GB",
    "Traditional Chinese": "zh-Hant",
    "Chinese (Simplified)": "zh-Hans",
    "繁體中文": "zh-Hant",
    "Serbian (Latin)": "sr-Latn",
    "Flemish": "nl-BE",
    "Dari": "fa-AF",
    "دری": "fa-AF",
    # One typing error
    "Portugese": "pt",
    "Spansh": "es",
    "Frnech": "fr",
    "Germna": "de",
    "Arabc": "ar",
    "Japanse": "ja",
    "Chinse": "zh",
    "Ukranian": "uk",
    "Romainian": "ro",
    "Swahilli": "sw",
    "Nederland": "nl",
    "Vietnamesse": "vi",
    # Tags
    "pt_BR": "pt-BR",
    "pt br": "pt-BR",
    "ZH-hant": "zh-Hant",
    "deu": "de",
    "hmn": "hmn",
    "nan": "nan",
    "sm": "sm",
    "sm-ws": "sm-WS",
    "prs": "fa-AF",
    "sh": "sr-Latn",
}


@pytest.mark.parametrize(("written", "tag"), WRITTEN.items())
def test_what_people_write_is_understood(written: str, tag: str) -> None:
    assert describe(written).tag == tag


@pytest.mark.parametrize("tag", sorted(english_names()))
def test_every_language_of_cldr_is_one(tag: str) -> None:
    language = describe(tag)
    assert language.english_name
    assert language.name
    assert describe(language.tag) == language
    if tag not in {"tlh", "gaa"}:  # “Ga” is the code of Irish, too
        assert describe(english_names()[tag]) == language
        assert describe(language.english_name) == language


@pytest.mark.parametrize("tag", sorted(own_names()))
def test_every_language_is_found_by_its_own_name(tag: str) -> None:
    for name in own_names()[tag]:
        assert describe(tag).tag in {describe(one).tag for one in tags_of(name)}


@pytest.mark.parametrize(
    ("written", "suggested"),
    [
        ("Gaelic", ["Irish", "Scottish Gaelic"]),
        ("Bahasa", ["Indonesian", "Malay"]),
        ("Sorbian", ["Lower Sorbian", "Upper Sorbian"]),
        ("Luba", ["Luba-Katanga", "Luba-Lulua"]),
        ("Thia", ["Thai"]),
        ("Engrish-Spansh", ["Spanish"]),
    ],
)
def test_what_could_be_several_is_asked_back(written: str, suggested: list[str]) -> None:
    with pytest.raises(UnknownLanguage) as refused:
        describe(written)
    assert refused.value.hint.startswith("Did you mean ")
    for name in suggested:
        assert name in refused.value.hint


@pytest.mark.parametrize(
    "written",
    ["", " ", "klingon", "xx", "e", "floor", "<script>", "12345", "mul", "zxx", "a" * 5000],
)
def test_nobody_is_taught_bcp_47(written: str) -> None:
    with pytest.raises(UnknownLanguage) as refused:
        describe(written)
    text = refused.value.advice()
    assert "BCP" not in text
    assert "tag" not in text
    assert len(text) < 200


@pytest.mark.parametrize("written", ["ar", "Persian", "he", "ur", "dv", "ckb", "yi", "prs", "arz"])
def test_what_is_written_from_right_to_left(written: str) -> None:
    assert describe(written).direction == "rtl"


@pytest.mark.parametrize(
    ("tag", "of_libraries", "of_terms"),
    [
        *(("de", "ger", "deu"), ("fr", "fre", "fra"), ("pt-BR", "por", "por")),
        *(("zh-Hans", "chi", "zho"), ("ar", "ara", "ara"), ("fa", "per", "fas")),
        *(("nl", "dut", "nld"), ("fil", "fil", "fil"), ("", "und", "und"), ("xx", "und", "und")),
    ],
)
def test_a_language_has_the_codes_of_containers(tag: str, of_libraries: str, of_terms: str) -> None:
    """As ISO 639-2/B and ISO 639-2/T have them."""
    assert (bibliographic_code(tag), terminological_code(tag)) == (of_libraries, of_terms)
