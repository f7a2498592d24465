"""A booth's captions: from text fragments to the durable stream."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress

from broadcaster.booths.text.caption_segmenter import WORD_QUIET_MS, CaptionSegmenter
from broadcaster.booths.text.left_captions import letters
from broadcaster.booths.text.speaker_names import SpeakerNames
from broadcaster.booths.text.word_replacer import PassedText, WordReplacer
from broadcaster.booths.timing.places import TextPlace
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus
from broadcaster.model.review.replacements import Replacements

log = logging.getLogger("broadcaster.booths")

LONGEST_CAPTION_QUEUE = 10_000
"""Caption versions kept while the bus is down, enough for half an hour; newer ones are lost."""
FINISH_S = 5.0
"""A closing booth waits this long for the bus to take its last captions."""


class CaptionWriter:
    """Divides one channel's text into captions and appends them to the stream, in order.

    Attributes:
        speakers: names the speakers.
        pushed_letters: letters and digits of the text it was given.
        stored_letters: those of them that are stored.
    """

    def __init__(self, event: str, channel: str, bus: Bus) -> None:
        self._stream = keys.captions(event, channel)
        self._replacements = keys.replacements_record(event)
        self._channel = channel
        self._bus = bus
        self._replacer = WordReplacer(channel)
        self.speakers = SpeakerNames(event, bus)
        self._segmenter = CaptionSegmenter(channel, self.speakers.name_of)
        self._queue: asyncio.Queue[Caption] = asyncio.Queue(LONGEST_CAPTION_QUEUE)
        self._appending = False
        self.pushed_letters = 0
        self.stored_letters = 0
        self._final_letters = 0
        self._captioned_letters = 0
        self._pushed_ms = 0
        self._shifts: deque[tuple[int, int]] = deque()
        """Up to which letter of the captions words were replaced, and how many letters that took
        away."""
        self._shifted = 0

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
        self._pushed_ms = now_ms
        self._push(self._replacer.push(fragment, now_ms, place))

    def tick(self, now_ms: int) -> None:
        """End captions that have been quiet for long enough at `now_ms`."""
        if self._replacer.holds and now_ms - self._pushed_ms >= WORD_QUIET_MS:
            self._push(self._replacer.flush())
        self._write(self._segmenter.tick(now_ms))

    async def follow_replacements(self) -> None:
        """Replace in the next captions what reviewers want to be replaced, until cancelled."""
        async for record in self._bus.watch(self._replacements):
            try:
                replacements = Replacements.from_json(record.value)
            except ValueError:
                log.error("%s cannot be read and is ignored", self._replacements)  # noqa: TRY400
                continue
            self._replacer.use(replacements.on(self._channel))

    def begin_session(self) -> None:
        """Continue with the text of another session."""
        self._push(self._replacer.flush())
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
        self._push(self._replacer.flush())
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

    def _push(self, passed: Iterable[PassedText]) -> None:
        """Give text to the segmenter, and note where its letters are not those that were said."""
        for one in passed:
            captioned = letters(one.text)
            self._captioned_letters += captioned
            if (taken := letters(one.said) - captioned) != 0:
                self._shifts.append((self._captioned_letters, taken))
            self._write(self._segmenter.push(one.text, one.now_ms, one.place))

    def _count(self, caption: Caption) -> None:
        captioned = self._final_letters + letters(caption.text)
        while self._shifts and self._shifts[0][0] <= captioned:
            self._shifted += self._shifts.popleft()[1]
        self.stored_letters = captioned + self._shifted
        if caption.final:
            self._final_letters = captioned

    def _write(self, captions: Iterable[Caption]) -> None:
        for caption in captions:
            if self._queue.full():
                log.error("a caption was lost: the bus has been down for too long")
            else:
                self._queue.put_nowait(caption)
