"""Samples of an event's status, one a second: what a report needs when the event is over."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from broadcaster.model.status import EventStatus

SAMPLE_EVERY_S = 1.0
SAMPLES_IN_ENTRY = 10
"""Samples that are stored together. A process that is killed loses this many at most."""


@dataclass(frozen=True, slots=True)
class ChannelSample:
    """One channel in one second.

    Attributes:
        lag_ms: how far what was last heard is behind the floor; None before the first sound.
        queue_ms: interpreted sound that waited for playout.
        dropped_ms: interpreted sound that its booth has skipped so far.
        level_dbfs: RMS of what listeners heard, -100 for digital silence.
        listeners: connected.
        readers: connected.
        answer_ms: the part of the lag that the interpreter and the network took; None if that is
            unknown, as in samples of older versions.
        playout_ms: the part of it in which interpreted sound waited to be played.
        tempo: of what is played; 1.0 is the interpreter's own.
        loudness_lufs: integrated, since the booth began; None before any sound.
        true_peak_dbtp: highest since the booth began.
    """

    lag_ms: int | None
    queue_ms: int
    dropped_ms: int
    level_dbfs: int
    listeners: int
    readers: int
    answer_ms: int | None = None
    playout_ms: int | None = None
    tempo: float | None = None
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """All channels of an event in one second.

    Attributes:
        at_ms: Unix time.
        floor_dbfs: RMS of the floor; None while no floor reports.
        channels: by id.
    """

    at_ms: int
    floor_dbfs: int | None
    channels: Mapping[str, ChannelSample]


def sample_of(status: EventStatus, now_ms: int) -> Sample:
    """The sample of a status.

    Args:
        status: of the event.
        now_ms: Unix time.
    """
    floor = status.floor
    return Sample(
        now_ms,
        None if floor is None else round(floor.level_dbfs),
        {
            channel: ChannelSample(
                booth.lag_ms,
                booth.queue_ms,
                booth.dropped_ms,
                round(booth.level_dbfs),
                status.listeners.get(channel, 0),
                status.readers.get(channel, 0),
                booth.answer_ms,
                booth.playout_ms,
                round(booth.tempo, 2),
                booth.loudness_lufs,
                booth.true_peak_dbtp,
            )
            for channel, booth in status.booths.items()
        },
    )


def samples_to_json(samples: Sequence[Sample]) -> bytes:
    """The form of an entry of the stream."""
    rows = [
        [
            sample.at_ms,
            sample.floor_dbfs,
            {name: _row(channel) for name, channel in sample.channels.items()},
        ]
        for sample in samples
    ]
    return json.dumps({"samples": rows}, separators=(",", ":")).encode()


def samples_from_json(data: bytes) -> list[Sample]:
    """Parse what `samples_to_json` wrote.

    Raises:
        ValueError: it did not.
    """
    try:
        return [
            Sample(
                at_ms, floor, {name: ChannelSample(*values) for name, values in channels.items()}
            )
            for at_ms, floor, channels in json.loads(data)["samples"]
        ]
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError("not samples of a status") from wrong


def _row(sample: ChannelSample) -> list[float | None]:
    return list(astuple(sample))
