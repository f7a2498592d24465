"""The page shows every figure, needs nothing else, and says what was not recorded."""

import csv
import io
import json
import re
import zipfile

import pytest
from lxml import html

from broadcaster.model.event import Term
from broadcaster.report.figures import Compared, figures_of
from broadcaster.report.files import page
from broadcaster.report.files.bundle import PAGE, files_of, zip_of
from broadcaster.report.files.page import page_of
from broadcaster.report.files.rows import rows_of
from tests.report.building import event, said, sample

FULL = event(
    said(["We met Clara in 1987.", "<script>alert(1)</script> &amp;"]),
    said(["Hola, 1988.", "<b>Agua</b>"], 3_000),
    [
        sample(
            at,
            lag_ms=3_000 + at % 2,
            answer_ms=2_200,
            playout_ms=500,
            tempo=1.0 if at < 100 else 1.25,
            loudness_lufs=-20.3,
            true_peak_dbtp=-1.4,
        )
        for at in range(120)
    ],
)


def test_the_page_has_all_rows_and_plots_and_no_script() -> None:
    figures = figures_of(FULL)
    text = page_of(FULL, figures)
    tree = html.fromstring(text)
    assert [one.text_content() for one in tree.xpath("//h1")] == ["Report: Water & <rain>"]
    assert len(tree.xpath("//tbody/tr[td]")) == len(rows_of(figures))
    assert len(tree.xpath("//figure/*[local-name()='svg']")) == 6
    assert not tree.xpath("//script | //b | //*[@src] | //link")
    assert "1987" in tree.xpath("//h2[.='Not found']/following::li[1]")[0].text_content()
    addresses = set(re.findall(r"https?://[\w.]+", text))
    assert addresses <= {"http://www.w3.org", "http://pygal.org", "http://github.com"}  # comments


SCRIPT = ["We met Clara in 1987.", "Water is life."]
SPANISH = ["Conocimos a Clara en 1987.", "El agua es vida."]
FIGURES = (
    ("ear-voice span", ("delay", "span_ms", "p95")),
    ("slope over the event", ("delay", "slope_ms_per_hour")),
    ("interpreter and network", ("delay", "answer_ms", "p50")),
    ("our booth", ("delay", "booth_ms", "p50")),
    ("our playout", ("delay", "playout_ms", "p50")),
    ("text shown after its speech", ("reading", "shown_after_ms", "p50")),
    ("LongYAAL of the captions", ("scores", "long_yaal_text_ms")),
    ("LongYAAL of the voice", ("scores", "long_yaal_voice_ms")),
    ("BLEU", ("scores", "bleu_signature")),
    ("chrF", ("scores", "chrf_signature")),
    ("numbers kept", ("numbers", "found")),
    ("names kept", ("names", "found")),
    ("glossary", ("glossary", "found")),
    ("words heard; shown", ("words_heard",)),
    ("words heard; shown", ("reading", "words")),
    ("places with missing text", ("reading", "missing")),
    ("erasure", ("reading", "erased")),
    ("reading speed, columns per second", ("reading", "columns_per_s", "p95")),
    ("gaps over 2 s", ("gaps", "longest_s")),
    ("skipped to catch up", ("skipped_ms",)),
    ("loudness, integrated", ("sound", "loudness_lufs")),
    ("true peak", ("sound", "true_peak_dbtp")),
    ("tempo of playout", ("sound", "tempo", "p95")),
    ("cost of a language-hour", ("use", "usd_per_hour")),
    ("cost of a listener-hour", ("use", "usd_per_listener_hour")),
)


def test_each_figure_is_on_the_page_in_the_table_and_in_the_data() -> None:
    samples = [
        sample(
            at,
            lag_ms=3_000 + at % 2,
            answer_ms=2_200,
            playout_ms=500,
            tempo=1.1,
            loudness_lufs=-20.3,
            true_peak_dbtp=-1.4,
        )
        for at in range(700)
    ]
    glossary = (Term("water", {"es": "agua"}),)
    records = event(said(SCRIPT), said(SPANISH, 2_000), samples, glossary)
    figures = figures_of(records, Compared(SCRIPT, {"es": SPANISH}))
    files = files_of(records, figures)
    [_, data] = json.loads(files["figures.json"])["channels"]
    table = {row[1]: row for row in csv.reader(io.StringIO(files["figures.csv"].decode()))}
    tree = html.fromstring(files[PAGE].decode())
    shown = {row.xpath("th/text()")[0]: row for row in tree.xpath("//tbody/tr[td]")}
    for name, path in FIGURES:
        found = data
        for key in path:
            found = found[key]
        assert found is not None, path
        cell = table[name][3]
        assert cell not in ("–", "not recorded"), name
        assert shown[name].xpath("td")[1].text_content() == cell


def test_what_was_not_recorded_is_said() -> None:
    text = page_of(event(), figures_of(event()))
    assert "Its status was not recorded" in text
    assert "<td>not recorded</td>" in text


def test_without_the_library_a_sentence_says_how_to_have_plots(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(page, "plots_available", lambda: False)
    text = page_of(FULL, figures_of(FULL))
    assert "pip install" in text
    assert "<svg" not in text


def test_all_files_are_in_the_archive() -> None:
    files = files_of(FULL, figures_of(FULL))
    with zipfile.ZipFile(io.BytesIO(zip_of(files))) as archive:
        assert set(archive.namelist()) == set(files)
        assert archive.read(PAGE) == files[PAGE]
    assert {"figures.json", "figures.csv", "records.json", "README.txt", "ner-es.csv"} < set(files)
    table = list(csv.reader(io.StringIO(files["figures.csv"].decode("utf-8-sig"))))
    assert table[0] == ["group", "figure", "floor", "es"]
    assert ["Delay", "ear-voice span", "–", "3.0 s; 3.0 s"] in table
    assert ["Delay", "interpreter and network", "–", "2.2 s; 2.2 s"] in table
    assert ["Delay", "our booth", "–", "0.3 s; 0.3 s"] in table
    assert ["Delay", "our playout", "–", "0.5 s; 0.5 s"] in table
    assert ["Sound", "loudness, integrated", "–", "-20.3 LUFS"] in table
    assert ["Sound", "true peak", "–", "-1.4 dBTP"] in table
    assert ["Sound", "tempo of playout", "–", "1.00; 1.25; 17% of the time"] in table
