"""Two languages side by side, and documents that word processors open."""

import io

import docx
from lxml import html

from broadcaster.model.caption import Caption
from broadcaster.transcripts.documents import document_file, two_languages_document
from broadcaster.transcripts.files import paragraphs_of
from broadcaster.transcripts.pairs import Pair, pairs_of
from broadcaster.transcripts.side_by_side import two_languages_page
from broadcaster.transcripts.text_types import Column
from tests.transcripts.spoken import Said, captions_of, talk_in

ENGLISH = Column("en", "English", "ltr")
ARABIC = Column("ar", "العربية", "rtl")


def said(channel: str, *texts: tuple[int, str]) -> list[Caption]:
    return [
        Caption(f"{channel}-{at}", channel, at, at + 1_500, text, final=True) for at, text in texts
    ]


FLOOR = said("floor", (1_000, "Good morning."), (9_000, "Water is\nlife."), (20_000, "Thanks."))
SPANISH = said(
    "es", (3_000, "Buenos días."), (12_000, "El agua"), (13_000, "es vida."), (22_000, "Gracias.")
)


def test_a_paragraph_has_what_the_other_channel_says() -> None:
    assert pairs_of(FLOOR, SPANISH, "floor", "es") == [
        Pair(1_000, "Good morning.", "Buenos días."),
        Pair(9_000, "Water is life.", "El agua es vida."),
        Pair(20_000, "Thanks.", "Gracias."),
    ]


def test_nothing_is_lost_where_one_channel_is_silent() -> None:
    early = said("es", (0, "Hola."))
    late = said("floor", (60_000, "Good morning."))
    assert pairs_of(late, early, "floor", "es") == [
        Pair(0, "", "Hola."),
        Pair(60_000, "Good morning.", ""),
    ]
    assert pairs_of([], SPANISH, "floor", "es") == [
        Pair(3_000, "", "Buenos días."),
        Pair(12_000, "", "El agua es vida."),
        Pair(22_000, "", "Gracias."),
    ]
    assert pairs_of([], [], "floor", "es") == []


def test_an_interpreter_who_is_late_is_next_to_what_was_said() -> None:
    original, spanish = talk_in("en"), talk_in("es", 5_000)
    left, right = captions_of("floor", "en", original), captions_of("es", "es", spanish)
    translations = dict(zip(plain(original), plain(spanish), strict=True))
    for pair in pairs_of(left, right, "floor", "es"):
        said = [text for text in translations if text in "".join(pair.left.split())]
        assert said
        assert "".join(pair.right.split()) == "".join(translations[text] for text in said)


def plain(said: list[Said]) -> list[str]:
    return ["".join(text.split()) for text, *_ in said]


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
