"""The captions of a channel when readers may have them: a reviewer may need time for them."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace

from broadcaster.errors import BusUnavailable
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus, Clock, Entry

LOOK_EVERY_S = 0.25
"""A shorter time is noticed this soon."""
_LATER_ENTRIES = 1_000
"""Read after one that was held back, to find its revision: more than half a minute of them."""

HoldBackS = Callable[[], int]
"""Returns for how many seconds captions are held back; 0 for not at all."""


async def follow_held(
    bus: Bus, clock: Clock, stream: str, after: str, hold_back_s: HoldBackS
) -> AsyncIterator[Entry]:
    """The entries of a stream, each when its time has come, and as it was revised until then.

    Args:
        bus: has the stream.
        clock: the time.
        stream: of a channel's captions.
        after: id of the last entry that is known.
        hold_back_s: asked again and again.
    """
    async for entry in bus.follow(stream, after):
        held = hold_back_s() > 0  # it may have waited behind another one
        while hold_back_s() and _written_ms(entry) + hold_back_s() * 1_000 > clock.now_ms():
            await clock.sleep(LOOK_EVERY_S)
        yield await _as_revised(bus, stream, entry) if held else entry


def _written_ms(entry: Entry) -> int:
    return int(entry.id.partition("-")[0])


async def _as_revised(bus: Bus, stream: str, entry: Entry) -> Entry:
    """An entry with the text of its caption's newest revision, if there is one."""
    with suppress(ValueError, TypeError, BusUnavailable):
        caption = Caption.from_json(entry.payload)
        for later in await bus.read(stream, entry.id, _LATER_ENTRIES):
            revision = Caption.from_json(later.payload)
            if revision.id == caption.id and revision.revision > 0:
                caption = replace(caption, text=revision.text)
        return Entry(entry.id, caption.to_json())
    return entry
