"""Captions as a text that can be read, and as subtitles that players take."""

from broadcaster.model.caption import Caption
from broadcaster.transcripts.files import LONG_CHARACTERS, PAUSE_MS, subtitle_file, text_file


def caption(start_ms: int, end_ms: int, text: str, channel: str = "es") -> Caption:
    return Caption(f"{channel}-{start_ms}", channel, start_ms, end_ms, text, final=True)


def test_subtitles_have_times_and_no_markup() -> None:
    said = [
        caption(61_200, 63_400, "Hoy <b>hablamos</b>\nde A&B"),
        caption(3_723_004, 3_725_000, "-->\n\n[…]"),
    ]
    assert subtitle_file(said, "Water --> everyone", "") == (
        "WEBVTT Water → everyone\n\n"
        "00:01:01.200 --> 00:01:03.400\nHoy &lt;b&gt;hablamos&lt;/b&gt;\nde A&amp;B\n\n"
        "01:02:03.004 --> 01:02:05.000\n--&gt;\n[…]\n"
    )


def test_a_cue_lasts_and_does_not_begin_before_the_talk() -> None:
    text = subtitle_file([caption(-300, -100, "Hola"), caption(5_001, 5_001, "Adiós")], "T", "")
    assert "00:00:00.000 --> 00:00:01.000\nHola" in text
    assert "00:00:05.001 --> 00:00:06.001\nAdiós" in text


def test_nothing_that_was_said_is_a_file_all_the_same() -> None:
    assert subtitle_file([], "T", "") == "WEBVTT T\n"
    assert text_file([], "T", "Español", "es", "") == "T\nEspañol\n"


def test_a_text_has_paragraphs_at_pauses_after_sentences() -> None:
    said = [
        caption(0, 2_000, "El agua no\nconoce"),
        caption(2_000 + PAUSE_MS, 6_000, "fronteras."),
        caption(6_100, 7_000, "Es de todos."),
        caption(7_000 + PAUSE_MS, 12_000, "Gracias."),
    ]
    assert text_file(said, "A talk", "Español", "es", "") == (
        "A talk\nEspañol\n\n"
        "[00:00:00] El agua no conoce fronteras. Es de todos.\n\n"
        "[00:00:09] Gracias.\n"
    )


def test_a_long_paragraph_ends_with_its_sentence_or_in_any_case() -> None:
    words = "palabra " * (LONG_CHARACTERS // 16)
    said = [caption(i, i + 1, f"{words}{'.' if i == 2 else ','}") for i in range(8)]
    paragraphs = text_file(said, "T", "Español", "es", "").split("\n\n")[1:]
    assert [paragraph.count(words.strip()) for paragraph in paragraphs] == [3, 5]
    endless = [caption(i, i + 1, words) for i in range(9)]
    paragraphs = text_file(endless, "T", "Español", "es", "").split("\n\n")[1:]
    assert all(len(paragraph) < 3 * LONG_CHARACTERS for paragraph in paragraphs)
    assert len(paragraphs) > 1


def test_japanese_has_no_spaces_between_lines_and_captions() -> None:
    said = [caption(0, 900, "水は\n国境を", "ja"), caption(900, 2_000, "知らない。", "ja")]
    assert "] 水は国境を知らない。\n" in text_file(said, "T", "日本語", "ja", "")


def test_a_file_says_that_a_machine_made_it() -> None:
    said = [caption(0, 900, "Hola")]
    assert subtitle_file(said, "T", "Hecho por una IA --> con errores.").startswith(
        "WEBVTT T\n\nNOTE Hecho por una IA → con errores.\n\n00:00:00.000 --> "
    )
    text = text_file(said, "T", "Español", "es", "Hecho por una IA.")
    assert text == "T\nEspañol\nHecho por una IA.\n\n[00:00:00] Hola\n"
