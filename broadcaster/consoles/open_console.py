"""One open console: all that its page is told, until it is closed."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from broadcaster.consoles.answers import booth_body, event_body, floor_body
from broadcaster.consoles.interpreters import Console, Interpreters
from broadcaster.consoles.presence import Presence
from broadcaster.consoles.turns import concluded_at_ms
from broadcaster.errors import BusUnavailable
from broadcaster.model import keys
from broadcaster.model.announcements import announcement_keys
from broadcaster.model.announcements.announcement import AnnouncementBook
from broadcaster.model.announcements.speech import ChannelSpeech, SpeechState
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.messages import ConsoleMessages
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.consoles.slow_down import SlowDown
from broadcaster.model.event import Event, EventState
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import BoothStatus, FloorStatus, statuses
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.consoles")

KEEPALIVE_S = 3.0
MOST_CRIB_TEXTS = 50
"""Pieces of the AI's text that wait for a page that reads slowly; the oldest are dropped."""
RETRY_MS = 1_000
_AGAIN_S = 1.0


class OpenConsole:
    """Gathers what one page is told. A page that reads slowly skips what is outdated by then.

    Args:
        console: whose it is.
        interpreters: knows the partners.
        bus: has everything.
        clock: the time.
        conclude_handover: called at the end of each countdown that concerns this console.
    """

    def __init__(
        self,
        console: Console,
        interpreters: Interpreters,
        bus: Bus,
        clock: Clock,
        conclude_handover: Callable[[Console], Awaitable[None]],
    ) -> None:
        self._console = console
        self._interpreters = interpreters
        self._bus = bus
        self._clock = clock
        self._conclude_handover = conclude_handover
        self._presence = Presence(console, bus, clock, self._tell_partners)
        self._untold: dict[str, dict[str, Any]] = {}
        self._news = asyncio.Event()
        self._book = AnnouncementBook()
        self._speech = ChannelSpeech(console.event.id, console.channel)
        self._turn = OnAir()
        self._turn_changed = asyncio.Event()

    async def run(self, write: Callable[[bytes], Awaitable[None]]) -> None:
        """Tell the page everything until it is closed or its event is deleted.

        Args:
            write: sends server-sent events.
        """
        event, channel = self._console.event.id, self._console.channel
        self._tell(
            "hello",
            {
                "interpreter": self._console.interpreter,
                "name": self._console.name,
                "channel": channel,
                "now_ms": self._clock.now_ms(),
            },
        )
        self._tell_turn()
        self._tell_partners()
        await first_of(
            self._write_all(write),
            self._follow_event(),
            self._follow(console_keys.on_air_record(event, channel), self._take_turn),
            self._follow(console_keys.console_record(event, channel), self._take_messages),
            self._follow(console_keys.slow_down_record(event), self._take_slow_down),
            self._follow(announcement_keys.announcements_record(event), self._take_announcements),
            self._follow(announcement_keys.speech_record(event, channel), self._take_speech),
            self._follow_reports(),
            self._follow_crib(),
            self._conclude_handovers(),
            self._presence.listen(),
            self._presence.repeat(),
            name=f"console:{event}:{channel}",
        )

    def _tell(self, kind: str, body: dict[str, Any]) -> None:
        self._untold[kind] = body
        self._news.set()

    async def _write_all(self, write: Callable[[bytes], Awaitable[None]]) -> None:
        await write(f"retry: {RETRY_MS}\n\n".encode())
        while True:
            try:
                async with asyncio.timeout(KEEPALIVE_S):
                    await self._news.wait()
            except TimeoutError:
                await write(b":\n\n")
                continue
            self._news.clear()
            untold, self._untold = self._untold, {}
            parts = [_message(kind, body) for kind, body in untold.items()]
            await write("".join(parts).encode())

    async def _follow(self, record: str, take: Callable[[bytes], None]) -> None:
        async for state in self._bus.watch(record):
            try:
                take(state.value)
            except ValueError:
                log.exception("%s cannot be read and is ignored", record)

    async def _follow_event(self) -> None:
        async for record in self._bus.watch(keys.event_record(self._console.event.id)):
            event = Event.from_json(record.value)
            if event.state is EventState.DELETED:
                return
            self._tell("event", event_body(event, self._console.channel))

    def _take_turn(self, value: bytes) -> None:
        self._turn = OnAir.from_json(value)
        self._turn_changed.set()
        self._tell_turn()

    def _tell_turn(self) -> None:
        self._tell("on_air", asdict(self._turn))

    def _take_messages(self, value: bytes) -> None:
        messages = ConsoleMessages.from_json(value).messages
        self._tell("messages", {"messages": [asdict(one) for one in messages]})

    def _take_slow_down(self, value: bytes) -> None:
        self._tell("slow_down", asdict(SlowDown.from_json(value)))

    def _take_announcements(self, value: bytes) -> None:
        self._book = AnnouncementBook.from_json(value)
        self._tell_announcements()

    def _take_speech(self, value: bytes) -> None:
        self._speech = ChannelSpeech.from_json(value)
        self._tell_announcements()

    def _tell_announcements(self) -> None:
        """Tell those to be spoken that the AI has not spoken: the interpreter may read them out."""
        heard = {SpeechState.SPEAKING, SpeechState.SPOKEN}
        body = [
            {"text": text, "until_ms": one.expires_at_ms}
            for one in self._book.active(self._clock.now_ms())
            if one.speak_since_ms and (text := one.spoken_text(self._console.channel))
            if (report := self._speech.of(one)) is None or report.state not in heard
        ]
        self._tell("announcements", {"announcements": body})

    def _tell_partners(self) -> None:
        partners = self._interpreters.partners(self._console.event.id, self._console.channel)
        are_open = self._presence.open_consoles()
        body = [
            {"id": one, "name": name, "open": one in are_open} for one, name in partners.items()
        ]
        self._tell("partners", {"partners": body})

    async def _follow_reports(self) -> None:
        async with self._bus.subscribe(keys.status(self._console.event.id)) as messages:
            async for status in statuses(messages):
                if isinstance(status, FloorStatus):
                    self._tell("floor", floor_body(status))
                elif isinstance(status, BoothStatus) and status.channel == self._console.channel:
                    self._tell("booth", booth_body(status))

    async def _follow_crib(self) -> None:
        topic = console_keys.crib(self._console.event.id, self._console.channel)
        async with self._bus.subscribe(topic) as messages:
            async for message in messages:
                with suppress(ValueError, KeyError, TypeError):
                    text = str(json.loads(message.payload)["text"])
                    waiting = self._untold.get("crib", {"texts": []})["texts"]
                    self._tell("crib", {"texts": [*waiting, text][-MOST_CRIB_TEXTS:]})

    async def _conclude_handovers(self) -> None:
        while True:
            await self._turn_changed.wait()
            self._turn_changed.clear()
            at_ms = concluded_at_ms(self._turn, self._console.interpreter)
            if at_ms is None:
                continue
            await self._clock.sleep(max(0.0, (at_ms - self._clock.now_ms()) / 1000))
            try:
                await self._conclude_handover(self._console)
            except BusUnavailable as error:
                log.warning("cannot conclude a handover, trying again: %s", error.message)
                await self._clock.sleep(_AGAIN_S)
                self._turn_changed.set()


def _message(kind: str, body: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(body)}\n\n"
