"""All files of a report, by name."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict

from broadcaster.report.figures import ChannelFigures, Figures
from broadcaster.report.files.page import page_of
from broadcaster.report.files.rows import rows_of
from broadcaster.report.quality.ner import ner_sheet
from broadcaster.report.quality.scoring import Scores
from broadcaster.report.records import EventRecords, records_to_json

PAGE = "report.html"
_README = """\
report.html     the report
figures.json    its figures, with all digits
figures.csv     its table
records.json    what it was made of: captions with the times of their versions, and a sample
                of the status for each second
ner-*.csv       ten minutes of captions on which a person marks errors; then
                broadcaster report --ner ner-es.csv
"""


def files_of(records: EventRecords, figures: Figures) -> dict[str, bytes]:
    """The files of a report.

    Args:
        records: of the event.
        figures: computed from them.
    """
    logs = {
        name: text
        for one in figures.channels
        if one.scores is not None
        for name, text in one.scores.files.items()
    }
    texts = {
        PAGE: page_of(records, figures, sorted(logs)),
        "figures.json": json.dumps(_plain(figures), ensure_ascii=False, indent=1) + "\n",
        "figures.csv": _table(figures),
        "README.txt": _README + "".join(map(_commands, figures.channels)),
        **{
            # A spreadsheet takes a file without this mark for one of its own code page.
            f"ner-{one.channel}.csv": "\ufeff"
            + ner_sheet(records.floor.captions, one.captions, one.channel)
            for one in records.languages
            if one.captions
        },
        **logs,
    }
    encoded = {name: text.encode() for name, text in texts.items()}
    return {**encoded, "records.json": records_to_json(records)}


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """The files in one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _plain(figures: Figures) -> dict[str, object]:
    plain = asdict(figures)
    for channel in plain["channels"]:
        if channel["scores"] is not None:
            del channel["scores"]["files"]
    return plain


def _table(figures: Figures) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["group", "figure", *(one.channel for one in figures.channels)])
    for row in rows_of(figures):
        writer.writerow([row.group, row.name, *row.cells])
    return "\ufeff" + text.getvalue()


def _commands(one: ChannelFigures) -> str:
    """The commands that compute a channel's scores again."""
    return "" if one.scores is None else commands_of(one.channel, one.scores)


def commands_of(channel: str, scores: Scores) -> str:
    """The commands that compute scores again, from the folder of the files."""
    tokenizer = scores.tokenizer
    longform = (
        f"omnisteval longform --speech_segmentation {channel}.segments.json "
        f"--ref_sentences_file {channel}.reference.txt --{scores.units}_level "
        f"--bleu_tokenizer {tokenizer} --hypothesis_file "
    )
    quality = (
        f"sacrebleu {channel}.reference.txt -i {channel}.hypothesis.txt -tok {tokenizer} "
        "-m bleu chrf -w 4"
    )
    logs = sorted(name for name in scores.files if name.endswith(".jsonl"))
    return "".join(f"\n{longform}{name}" for name in logs) + f"\n{quality}\n"
