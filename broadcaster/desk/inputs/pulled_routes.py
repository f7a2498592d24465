"""`/api/events/{event}/inputs/pulled`: inputs that this server fetches from an address."""

from typing import Annotated

from aiohttp import web
from cryptography.fernet import MultiFernet
from pydantic import BaseModel, ConfigDict, StringConstraints

from broadcaster.desk.answers import NO_STORE, EventAnswers
from broadcaster.desk.events import Events
from broadcaster.desk.inputs.pulled_records import LONGEST_ADDRESS, PulledRecords
from broadcaster.desk.journal.journal import Journal
from broadcaster.model.event import Event
from broadcaster.model.inputs.pulled import PulledInput, pulled_body
from broadcaster.model.inputs.pulled_errors import UnknownInput
from broadcaster.model.inputs.rules import InputRole
from broadcaster.model.ports import Bus
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse

Address = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_ADDRESS)
]


class PulledAddress(BaseModel):
    """Body of `PUT /api/events/{event}/inputs/pulled/{role}`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    address: Address


class PulledSwitch(BaseModel):
    """Body of `PATCH /api/events/{event}/inputs/pulled/{role}`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    on: bool


class PulledRoutes:
    """The handlers of pulled inputs.

    Args:
        bus: has their records.
        cipher: seals their addresses.
        events: the event records.
        answers: knows the beginning of the links.
        journal: says who started and stopped them.
        organizer: decides who may.
    """

    def __init__(
        self,
        bus: Bus,
        cipher: MultiFernet,
        events: Events,
        answers: EventAnswers,
        journal: Journal,
        organizer: Organizer,
    ) -> None:
        self._records = PulledRecords(bus, cipher)
        self._events = events
        self._answers = answers
        self._journal = journal
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        path = "/api/events/{event}/inputs/pulled"
        return [
            web.get(path, self.list),
            web.put(f"{path}/{{role}}", self.put),
            web.patch(f"{path}/{{role}}", self.switch),
            web.delete(f"{path}/{{role}}", self.remove),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """The inputs with an address, each with its state."""
        event, _ = await self._event(request)
        found = [pulled_body(*one) for one in await self._records.of_event(event.id)]
        return web.json_response(found, headers=NO_STORE)

    async def put(self, request: web.Request) -> web.Response:
        """Fetch an input from an address, from now on."""
        event, actor = await self._event(request)
        role = _role(request)
        event.refuse_if_over()
        wanted = await parse(request, PulledAddress)
        base = self._answers.base(request)
        pulled = await self._records.put(event.id, role, wanted.address, base)
        await self._note("pulled_input_started", pulled, actor)
        return web.json_response(pulled_body(pulled, None), headers=NO_STORE)

    async def switch(self, request: web.Request) -> web.Response:
        """Start or stop an input; its address stays."""
        event, actor = await self._event(request)
        role = _role(request)
        wanted = await parse(request, PulledSwitch)
        pulled = await self._records.switch(event.id, role, on=wanted.on)
        what = "pulled_input_started" if wanted.on else "pulled_input_stopped"
        await self._note(what, pulled, actor)
        return web.json_response(pulled_body(pulled, None), headers=NO_STORE)

    async def remove(self, request: web.Request) -> web.Response:
        """Stop an input and delete its address."""
        event, actor = await self._event(request)
        pulled = await self._records.remove(event.id, _role(request))
        await self._note("pulled_input_stopped", pulled, actor)
        return web.Response(status=204, headers=NO_STORE)

    async def _event(self, request: web.Request) -> tuple[Event, str]:
        """The event of a request and the name of its sender, once both are allowed."""
        actor = self._organizer.authorize(request).name
        return (await self._events.get(request.match_info["event"])).event, actor

    async def _note(self, what: str, pulled: PulledInput, actor: str) -> None:
        values = {"role": str(pulled.role), "place": pulled.place}
        await self._journal.note(pulled.event, what, actor, values)


def _role(request: web.Request) -> InputRole:
    """The input that an address names.

    Raises:
        UnknownInput: no input has this name.
    """
    try:
        return InputRole(request.match_info["role"])
    except ValueError:
        raise UnknownInput from None
