"""Captions that wait some seconds, so that a reviewer can correct them before anybody sees them.

While nothing is held back this costs nothing. What waits is known by the time at which it was
written, so an edge that starts again holds back the same captions.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from broadcaster.model.caption import Caption
from broadcaster.model.ports import Clock, Entry

MOST_HELD = 2_000
"""Entries that wait; beyond it the oldest are let go early."""
_LOOK_EVERY_S = 0.25
"""A shorter time is noticed this soon."""


@dataclass(slots=True)
class HeldCaption:
    """An entry that waits.

    Attributes:
        entry: of the channel's stream.
        caption: what it holds.
        since_ms: Unix time at which it was written, or came.
        revision: the newest revision of it, which takes its place; None without one.
    """

    entry: Entry
    caption: Caption
    since_ms: int
    revision: Entry | None = None


class HeldCaptions:
    """The captions of one channel that wait, in the order of the stream.

    Args:
        clock: the time.
        seconds: for which captions wait; 0 for not at all.

    Attributes:
        seconds: can be changed at any time.
    """

    def __init__(self, clock: Clock, seconds: int) -> None:
        self.seconds = seconds
        self._clock = clock
        self._waiting: deque[HeldCaption] = deque()
        self._final: dict[str, HeldCaption] = {}
        self._came = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def takes(self, entry: Entry, caption: Caption, since_ms: int) -> bool:
        """Take an entry if it has to wait. The revision of one that waits takes its place.

        Args:
            entry: later than all before.
            caption: what it holds.
            since_ms: Unix time at which it was written, or came.
        """
        if caption.revision:
            held = self._final.get(caption.id)
            if held is not None:
                held.revision = entry
            return held is not None
        if not self._waiting and self._is_due(since_ms):
            return False
        held = HeldCaption(entry, caption, since_ms)
        self._waiting.append(held)
        self._came.set()
        if caption.final:
            self._final[caption.id] = held
        return True

    async def next_due(self) -> HeldCaption:
        """Wait for the next one whose time has come.

        Unfinished versions of a caption that was revised are left out.
        """
        while True:
            while self._waiting and (self._is_full or self._is_due(self._waiting[0].since_ms)):
                held = self._waiting.popleft()
                if held.caption.final:
                    self._final.pop(held.caption.id, None)
                    return held
                final = self._final.get(held.caption.id)
                if final is None or final.revision is None:
                    return held
            if not self._waiting:
                self._came.clear()
                await self._came.wait()
            await self._clock.sleep(_LOOK_EVERY_S)

    @property
    def _is_full(self) -> bool:
        return len(self._waiting) > MOST_HELD

    def _is_due(self, since_ms: int) -> bool:
        return not self.seconds or since_ms + self.seconds * 1000 <= self._clock.now_ms()
