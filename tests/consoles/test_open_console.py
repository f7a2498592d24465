"""Two open consoles: the countdown of a handover, and a partner who comes and goes."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from broadcaster.access.identity import ADMIN
from broadcaster.access.registry import TokenRegistry
from broadcaster.access.roles import AccessRole
from broadcaster.access.scope import Scope
from broadcaster.access.tokens import Token, with_secret
from broadcaster.consoles import presence, turns
from broadcaster.consoles.commands import ConsoleCommands
from broadcaster.consoles.interpreters import Console, Interpreters
from broadcaster.consoles.open_console import OpenConsole
from broadcaster.model import keys
from broadcaster.model.announcements import announcement_keys
from broadcaster.model.announcements.announcement import Announcement, AnnouncementBook
from broadcaster.model.announcements.speech import ChannelSpeech, SpeechReport, SpeechState
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.consoles.records import change_on_air, read_on_air
from broadcaster.model.event import Channel, Event, EventState, Notice, Term
from broadcaster.model.status import (
    BoothState,
    BoothStatus,
    ConsoleStatus,
    FloorStatus,
    status_from_json,
    status_to_json,
)
from broadcaster.web.organizer import Organizer
from tests.support.tasks import background_task
from tests.support.virtual_time import BEGIN_MS, LoopClock, VirtualTimeBus
from tests.support.virtual_time import run as run_in_virtual_time

EVENT = Event(
    "talk",
    "A talk",
    EventState.LIVE,
    (Channel("es"),),
    "key",
    glossary=(Term("sluice", {"es": "esclusa"}),),
    do_not_translate=("Delta",),
)


class Room:
    """A channel with two interpreters, and what was written into the log."""

    def __init__(self, bus: VirtualTimeBus) -> None:
        self.bus = bus
        self.clock = LoopClock()
        self.noted: list[tuple[str, str, dict[str, str]]] = []
        registry = TokenRegistry(bus, self.clock)
        self.interpreters = Interpreters(Organizer("", registry), registry, bus)
        self.commands = ConsoleCommands(self.interpreters, bus, self.clock, self._note)
        scopes = (Scope("event", "talk", "es"),)
        self.ana, self.ben = (self._console(registry, name, scopes) for name in ("Ana", "Ben"))

    def _console(self, registry: TokenRegistry, name: str, scopes: tuple[Scope, ...]) -> Console:
        token = Token("", name, AccessRole.INTERPRETER, scopes, "", 0, ADMIN.name)
        made, _ = with_secret(token)
        registry.learn(made, 1)
        return Console(made.id, name, EVENT, "es")

    async def _note(self, event: str, what: str, actor: str, values: Any) -> None:
        assert event == "talk"
        self.noted.append((what, actor, dict(values)))

    async def change(self, change: Callable[[OnAir], OnAir]) -> None:
        await change_on_air(self.bus, "talk", "es", change)

    async def hand_over(self) -> None:
        """Ana begins to hand over to Ben."""
        partners = self.interpreters.partners("talk", "es")
        now_ms = self.clock.now_ms()
        ana, ben = self.ana.interpreter, self.ben.interpreter
        await self.change(lambda turn: turns.take(turn, ana, "Ana", "", now_ms))
        await self.change(lambda turn: turns.hand_over(turn, ana, ben, partners, now_ms))

    async def on_air(self) -> str:
        return (await read_on_air(self.bus, "talk", "es")).name


class OpenPage:
    """The page of one interpreter: what it was told last of each kind."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}

    async def write(self, data: bytes) -> None:
        for message in data.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in message.splitlines() if ": " in line)
            if "event" in fields:
                self.told[fields["event"]] = json.loads(fields["data"])

    @property
    def there(self) -> dict[str, bool]:
        return {one["name"]: one["open"] for one in self.told["partners"]["partners"]}


@asynccontextmanager
async def room() -> AsyncIterator[Room]:
    async with VirtualTimeBus() as bus:
        await bus.put(keys.event_record("talk"), EVENT.to_json())
        yield Room(bus)


@asynccontextmanager
async def opened(of: Room, console: Console) -> AsyncIterator[OpenPage]:
    page = OpenPage()
    open_console = OpenConsole(
        console, of.interpreters, of.bus, of.clock, of.commands.conclude_handover
    )
    async with background_task(open_console.run(page.write), name="console"):
        await of.clock.sleep(0.01)
        yield page


def test_the_partner_gets_the_channel_when_the_countdown_ends() -> None:
    async def main() -> None:
        async with room() as of, opened(of, of.ana) as ana, opened(of, of.ben) as ben:
            await of.hand_over()
            await of.clock.sleep(turns.COUNTDOWN_S - 0.1)
            assert await of.on_air() == "Ana"
            assert ana.told["on_air"]["handover_to"] == of.ben.interpreter
            await of.clock.sleep(0.2)
            assert await of.on_air() == "Ben"
            for page in (ana, ben):
                assert page.told["on_air"] == asdict(await read_on_air(of.bus, "talk", "es"))
            assert of.noted == [("channel_taken", "Ben", {"channel": "es", "before": "Ana"})]

    run_in_virtual_time(main())


def test_a_stopped_countdown_changes_nothing_and_another_one_begins_from_the_start() -> None:
    async def main() -> None:
        async with room() as of, opened(of, of.ana), opened(of, of.ben):
            await of.hand_over()
            await of.clock.sleep(3)
            await of.change(lambda turn: turns.cancel(turn, of.ben.interpreter))
            await of.hand_over()
            await of.clock.sleep(turns.COUNTDOWN_S - 0.1)
            assert await of.on_air() == "Ana"
            await of.clock.sleep(0.2)
            assert await of.on_air() == "Ben"

    run_in_virtual_time(main())


def test_a_partner_who_has_gone_does_not_get_the_channel() -> None:
    async def main() -> None:
        async with room() as of, opened(of, of.ana):
            async with opened(of, of.ben):
                await of.hand_over()
            await of.clock.sleep(turns.COUNTDOWN_S + turns.ABANDONED_S + 0.1)
            turn = await read_on_air(of.bus, "talk", "es")
            assert (turn.name, turn.handover_to) == ("Ana", "")
            assert of.noted == []

    run_in_virtual_time(main())


def test_consoles_know_which_others_are_open() -> None:
    async def main() -> None:
        async with room() as of, opened(of, of.ana) as ana:
            assert ana.there == {"Ana": True, "Ben": False}
            async with opened(of, of.ben) as ben, opened(of, of.ben):
                assert ana.there == ben.there == {"Ana": True, "Ben": True}
                await of.clock.sleep(presence.GONE_AFTER_S * 2)
                assert ana.there == ben.there == {"Ana": True, "Ben": True}
            await of.clock.sleep(0.01)
            assert ana.there == {"Ana": True, "Ben": False}
            lost = json.dumps({"interpreter": of.ben.interpreter, "open": True}).encode()
            of.bus.publish(
                console_keys.console_presence("talk", "es"), lost
            )  # and then its process died
            await of.clock.sleep(0.01)
            assert ana.there == {"Ana": True, "Ben": True}
            await of.clock.sleep(presence.GONE_AFTER_S + presence.REPEAT_S)
            assert ana.there == {"Ana": True, "Ben": False}

    run_in_virtual_time(main())


def test_a_console_is_told_all_that_its_interpreter_needs() -> None:
    async def main() -> None:
        async with room() as of, opened(of, of.ana) as page:
            status = keys.status("talk")
            of.bus.publish(status, status_to_json(FloorStatus(publisher=True, level_dbfs=-20.0)))
            of.bus.publish(status, status_to_json(BoothStatus("fr", BoothState.FAILED)))
            of.bus.publish(status, status_to_json(BoothStatus("es", BoothState.LIVE)))
            for text in ("Abrimos", " la esclusa."):
                crib = json.dumps({"text": text, "position": 5}).encode()
                of.bus.publish(console_keys.crib("talk", "es"), crib)
            of.bus.publish(console_keys.crib("talk", "es"), b"no JSON")
            await of.clock.sleep(0.01)
            told = page.told
            assert told["hello"]["name"] == "Ana"
            assert told["event"]["title"] == "A talk"
            assert told["event"]["channels"] == ["floor", "es"]
            assert told["event"]["glossary"] == [
                {"term": "sluice", "translation": "esclusa"},
                {"term": "Delta", "translation": "Delta"},
            ]
            assert told["floor"] == {"publisher": True, "level_dbfs": -20.0, "silent_ms": 0}
            assert told["booth"]["state"] == "live"
            assert told["crib"] == {"texts": ["Abrimos", " la esclusa."]}

    run_in_virtual_time(main())


def test_a_console_ends_with_its_event() -> None:
    async def main() -> None:
        async with room() as of:
            page = OpenPage()
            open_console = OpenConsole(
                of.ana, of.interpreters, of.bus, of.clock, of.commands.conclude_handover
            )
            async with background_task(open_console.run(page.write), name="console") as task:
                await of.clock.sleep(0.01)
                gone = Event("talk", "", EventState.DELETED, (), "")
                await of.bus.put(keys.event_record("talk"), gone.to_json())
                await of.clock.sleep(0.01)
                assert task.done()

    run_in_virtual_time(main())


def test_an_open_console_tells_the_booths_that_it_is_there() -> None:
    async def main() -> None:
        async with room() as of, of.bus.subscribe(keys.status("talk")) as messages:
            async with opened(of, of.ana):
                for _ in range(2):
                    message = await anext(messages)
                    assert status_from_json(message.payload) == ConsoleStatus("es")

    run_in_virtual_time(main())


def test_an_announcement_that_the_ai_has_not_spoken_can_be_read_out() -> None:
    def announcement(number: int, *, spoken: bool = True) -> Announcement:
        words = Notice("Lunch", {"es": f"La comida {number}"})
        return Announcement(
            id=f"a{number}",
            version=1,
            words=words,
            language="en",
            urgent=False,
            by="",
            made_at_ms=BEGIN_MS,
            expires_at_ms=BEGIN_MS + 60_000,
            speak_since_ms=BEGIN_MS if spoken else 0,
        )

    async def main() -> None:
        async with room() as of, opened(of, of.ana) as ana:
            book = AnnouncementBook(
                (announcement(1), announcement(2), announcement(3, spoken=False))
            )
            await of.bus.put(announcement_keys.announcements_record("talk"), book.to_json())
            report = SpeechReport(1, BEGIN_MS, SpeechState.SPOKEN)
            speech = ChannelSpeech("talk", "es", {"a1": report})
            await of.bus.put(announcement_keys.speech_record("talk", "es"), speech.to_json())
            await of.clock.sleep(0.1)
            told = {"text": "La comida 2", "until_ms": BEGIN_MS + 60_000}
            assert ana.told["announcements"] == {"announcements": [told]}

    run_in_virtual_time(main())
