"""Speaks the announcements of an event on one language channel, one after the other.

The record of the channel says of each what became of it. It is written before the first word is
heard, so a booth that goes on with the channel says nothing twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from broadcaster.booths.announcements.reading import NotRead
from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.booths.playout.inserted import InsertedSpeech
from broadcaster.errors import BusUnavailable
from broadcaster.model.announcements import announcement_keys
from broadcaster.model.announcements.announcement import Announcement, AnnouncementBook
from broadcaster.model.announcements.speech import (
    SPEAK_WITHIN_S,
    ChannelSpeech,
    SpeechReason,
    SpeechReport,
    SpeechState,
)
from broadcaster.model.audio import ms_to_samples
from broadcaster.model.ports import Bus, Clock
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

PAUSES_MS = ((0.0, 1_000), (15.0, 250), (40.0, 120))
"""Seconds since the sound is ready, and the pause of the channel that is enough from then on: first
the interpreter has nothing to say, then a sentence ends, at last words are apart. A channel that
catches up keeps 160 ms of each pause."""
LOOK_S = 0.5
MOST_READ = 3
"""Sounds that are kept; the oldest make room."""


class Reader(Protocol):
    """Makes the sound of an announcement; see `AnnouncementReader`."""

    async def read(self, text: str) -> bytes:
        """The text as speech, s16le mono 24 kHz.

        Raises:
            NotRead: no provider could.
            BusUnavailable: the bus does not answer.
        """


class AnnouncementSpeaker:
    """Follows the announcements of an event, and speaks those that are to be spoken.

    Args:
        event: id of the event.
        channel: the language.
        bus: has the announcements, and the record of what was spoken.
        clock: the time.
        reader: makes the sound.
        inserted: puts it into the channel's sound.
        human_heard: asked whether a human interpreter is heard; nothing is spoken over them.
        orders: of the booth; one that stops begins nothing, and at the spend cap nothing is read.
    """

    def __init__(
        self,
        *,
        event: str,
        channel: str,
        bus: Bus,
        clock: Clock,
        reader: Reader,
        inserted: InsertedSpeech,
        human_heard: Callable[[], bool],
        orders: BoothOrders,
    ) -> None:
        self._event = event
        self._channel = channel
        self._bus = bus
        self._clock = clock
        self._reader = reader
        self._inserted = inserted
        self._human_heard = human_heard
        self._orders = orders
        self._book = AnnouncementBook()
        self._speech = ChannelSpeech(event, channel)
        self._read: dict[str, bytes] = {}
        self._changed = asyncio.Event()
        self._writing = asyncio.Lock()
        self._begun = False
        """Whether the one that is being dealt with is `SPEAKING` in the record."""

    async def run(self) -> None:
        """Speak until cancelled."""
        await self._until_it_works(self._read_record)
        await first_of(
            self._follow(), self._speak_all(), name=f"announcements:{self._event}:{self._channel}"
        )

    async def _read_record(self) -> None:
        record = await self._bus.get(announcement_keys.speech_record(self._event, self._channel))
        if record is None:
            return
        try:
            self._speech = ChannelSpeech.from_json(record.value)
        except ValueError:
            log.exception("the spoken announcements of %s cannot be read", self._event)
        for name, report in self._speech.reports.items():
            if report.state is SpeechState.SPEAKING:  # the booth before this one has died
                await self._write(
                    name,
                    replace(report, state=SpeechState.UNSPOKEN, reason=SpeechReason.INTERRUPTED),
                )

    async def _follow(self) -> None:
        async for record in self._bus.watch(announcement_keys.announcements_record(self._event)):
            try:
                self._book = AnnouncementBook.from_json(record.value)
            except ValueError:
                log.exception("the announcements of event %s cannot be read", self._event)
                continue
            self._changed.set()
            self._changed = asyncio.Event()

    async def _speak_all(self) -> None:
        while True:
            due = self._due()
            if not due:
                await self._changed.wait()
                continue
            self._begun = False
            await first_of(
                self._speak(due[0]),
                self._until_taken_back(due[0]),
                name=f"announcement:{self._event}:{self._channel}",
            )
            self._inserted.cut()
            await self._inserted.ended()
            report = self._speech.of(due[0])
            if report is not None and report.state is SpeechState.SPEAKING:
                await self._settle(due[0], SpeechState.UNSPOKEN, SpeechReason.INTERRUPTED)

    def _due(self) -> list[Announcement]:
        """The announcements that are still to be spoken: urgent ones first, then the oldest."""
        now_ms = self._clock.now_ms()
        waiting = [
            one
            for one in self._book.entries
            if one.speak_since_ms and one.is_active(now_ms) and not self._is_settled(one)
        ]
        return sorted(waiting, key=lambda one: (not one.urgent, one.speak_since_ms))

    def _is_settled(self, one: Announcement) -> bool:
        report = self._speech.of(one)
        return report is not None and report.settled

    async def _until_taken_back(self, one: Announcement) -> None:
        """Return when it is not to be spoken any more, or not before an urgent one."""
        while True:
            known = next((other for other in self._book.entries if other.id == one.id), None)
            if known is None or known.withdrawn or not known.speak_since_ms:
                return
            due = self._due()
            passed_over = bool(due) and due[0].id != one.id and not self._begun
            if known.version != one.version or passed_over:
                return
            await self._changed.wait()

    async def _speak(self, one: Announcement) -> None:
        """Speak one announcement, or write down why not."""
        text = one.spoken_text(self._channel)
        if not text:
            await self._settle(one, SpeechState.UNSPOKEN, SpeechReason.NO_TEXT)
            return
        reason = SpeechReason.NO_LISTENER if self._speech.of(one) is None else SpeechReason.NO_PAUSE
        if self._clock.now_ms() < _ends_ms(one):
            await first_of(
                self._say(one, text),
                self._until_too_late(one),
                name=f"announcement's time:{self._event}:{self._channel}",
            )
            reason = self._hindrance() or SpeechReason.NO_PAUSE
        if not self._is_settled(one):
            await self._settle(one, SpeechState.UNSPOKEN, reason)

    async def _sound_of(self, text: str) -> bytes:
        """The sound of a text, of those that were read lately or by a provider.

        Raises:
            NotRead: no provider could.
        """
        while text not in self._read:
            await self._until_unhindered()
            try:
                self._read[text] = await self._reader.read(text)
            except BusUnavailable as error:
                log.warning("an announcement waits for the bus: %s", error.message)
                await self._clock.sleep(LOOK_S)
            while len(self._read) > MOST_READ:
                del self._read[next(iter(self._read))]
        return self._read[text]

    async def _say(self, one: Announcement, text: str) -> None:
        try:
            pcm = await self._sound_of(text)
        except NotRead as failed:
            await self._settle(one, SpeechState.UNSPOKEN, failed.why)
            return
        ready_at = self._clock.monotonic()
        while True:
            await self._inserted.gap(lambda: self._pause_samples(ready_at))
            if self._orders.ended or self._orders.leaving:
                await asyncio.get_running_loop().create_future()
            if not self._begun:
                self._begun = True
                await self._settle(one, SpeechState.SPEAKING)
            if self._inserted.begin(pcm):
                break
        await self._inserted.ended()
        if self._inserted.complete:
            await self._settle(one, SpeechState.SPOKEN)
        else:
            await self._settle(one, SpeechState.UNSPOKEN, SpeechReason.INTERRUPTED)

    def _pause_samples(self, ready_at: float) -> int:
        waited_s = self._clock.monotonic() - ready_at
        return ms_to_samples([ms for after_s, ms in PAUSES_MS if after_s <= waited_s][-1])

    def _hindrance(self) -> SpeechReason:
        """Why nothing may be spoken now; `NONE` if it may."""
        if self._human_heard():
            return SpeechReason.HUMAN_ON_AIR
        return SpeechReason.SPEND_CAP if self._orders.suspended else SpeechReason.NONE

    async def _until_unhindered(self) -> None:
        while self._hindrance():
            await self._clock.sleep(LOOK_S)

    async def _until_too_late(self, one: Announcement) -> None:
        """Let the desk know why it waits; return when its time is over and it has not begun."""
        while self._begun or self._clock.now_ms() < _ends_ms(one):
            report = _report(one, SpeechState.WAITING, self._hindrance())
            if not self._begun and self._speech.of(one) != report:
                with suppress(BusUnavailable):  # the next look writes it
                    await self._write(one.id, report)
            await self._clock.sleep(LOOK_S)

    async def _settle(
        self, one: Announcement, state: SpeechState, reason: SpeechReason = SpeechReason.NONE
    ) -> None:
        report = _report(one, state, reason)
        await self._until_it_works(lambda: self._write(one.id, report))

    async def _until_it_works(self, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await act()
            except BusUnavailable as error:
                log.warning("spoken announcements cannot be written down: %s", error.message)
                await self._clock.sleep(LOOK_S)

    async def _write(self, announcement_id: str, report: SpeechReport) -> None:
        async with self._writing:
            if report.state is SpeechState.WAITING and self._begun:
                return
            kept = {one.id for one in self._book.entries} or self._speech.reports.keys()
            after = self._speech.with_report(announcement_id, report, kept)
            await self._bus.put(
                announcement_keys.speech_record(self._event, self._channel), after.to_json()
            )
            self._speech = after


def _report(one: Announcement, state: SpeechState, reason: SpeechReason) -> SpeechReport:
    return SpeechReport(one.version, one.speak_since_ms, state, reason)


def _ends_ms(one: Announcement) -> int:
    """Unix time until which it may begin to be spoken."""
    return min(one.expires_at_ms, one.speak_since_ms + int(SPEAK_WITHIN_S * 1000))
