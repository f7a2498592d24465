"""The scores are those that sacrebleu and OmniSTEval find in the logs, run as programs."""

import importlib.util
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from broadcaster.errors import BroadcasterError
from broadcaster.report.captions import SpokenCaption
from broadcaster.report.figures import ChannelFigures, Compared, figures_of
from broadcaster.report.files.bundle import commands_of, files_of
from broadcaster.report.quality.emissions import emissions_of
from tests.report.building import caption, event, said

SCRIPT = ["Good morning everyone.", "My name is Clara.", "Water is life for all of us."]
SPANISH = ["Buenos días a todos.", "Me llamo Clara.", "El agua es vida para todos nosotros."]
JAPANESE = ["皆さん、おはようございます。", "私はクララです。", "水は私たちみんなの命です。"]
SAID = {
    "es": ["Buenos días a todas.", "Mi nombre es Clara.", "El agua es la vida para todos."],
    "ja": ["皆さん、おはよう。", "私の名前はクララです。", "水はみんなの命です。"],
}
PROGRAMS = {"omnisteval": "omnisteval.cli", "sacrebleu": "sacrebleu"}


def scored(language: str, reference: list[str]) -> tuple[ChannelFigures, dict[str, bytes]]:
    records = event(said(SCRIPT), said(SAID[language], 2_500), language=language)
    figures = figures_of(records, Compared(SCRIPT, {language: reference}))
    return figures.channels[1], files_of(records, figures)


def run(folder: Path, command: str) -> str:
    """The output of a command of the report's README."""
    program, *words = shlex.split(command)
    called = [sys.executable, "-m", PROGRAMS[program], *words]
    return subprocess.run(called, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("language", "reference"), [("es", SPANISH), ("ja", JAPANESE)], ids=["words", "letters"]
)
def test_the_programs_find_the_same_figures(
    tmp_path: Path, language: str, reference: list[str]
) -> None:
    channel, files = scored(language, reference)
    assert channel.scores is not None
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    commands = commands_of(language, channel.scores).split("\n")[1:-1]
    assert all(one in files["README.txt"].decode() for one in commands)
    of_text, of_voice, quality = (run(tmp_path, command) for command in commands)
    for found, expected in (
        (of_text, channel.scores.long_yaal_text_ms),
        (of_voice, channel.scores.long_yaal_voice_ms),
    ):
        match = re.search(r"LongYAAL \(CU\)\s+(\S+)", found)
        assert match is not None
        assert expected == pytest.approx(float(match[1]), abs=1e-3)
    for name, expected in (("BLEU", channel.scores.bleu), ("chrF", channel.scores.chrf)):
        match = re.search(rf"  {name}\s+([\d.]+)$", of_text, re.MULTILINE)
        assert match is not None
        assert expected == pytest.approx(float(match[1]), abs=1e-3)
    first, second = json.loads(quality)
    assert channel.scores.bleu == pytest.approx(first["score"], abs=1e-3)
    assert channel.scores.bleu_signature == first["signature"]
    assert channel.scores.chrf == pytest.approx(second["score"], abs=1e-3)
    assert channel.scores.chrf_signature == second["signature"]


def test_a_perfect_interpretation_has_full_marks_and_the_delay_of_its_words() -> None:
    records = event(said(SCRIPT), said(SPANISH, 2_000))
    scores = figures_of(records, Compared(SCRIPT, {"es": SPANISH})).channels[1].scores
    assert scores is not None
    assert scores.bleu == pytest.approx(100)
    assert scores.chrf == pytest.approx(100)
    assert scores.long_yaal_voice_ms is not None
    assert scores.long_yaal_text_ms is not None
    assert 2_000 <= scores.long_yaal_voice_ms <= 4_000
    assert scores.bleu_signature.startswith("nrefs:1")


@pytest.mark.parametrize(
    ("language", "output", "tokenizer"),
    [
        ("zh", "大家早上好。", "zh"),
        ("zh-Hant", "大家早安。", "zh"),
        ("th", "สวัสดี ทุกคน", "char"),
        ("my", "မင်္ဂလာပါ", "char"),
        ("ko", "여러분 안녕하세요.", "13a"),
    ],
)
def test_a_script_without_spaces_is_not_one_word(
    language: str, output: str, tokenizer: str
) -> None:
    records = event(said(SCRIPT[:1]), said([output], 2_000), language=language)
    scores = figures_of(records, Compared(SCRIPT[:1], {language: [output]})).channels[1].scores
    assert scores is not None
    assert scores.tokenizer == tokenizer
    assert scores.chrf == pytest.approx(100)


def test_the_floor_is_compared_with_the_script() -> None:
    heard = said([SCRIPT[0], "My name is Klara.", SCRIPT[2]])
    compared = Compared(SCRIPT, {"floor": SCRIPT})
    figures = figures_of(event(heard, said(SPANISH, 2_000)), compared)
    scores = figures.channels[0].scores
    assert scores is not None
    assert 80 < scores.chrf < 100
    assert scores.long_yaal_text_ms is not None
    assert (scores.long_yaal_voice_ms, "floor.voice.jsonl" in scores.files) == (None, False)
    assert figures.channels[1].scores is None
    assert b"floor.reference.txt" in files_of(event(heard), figures)["README.txt"]


@pytest.mark.parametrize("spanish", [(), said(SPANISH[:1], 2_000)], ids=["empty", "one caption"])
def test_a_channel_that_says_little_has_low_scores(spanish: tuple[SpokenCaption, ...]) -> None:
    records = event(said(SCRIPT), spanish)
    scores = figures_of(records, Compared(SCRIPT, {"es": SPANISH})).channels[1].scores
    assert scores is not None
    assert scores.bleu < 30
    assert (scores.long_yaal_text_ms is None) == (not spanish)


def test_each_unit_has_the_time_of_its_version() -> None:
    one = caption(1, 4_000, 6_000, "Buenos días", 3_000)
    assert [(e.text, e.shown_ms, e.heard_ms) for e in emissions_of([one], "es")] == [
        ("Buenos", 3_000, 5_091),
        ("días", 3_000, 6_000),
    ]
    assert [e.text for e in emissions_of([caption(1, 0, 1, "命 で\nす", 0)], "ja")] == list(
        "命です"
    )


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(BroadcasterError, match="omnisteval, sacrebleu"):
        scored("es", SPANISH)
