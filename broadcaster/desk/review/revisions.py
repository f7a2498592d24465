"""Revises captions: the record of a caption decides who was first, its stream tells everybody.

A revision is first written into the caption's record, by a compare-and-set, and then appended to
the channel's stream. If the second step failed, the reviewer sends the revision again with its id,
and it is appended once more. Readers ignore a revision that they have.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus
from broadcaster.model.review.review_errors import (
    CaptionChanged,
    CaptionUnfinished,
    UnknownCaption,
)
from broadcaster.model.review.revised_caption import RevisedCaption
from broadcaster.system.tasks import in_turns

_ATTEMPTS = 5
_NEWEST_ENTRIES = 2_000
"""Entries of a stream that are searched first, ten minutes and more."""
_ENTRIES_AT_ONCE = 1_000
_PARSED_AT_ONCE = 100
APPEND_TIMEOUT_S = 5.0
"""A reviewer does not wait longer for the stream, and sends the revision again."""


@dataclass(frozen=True, slots=True)
class RevisionWish:
    """A change of a caption that a reviewer asks for.

    Attributes:
        id: chosen by the reviewer's client; one that is sent again changes nothing.
        caption: id of the caption.
        expected_revision: of the caption as the reviewer saw it.
        text: the new text; None leaves it.
        hidden: whether the caption is hidden; None leaves that.
    """

    id: str
    caption: str
    expected_revision: int
    text: str | None = None
    hidden: bool | None = None


class CaptionReviser:
    """Revises the captions of events.

    Args:
        bus: has the streams and the records.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def revise(self, event_id: str, channel: str, wish: RevisionWish) -> RevisedCaption:
        """Revise a caption.

        Args:
            event_id: of the event.
            channel: of the caption.
            wish: the change.

        Returns:
            The caption as it is now. If the revision with this id was made before, it may have a
            later one.

        Raises:
            UnknownCaption: the channel has no such caption.
            CaptionUnfinished: it still grows.
            CaptionChanged: it has another revision than the expected one.
            BusUnavailable: the revision is perhaps not made; it can be sent again.
        """
        name = keys.review_record(event_id, wish.caption)
        for _ in range(_ATTEMPTS):
            record = await self._bus.get(name)
            if record is not None:
                before = RevisedCaption.from_json(record.value)
            else:
                said = await self._find(event_id, channel, wish.caption)
                before = RevisedCaption(said, said.text)
            if before.caption.channel != channel:
                raise UnknownCaption
            if wish.id in before.ids:
                if wish.id == before.ids[-1]:
                    await self._tell(event_id, before)
                return before
            if wish.expected_revision != before.caption.revision:
                raise CaptionChanged
            after = before.revised(wish.id, text=wish.text, hidden=wish.hidden)
            if after is before:
                return before
            with suppress(VersionConflict):
                version = record.version if record is not None else 0
                await self._bus.put(name, after.to_json(), version)
                await self._tell(event_id, after)
                return after
        raise CaptionChanged

    async def count(self, event_id: str) -> int:
        """How many captions of an event were revised.

        Raises:
            BusUnavailable: the broker does not answer.
        """
        return len(await self._bus.records(keys.review_records(event_id)))

    async def _tell(self, event_id: str, revised: RevisedCaption) -> None:
        stream = keys.captions(event_id, revised.caption.channel)
        try:
            async with asyncio.timeout(APPEND_TIMEOUT_S):
                await self._bus.append(stream, revised.shown().to_json())
        except TimeoutError:
            raise BusUnavailable("the store takes no captions right now") from None

    async def _find(self, event_id: str, channel: str, caption_id: str) -> Caption:
        """The final version of a caption that has no revision.

        Raises:
            UnknownCaption, CaptionUnfinished, BusUnavailable: see `revise`.
        """
        stream = keys.captions(event_id, channel)
        entries = await self._bus.latest(stream, _NEWEST_ENTRIES)
        found = await _newest_of(caption_id, [entry.payload for entry in entries])
        after = ""
        while found is None:
            entries = await self._bus.read(stream, after, _ENTRIES_AT_ONCE)
            if not entries:
                raise UnknownCaption
            after = entries[-1].id
            found = await _newest_of(caption_id, [entry.payload for entry in entries])
            if found is not None and not found.final:
                found = None  # its final version is on the next page
        if not found.final:
            raise CaptionUnfinished
        return found


async def _newest_of(caption_id: str, payloads: list[bytes]) -> Caption | None:
    """The newest version of a caption among entries of its stream, revisions apart."""
    sought = f'"{caption_id}"'.encode()
    found = None
    async for payload in in_turns(payloads, _PARSED_AT_ONCE):
        if sought not in payload:
            continue
        with suppress(ValueError, TypeError):  # the edges report it
            caption = Caption.from_json(payload)
            if caption.id == caption_id and not caption.revision:
                found = caption
    return found
