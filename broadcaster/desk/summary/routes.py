"""`/api/events/{event}/summary`: the order of the organizer, and the summary as a file."""

from dataclasses import replace
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.summary.problems import SENTENCES, SummaryProblem
from broadcaster.desk.transcript.files_in_turn import download
from broadcaster.errors import EventChanged, UnknownChannel, VersionConflict
from broadcaster.model import keys
from broadcaster.model.event import Event, iso_time
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Record
from broadcaster.model.transcripts.summary import LONGEST_PROMPT, Summary, summary_record
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse


class SummaryOrder(BaseModel):
    """Body of `PUT /api/events/{event}/summary`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    prompt: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_PROMPT)
    ]
    channel: str = Field(FLOOR, max_length=40)


class SummaryRoutes:
    """Handlers of summaries.

    Args:
        bus: has the records.
        events: the event records.
        organizer: decides who may.
        available: whether this server has a service that writes them.
    """

    def __init__(self, bus: Bus, events: Events, organizer: Organizer, *, available: bool) -> None:
        self._bus = bus
        self._events = events
        self._organizer = organizer
        self._available = available

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        path = "/api/events/{event}/summary"
        return [
            web.get(path, self.show),
            web.put(path, self.order),
            web.post(path, self.again),
            web.delete(path, self.remove),
            web.get(f"{path}.txt", self.file),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """The order and its state."""
        event, _, summary = await self._asked(request)
        return self._answer(event, summary)

    async def order(self, request: web.Request) -> web.Response:
        """Have a summary made whenever the event closes; at once if it is closed."""
        event, record, summary = await self._asked(request)
        body = await parse(request, SummaryOrder)
        if not self._available:
            raise Refused(
                409,
                "summary_off",
                "this server has no service that writes summaries",
                hint="Set BROADCASTER_SUMMARY_URL and BROADCASTER_SUMMARY_MODEL, and start the "
                "server again.",
            )
        if body.channel not in event.channel_ids():
            raise UnknownChannel(event.channel_ids())
        before = summary or Summary("", "")
        wanted = replace(
            before, prompt=body.prompt, channel=body.channel, orders=before.orders + 1, problem=""
        )
        return self._answer(event, await self._stored(event, wanted, record))

    async def again(self, request: web.Request) -> web.Response:
        """Have the summary made once more."""
        event, record, summary = await self._asked(request)
        if summary is None:
            raise _no_summary()
        wanted = replace(summary, orders=summary.orders + 1, problem="")
        return self._answer(event, await self._stored(event, wanted, record))

    async def remove(self, request: web.Request) -> web.Response:
        """Have none made any more, and delete the one that there is."""
        event, *_ = await self._asked(request)
        await self._bus.erase(
            records=[summary_record(event.id)], streams=keys.NOTHING, retained=keys.NOTHING
        )
        return web.Response(status=204)

    async def file(self, request: web.Request) -> web.Response:
        """The newest summary as a file."""
        event, _, summary = await self._asked(request)
        if summary is None or not summary.text:
            raise _no_summary()
        return download(summary.text.encode(), f"{event.id}-summary.txt", "text/plain")

    async def _asked(self, request: web.Request) -> tuple[Event, Record | None, Summary | None]:
        self._organizer.authorize(request)
        event = (await self._events.get(request.match_info["event"])).event
        record = await self._bus.get(summary_record(event.id))
        return event, record, Summary.from_json(record.value) if record is not None else None

    async def _stored(self, event: Event, summary: Summary, record: Record | None) -> Summary:
        version = record.version if record is not None else 0
        try:
            await self._bus.put(summary_record(event.id), summary.to_json(), version)
        except VersionConflict:
            raise EventChanged from None
        return summary

    def _answer(self, event: Event, summary: Summary | None) -> web.Response:
        body: dict[str, Any] = {"available": self._available, "state": "off"}
        if summary is not None:
            problem = SummaryProblem(summary.problem) if summary.problem else None
            state = "failed" if problem else "made" if summary.text else "waits"
            body |= {
                "state": "asked" if summary.due(event) else state,
                "prompt": summary.prompt,
                "channel": summary.channel,
                "made_at": iso_time(summary.made_at_ms),
                "model": summary.model or None,
                "problem": problem,
                "message": SENTENCES[problem] if problem else None,
            }
        return web.json_response(body, headers=NO_STORE)


def _no_summary() -> Refused:
    return Refused(
        404,
        "no_summary",
        "the event has no summary",
        hint="Ask for one with PUT; it is made when the event has closed.",
    )
