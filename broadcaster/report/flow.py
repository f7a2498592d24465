"""Gaps and skipped sound of a channel, and its captions: their pace, and what is missing."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from broadcaster.report.captions import SpokenCaption
from broadcaster.report.delay import AUDIBLE_DBFS
from broadcaster.report.samples import SAMPLE_EVERY_S, Sample
from broadcaster.report.spread import Spread, spread_of
from broadcaster.writing.columns import columns
from broadcaster.writing.words import words

GAP_S = 2
"""A channel that is silent for longer while the floor speaks has a gap."""
SPEECH_DBFS = -45
"""A floor without captions speaks in a second that is louder."""
SKIPPED_MARK = "[…]"
"""Where the text of a channel says that something is missing."""
LONGEST_LAG_S = 15
"""A human interpreter is not further behind than this."""
_MS = 1_000


@dataclass(frozen=True, slots=True)
class Gaps:
    """Silence of a channel where it should have carried what the floor said.

    Attributes:
        count: gaps of more than `GAP_S`.
        total_s: all of them together.
        longest_s: the longest.
        spoken_s: seconds in which it should have carried speech.
    """

    count: int
    total_s: float
    longest_s: float
    spoken_s: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The captions of a channel as a reader gets them.

    Attributes:
        words: in all of them.
        captions: how many there are.
        corrected: captions that a reviewer changed.
        erased: characters that were shown and taken back.
        characters: of all of them, as they were said.
        missing: marks of text that is missing.
        words_per_minute: while its words are spoken, caption by caption.
        columns_per_s: width of a letter of a caption that is read per second; a wide letter is 2.
        shown_after_ms: from the start of a caption to the moment at which its first text was shown.
            Below 0 it is shown before it is heard.
    """

    words: int
    captions: int
    corrected: int
    erased: int
    characters: int
    missing: int
    words_per_minute: Spread | None
    columns_per_s: Spread | None
    shown_after_ms: Spread | None


def word_count(text: str, language: str) -> int:
    """Words of a text; in scripts without spaces they are found by dictionaries.

    Args:
        text: any text.
        language: a tag; empty if it is unknown.
    """
    return len(words(text, language.partition("-")[0]))


def reading_of(captions: Sequence[SpokenCaption], language: str) -> Reading:
    """The figures of a channel's captions.

    Args:
        captions: in the order of speech.
        language: a tag; empty if it is unknown.
    """
    counts = [word_count(one.text, language) for one in captions]
    lasts_s = [max(0.5, (one.end_ms - one.start_ms) / _MS) for one in captions]
    return Reading(
        words=sum(counts),
        captions=len(captions),
        corrected=sum(one.corrected for one in captions),
        erased=sum(one.erased for one in captions),
        characters=sum(len(one.text) for one in captions),
        missing=sum(one.text.count(SKIPPED_MARK) for one in captions),
        words_per_minute=spread_of(
            [count * 60 / s for count, s in zip(counts, lasts_s, strict=True)]
        ),
        columns_per_s=spread_of(
            [columns(one.line) / s for one, s in zip(captions, lasts_s, strict=True)]
        ),
        shown_after_ms=spread_of([one.growth[0].at_ms - one.start_ms for one in captions]),
    )


class FloorSpeech:
    """When somebody speaks on the floor.

    Args:
        captions: of the floor, in the order of speech.
        samples: of the event; without captions the level of the floor decides.
        live_at_ms: Unix time at which the event's clock began.
    """

    def __init__(
        self, captions: Sequence[SpokenCaption], samples: Sequence[Sample], live_at_ms: int
    ) -> None:
        loud = [one.at_ms for one in samples if (one.floor_dbfs or -100) >= SPEECH_DBFS]
        second_ms = round(SAMPLE_EVERY_S * _MS)
        self._stretches = (
            [(live_at_ms + one.start_ms, live_at_ms + one.end_ms) for one in captions]
            if captions
            else [(at_ms - second_ms, at_ms) for at_ms in loud]
        )

    def speaks(self, at_ms: int) -> bool:
        """Whether somebody speaks at a moment of Unix time."""
        number = bisect_right(self._stretches, (at_ms, at_ms)) - 1
        near = self._stretches[max(0, number) : number + 2]
        return any(start_ms <= at_ms <= end_ms for start_ms, end_ms in near)


def gaps_of(
    samples: Sequence[Sample], channel: str, floor: FloorSpeech, lag_ms: float
) -> Gaps | None:
    """The gaps of a channel; None without samples.

    A second of the channel is compared with the second of the floor that is `lag_ms` earlier.

    Args:
        samples: of the event.
        channel: which.
        floor: says when somebody speaks.
        lag_ms: how far the channel usually is behind.
    """
    silent: list[int] = []
    spoken = run = 0
    for sample in samples:
        one = sample.channels.get(channel)
        if one is None:
            continue
        speaking = floor.speaks(sample.at_ms - round(lag_ms))
        spoken += speaking
        if speaking and one.level_dbfs < AUDIBLE_DBFS:
            run += 1
            continue
        silent.append(run)
        run = 0
    gaps = [one * SAMPLE_EVERY_S for one in (*silent, run) if one * SAMPLE_EVERY_S > GAP_S]
    if not samples:
        return None
    return Gaps(len(gaps), sum(gaps), max(gaps, default=0.0), spoken * SAMPLE_EVERY_S)


def likely_lag_ms(samples: Sequence[Sample], channel: str, floor: FloorSpeech) -> float:
    """How far a channel is behind that does not tell it, as the one of a human interpreter.

    It is the delay at which the channel carries sound in the most seconds in which the floor
    speaks, and is silent in the most others.

    Args:
        samples: of the event.
        channel: which.
        floor: says when somebody speaks.
    """
    audible = [
        (sample.at_ms, sample.channels[channel].level_dbfs >= AUDIBLE_DBFS)
        for sample in samples
        if channel in sample.channels
    ]

    def differs(lag_s: int) -> int:
        return sum(floor.speaks(at_ms - lag_s * _MS) != is_loud for at_ms, is_loud in audible)

    return float(_MS * min(range(LONGEST_LAG_S + 1), key=differs))


def words_heard(
    samples: Sequence[Sample],
    channel: str,
    captions: Sequence[SpokenCaption],
    language: str,
    live_at_ms: int,
) -> int | None:
    """The words of a channel's captions that were heard, said at an even pace.

    Args:
        samples: of the event.
        channel: which.
        captions: of the channel.
        language: its tag; empty if it is unknown.
        live_at_ms: Unix time at which the event's clock began.

    Returns:
        None without samples of the channel.
    """
    seen = [(sample.at_ms, sample.channels.get(channel)) for sample in samples]
    loud_ms = [at for at, one in seen if one is not None and one.level_dbfs >= AUDIBLE_DBFS]
    if not any(one is not None for _, one in seen):
        return None
    heard = 0
    for one in captions:
        count = word_count(one.text, language)
        for number in range(count):
            lasts_ms = (one.end_ms - one.start_ms) * (number + 0.5) / count
            said_ms = live_at_ms + one.start_ms + lasts_ms
            near = bisect_right(loud_ms, said_ms - _MS)
            heard += near < len(loud_ms) and loud_ms[near] <= said_ms + 2 * _MS
    return heard


def skipped_ms(samples: Sequence[Sample], channel: str) -> int | None:
    """Interpreted sound that was skipped; None without samples. A new booth counts from 0."""
    seen = [sample.channels[channel].dropped_ms for sample in samples if channel in sample.channels]
    if not seen:
        return None
    grown = (after - before if after >= before else after for before, after in pairwise(seen))
    return seen[0] + sum(grown)
