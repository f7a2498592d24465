"""Chinese and Japanese as the sounds that the natural voice was trained with."""

import pytest

from broadcaster.rehearsal.speaking.phoneme_worker import PhonemeLibrary, phonemes_of
from broadcaster.rehearsal.spelling.kana import sounds_of
from broadcaster.rehearsal.spelling.numerals import with_numbers_written
from broadcaster.rehearsal.spelling.spellers import missing_packages, speller


@pytest.fixture(scope="module")
def library() -> PhonemeLibrary:
    return PhonemeLibrary()


@pytest.mark.parametrize(
    ("kana", "sounds"),
    [
        ("キョー", "kʲoː"),
        ("シンブン", "ɕimbɯɴ"),
        ("ニンゲン", "ɲiŋɡeɴ"),
        ("テンノー", "tennoː"),
        ("キット", "kʲiʔto"),
        ("ファイル", "ɸaiɾɯ"),
        ("パーティー", "paːtʲiː"),
        ("ウェブ", "βebɯ"),
        ("フュージョン", "ɸʲɨːʥoɴ"),
        ("チェック", "ʨeʔkɯ"),
        ("abc", ""),
    ],
)
def test_kana_are_sounds(kana: str, sounds: str) -> None:
    assert sounds_of(kana) == sounds


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("私はクララです", "βataɕi βa kɯɾaɾadesɨ"),
        ("四人に一人がいます", "joɲiɴ ɲi çitoɾʲi ɡa imasɨ"),
        ("始めましょう", "haʥimemaɕoː"),
        ("ここまで来てくださった", "koko made kʲitekɯdasaʔta"),
        ("川には村々がある", "kaβa ɲiβa mɯɾamɯɾa ɡa aɾɯ"),
    ],
)
def test_japanese_words_are_read_and_keep_their_endings(text: str, sounds: str) -> None:
    spell = speller("ja")
    assert spell is not None
    assert spell(text) == sounds


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("大家早上好", "ta↘ʨja→ ʦau↓ʂa↘ŋ xau↓"),
        ("知道", "\uab67ɨ→tau↘"),
        ("女儿", "ny↓ɚ↗"),
        ("我们的水", "wo↓mən tɤ ʂwei↓"),
        ("银行", "i↗nxa↗ŋ"),
    ],
)
def test_chinese_words_are_read_with_their_tones(text: str, sounds: str) -> None:
    spell = speller("zh")
    assert spell is not None
    assert spell(text) == sounds


@pytest.mark.parametrize(
    ("number", "japanese", "chinese"),
    [
        ("0", "零", "零"),
        ("10", "十", "十"),
        ("110", "百十", "一百一十"),
        ("1,005", "千五", "一千零五"),
        ("20015", "二万十五", "二万零一十五"),
        ("100000000", "一億", "一亿"),
        ("2026年", "二千二十六年", "二零二六年"),
        ("3.5", "三点五", "三点五"),
        ("12%", "十二パーセント", "百分之十二"),
        ("007", "零零七", "零零七"),
        (
            "12345678901234567",
            "一二三四五六七八九零一二三四五六七",
            "一二三四五六七八九零一二三四五六七",
        ),
    ],
)
def test_numbers_are_words(number: str, japanese: str, chinese: str) -> None:
    assert with_numbers_written(number, "ja") == japanese
    assert with_numbers_written(number, "zh") == chinese


def test_punctuation_and_latin_words_keep_their_places(library: PhonemeLibrary) -> None:
    spelled = phonemes_of(library, "今天，「WHO」说：3.5％！", "zh")
    assert [one for one in spelled if one in ",“”:!"] == [",", "“", "”", ":", "!"]
    assert "“hˈuː” ʂwo→: pai↓fə→n \uab67ɨ→ sa→n tjɛ↓n u↓!" in spelled
    spelled = phonemes_of(library, "Hello、皆さん。", "ja")
    assert spelled.startswith("həlˈo")
    assert spelled.endswith(", mʲinasaɴ.")
    assert phonemes_of(library, "Hola.", "es") == library.spell("Hola.", "es")


def test_other_languages_need_no_package_and_are_spelled_elsewhere() -> None:
    assert missing_packages("es") == ()
    assert speller("es") is None
