"""Two channels side by side: paragraphs of one, each with what the other says in its time."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from broadcaster.model.caption import Caption
from broadcaster.transcripts.files import joined, paragraphs


@dataclass(frozen=True, slots=True)
class Pair:
    """A paragraph in two languages.

    Attributes:
        start_ms: event clock, when it begins.
        left: of the first channel; empty if that says nothing then.
        right: of the second channel; empty if that says nothing then.
    """

    start_ms: int
    left: str
    right: str


def pairs_of(
    left: Sequence[Caption], right: Sequence[Caption], left_tag: str, right_tag: str
) -> list[Pair]:
    """The paragraphs of the first channel with the captions of the second that begin in their time.

    Args:
        left: captions of the first channel, in the order of speech.
        right: those of the second, on the same clock.
        left_tag: id of the first channel.
        right_tag: id of the second.
    """
    found = [list(one) for one in paragraphs(left, left_tag)]
    starts = [one[0].start_ms for one in found]
    others: list[list[Caption]] = [[] for _ in range(len(found) + 1)]
    for caption in right:
        others[bisect_right(starts, caption.start_ms)].append(caption)
    first = [Pair(others[0][0].start_ms, "", joined(others[0], right_tag))] if others[0] else []
    return first + [
        Pair(start_ms, joined(paragraph, left_tag), joined(meanwhile, right_tag))
        for start_ms, paragraph, meanwhile in zip(starts, found, others[1:], strict=True)
    ]
