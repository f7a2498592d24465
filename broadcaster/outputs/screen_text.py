"""Keeps a text on a screen up to date: the newest caption while it grows, nothing in a pause.

OBS and vMix show one text, and each new one replaces it. So a text that could not be set in time is
not set later: only the newest matters.
"""

import asyncio
from contextlib import suppress

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.outputs.output import CaptionOutput
from broadcaster.model.outputs.progress import OutputState
from broadcaster.model.ports import Bus, Clock
from broadcaster.outputs.held_entries import HoldBackS, follow_held
from broadcaster.outputs.progress_record import ProgressRecord
from broadcaster.outputs.wires.wire import Parcel, Wire, WireFailed
from broadcaster.system.backoff import Backoff

CLEAR_AFTER_S = 8.0
"""A text leaves the screen when it has not changed for this long."""
STORE_EVERY_S = 2.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0


class ScreenText:
    """Sets the text of one output while this process has its lease.

    Args:
        bus: has the captions and the progress.
        clock: the time.
        output: whose captions go where.
        wire: the connection.
        hold_back_s: for how long captions are held back.
    """

    def __init__(
        self, bus: Bus, clock: Clock, output: CaptionOutput, wire: Wire, hold_back_s: HoldBackS
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._wire = wire
        self._hold_back_s = hold_back_s
        self._stream = keys.captions(output.event, output.channel)
        self._progress = ProgressRecord(bus, clock, output, self._stream)
        self._caption_id = ""
        self._newest = ""
        self._shown = ""
        self._changed = asyncio.Event()
        self._after = ""
        self._number = 0
        self._stored_s = -STORE_EVERY_S
        self._turn = asyncio.Lock()

    async def load(self) -> None:
        """Read the state that an earlier process has left; before anything else."""
        self._after = await self._progress.newest_id()
        await self._progress.load()

    async def run(self) -> None:
        """Show captions until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow(), name="output: captions")
            tasks.create_task(self._show(), name="output: screen")

    async def send_test(self, text: str, _test_id: str) -> None:
        """Show a test line until the next caption comes.

        Raises:
            WireFailed: it is not shown, or nobody knows.
        """
        async with self._turn:
            try:
                await self._set(text)
            except WireFailed as failed:
                await self._note(failed)
                raise
        self._newest = text
        self._changed.set()

    async def _follow(self) -> None:
        stream, hold = self._stream, self._hold_back_s
        async for entry in follow_held(self._bus, self._clock, stream, self._after, hold):
            with suppress(ValueError, TypeError):  # the edge reports it
                self._take(Caption.from_json(entry.payload))

    def _take(self, caption: Caption) -> None:
        """Show a caption; a revision only if that caption is shown now."""
        if not caption.revision:
            self._caption_id = caption.id
        elif caption.id != self._caption_id or not self._newest:
            return
        self._newest = caption.text
        self._changed.set()

    async def _show(self) -> None:
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S, sleep=self._clock.sleep)
        while True:
            if self._newest == self._shown:
                await self._wait_for_change()
                continue
            try:
                async with self._turn:
                    await self._set(self._newest)
            except WireFailed as failed:
                await self._note(failed)
                await backoff.wait()
            else:
                backoff.reset()

    async def _wait_for_change(self) -> None:
        """Wait for another text; after a while without one, that is nothing."""
        self._changed.clear()
        if not self._shown:
            await self._changed.wait()
            return
        waiting = asyncio.create_task(self._changed.wait(), name="output: change")
        pausing = asyncio.create_task(self._clock.sleep(CLEAR_AFTER_S), name="output: pause")
        try:
            await asyncio.wait({waiting, pausing}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                self._newest = ""
        finally:
            for task in (waiting, pausing):
                task.cancel()
            await asyncio.gather(waiting, pausing, return_exceptions=True)

    async def _set(self, text: str) -> None:
        self._number += 1
        await self._wire.send_text(Parcel(self._number, text, self._clock.now_ms()))
        self._shown = text
        now_s = self._clock.monotonic()
        is_news = self._progress.now.state is not OutputState.SENDING
        if text and (is_news or now_s - self._stored_s >= STORE_EVERY_S):
            self._stored_s = now_s
            await self._progress.shown()

    async def _note(self, failed: WireFailed) -> None:
        state = OutputState.STOPPED if failed.refused else OutputState.RETRYING
        await self._progress.failed(state, failed.reason, dict(failed.values))
