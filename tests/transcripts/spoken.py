"""Captions as booths write them: sentences that are said at some speed, cut by the rulebook."""

from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise

from broadcaster.model.caption import Caption
from broadcaster.rehearsal import talk
from broadcaster.transcripts.recut import laid_out
from broadcaster.writing.columns import columns

Said = tuple[str, int, int]
"""A sentence, and when it begins and ends in ms."""


def talk_in(language: str, lag_ms: int = 0) -> list[Said]:
    """The prepared talk as it is said, or as an interpreter says it so much later."""
    found: list[Said] = []
    for sentence in talk.load().sentences:
        text = sentence.text if language == sentence.language else sentence.translations[language]
        found.append((text, sentence.start_ms + lag_ms, sentence.end_ms + lag_ms))
    return found


def captions_of(channel: str, language: str, said: Iterable[Said]) -> list[Caption]:
    """The captions of a channel, two lines each, with times that follow its letters."""
    return list(_captions(channel, language, said))


def _captions(channel: str, language: str, said: Iterable[Said]) -> Iterator[Caption]:
    for text, start_ms, end_ms in said:
        lines = laid_out(text, language)
        pairs = [lines[first : first + 2] for first in range(0, len(lines), 2)]
        read = [0, *accumulate(sum(map(columns, pair)) for pair in pairs)]
        times = [start_ms + (end_ms - start_ms) * one // read[-1] for one in read]
        for pair, (begin_ms, until_ms) in zip(pairs, pairwise(times), strict=True):
            name = f"{channel}-{begin_ms}"
            yield Caption(name, channel, begin_ms, until_ms, "\n".join(pair), final=True)
