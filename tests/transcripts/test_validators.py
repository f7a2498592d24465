"""Files of transcripts, read by the tools of others: what the strictest one refuses is mended."""

import io
import logging
from pathlib import Path
from xml.etree import ElementTree as ET

import pysubs2
import pytest
import srt
import ttconv.imsc.reader
import ttconv.srt.reader
import ttconv.vtt.reader
import webvtt as webvtt_py

from broadcaster.model.caption import Caption
from broadcaster.transcripts.bilingual import two_language_cues
from broadcaster.transcripts.cues import Cue, cues_of
from broadcaster.transcripts.files import subtitle_file, webvtt
from broadcaster.transcripts.more_files import subrip, subrip_file, ttml_file
from tests.transcripts.spoken import captions_of
from tests.transcripts.validators import keeps_ebu_tt_d, read_by_w3c
from tests.writing.corpus import corpus

LANGUAGES = sorted(corpus())
TITLE = "Water --> for\nall & <everyone>"
NOTICE = "Made by AI.\n\nIt may --> contain mistakes."
MARKED = ["100 < 200 & 300 > 200.", "Then --> an arrow.", "A bell\x07 and a tab\x0b.", "2026"]
EVENT_MS = 90 * 60_000


def said(language: str, channel: str | None = None) -> list[Caption]:
    """Sentences of a language, and some that look like markup, beyond the first hour."""
    texts = [*corpus()[language][:14], *MARKED]
    timed, now_ms = [], EVENT_MS
    for text in texts:
        timed.append((text, now_ms, now_ms + 60 * len(text)))
        now_ms += 60 * len(text) + 400
    return captions_of(channel or language, language, timed)


def times(cues: list[Cue]) -> list[tuple[int, int]]:
    return [(cue.start_ms, cue.end_ms) for cue in cues]


def file_of(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


@pytest.fixture(scope="module")
def in_all_languages() -> dict[str, list[Caption]]:
    return {language: said(language) for language in LANGUAGES}


def test_subrip_is_read_by_three_others(
    tmp_path: Path, in_all_languages: dict[str, list[Caption]], caplog: pytest.LogCaptureFixture
) -> None:
    for language, captions in in_all_languages.items():
        cues, text = cues_of(captions), subrip_file(captions)
        read = list(srt.parse(text, ignore_errors=False))
        assert [one.index for one in read] == list(range(1, len(cues) + 1))
        assert [one.content.replace("→", "-->") for one in read] == [
            "\n".join(cue.lines) for cue in cues
        ]
        assert [round(one.start.total_seconds() * 1_000) for one in read] == [
            cue.start_ms for cue in cues
        ]
        again = pysubs2.SSAFile.from_string(text, format_="srt")
        assert [(one.start, one.end) for one in again] == times(cues), language
        with caplog.at_level(logging.WARNING):
            document = ttconv.srt.reader.to_model(io.StringIO(text))
        assert document is not None
        assert len(list(next(iter(document.get_body())))) == len(cues)
    assert not caplog.records


def test_webvtt_is_read_by_two_others(
    tmp_path: Path, in_all_languages: dict[str, list[Caption]], caplog: pytest.LogCaptureFixture
) -> None:
    for captions in in_all_languages.values():
        cues, text = cues_of(captions), subtitle_file(captions, TITLE, NOTICE)
        read = webvtt_py.from_string(text)
        assert [round(one.start_in_seconds * 1_000) for one in read.captions] == pytest.approx(
            [cue.start_ms for cue in cues], abs=1_000
        )
        assert len(read) == len(cues)
        with caplog.at_level(logging.WARNING):
            document = ttconv.vtt.reader.to_model(io.StringIO(text))
        assert document is not None
    assert not caplog.records


@pytest.mark.node
def test_the_validator_of_the_w3c_finds_no_error(
    tmp_path: Path, in_all_languages: dict[str, list[Caption]]
) -> None:
    files, expected = [], []
    for language, captions in in_all_languages.items():
        files.append(file_of(tmp_path, f"{language}.vtt", subtitle_file(captions, TITLE, NOTICE)))
        expected.append(cues_of(captions))
    both = two_language_cues(said("en", "floor"), said("ar"))
    files.append(file_of(tmp_path, "both.vtt", webvtt(both, TITLE, "")))
    expected.append(both)
    found = read_by_w3c(files)
    assert [one["errors"] for one in found] == [[] for _ in files]
    for one, cues in zip(found, expected, strict=True):
        assert [(round(a * 1_000), round(b * 1_000)) for a, b in one["times"]] == times(cues)
        assert one["texts"] == ["\n".join(cue.lines) for cue in cues]


def test_ttml_is_read_as_imsc_and_keeps_the_profile_of_the_ebu(
    in_all_languages: dict[str, list[Caption]], caplog: pytest.LogCaptureFixture
) -> None:
    for language, captions in in_all_languages.items():
        cues, text = cues_of(captions), ttml_file(captions, TITLE, language, "rtl")
        with caplog.at_level(logging.WARNING):
            document = ttconv.imsc.reader.to_model(ET.ElementTree(ET.fromstring(text)))
        assert document is not None
        assert document.get_lang() == language
        blocks = list(next(iter(document.get_body())))
        assert [
            (round(one.get_begin() * 1_000), round(one.get_end() * 1_000)) for one in blocks
        ] == (times(cues))
        keeps_ebu_tt_d(ET.fromstring(text))
    assert not caplog.records


def test_two_languages_are_read_too() -> None:
    cues = two_language_cues(said("en", "floor"), said("ja"))
    read = list(srt.parse(subrip(cues), ignore_errors=False))
    assert len(read) == len(cues)
    assert len(webvtt_py.from_string(webvtt(cues, TITLE, NOTICE))) == len(cues)


def test_a_file_of_nothing_is_valid() -> None:
    assert list(srt.parse(subrip_file([]), ignore_errors=False)) == []
    assert len(webvtt_py.from_string(subtitle_file([], "", ""))) == 0
