"""Transcripts as documents of word processors (DOCX), in one language or two."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.text.paragraph import Paragraph

from broadcaster.transcripts.files import SpokenParagraph, clock_text
from broadcaster.transcripts.pairs import Pair
from broadcaster.transcripts.speakers import introduced
from broadcaster.transcripts.text_types import Column

_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])
"""Characters that XML cannot hold; a reviewer may have pasted one."""


def document_file(
    paragraphs: Iterable[SpokenParagraph], title: str, language: Column, notice: str
) -> bytes:
    """One language as DOCX.

    Args:
        paragraphs: see `paragraphs_of`.
        title: of the event.
        language: of the text.
        notice: the sentence about AI, or empty.
    """
    document = _document(title, (language.name, notice))
    for one in paragraphs:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{clock_text(one.start_ms)} ").italic = True
        if one.speaker:
            paragraph.add_run(f"{one.speaker}: ").bold = True
        paragraph.add_run(_clean(one.text))
        _turn(paragraph, language)
    return _saved(document)


def two_languages_document(
    pairs: Sequence[Pair], title: str, left: Column, right: Column, notice: str
) -> bytes:
    """Two languages side by side as DOCX; see `document_file`."""
    document = _document(title, (f"{left.name} · {right.name}", notice))
    # By rows: `table.cell` would look for each of them in the whole table.
    table = document.add_table(rows=0, cols=3)
    rows = [("", left.name, right.name)]
    rows += [
        (clock_text(one.start_ms), introduced(one.speaker, one.left), one.right) for one in pairs
    ]
    for texts in rows:
        cells = table.add_row().cells
        for cell, text, language in zip(cells, texts, (None, left, right), strict=True):
            cell.text = _clean(text)
            if language is not None:
                _turn(cell.paragraphs[0], language)
    return _saved(document)


def _document(title: str, lines: Iterable[str]) -> Document:
    document = docx.Document()
    document.add_heading(_clean(title), level=0)
    for line in filter(None, lines):
        document.add_paragraph(_clean(line))
    return document


def _saved(document: Document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _turn(paragraph: Paragraph, language: Column) -> None:
    """Write a paragraph of such a language from right to left."""
    if language.direction == "rtl":
        element: Any = paragraph.paragraph_format.element
        element.get_or_add_pPr().append(OxmlElement("w:bidi"))
        for run in paragraph.runs:
            run.font.rtl = True


def _clean(text: str) -> str:
    return text.translate(_CONTROLS)
