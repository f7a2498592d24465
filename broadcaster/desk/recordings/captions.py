"""The captions of channels that belong to a part of a recording, on the time of its files."""

from collections.abc import Iterable
from dataclasses import replace

from broadcaster.desk.recordings.library import RecordedPart
from broadcaster.desk.transcript.reading import read_captions
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus


async def captions_of_parts(
    bus: Bus, event_id: str, parts: Iterable[RecordedPart]
) -> dict[str, list[Caption]]:
    """The captions of all channels that parts have, see `read_captions`.

    Raises:
        BusUnavailable: the store does not answer.
    """
    channels = dict.fromkeys(file.channel for part in parts for file in part.files)
    return {channel: await read_captions(bus, event_id, channel) for channel in channels}


def in_part(captions: Iterable[Caption], start_ms: int, length_ms: int) -> list[Caption]:
    """The captions of a part, with times from its beginning.

    Args:
        captions: on the event clock.
        start_ms: the beginning of the part on the event clock.
        length_ms: of the part.
    """
    return [
        replace(one, start_ms=max(0, one.start_ms - start_ms), end_ms=one.end_ms - start_ms)
        for one in captions
        if one.end_ms > start_ms and one.start_ms < start_ms + length_ms
    ]
