"""A channel's captions as SubRip, as TTML (EBU-TT-D), as JSON, and as a web page."""

import json
from collections.abc import Sequence
from html import escape
from xml.etree import ElementTree as ET

from broadcaster.model.caption import Caption
from broadcaster.transcripts.cues import Cue, cues_of
from broadcaster.transcripts.files import clock_text, paragraphs_of
from broadcaster.transcripts.speakers import named_markup

_TT = "http://www.w3.org/ns/ttml"
_TTP = f"{_TT}#parameter"
_TTS = f"{_TT}#styling"
_TTM = f"{_TT}#metadata"
_EBUTTM = "urn:ebu:tt:metadata"
_XML = "http://www.w3.org/XML/1998/namespace"
_CONFORMS = "urn:ebu:tt:distribution:2018-04"
_PAGE_STYLE = "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1.1rem/1.6 sans-serif}"

_PREFIXES = {"": _TT, "ttp": _TTP, "tts": _TTS, "ttm": _TTM, "ebuttm": _EBUTTM}
for prefix, namespace in _PREFIXES.items():
    ET.register_namespace(prefix, namespace)


def subrip_file(captions: Sequence[Caption]) -> str:
    """SubRip (`.srt`), with subtitles that can be read; see `cues_of`."""
    return subrip(cues_of(captions, names=True))


def subrip(cues: Sequence[Cue]) -> str:
    """Subtitles as SubRip; players would take an arrow in a text for a line of times."""
    blocks = [
        f"{number}\n{_comma(cue.start_ms)} --> {_comma(cue.end_ms)}\n"
        + "\n".join(cue.lines).replace("-->", "→")
        for number, cue in enumerate(cues, 1)
    ]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def ttml_file(captions: Sequence[Caption], title: str, language: str, direction: str) -> str:
    """TTML in the profile EBU-TT-D (EBU Tech 3380), with the subtitles of `subrip_file`.

    Args:
        captions: in the order of speech.
        title: of the event.
        language: a tag; empty if it is unknown.
        direction: `rtl` for a language that is written from right to left.
    """
    root = ET.Element(f"{{{_TT}}}tt", {f"{{{_XML}}}lang": language, f"{{{_TTP}}}timeBase": "media"})
    root.set(f"{{{_TTP}}}cellResolution", "50 30")
    head = ET.SubElement(root, f"{{{_TT}}}head")
    metadata = ET.SubElement(head, f"{{{_TT}}}metadata")
    ET.SubElement(metadata, f"{{{_TTM}}}title").text = title
    document = ET.SubElement(metadata, f"{{{_EBUTTM}}}documentMetadata")
    ET.SubElement(document, f"{{{_EBUTTM}}}conformsToStandard").text = _CONFORMS
    styling = ET.SubElement(head, f"{{{_TT}}}styling")
    text_style = {"textAlign": "center", "fontSize": "100%", "lineHeight": "normal"}
    if direction == "rtl":
        text_style["direction"] = "rtl"
    _styled(styling, "style", "text", **text_style)
    _styled(styling, "style", "words", color="#ffffff", backgroundColor="#000000c2")
    layout = ET.SubElement(head, f"{{{_TT}}}layout")
    _styled(layout, "region", "bottom", origin="10% 70%", extent="80% 20%", displayAlign="after")
    body = ET.SubElement(root, f"{{{_TT}}}body")
    division = ET.SubElement(body, f"{{{_TT}}}div")
    for number, cue in enumerate(cues_of(captions, names=True), 1):
        block = ET.SubElement(division, f"{{{_TT}}}p", {"region": "bottom", "style": "text"})
        block.set(f"{{{_XML}}}id", f"s{number}")
        block.set("begin", clock_text(cue.start_ms, thousandths=True))
        block.set("end", clock_text(cue.end_ms, thousandths=True))
        for place, line in enumerate(cue.lines):
            if place:
                ET.SubElement(block, f"{{{_TT}}}br")
            ET.SubElement(block, f"{{{_TT}}}span", {"style": "words"}).text = line
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def json_file(captions: Sequence[Caption], title: str, channel: str, notice: str) -> str:
    """All captions with their times.

    Args:
        captions: in the order of speech.
        title: of the event.
        channel: its id.
        notice: the sentence about AI, or empty.
    """
    listed = [
        {
            "id": one.id,
            "start_ms": one.start_ms,
            "end_ms": one.end_ms,
            "text": one.text,
            "corrected": one.corrected,
            **({"speaker": one.speaker} if one.speaker else {}),
        }
        for one in captions
    ]
    body = {
        "title": title,
        "channel": channel,
        "ai_generated": True,
        "ai_notice": notice,
        "captions": listed,
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def page_file(
    captions: Sequence[Caption],
    title: str,
    name: str,
    channel: str,
    notice: str,
    direction: str,
) -> str:
    """A page of HTML to read and print, with the paragraphs of the text file."""
    language = "" if channel == "floor" else f' lang="{escape(channel)}"'
    blocks = [
        f"<p><time>{clock_text(one.start_ms)}</time> "
        f"{named_markup(one.speaker)}{escape(one.text, quote=False)}</p>"
        for one in paragraphs_of(captions, channel)
    ]
    about = [f"<p>{escape(one, quote=False)}</p>" for one in (name, notice) if one]
    head = (
        f'<!doctype html>\n<html{language} dir="{direction}">\n<meta charset="utf-8">\n'
        f"<title>{escape(title, quote=False)}</title>\n<style>{_PAGE_STYLE}</style>\n"
        f"<h1>{escape(title, quote=False)}</h1>\n"
    )
    return head + "\n".join([*about, *blocks]) + "\n</html>\n"


def _styled(parent: ET.Element, kind: str, name: str, **style: str) -> None:
    """Add a style or a region."""
    element = ET.SubElement(parent, f"{{{_TT}}}{kind}", {f"{{{_XML}}}id": name})
    for attribute, value in style.items():
        element.set(f"{{{_TTS}}}{attribute}", value)


def _comma(ms: int) -> str:
    return clock_text(ms, thousandths=True).replace(".", ",")
