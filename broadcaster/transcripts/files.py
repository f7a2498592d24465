"""A channel's captions as a file: text to read, or WebVTT subtitles."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from broadcaster.model.caption import Caption
from broadcaster.transcripts.cues import Cue, cues_of
from broadcaster.transcripts.speakers import introduced, speaker_of
from broadcaster.writing.scripts import spaces_between_sentences, spaces_between_words
from broadcaster.writing.sentences import ends_sentence

PAUSE_MS = 2_000
"""A pause after a sentence that begins a paragraph."""
LONG_CHARACTERS = 500
"""A paragraph this long ends with its sentence; one twice as long ends in any case."""


@dataclass(frozen=True, slots=True)
class SpokenParagraph:
    """A paragraph of a text, by one speaker.

    Attributes:
        start_ms: event clock, when it begins.
        speaker: name of the person who says it, if it is not that of the paragraph before.
        text: in one line.
    """

    start_ms: int
    speaker: str
    text: str


def text_file(
    captions: Iterable[Caption], title: str, language: str, channel: str, notice: str
) -> str:
    """The text in paragraphs, each with the time since the event went live.

    The name of a speaker stands where that person begins to speak.

    Args:
        captions: in the order of speech.
        title: of the event.
        language: the channel's name.
        channel: its id.
        notice: the sentence about AI, or empty.
    """
    texts = [
        f"[{clock_text(one.start_ms)}] {introduced(one.speaker, one.text)}"
        for one in paragraphs_of(captions, channel)
    ]
    head = "\n".join(filter(None, [title, language, notice]))
    return "\n\n".join([head, *texts]) + "\n"


def paragraphs_of(captions: Iterable[Caption], channel: str) -> Iterator[SpokenParagraph]:
    """The paragraphs of a text, each with the time at which it begins."""
    before = ""
    for paragraph in paragraphs(captions, channel):
        name = speaker_of(paragraph[0])
        new = name if name != before else ""
        yield SpokenParagraph(paragraph[0].start_ms, new, joined(paragraph, channel))
        before = name


def subtitle_file(captions: Iterable[Caption], title: str, notice: str) -> str:
    """WebVTT, https://www.w3.org/TR/webvtt1/, with subtitles that can be read; see `cues_of`.

    Args:
        captions: in the order of speech.
        title: of the event.
        notice: the sentence about AI, or empty.
    """
    return webvtt(cues_of(captions), title, notice)


def webvtt(cues: Iterable[Cue], title: str, notice: str) -> str:
    """Subtitles as WebVTT, see `subtitle_file`."""
    head = [f"WEBVTT {_in_head(title)}".rstrip()]
    if notice:
        head.append(f"NOTE {_in_head(notice)}")
    return "\n\n".join([*head, *(_cue(cue) for cue in cues)]) + "\n"


def _in_head(text: str) -> str:
    """A text outside of cues: an arrow would begin one, and an empty line would end it."""
    return " ".join(text.replace("-->", "→").split())


def _cue(cue: Cue) -> str:
    start, end = (clock_text(ms, thousandths=True) for ms in (cue.start_ms, cue.end_ms))
    lines = [escape(line, quote=False) for line in cue.lines]
    if cue.speaker:
        lines[0] = f"<v {escape(cue.speaker, quote=False)}>{lines[0]}"
    return "\n".join([f"{start} --> {end}", *lines])


def paragraphs(captions: Iterable[Caption], channel: str) -> Iterator[Sequence[Caption]]:
    """The captions of each paragraph, of one speaker.

    It ends with a sentence, at a pause or when it is long.
    """
    paragraph: list[Caption] = []
    for caption in captions:
        if paragraph and ends_paragraph(paragraph, caption, channel):
            yield paragraph
            paragraph = []
        paragraph.append(caption)
    if paragraph:
        yield paragraph


def ends_paragraph(paragraph: Sequence[Caption], following: Caption, channel: str) -> bool:
    """Whether a paragraph, which has a caption at least, ends before another caption."""
    length = sum(len(one.text) for one in paragraph)
    last = paragraph[-1]
    if length >= 2 * LONG_CHARACTERS or following.speaker != last.speaker:
        return True
    pause = following.start_ms - last.end_ms >= PAUSE_MS
    return (pause or length >= LONG_CHARACTERS) and ends_sentence(last.text, channel)


def joined(paragraph: Iterable[Caption], channel: str) -> str:
    """The text of some captions in one line."""
    between_lines = " " if spaces_between_words(channel) else ""
    between_captions = " " if spaces_between_sentences(channel) else ""
    return between_captions.join(
        between_lines.join(caption.text.splitlines()) for caption in paragraph
    )


def clock_text(ms: int, *, thousandths: bool = False) -> str:
    """A time of the event clock, such as `01:02:03` or `01:02:03.450`."""
    seconds, rest_ms = divmod(max(ms, 0), 1_000)
    clock = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{clock}.{rest_ms:03}" if thousandths else clock
