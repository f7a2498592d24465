"""Delivers the finished captions of a channel to one output, in order, none lost and none twice.

The stream of captions is the queue: a text is taken from it when the one before has arrived. The
store notes a text before it is sent, and again when it has arrived. So the process that goes on
after a crash knows which text was on its way. It asks the other side whether that has arrived, or
else sends it with the same number again, as the protocols want it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.outputs.output import CaptionOutput
from broadcaster.model.outputs.progress import TEST, OutputState
from broadcaster.model.ports import Bus, Clock, Entry
from broadcaster.outputs.held_entries import HoldBackS, follow_held
from broadcaster.outputs.progress_record import ProgressRecord
from broadcaster.outputs.wires.wire import Parcel, Wire, WireFailed
from broadcaster.system.backoff import Backoff

TOO_LATE_S = 120.0
"""A text that was spoken longer ago would confuse its readers, and is given up."""
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0

LiveAt = Callable[[], int | None]
"""Returns position 0 of the event clock as Unix time in milliseconds."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A text to deliver: the id of its caption, or `TEST`."""

    id: str
    text: str
    spoken_at_ms: int


class Delivery:
    """Delivers to one output while this process has its lease.

    Args:
        bus: has the captions and the progress.
        clock: the time.
        output: what goes where.
        wire: the connection.
        live_at_ms: of the event.
        hold_back_s: of the event.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        output: CaptionOutput,
        wire: Wire,
        live_at_ms: LiveAt,
        hold_back_s: HoldBackS,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._output = output
        self._wire = wire
        self._live_at_ms = live_at_ms
        self._hold_back_s = hold_back_s
        self._progress = ProgressRecord(bus, clock, output)
        self._in_doubt = True
        """Whether the last text may have arrived, or this process has not asked yet."""
        self._turn = asyncio.Lock()
        """Held from the first attempt to send a text to its end."""

    async def load(self) -> None:
        """Read how far the output has come; before anything else."""
        await self._progress.load()

    async def captions(self) -> None:
        """Deliver captions until cancelled."""
        stream = keys.captions(self._output.event, self._output.channel)
        after = self._progress.now.after
        async for entry in follow_held(self._bus, self._clock, stream, after, self._hold_back_s):
            text = self._text_of(entry)
            if text is not None:
                async with self._turn:
                    await self._deliver(text)

    async def send_test(self, text: str) -> None:
        """Send a test line between two captions, once.

        Raises:
            WireFailed: it has not arrived, or nobody knows, or a caption does not arrive just now.
        """
        now = self._progress.now
        if self._turn.locked() and now.reason:
            raise WireFailed(now.reason, now.values)
        async with self._turn:
            try:
                await self._attempt(_Text(TEST, text, self._clock.now_ms()))
            except WireFailed as failed:
                await self._note(failed)
                await self._progress.gave_up(TEST)
                raise

    def _text_of(self, entry: Entry) -> _Text | None:
        """The text of an entry; None for a caption that still grows, and for a revision.

        A caption that was sent once is never taken back: none of these protocols could do it.
        """
        try:
            caption = Caption.from_json(entry.payload)
        except (ValueError, TypeError):
            return None  # the edge reports it
        if not caption.final or caption.revision or not caption.text.strip():
            return None
        live_at_ms = self._live_at_ms()
        now_ms = self._clock.now_ms()
        spoken_at_ms = now_ms if live_at_ms is None else live_at_ms + caption.start_ms
        return _Text(entry.id, caption.text, spoken_at_ms)

    async def _deliver(self, text: _Text) -> None:
        """Send a text until it has arrived, or is too late."""
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S, sleep=self._clock.sleep)
        while self._clock.now_ms() - text.spoken_at_ms <= TOO_LATE_S * 1_000:
            try:
                await self._attempt(text)
            except WireFailed as failed:
                await self._note(failed)
            else:
                return
            await backoff.wait()
        await self._progress.gave_up(text.id)

    async def _attempt(self, text: _Text) -> None:
        """Send a text once, unless it has arrived before.

        Raises:
            WireFailed: it has not arrived, or nobody knows.
        """
        if self._in_doubt and await self._has_arrived(text.id):
            return
        number = self._progress.now.number + 1
        if self._progress.now.sending != text.id:
            await self._progress.begin(text.id)
        self._in_doubt = True
        await self._wire.send_text(Parcel(number, text.text, text.spoken_at_ms))
        self._in_doubt = False
        await self._progress.arrived(text.id, number=number)

    async def _has_arrived(self, text_id: str) -> bool:
        """Find out what has arrived of what this or an earlier process has sent.

        Returns:
            Whether this text has.

        Raises:
            WireFailed: the other side does not answer.
        """
        last = await self._wire.last_number()
        now = self._progress.now
        number = now.number + 1
        if last is None:
            if now.sending and now.sending != text_id:
                # A test line or a caption that was given up may have used the number.
                await self._progress.change(number=number, sending="")
            return False
        if now.sending == text_id and last >= number:
            self._in_doubt = False
            await self._progress.arrived(text_id, number=last)
            return True
        if last != now.number:
            await self._progress.change(number=last)
        return False

    async def _note(self, failed: WireFailed) -> None:
        state = OutputState.STOPPED if failed.refused else OutputState.RETRYING
        await self._progress.failed(state, failed.reason, dict(failed.values))
