"""The sound of a channel as listeners heard it: loudness, peaks, and how fast it was played."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from broadcaster.report.delay import heard_samples
from broadcaster.report.samples import SAMPLE_EVERY_S, Sample
from broadcaster.report.spread import Spread, spread_of

_OWN_TEMPO = 1.0


@dataclass(frozen=True, slots=True)
class Sound:
    """Measures of a channel's sound; one that is None was not recorded.

    Attributes:
        loudness_lufs: integrated (ITU-R BS.1770-5), one channel measured as one.
        true_peak_dbtp: highest true peak.
        tempo: in the seconds in which interpreted speech was heard.
        faster_share: of these seconds, how many were played faster than the interpreter spoke.
    """

    loudness_lufs: float | None
    true_peak_dbtp: float | None
    tempo: Spread | None
    faster_share: float | None


def sound_of(samples: Sequence[Sample], channel: str) -> Sound | None:
    """The sound of a channel; None if nothing of it was recorded.

    Args:
        samples: of the event.
        channel: which.
    """
    seen = [sample.channels[channel] for sample in samples if channel in sample.channels]
    peaks = [one.true_peak_dbtp for one in seen if one.true_peak_dbtp is not None]
    tempos = [one.tempo for _, one in heard_samples(samples, channel) if one.tempo is not None]
    loudness_lufs = _loudness_lufs(samples, channel)
    if not peaks and not tempos and loudness_lufs is None:
        return None
    faster = sum(tempo > _OWN_TEMPO for tempo in tempos)
    return Sound(
        loudness_lufs,
        max(peaks, default=None),
        spread_of(tempos),
        faster / len(tempos) if tempos else None,
    )


def tempo_points(samples: Sequence[Sample], channel: str, most: int) -> list[tuple[float, float]]:
    """The tempo of a channel over time: minutes, and the fastest of each part of the event.

    Args:
        samples: of the event.
        channel: which.
        most: points at most.
    """
    if not samples:
        return []
    began_ms = samples[0].at_ms
    part_ms = max(1, (samples[-1].at_ms - began_ms) // most + 1)
    parts: dict[int, float] = {}
    for at_ms, one in heard_samples(samples, channel):
        if one.tempo is not None:
            number = (at_ms - began_ms) // part_ms
            parts[number] = max(parts.get(number, _OWN_TEMPO), one.tempo)
    return [(round((number + 0.5) * part_ms / 60_000, 3), tempo) for number, tempo in parts.items()]


def _loudness_lufs(samples: Sequence[Sample], channel: str) -> float | None:
    """The mean power of all booths of a channel, each by its seconds; None if nothing is known.

    A booth tells the loudness of all that it has played. The next booth begins without.
    """
    booths: list[tuple[float, float]] = []
    last, seconds = None, 0.0
    for sample in samples:
        one = sample.channels.get(channel)
        now = None if one is None else one.loudness_lufs
        if now is None and last is not None:
            booths.append((last, seconds))
            seconds = 0.0
        seconds += 0.0 if now is None else SAMPLE_EVERY_S
        last = now
    if last is not None:
        booths.append((last, seconds))
    if not booths:
        return None
    power = sum(10 ** (lufs / 10) * s for lufs, s in booths) / sum(s for _, s in booths)
    return round(10 * math.log10(power), 1)
