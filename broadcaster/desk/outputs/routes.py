"""`/api/events/{event}/outputs`: where an event's captions go besides our own pages."""

from contextlib import suppress
from typing import Any

from aiohttp import web
from cryptography.fernet import MultiFernet

from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.handover.news import ToldNews
from broadcaster.desk.journal.journal import Journal
from broadcaster.desk.outputs.output_bodies import (
    NewOutput,
    OutputChange,
    output_body,
    webhook_body,
)
from broadcaster.desk.outputs.records import OutputRecords
from broadcaster.desk.outputs.testing import send_test_line
from broadcaster.errors import EventChanged, UnknownChannel, VersionConflict
from broadcaster.model.event import Event
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.output import CaptionOutput, OutputKind
from broadcaster.model.ports import Bus, Clock
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse

TEST_LINE = "Test of the captions: {title}"


class OutputRoutes:
    """The handlers of caption outputs.

    Args:
        bus: has their records.
        clock: time.
        cipher: seals their addresses.
        events: the event records.
        journal: says who added and removed them.
        organizer: decides who may.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        cipher: MultiFernet,
        events: Events,
        journal: Journal,
        organizer: Organizer,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._records = OutputRecords(bus, clock, cipher)
        self._events = events
        self._journal = journal
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """All about outputs."""
        path = "/api/events/{event}/outputs"
        return [
            web.get(path, self.list),
            web.post(path, self.add),
            web.patch(f"{path}/{{output}}", self.change),
            web.delete(f"{path}/{{output}}", self.remove),
            web.post(f"{path}/{{output}}/test", self.test),
            web.post(f"{path}/{{output}}/again", self.send_again),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """The outputs of an event, each with its state."""
        event, _ = await self._event(request)
        found = [output_body(*one) for one in await self._records.of_event(event.id)]
        return web.json_response(found, headers=NO_STORE)

    async def add(self, request: web.Request) -> web.Response:
        """Add an output."""
        event, actor = await self._event(request)
        event.refuse_if_over()
        wanted = await parse(request, NewOutput)
        is_webhook = wanted.kind is OutputKind.WEBHOOK
        if not (is_webhook and not wanted.channel) and wanted.channel not in event.channel_ids():
            raise UnknownChannel(event.channel_ids())
        if is_webhook and not wanted.channel:
            await self._begin_news(event)
        output, target = await self._records.add(event.id, wanted)
        await self._note("output_added", output, actor)
        body = webhook_body(output, target) if is_webhook else output_body(output, None)
        return web.json_response(body, status=201, headers=NO_STORE)

    async def change(self, request: web.Request) -> web.Response:
        """Give an output another name, address or password."""
        event, actor = await self._event(request)
        wanted = await parse(request, OutputChange)
        try:
            output = await self._records.change(event.id, request.match_info["output"], wanted)
        except VersionConflict:
            raise EventChanged from None
        if wanted.address is not None or wanted.password is not None:
            await self._note("output_address_replaced", output, actor)
        return await self._answer(output)

    async def remove(self, request: web.Request) -> web.Response:
        """Remove an output."""
        event, actor = await self._event(request)
        try:
            output = await self._records.remove(event.id, request.match_info["output"])
        except VersionConflict:
            raise EventChanged from None
        await self._note("output_removed", output, actor)
        return web.Response(status=204, headers=NO_STORE)

    async def send_again(self, request: web.Request) -> web.Response:
        """Send again what a webhook has given up."""
        event, _ = await self._event(request)
        try:
            output = await self._records.send_again(event.id, request.match_info["output"])
        except VersionConflict:
            raise EventChanged from None
        return await self._answer(output)

    async def test(self, request: web.Request) -> web.Response:
        """Send a test line, and say whether it has arrived."""
        event, _ = await self._event(request)
        event.refuse_if_over()
        output = await self._records.get(event.id, request.match_info["output"])
        text = TEST_LINE.format(title=event.title)
        answer = await send_test_line(self._bus, self._clock, output, text)
        body = {"arrived": answer.arrived, "reason": answer.reason, "values": dict(answer.values)}
        return web.json_response(body, headers=NO_STORE)

    async def _event(self, request: web.Request) -> tuple[Event, str]:
        """The event of a request and the name of its sender, once both are allowed."""
        actor = self._organizer.authorize(request).name
        return (await self._events.get(request.match_info["event"])).event, actor

    async def _begin_news(self, event: Event) -> None:
        """Note what is the case now: a webhook is told what happens from now on."""
        with suppress(VersionConflict):  # it was noted for an earlier one
            news = ToldNews.of(event, ()).to_json()
            await self._bus.put(output_keys.told_record(event.id), news, 0)

    async def _note(self, what: str, output: CaptionOutput, actor: str) -> None:
        values = {"kind": str(output.kind), "channel": output.channel, "place": output.place}
        await self._journal.note(output.event, what, actor, values)

    async def _answer(self, output: CaptionOutput) -> web.Response:
        body: dict[str, Any] = output_body(output, await self._records.progress(output))
        return web.json_response(body, headers=NO_STORE)
