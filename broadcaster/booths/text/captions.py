"""A booth's captions: from text fragments to the durable stream."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress

from broadcaster.booths.text.caption_segmenter import CaptionSegmenter
from broadcaster.booths.text.left_captions import letters
from broadcaster.booths.timing.places import TextPlace
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus

log = logging.getLogger("broadcaster.booths")

LONGEST_CAPTION_QUEUE = 10_000
"""Caption versions kept while the bus is down, enough for half an hour; newer ones are lost."""
FINISH_S = 5.0
"""A closing booth waits this long for the bus to take its last captions."""


class CaptionWriter:
    """Divides one channel's text into captions and appends them to the stream, in order.

    Attributes:
        pushed_letters: letters and digits of the text it was given.
        stored_letters: those of them that are stored.
    """

    def __init__(self, event: str, channel: str, bus: Bus) -> None:
        self._stream = keys.captions(event, channel)
        self._bus = bus
        self._segmenter = CaptionSegmenter(channel)
        self._queue: asyncio.Queue[Caption] = asyncio.Queue(LONGEST_CAPTION_QUEUE)
        self._appending = False
        self.pushed_letters = 0
        self.stored_letters = 0
        self._final_letters = 0

    def go_on_after(self, last: Caption) -> None:
        """Go on after the last caption of another booth; an unfinished one grows on."""
        self._segmenter.go_on_after(last)
        if not last.final:
            self._final_letters = -letters(last.text)

    def push_text(self, fragment: str, now_ms: int, place: TextPlace | None = None) -> None:
        """Add a fragment.

        Args:
            fragment: with its own spacing.
            now_ms: event clock, when it came.
            place: when it is spoken; None if that is unknown.
        """
        self.pushed_letters += letters(fragment)
        self._write(self._segmenter.push(fragment, now_ms, place))

    def tick(self, now_ms: int) -> None:
        """End captions that have been quiet for long enough at `now_ms`."""
        self._write(self._segmenter.tick(now_ms))

    def begin_session(self) -> None:
        """Continue with the text of another session."""
        self._segmenter.join()

    def end_sentence(self, now_ms: int) -> None:
        """End what is open, finished or not: somebody else speaks from now on."""
        self._write(self._segmenter.flush(now_ms))
        self._segmenter.join()

    @asynccontextmanager
    async def writing(
        self, now_ms: Callable[[], int], finishes: Callable[[], bool] = lambda: True
    ) -> AsyncIterator[None]:
        """Append inside the context; at its end everything is finished and appended.

        Args:
            now_ms: where the event clock is.
            finishes: asked at the end; False drops what is not stored, because another booth writes
                it.
        """
        task = asyncio.create_task(self._append(), name=f"captions {self._stream}")
        try:
            yield
        finally:
            try:
                if finishes():
                    await self._finish(now_ms())
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _finish(self, now_ms: int) -> None:
        self._write(self._segmenter.flush(now_ms))
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S):
                await self._queue.join()
        if unappended := self._queue.qsize() + self._appending:
            log.error("the bus did not answer: captions lost at the end: %d", unappended)

    async def _append(self) -> None:
        while True:
            caption = await self._queue.get()
            self._appending = True
            await self._bus.append(self._stream, caption.to_json())
            self._appending = False
            self._count(caption)
            self._queue.task_done()

    def _count(self, caption: Caption) -> None:
        self.stored_letters = self._final_letters + letters(caption.text)
        if caption.final:
            self._final_letters = self.stored_letters

    def _write(self, captions: Iterable[Caption]) -> None:
        for caption in captions:
            if self._queue.full():
                log.error("a caption was lost: the bus has been down for too long")
            else:
                self._queue.put_nowait(caption)
