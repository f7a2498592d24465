"""Logs in the format of OmniSTEval, so that anybody can score a channel again.

The formats are those of OmniSTEval 0.1.10, https://github.com/pe-trik/OmniSTEval: a hypothesis in
JSON lines, a segmentation, and one reference in each line. Its times are of a live event, so
`delays` and `elapsed` are the same: both have the time that the interpreter needed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from broadcaster.report.captions import SpokenCaption
from broadcaster.report.quality.script import Sentence
from broadcaster.writing.scripts import spaces_between_words


@dataclass(frozen=True, slots=True)
class Emission:
    """A unit of a channel's text: a word, or a letter in scripts without spaces.

    Attributes:
        text: without spaces.
        shown_ms: event clock, when readers got it.
        heard_ms: event clock, when the voice had said it.
    """

    text: str
    shown_ms: int
    heard_ms: int


def emissions_of(captions: Sequence[SpokenCaption], language: str) -> list[Emission]:
    """The units of a channel's captions, in the order of speech.

    Args:
        captions: of the channel.
        language: its tag.
    """
    spaced = spaces_between_words(language)
    found: list[Emission] = []
    for caption in captions:
        end = 0
        for unit in caption.text.split() if spaced else "".join(caption.text.split()):
            end = caption.text.index(unit, end) + len(unit)
            found.append(Emission(unit, caption.shown_ms(end), caption.spoken_ms(end)))
    return found


def hypothesis_log(
    emissions: Sequence[Emission], language: str, source: str, ends_ms: int, *, heard: bool
) -> str:
    """A line of JSON with all units and their times.

    Args:
        emissions: of the channel.
        language: its tag.
        source: name of the recording, as the segmentation has it.
        ends_ms: event clock, when the last sentence ends.
        heard: the times of the voice; otherwise those of the text.
    """
    times = [one.heard_ms if heard else one.shown_ms for one in emissions]
    between = " " if spaces_between_words(language) else ""
    line = {
        "source": source,
        "prediction": between.join(one.text for one in emissions),
        "delays": times,
        "elapsed": times,
        "source_length": ends_ms,
    }
    return json.dumps(line, ensure_ascii=False) + "\n"


def segmentation(sentences: Sequence[Sentence], source: str) -> str:
    """The sentences of the original as segments of a recording, in seconds."""
    segments = [
        {
            "wav": source,
            "offset": one.start_ms / 1_000,
            "duration": max(1, one.end_ms - one.start_ms) / 1_000,
        }
        for one in sentences
    ]
    return json.dumps(segments, indent=1) + "\n"
