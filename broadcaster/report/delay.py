"""The delay of a channel behind the floor, from the samples of its status."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from broadcaster.report.samples import ChannelSample, Sample
from broadcaster.report.spread import Spread, slope_per_hour, spread_of

AUDIBLE_DBFS = -60
"""A channel whose second is quieter carries no speech."""


@dataclass(frozen=True, slots=True)
class Delay:
    """The ear-voice span of a channel, over all seconds in which it was heard.

    Attributes:
        span_ms: from a word on the floor to its interpretation at the output of the channel, as
            far as the interpreter says.
        slope_ms_per_hour: how much the span grew; None if that cannot be told.
        answer_ms: the part of it from giving sound to the interpreter until its interpretation
            came; None if that was not recorded.
        playout_ms: the part of it in which interpreted sound waited to be played.
        booth_ms: the rest: a booth waits for a block of the floor or the end of a phrase, compares
            what came with what was said before, and hears a relay. None as `answer_ms`.
    """

    span_ms: Spread
    slope_ms_per_hour: float | None
    answer_ms: Spread | None
    playout_ms: Spread
    booth_ms: Spread | None


def heard_samples(samples: Sequence[Sample], channel: str) -> Iterator[tuple[int, ChannelSample]]:
    """The seconds in which interpreted speech was heard, each with its Unix time in ms.

    A lag that stays the same to the millisecond is that of an earlier second: what was heard is the
    floor, which passes through while it speaks the language of the channel.
    """
    last_ms = None
    for sample in samples:
        one = sample.channels.get(channel)
        if one is None or one.lag_ms is None:
            continue
        if one.lag_ms != last_ms and one.level_dbfs >= AUDIBLE_DBFS:
            yield sample.at_ms, one
        last_ms = one.lag_ms


def delay_of(samples: Sequence[Sample], channel: str) -> Delay | None:
    """The delay of a channel; None if it was not recorded."""
    heard = [(at_ms, one, one.lag_ms or 0) for at_ms, one in heard_samples(samples, channel)]
    span = spread_of([lag_ms for _, _, lag_ms in heard])
    playout = spread_of([_playout_ms(one, lag_ms) for _, one, lag_ms in heard])
    if span is None or playout is None:
        return None
    parted = [
        (one.answer_ms, max(0, lag_ms - one.answer_ms - one.playout_ms))
        for _, one, lag_ms in heard
        if one.answer_ms is not None and one.playout_ms is not None
    ]
    return Delay(
        span,
        slope_per_hour([(at_ms, lag_ms) for at_ms, _, lag_ms in heard]),
        spread_of([answer_ms for answer_ms, _ in parted]),
        playout,
        spread_of([booth_ms for _, booth_ms in parted]),
    )


def _playout_ms(sample: ChannelSample, lag_ms: int) -> int:
    """The wait for playout; samples of older versions have only the length of the queue."""
    known = sample.queue_ms if sample.playout_ms is None else sample.playout_ms
    return min(known, lag_ms)


def points_of(samples: Sequence[Sample], channel: str, most: int) -> list[tuple[float, float]]:
    """The span of a channel over time: minutes, and seconds behind the floor, thinned out.

    Args:
        samples: of the event.
        channel: which.
        most: points at most; each is the median of its part of the event.
    """
    heard = [(at_ms, one.lag_ms or 0) for at_ms, one in heard_samples(samples, channel)]
    if not heard:
        return []
    began_ms = samples[0].at_ms
    part_ms = max(1, (samples[-1].at_ms - began_ms) // most + 1)
    parts: dict[int, list[int]] = {}
    for at_ms, lag_ms in heard:
        parts.setdefault((at_ms - began_ms) // part_ms, []).append(lag_ms)
    return [
        (
            round((number + 0.5) * part_ms / 60_000, 3),
            round(sorted(lags)[len(lags) // 2] / 1_000, 2),
        )
        for number, lags in parts.items()
    ]
