"""Captions as files for players, broadcasters and programs: readable, in order, well-formed."""

import json
from itertools import pairwise
from xml.etree import ElementTree as ET

from broadcaster.model.caption import Caption
from broadcaster.transcripts.cues import cues_of
from broadcaster.transcripts.more_files import json_file, page_file, subrip_file, ttml_file
from broadcaster.transcripts.recut import GAP_MS, SHORTEST_MS

TT = "{http://www.w3.org/ns/ttml}"
XML = "{http://www.w3.org/XML/1998/namespace}"


def caption(start_ms: int, end_ms: int, text: str) -> Caption:
    return Caption(f"es-{start_ms}", "es", start_ms, end_ms, text, final=True)


SAID = [
    caption(-50, 400, "Hola"),
    caption(1_100, 1_600, "El agua <no>\nconoce & cruza"),
    caption(1_650, 8_000, "\n".join(f"Línea {number} que escribió alguien" for number in range(5))),
    caption(8_000, 8_100, "Fin."),
]


def test_subtitles_have_two_lines_at_most_and_never_overlap() -> None:
    cues = cues_of(SAID)
    assert [cue.lines for cue in cues] == [
        ("Hola El agua <no> conoce & cruza",),  # less than a second each
        ("Línea 0 que escribió alguien Línea 1", "que escribió alguien Línea 2"),
        ("que escribió alguien Línea 3 que escribió", "alguien Línea 4 que escribió alguien"),
        ("Fin.",),
    ]
    assert all(one.end_ms + GAP_MS <= other.start_ms for one, other in pairwise(cues))
    assert (cues[0].start_ms, cues[0].end_ms) == (0, 1_883)  # as long as it takes to read it
    assert cues[1].start_ms == 1_883 + GAP_MS
    assert cues[-1].end_ms == cues[-1].start_ms + SHORTEST_MS


def test_subrip_is_numbered_and_has_commas() -> None:
    text = subrip_file(SAID)
    assert text.startswith("1\n00:00:00,000 --> 00:00:01,883\nHola El agua")
    assert text.count(" --> ") == 4
    assert subrip_file([]) == ""


def test_ttml_is_well_formed_and_each_subtitle_has_a_region() -> None:
    root = ET.fromstring(ttml_file(SAID, "Water & <more>", "es", "ltr"))
    assert (root.tag, root.get(f"{XML}lang")) == (f"{TT}tt", "es")
    regions = {one.get(f"{XML}id") for one in root.iter(f"{TT}region")}
    styles = {one.get(f"{XML}id") for one in root.iter(f"{TT}style")}
    blocks = list(root.iter(f"{TT}p"))
    assert len(blocks) == 4
    assert {one.get("region") for one in blocks} <= regions
    used = {one.get("style") for one in [*blocks, *root.iter(f"{TT}span")]}
    assert used <= styles
    assert (blocks[0].get("begin"), blocks[0].get("end")) == ("00:00:00.000", "00:00:01.883")
    assert [span.text for span in blocks[0].iter(f"{TT}span")] == [
        "Hola El agua <no> conoce & cruza"
    ]


def test_json_and_the_page_have_all_that_was_said() -> None:
    body = json.loads(json_file(SAID, "Water", "es", "Hecho por una IA."))
    assert [one["id"] for one in body["captions"]] == [one.id for one in SAID]
    assert body["ai_generated"] is True
    page = page_file(SAID, "Water & <more>", "Español", "es", "Hecho por una IA.", "ltr")
    assert '<html lang="es" dir="ltr">' in page
    assert "<h1>Water &amp; &lt;more&gt;</h1>" in page
    assert "El agua &lt;no&gt; conoce &amp; cruza" in page
