"""Two languages side by side, and documents that word processors open."""

import io

import docx
from lxml import html

from broadcaster.model.caption import Caption
from broadcaster.transcripts.documents import (
    document_file,
    two_languages_document,
    two_languages_page,
)
from broadcaster.transcripts.files import paragraphs_of
from broadcaster.transcripts.pairs import Pair, pairs_of
from broadcaster.transcripts.text_types import Column

ENGLISH = Column("en", "English", "ltr")
ARABIC = Column("ar", "العربية", "rtl")


def said(channel: str, *texts: tuple[int, str]) -> list[Caption]:
    return [
        Caption(f"{channel}-{at}", channel, at, at + 1_500, text, final=True) for at, text in texts
    ]


FLOOR = said("floor", (1_000, "Good morning."), (9_000, "Water is\nlife."), (20_000, "Thanks."))
SPANISH = said("es", (3_000, "Buenos días."), (12_000, "El agua"), (13_000, "es vida."))


def test_a_paragraph_has_what_the_other_channel_says_in_its_time() -> None:
    assert pairs_of(FLOOR, SPANISH, "floor", "es") == [
        Pair(1_000, "Good morning.", "Buenos días."),
        Pair(9_000, "Water is life.", "El agua es vida."),
        Pair(20_000, "Thanks.", ""),
    ]


def test_nothing_is_lost_where_one_channel_is_silent() -> None:
    early = said("es", (0, "Hola."))
    assert pairs_of(FLOOR[:1], early, "floor", "es")[0] == Pair(0, "", "Hola.")
    assert pairs_of([], SPANISH, "floor", "es") == [
        Pair(3_000, "", "Buenos días. El agua es vida.")
    ]
    assert pairs_of([], [], "floor", "es") == []


def test_one_language_as_a_document() -> None:
    paragraphs = paragraphs_of(FLOOR, "en")
    file = document_file(paragraphs, "A \x0btalk", ENGLISH, "By AI.")
    texts = [one.text for one in docx.Document(io.BytesIO(file)).paragraphs]
    assert texts[:3] == ["A talk", "English", "By AI."]
    assert texts[3:] == ["00:00:01 Good morning.", "00:00:09 Water is life.", "00:00:20 Thanks."]


def test_two_languages_as_a_document() -> None:
    pairs = [Pair(1_000, "Water.", "الماء.")]
    document = docx.Document(
        io.BytesIO(two_languages_document(pairs, "A talk", ENGLISH, ARABIC, ""))
    )
    [table] = document.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows == [["", "English", "العربية"], ["00:00:01", "Water.", "الماء."]]
    left, right = (table.rows[1].cells[number].paragraphs[0] for number in (1, 2))
    assert "w:bidi" not in left._p.xml
    assert "w:bidi" in right._p.xml
    assert right.runs[0].font.rtl


def test_two_languages_as_a_page() -> None:
    pairs = [Pair(1_000, "<b>Water</b>", "الماء.")]
    tree = html.fromstring(two_languages_page(pairs, "A & b", ENGLISH, ARABIC, "By AI."))
    assert [one.text_content() for one in tree.xpath("//tr[2]/td")] == [
        "00:00:01",
        "<b>Water</b>",
        "الماء.",
    ]
    assert tree.xpath("//tr[2]/td[3]/@dir") == ["rtl"]
    assert tree.xpath("//h1/text()") == ["A & b"]
