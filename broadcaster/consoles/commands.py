"""Carries out what human interpreters ask for: `POST /booth/{event}/{channel}/commands`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from broadcaster.consoles import turns
from broadcaster.consoles.interpreters import Console, Interpreters
from broadcaster.model.consoles.messages import LONGEST_MESSAGE, Addressee
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.consoles.records import (
    add_message,
    ask_to_slow_down,
    change_on_air,
    read_on_air,
)
from broadcaster.model.ports import Bus, Clock
from broadcaster.web.requests import parse

Note = Callable[[str, str, str, Mapping[str, str]], Awaitable[None]]
"""Adds an entry to the log of an event: its id, the kind of happening, the actor, details."""


class CommandName(StrEnum):
    """Something that an interpreter asks for."""

    TAKE = "take"
    RELEASE = "release"
    MUTE = "mute"
    UNMUTE = "unmute"
    REQUEST = "request"
    WITHDRAW = "withdraw"
    HAND_OVER = "hand_over"
    CANCEL = "cancel"
    MESSAGE = "message"
    SLOW_DOWN = "slow_down"


Text = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=LONGEST_MESSAGE,
        pattern=r"^[^\x00-\x1f\x7f]+$",
    ),
]


class ConsoleCommand(BaseModel):
    """Body of a command.

    Attributes:
        command: see `CommandName`.
        seen: with `take`: token id of the interpreter whom the page shows on air; empty for the AI.
        partner: with `hand_over`: token id of the one who gets the channel.
        to: with `message`: its readers.
        text: with `message`.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    command: CommandName
    seen: str = Field("", max_length=40)
    partner: str = Field("", max_length=40)
    to: Addressee = Addressee.PARTNERS
    text: Text | None = None

    @model_validator(mode="after")
    def _check_text(self) -> Self:
        if (self.text is not None) != (self.command is CommandName.MESSAGE):
            raise ValueError("a message has a text, and no other command has one")
        return self


class ConsoleCommands:
    """The handler of commands.

    Args:
        interpreters: decides who may.
        bus: has the records.
        clock: the time.
        note: writes the log.
    """

    def __init__(self, interpreters: Interpreters, bus: Bus, clock: Clock, note: Note) -> None:
        self._interpreters = interpreters
        self._bus = bus
        self._clock = clock
        self._note = note

    def routes(self) -> list[web.RouteDef]:
        """The route."""
        return [web.post("/booth/{event}/{channel}/commands", self.command)]

    async def command(self, request: web.Request) -> web.Response:
        """Carry out a command; the answer is the turn as it is then."""
        console = await self._interpreters.admit(request)
        command = await parse(request, ConsoleCommand)
        match command.command:
            case CommandName.MESSAGE:
                await self._send(console, command)
                turn = await read_on_air(self._bus, console.event.id, console.channel)
            case CommandName.SLOW_DOWN:
                now_ms = self._clock.now_ms()
                await ask_to_slow_down(self._bus, console.event.id, console.channel, now_ms)
                turn = await read_on_air(self._bus, console.event.id, console.channel)
            case _:
                turn = await self._change_turn(console, command)
        return web.json_response({"on_air": asdict(turn)}, headers={"Cache-Control": "no-store"})

    async def take_channel(self, console: Console) -> None:
        """Put an interpreter on air at once, whoever is: hardware has no page with the button.

        Raises:
            BusUnavailable: they are perhaps not on air.
        """
        me, now_ms = console.interpreter, self._clock.now_ms()
        await self._change(console, lambda turn: turn.taken_by(me, console.name, now_ms))

    async def conclude_handover(self, console: Console) -> None:
        """Give the channel to the partner of this console whose countdown has ended.

        The console of the interpreter on air stops a countdown whose partner has gone.

        Raises:
            BusUnavailable: perhaps nothing was done.
        """
        me, now_ms = console.interpreter, self._clock.now_ms()
        await self._change(console, lambda turn: turns.conclude(turn, me, console.name, now_ms))

    async def _change_turn(self, console: Console, command: ConsoleCommand) -> OnAir:
        me, name, now_ms = console.interpreter, console.name, self._clock.now_ms()
        partners = self._interpreters.partners(console.event.id, console.channel)

        def change(turn: OnAir) -> OnAir:
            match command.command:
                case CommandName.TAKE:
                    changed = turns.take(turn, me, name, command.seen, now_ms)
                case CommandName.RELEASE:
                    changed = turns.release(turn, me, now_ms)
                case CommandName.MUTE | CommandName.UNMUTE:
                    muted = command.command is CommandName.MUTE
                    changed = turns.mute(turn, me, muted=muted)
                case CommandName.REQUEST:
                    changed = turns.request(turn, me)
                case CommandName.WITHDRAW:
                    changed = turns.withdraw(turn, me)
                case CommandName.HAND_OVER:
                    changed = turns.hand_over(turn, me, command.partner, partners, now_ms)
                case _:
                    changed = turns.cancel(turn, me)
            return changed

        return await self._change(console, change)

    async def _change(self, console: Console, change: Callable[[OnAir], OnAir]) -> OnAir:
        """Change the turn, and write into the log who has the channel now."""
        before, after = await change_on_air(self._bus, console.event.id, console.channel, change)
        if before.interpreter != after.interpreter:
            what = "channel_taken" if after.human else "channel_released"
            values = {"channel": console.channel, "before": before.name}
            await self._note(console.event.id, what, console.name, values)
        return after

    async def _send(self, console: Console, command: ConsoleCommand) -> None:
        await add_message(
            self._bus,
            console.event.id,
            console.channel,
            sender=console.interpreter,
            name=console.name,
            to=command.to,
            text=command.text or "",
            at_ms=self._clock.now_ms(),
        )
