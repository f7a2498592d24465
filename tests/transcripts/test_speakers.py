"""Names of speakers in the files of a transcript, once at each change."""

import io
import json
from xml.etree import ElementTree as ET

import docx
import srt
import webvtt
from lxml import html

from broadcaster.model.caption import Caption
from broadcaster.transcripts.bilingual import two_language_cues
from broadcaster.transcripts.cues import cues_of
from broadcaster.transcripts.documents import document_file
from broadcaster.transcripts.files import paragraphs_of, subtitle_file, text_file
from broadcaster.transcripts.files import webvtt as webvtt_of
from broadcaster.transcripts.more_files import json_file, page_file, subrip_file, ttml_file
from broadcaster.transcripts.pairs import pairs_of
from broadcaster.transcripts.side_by_side import (
    two_languages_json,
    two_languages_page,
    two_languages_text,
)
from broadcaster.transcripts.speakers import introduced
from broadcaster.transcripts.text_types import Column
from broadcaster.writing.caption_layout import LINE_COLUMNS

CHAIR, PANEL = "Chair <b>", "Panel & 2"
LONG = "This line is as wide as a caption may be,\nand so is the one that follows below it."


def said(channel: str, *texts: tuple[str, str]) -> list[Caption]:
    return [
        Caption(
            f"{channel}-{at}",
            channel,
            at * 3_000,
            at * 3_000 + 2_500,
            text,
            final=True,
            speaker=name,
        )
        for at, (name, text) in enumerate(texts)
    ]


TALK = said("en", (CHAIR, "Good morning."), (CHAIR, "Who begins?"), (PANEL, LONG), ("", "Hello."))
ARABIC = said("ar", ("Chair", "صباح الخير."), ("لمى", "شكرا."))


def test_a_text_has_the_name_where_another_person_begins() -> None:
    paragraphs = text_file(TALK, "A talk", "English", "en", "").split("\n\n")[1:]
    assert paragraphs[0] == "[00:00:00] Chair <b>: Good morning. Who begins?"
    assert paragraphs[1].startswith("[00:00:06] Panel & 2: This line")
    assert paragraphs[2] == "[00:00:09] Hello.\n"
    assert text_file(ARABIC, "A", "", "ar", "").split("] ")[1].startswith("\u200fChair: صباح")
    assert introduced("لمى", "Hello.") == "\u200eلمى: Hello."
    assert introduced("لمى", "شكرا.") == "لمى: شكرا."
    assert introduced("Chair", "100") == "Chair: 100"


def test_subtitles_name_the_speaker_within_their_lines() -> None:
    read = [one.content.split("\n") for one in srt.parse(subrip_file(TALK), ignore_errors=False)]
    assert read[0] == ["Chair <b>: Good morning."]
    assert read[1] == ["Who begins?"]
    assert read[2][0].startswith("Panel & 2: This line")
    assert all(len(line) <= LINE_COLUMNS for lines in read for line in lines)
    assert all(len(lines) <= 2 for lines in read)
    root = ET.fromstring(ttml_file(TALK, "A talk", "en", "ltr"))
    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/ns/ttml}p")]
    assert texts[:2] == ["Chair <b>: Good morning.", "Who begins?"]


def test_webvtt_has_voices_and_the_text_alone() -> None:
    text = subtitle_file(TALK, "A talk", "")
    assert "<v Chair &lt;b&gt;>Good morning." in text
    assert "<v Panel &amp; 2>This line is as wide" in text
    assert text.rstrip().endswith("\nHello.")
    read = webvtt.from_string(text)
    assert [one.text.replace("\n", " ") for one in read.captions][:2] == [
        "Good morning.",
        "Who begins?",
    ]
    assert [one.speaker for one in cues_of(TALK)] == [CHAIR, CHAIR, PANEL, ""]
    both = webvtt_of(two_language_cues(TALK, said("es", ("", "Buenos días."))), "A talk", "")
    assert "<v Chair &lt;b&gt;>Good morning." in both


def test_short_captions_of_two_people_stay_apart() -> None:
    quick = [
        Caption("en-1", "en", 0, 500, "Yes.", final=True, speaker="Chair"),
        Caption("en-2", "en", 600, 1_100, "No.", final=True, speaker="Panel"),
    ]
    assert [(one.speaker, one.lines) for one in cues_of(quick)] == [
        ("Chair", ("Yes.",)),
        ("Panel", ("No.",)),
    ]


def test_pages_documents_and_json_have_the_names() -> None:
    page = html.fromstring(page_file(TALK, "A talk", "", "en", "", "ltr"))
    assert next(one.text_content() for one in page.xpath("//p")) == (
        "00:00:00 Chair <b>: Good morning. Who begins?"
    )
    assert page.xpath("//p/b/bdi/text()") == [CHAIR, PANEL]
    file = document_file(paragraphs_of(TALK, "en"), "A talk", Column("en", "English", "ltr"), "")
    written = [one.text for one in docx.Document(io.BytesIO(file)).paragraphs]
    assert "00:00:00 Chair <b>: Good morning. Who begins?" in written
    assert "00:00:09 Hello." in written
    [two_in_one, _] = pairs_of(TALK, said("es", ("", "Buenos días.")), "en", "es")
    assert two_in_one.speaker == CHAIR
    assert "Who begins? Panel & 2: This line" in two_in_one.left
    spanish = ("Buenos días.", "¿Quién empieza?", "Esta línea es tan larga como otra.", "Hola.")
    pairs = pairs_of(TALK, said("es", *(("", text) for text in spanish)), "en", "es")
    column = Column("en", "English", "ltr")
    table = html.fromstring(two_languages_page(pairs, "A talk", column, column, ""))
    assert table.xpath("//td/b/bdi/text()") == [CHAIR, PANEL]
    text = two_languages_text(pairs, "A talk", column, column, "").split("\n\n")
    assert text[1].startswith("[00:00:00]\nChair <b>: Good morning.")
    both = json.loads(two_languages_json(pairs, "A talk", ("en", "es"), ""))["paragraphs"]
    assert [one.get("speaker") for one in both] == [CHAIR, PANEL, None]
    listed = json.loads(json_file(TALK, "A talk", "en", ""))["captions"]
    assert [one.get("speaker") for one in listed] == [CHAIR, CHAIR, PANEL, None]
