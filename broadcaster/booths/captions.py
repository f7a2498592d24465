"""A booth's captions, from fragments to the durable stream."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress

from broadcaster.booths.segmenter import Segmenter
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus

log = logging.getLogger("broadcaster.booths")

LONGEST_QUEUE = 10_000
"""Caption versions that wait while the bus is away, more than half an hour; newer ones are lost."""
FINISH_S = 5.0
"""How long a closing booth waits for the bus to take its last captions."""


class CaptionWriter:
    """Segments one channel's text and appends the captions in order."""

    def __init__(self, event: str, channel: str, bus: Bus) -> None:
        self._stream = keys.captions(event, channel)
        self._bus = bus
        self._segmenter = Segmenter(channel)
        self._queue: asyncio.Queue[Caption] = asyncio.Queue(LONGEST_QUEUE)

    def push(self, fragment: str, now_ms: int) -> None:
        """Text the interpreter said at `now_ms` of the event clock."""
        self._write(self._segmenter.push(fragment, now_ms))

    def tick(self, now_ms: int) -> None:
        """Time passed."""
        self._write(self._segmenter.tick(now_ms))

    def join(self) -> None:
        """Another session goes on where the one before it ended."""
        self._segmenter.join()

    def end(self, now_ms: int) -> None:
        """Nothing more is said."""
        self._write(self._segmenter.flush(now_ms))

    async def run(self) -> None:
        """Append until cancelled."""
        while True:
            caption = await self._queue.get()
            await self._bus.append(self._stream, caption.to_json())
            self._queue.task_done()

    async def finish(self) -> None:
        """Wait until all is appended, at most `FINISH_S`; `run` must still be running."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S):
                await self._queue.join()

    def _write(self, captions: Iterable[Caption]) -> None:
        for caption in captions:
            if self._queue.full():
                log.error("a caption was lost: the bus has been away for too long")
            else:
                self._queue.put_nowait(caption)
