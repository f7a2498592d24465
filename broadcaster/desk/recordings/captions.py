"""The captions of a channel that belong to a part of a recording, on the time of its files."""

from collections.abc import Iterable
from dataclasses import replace

from broadcaster.desk.recordings.library import RecordedPart
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus, Entry

_AT_ONCE = 1_000


async def captions_of(bus: Bus, event_id: str, channel: str) -> list[Caption]:
    """The finished captions of a channel as readers see them, in the order of speech.

    Args:
        bus: has them.
        event_id: id of the event.
        channel: id of the channel.

    Raises:
        BusUnavailable: the store does not answer.
    """
    newest: dict[str, Caption] = {}
    after = ""
    stream = keys.captions(event_id, channel)
    while entries := await bus.read(stream, after, _AT_ONCE):
        newest |= _finished(entries)
        after = entries[-1].id
    shown = (one for one in newest.values() if not one.hidden)
    return sorted(shown, key=lambda one: one.start_ms)


async def captions_of_parts(
    bus: Bus, event_id: str, parts: Iterable[RecordedPart]
) -> dict[str, list[Caption]]:
    """The captions of all channels that parts have, see `captions_of`.

    Raises:
        BusUnavailable: the store does not answer.
    """
    channels = dict.fromkeys(file.channel for part in parts for file in part.files)
    return {channel: await captions_of(bus, event_id, channel) for channel in channels}


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


def _finished(entries: Iterable[Entry]) -> dict[str, Caption]:
    """The last finished version of each caption, by its id."""
    found: dict[str, Caption] = {}
    for entry in entries:
        try:
            caption = Caption.from_json(entry.payload)
        except (ValueError, TypeError):
            continue  # the edge reports it
        if caption.final:
            found[caption.id] = caption
    return found
