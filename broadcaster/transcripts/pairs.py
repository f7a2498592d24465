"""Two channels side by side: paragraphs of one, each with what says the same in the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from broadcaster.model.caption import Caption
from broadcaster.transcripts.alignment import Pairing, aligned
from broadcaster.transcripts.files import ends_paragraph, joined
from broadcaster.transcripts.speakers import introduced, speaker_of
from broadcaster.transcripts.spoken_sentences import SpokenSentence


@dataclass(frozen=True, slots=True)
class Pair:
    """A paragraph in two languages.

    Attributes:
        start_ms: event clock, when it begins.
        left: of the first channel; empty if that does not say it.
        right: of the second channel; empty if that does not say it.
        speaker: name of the person who says it, if it is not that of the pair before.
    """

    start_ms: int
    left: str
    right: str
    speaker: str = ""


def pairs_of(
    left: Sequence[Caption], right: Sequence[Caption], left_tag: str, right_tag: str
) -> list[Pair]:
    """The paragraphs of the first channel with the sentences of the second that say the same.

    Args:
        left: captions of the first channel, in the order of speech.
        right: those of the second, on the same clock.
        left_tag: id of the first channel.
        right_tag: id of the second.
    """
    rows: list[tuple[list[Caption], list[Caption]]] = []
    for pairing in aligned(left, right):
        if not rows or _begins(rows[-1], pairing, left_tag, right_tag):
            rows.append(([], []))
        rows[-1][0].extend(_captions(pairing.left))
        rows[-1][1].extend(_captions(pairing.right))
    pairs, before = list[Pair](), ""
    for upper, lower in rows:
        first = (upper or lower)[0]
        name = speaker_of(first)
        texts = _by_speakers(upper, left_tag), joined(lower, right_tag)
        pairs.append(Pair(first.start_ms, *texts, name if name != before else ""))
        before = speaker_of((upper or lower)[-1])
    return pairs


def _begins(
    row: tuple[list[Caption], list[Caption]], pairing: Pairing, left_tag: str, right_tag: str
) -> bool:
    """Whether a paragraph begins; the second channel decides where the first one is silent."""
    upper, lower = row
    if pairing.left:
        return not upper or ends_paragraph(upper, pairing.left[0].captions[0], left_tag)
    following = pairing.right[0].captions[0]
    return bool(lower) and ends_paragraph(lower, following, right_tag)


def _by_speakers(captions: Sequence[Caption], tag: str) -> str:
    """A text in one line, with the names of those who speak after the first one."""
    groups = [list(group) for _, group in groupby(captions, speaker_of)]
    named = [introduced(speaker_of(group[0]), joined(group, tag)) for group in groups[1:]]
    return " ".join([*(joined(group, tag) for group in groups[:1]), *named])


def _captions(sentences: Sequence[SpokenSentence]) -> list[Caption]:
    return [caption for one in sentences for caption in one.captions]
