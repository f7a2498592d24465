"""`/api/events/{event}/inputs`: which input of the floor is heard, and when that changes."""

from dataclasses import asdict, replace
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.journal.entries import Values
from broadcaster.desk.journal.journal import Journal
from broadcaster.errors import EventChanged, VersionConflict
from broadcaster.model import keys
from broadcaster.model.inputs.rules import (
    LONGEST_HOLD_S,
    LONGEST_SILENCE_S,
    SHORTEST_HOLD_S,
    SHORTEST_SILENCE_S,
    InputChoice,
    InputRules,
)
from broadcaster.model.ports import Bus
from broadcaster.model.records.changing import change_record
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse

_ATTEMPTS = 10


class InputChange(BaseModel):
    """Body of `PATCH /api/events/{event}/inputs`; what is missing stays."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    choice: InputChoice = InputChoice.AUTO
    silent_s: float = Field(5.0, ge=SHORTEST_SILENCE_S, le=LONGEST_SILENCE_S)
    hold_s: float = Field(10.0, ge=SHORTEST_HOLD_S, le=LONGEST_HOLD_S)

    def given(self) -> dict[str, Any]:
        """The fields that were sent, as those of `InputRules`."""
        return self.model_dump(include=self.model_fields_set)


class InputDesk:
    """Handlers of the rules of inputs.

    Args:
        bus: has the rules.
        events: the event records.
        journal: says who changed them.
        organizer: decides who may.
    """

    def __init__(self, bus: Bus, events: Events, journal: Journal, organizer: Organizer) -> None:
        self._bus = bus
        self._events = events
        self._journal = journal
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/api/events/{event}/inputs", self.read),
            web.patch("/api/events/{event}/inputs", self.change),
        ]

    async def read(self, request: web.Request) -> web.Response:
        """The rules as they are."""
        self._organizer.authorize(request)
        event = (await self._events.get(request.match_info["event"])).event
        record = await self._bus.get(keys.inputs_record(event.id))
        rules = InputRules.from_json(record.value) if record else InputRules()
        return web.json_response(asdict(rules), headers=NO_STORE)

    async def change(self, request: web.Request) -> web.Response:
        """Change some of the rules; another choice is heard at once."""
        actor = self._organizer.authorize(request).name
        event = (await self._events.get(request.match_info["event"])).event
        given = (await parse(request, InputChange)).given()
        rules = await self._write(event.id, given)
        values: Values = {"choice": rules.choice, "fields": tuple(sorted(given))}
        await self._journal.note(event.id, "inputs_changed", actor, values)
        return web.json_response(asdict(rules), headers=NO_STORE)

    async def _write(self, event_id: str, given: dict[str, Any]) -> InputRules:
        try:
            _, rules, _ = await change_record(
                self._bus,
                keys.inputs_record(event_id),
                InputRules.from_json,
                InputRules(),
                lambda before: replace(before, **given),
                _ATTEMPTS,
            )
        except VersionConflict:
            raise EventChanged from None
        return rules
