"""Delivers the letters of a stream to one output, in order, none lost and none twice.

The stream is the queue: a letter is taken from it when the one before has arrived. The store notes
a letter before it is sent, and again when it has arrived. So the process that goes on after a crash
knows which letter was on its way. It asks the other side whether that has arrived, or else sends it
with the same number again, as the protocols want it.
"""

import asyncio

from broadcaster.model.outputs.output import CaptionOutput
from broadcaster.model.outputs.progress import TEST, DeadLetter, OutputState
from broadcaster.model.ports import Bus, Clock
from broadcaster.outputs.held_entries import HoldBackS, follow_held
from broadcaster.outputs.letters import Letter, Letters
from broadcaster.outputs.progress_record import ProgressRecord
from broadcaster.outputs.wires.wire import Parcel, Wire, WireFailed
from broadcaster.system.backoff import Backoff

FIRST_PAUSE_S = 0.5


class Delivery:
    """Delivers to one output while this process has its lease.

    Args:
        bus: has the stream and the progress.
        clock: the time.
        output: where the letters go.
        wire: the connection.
        letters: the stream.
        hold_back_s: for how long captions are held back.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        output: CaptionOutput,
        wire: Wire,
        letters: Letters,
        hold_back_s: HoldBackS,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._output = output
        self._wire = wire
        self._letters = letters
        self._hold_back_s = hold_back_s
        self._progress = ProgressRecord(bus, clock, output, letters.stream)
        self._in_doubt = True
        """Whether the last letter may have arrived, or this process has not asked yet."""
        self._turn = asyncio.Lock()
        """Held from the first attempt to send a letter to its end."""

    async def load(self) -> None:
        """Read how far the output has come; before anything else."""
        await self._progress.load()

    async def run(self) -> None:
        """Deliver until cancelled.

        Raises:
            BusUnavailable: the store does not work, so what was given up cannot be read.
        """
        if self._progress.now.again != self._output.again:
            await self._send_dead()
        before = self._progress.now.after
        stream, hold = self._letters.stream, self._hold_back_s
        async for entry in follow_held(self._bus, self._clock, stream, before, hold):
            letter = self._letters.letter_of(entry)
            if letter is not None:
                async with self._turn:
                    await self._deliver(letter, before)
            before = entry.id

    async def send_test(self, text: str, test_id: str) -> None:
        """Send a test line between two letters, once.

        Raises:
            WireFailed: it has not arrived, or nobody knows, or a letter does not arrive just now.
        """
        now = self._progress.now
        if self._turn.locked() and now.reason:
            raise WireFailed(now.reason, now.values)
        async with self._turn:
            letter = self._letters.test_letter(text, test_id, self._clock.now_ms())
            try:
                await self._attempt(letter)
            except WireFailed as failed:
                await self._note(failed)
                await self._progress.gave_up(TEST)
                raise

    async def _send_dead(self) -> None:
        """Send what was given up, each once, because the organizer asks for it."""
        for dead in self._progress.now.dead:
            found = await self._bus.read(self._letters.stream, dead.before, 1)
            letters = [self._letters.letter_of(entry) for entry in found]
            for letter in filter(None, letters):
                alive = Letter(TEST, letter.message_id, letter.what, letter.text, letter.at_ms)
                async with self._turn:
                    try:
                        await self._attempt(alive)
                    except WireFailed as failed:
                        await self._note(failed)
                        await self._progress.change(again=self._output.again)
                        return
            left = tuple(one for one in self._progress.now.dead if one != dead)
            await self._progress.change(dead=left)
        await self._progress.change(again=self._output.again)

    async def _deliver(self, letter: Letter, before: str) -> None:
        """Send a letter until it has arrived, or is given up."""
        limits = self._letters.limits
        backoff = Backoff(FIRST_PAUSE_S, limits.longest_pause_s, sleep=self._clock.sleep)
        rejections = 0
        while self._clock.now_ms() - letter.at_ms <= limits.give_up_after_s * 1_000:
            try:
                await self._attempt(letter)
            except WireFailed as failed:
                await self._note(failed)
                rejections += failed.rejected
            else:
                return
            if rejections >= limits.rejections:
                break
            await backoff.wait()
        dead = DeadLetter(before, letter.id, letter.what, letter.at_ms)
        await self._progress.gave_up(letter.id, dead if limits.keeps_dead else None)

    async def _attempt(self, letter: Letter) -> None:
        """Send a letter once, unless it has arrived before.

        Raises:
            WireFailed: it has not arrived, or nobody knows.
        """
        if self._in_doubt and await self._has_arrived(letter.id):
            return
        number = self._progress.now.number + 1
        if self._progress.now.sending != letter.id:
            await self._progress.begin(letter.id)
        self._in_doubt = True
        await self._wire.send_text(Parcel(number, letter.text, letter.at_ms, letter.message_id))
        self._in_doubt = False
        await self._progress.arrived(letter.id, number=number)

    async def _has_arrived(self, letter_id: str) -> bool:
        """Find out what has arrived of what this or an earlier process has sent.

        Returns:
            Whether this letter has.

        Raises:
            WireFailed: the other side does not answer.
        """
        last = await self._wire.last_number()
        now = self._progress.now
        number = now.number + 1
        if last is None:
            if now.sending and now.sending != letter_id:
                # A test line or a letter that was given up may have used the number.
                await self._progress.change(number=number, sending="")
            return False
        if now.sending == letter_id and last >= number:
            self._in_doubt = False
            await self._progress.arrived(letter_id, number=last)
            return True
        if last != now.number:
            await self._progress.change(number=last)
        return False

    async def _note(self, failed: WireFailed) -> None:
        state = OutputState.STOPPED if failed.refused else OutputState.RETRYING
        await self._progress.failed(state, failed.reason, dict(failed.values))
