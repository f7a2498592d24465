"""Makes the files of an event's transcripts: one channel, two side by side, or all in a ZIP."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from broadcaster.model.caption import Caption
from broadcaster.model.event import Event
from broadcaster.model.language import FLOOR, describe
from broadcaster.model.transcripts.clocks import TranscriptClock
from broadcaster.model.transcripts.notices import file_notice
from broadcaster.transcripts.bilingual import two_language_cues
from broadcaster.transcripts.documents import document_file, two_languages_document
from broadcaster.transcripts.files import paragraphs_of, webvtt
from broadcaster.transcripts.more_files import subrip
from broadcaster.transcripts.original_clock import on_original_clock
from broadcaster.transcripts.pairs import pairs_of
from broadcaster.transcripts.side_by_side import (
    two_languages_json,
    two_languages_page,
    two_languages_text,
)
from broadcaster.transcripts.text_types import TEXT_TYPES, Column, transcript_text

TYPES: Mapping[str, str] = {
    **TEXT_TYPES,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
IN_TWO_LANGUAGES = ("docx", "html", "json", "srt", "txt", "vtt")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A channel to write down.

    Attributes:
        channel: `floor` or a tag.
        captions: in the order of speech.
    """

    channel: str
    captions: Sequence[Caption]


def on_clock(
    clock: TranscriptClock, channels: Sequence[Spoken], floor: Sequence[Caption]
) -> list[Spoken]:
    """Channels with their times on a clock; it may take a second: call it in a thread.

    Args:
        clock: whose times they get.
        channels: with the times at which they are heard.
        floor: captions of the floor.

    Raises:
        NoOriginalCaptions: the times of the original are not known.
    """
    return [
        one
        if clock is TranscriptClock.HEARD or one.channel == FLOOR
        else Spoken(one.channel, on_original_clock(one.captions, floor))
        for one in channels
    ]


def transcript(event: Event, spoken: Spoken, file_type: str) -> bytes:
    """One channel as a file; it may take seconds: call it in a thread.

    Args:
        event: whose it is.
        spoken: the channel.
        file_type: of `TYPES`.
    """
    column, notice = _column(event, spoken.channel), file_notice(event, spoken.channel)
    captions, channel = spoken.captions, spoken.channel
    if file_type == "docx":
        return document_file(paragraphs_of(captions, channel), event.title, column, notice)
    return transcript_text(file_type, captions, event.title, channel, column, notice).encode()


def two_languages(event: Event, left: Spoken, right: Spoken, file_type: str) -> bytes:
    """Two channels side by side, or as subtitles with a line of each.

    Args:
        event: whose they are.
        left: the channel whose paragraphs divide the text, and whose times subtitles have.
        right: the other one.
        file_type: of `IN_TWO_LANGUAGES`.
    """
    columns = _column(event, left.channel), _column(event, right.channel)
    notice = file_notice(event, right.channel if left.channel == FLOOR else left.channel)
    if file_type in {"srt", "vtt"}:
        cues = two_language_cues(left.captions, right.captions)
        return (subrip(cues) if file_type == "srt" else webvtt(cues, event.title, notice)).encode()
    pairs = pairs_of(left.captions, right.captions, left.channel, right.channel)
    if file_type == "docx":
        return two_languages_document(pairs, event.title, *columns, notice)
    match file_type:
        case "txt":
            text = two_languages_text(pairs, event.title, *columns, notice)
        case "json":
            channels = left.channel, right.channel
            text = two_languages_json(pairs, event.title, channels, notice)
        case _:
            text = two_languages_page(pairs, event.title, *columns, notice)
    return text.encode()


def all_transcripts(event: Event, channels: Sequence[Spoken], summary: str) -> bytes:
    """A ZIP with every channel in every type, and each language next to the floor.

    Args:
        event: whose they are.
        channels: the floor first; those without captions are left out.
        summary: of the event; empty for none.
    """
    packed = io.BytesIO()
    written = [one for one in channels if one.captions]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        if summary:
            archive.writestr(f"{event.id}-summary.txt", summary)
        for one in written:
            for file_type in TYPES:
                name = f"{event.id}-{one.channel}.{file_type}"
                archive.writestr(name, transcript(event, one, file_type))
        for floor in written[:1] if written and written[0].channel == FLOOR else ():
            for one in written[1:]:
                for file_type in IN_TWO_LANGUAGES:
                    name = f"{event.id}-{FLOOR}-{one.channel}.{file_type}"
                    archive.writestr(name, two_languages(event, floor, one, file_type))
    return packed.getvalue()


def _column(event: Event, channel: str) -> Column:
    if channel != FLOOR:
        found = describe(channel)
        return Column(channel, found.name, found.direction)
    return Column(event.source_language or "", "Original", "auto")
