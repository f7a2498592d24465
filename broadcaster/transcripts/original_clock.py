"""Times of an interpretation on the clock of the original: when the speaker says the same."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise

from broadcaster.model.caption import Caption
from broadcaster.model.transcripts.clocks import NoOriginalCaptions
from broadcaster.transcripts.alignment import Pairing, aligned
from broadcaster.transcripts.spoken_sentences import SpokenSentence
from broadcaster.writing.columns import columns


def on_original_clock(captions: Sequence[Caption], original: Sequence[Caption]) -> list[Caption]:
    """The captions of an interpretation with the times at which the original says the same.

    A sentence begins and ends with the sentences of the original that it translates, and its
    captions share that time by their length. One that translates nothing is as late as the one
    before it.

    Args:
        captions: of an interpretation, in the order of speech.
        original: captions of the floor.

    Raises:
        NoOriginalCaptions: the floor has none.
    """
    if captions and not original:
        raise NoOriginalCaptions
    return list(chain.from_iterable(_retimed(aligned(original, captions))))


def _retimed(pairings: Sequence[Pairing]) -> Iterator[list[Caption]]:
    lag_ms = next(
        (
            one.right[0].start_ms - one.left[0].start_ms
            for one in pairings
            if one.left and one.right
        ),
        0,
    )
    ended_ms = 0
    for pairing in pairings:
        if not pairing.right:
            ended_ms = max(ended_ms, pairing.left[-1].end_ms)
            continue
        start_ms, end_ms = pairing.right[0].start_ms, pairing.right[-1].end_ms
        if pairing.left:
            lag_ms = start_ms - pairing.left[0].start_ms
            start_ms, end_ms = pairing.left[0].start_ms, pairing.left[-1].end_ms
        else:
            start_ms, end_ms = start_ms - lag_ms, end_ms - lag_ms
        start_ms = max(start_ms, ended_ms)
        ended_ms = max(end_ms, start_ms)
        yield _spread(pairing.right, start_ms, ended_ms)


def _spread(sentences: Sequence[SpokenSentence], start_ms: int, end_ms: int) -> list[Caption]:
    """The captions of some sentences in a time, each as long as its text."""
    captions = [caption for one in sentences for caption in one.captions]
    read = [0]
    for caption in captions:
        read.append(read[-1] + max(sum(map(columns, caption.text.splitlines())), 1))
    times = [start_ms + (end_ms - start_ms) * one // read[-1] for one in read]
    return [
        replace(caption, start_ms=begin_ms, end_ms=until_ms)
        for caption, (begin_ms, until_ms) in zip(captions, pairwise(times), strict=True)
    ]
