"""Reads the captions of a channel as they are now, with the changes of reviewers."""

import asyncio
import logging
from collections.abc import Sequence

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus, Entry

log = logging.getLogger("broadcaster.desk")

_AT_ONCE = 1_000
"""Entries that are read together."""


async def read_captions(bus: Bus, event_id: str, channel: str) -> list[Caption]:
    """The captions of a channel that are not hidden, by the time at which they begin.

    Transcripts, summaries and the captions of recordings are made of these, so all have the same
    words. A caption that its booth could not finish has the text that its readers saw last.

    Args:
        bus: has the stream.
        event_id: of the event.
        channel: `floor` or a tag.

    Raises:
        BusUnavailable: the broker does not answer.
    """
    newest: dict[str, Caption] = {}
    after = ""
    while entries := await bus.read(keys.captions(event_id, channel), after, _AT_ONCE):
        await asyncio.to_thread(_take, newest, entries)
        after = entries[-1].id
    shown = (one for one in newest.values() if not one.hidden and one.text)
    return sorted(shown, key=lambda one: one.start_ms)


def _take(newest: dict[str, Caption], entries: Sequence[Entry]) -> None:
    for entry in entries:
        try:
            caption = Caption.from_json(entry.payload)
        except (ValueError, TypeError):
            log.exception("a caption cannot be read and is not in the transcript")
            continue
        known = newest.get(caption.id)
        if known is None or caption.revision >= known.revision:
            newest[caption.id] = caption
