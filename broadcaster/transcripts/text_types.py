"""The types of transcript that are text, for attendees and for the organizer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from broadcaster.model.caption import Caption
from broadcaster.transcripts.files import subtitle_file, text_file
from broadcaster.transcripts.more_files import json_file, page_file, subrip_file, ttml_file

TEXT_TYPES: Mapping[str, str] = {
    "txt": "text/plain",
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "ttml": "application/ttml+xml",
    "json": "application/json",
    "html": "text/html",
}
"""Media types by the ending of the file."""


@dataclass(frozen=True, slots=True)
class Column:
    """A language of a transcript.

    Attributes:
        tag: BCP 47; empty if it is unknown.
        name: for people.
        direction: `ltr` or `rtl`; `auto` if it is unknown.
    """

    tag: str
    name: str
    direction: str


def transcript_text(
    file_type: str,
    captions: Sequence[Caption],
    title: str,
    channel: str,
    column: Column,
    notice: str,
) -> str:
    """A channel's captions as a file.

    Args:
        file_type: of `TEXT_TYPES`.
        captions: in the order of speech.
        title: of the event.
        channel: `floor` or a tag.
        column: the language of the channel.
        notice: the sentence about AI; empty for none.
    """
    match file_type:
        case "vtt":
            return subtitle_file(captions, title, notice)
        case "srt":
            return subrip_file(captions)
        case "ttml":
            return ttml_file(captions, title, column.tag, column.direction)
        case "json":
            return json_file(captions, title, channel, notice)
        case "html":
            return page_file(captions, title, column.name, channel, notice, column.direction)
        case _:
            return text_file(captions, title, column.name, channel, notice)
