"""The addresses of the words that are replaced in an event's next captions."""

import secrets
from collections.abc import Callable
from dataclasses import asdict

from aiohttp import web

from broadcaster.access.identity import Identity
from broadcaster.access.scope import Ownership
from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.journal.journal import Journal
from broadcaster.desk.review.bodies import ReplacementBody
from broadcaster.desk.review.channels import not_your_channel
from broadcaster.errors import UnknownChannel, VersionConflict
from broadcaster.model import keys
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus
from broadcaster.model.records.changing import change_record
from broadcaster.model.review.replacements import (
    MOST_REPLACEMENTS,
    Replacement,
    Replacements,
    read_replacements,
)
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse

_ATTEMPTS = 10
_ID_BYTES = 6


class ReplacementRoutes:
    """The handlers.

    Args:
        bus: has the records.
        events: the event records.
        journal: is told who added or removed some, never the words.
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
            web.get("/api/events/{event}/replacements", self.list),
            web.post("/api/events/{event}/replacements", self.add),
            web.delete("/api/events/{event}/replacements/{replacement}", self.remove),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """All replacements of an event, in the order in which they were added."""
        _, event = await self._asked(request)
        replacements = await read_replacements(self._bus, event.id)
        body = [asdict(one) for one in replacements.rules]
        return web.json_response(body, headers=NO_STORE)

    async def add(self, request: web.Request) -> web.Response:
        """Replace words from now on. It takes the place of one for the same words and channel."""
        identity, event = await self._asked(request)
        body = await parse(request, ReplacementBody)
        if body.channel and body.channel not in event.channel_ids():
            raise UnknownChannel(event.channel_ids())
        self._check_channel(identity, event, body.channel)
        new = Replacement(secrets.token_hex(_ID_BYTES), body.find, body.replace, body.channel)

        def added(before: Replacements) -> Replacements:
            same = (new.find.casefold(), new.channel)
            kept = [one for one in before.rules if (one.find.casefold(), one.channel) != same]
            if len(kept) >= MOST_REPLACEMENTS:
                raise Refused(
                    409,
                    "too_many_replacements",
                    "there are too many replacements",
                    hint="Remove one that nobody needs.",
                )
            return Replacements((*kept, new))

        await self._change(event.id, added)
        values = {"channel": new.channel} if new.channel else {}
        await self._journal.note(event.id, "replacement_added", identity.name, values)
        return web.json_response(asdict(new), status=201, headers=NO_STORE)

    async def remove(self, request: web.Request) -> web.Response:
        """Replace these words no longer; one that is gone already stays so."""
        identity, event = await self._asked(request)
        wanted = request.match_info["replacement"]
        replacements = await read_replacements(self._bus, event.id)
        found = next((one for one in replacements.rules if one.id == wanted), None)
        if found is not None:
            self._check_channel(identity, event, found.channel)
            await self._change(
                event.id,
                lambda before: Replacements(tuple(one for one in before.rules if one.id != wanted)),
            )
            values = {"channel": found.channel} if found.channel else {}
            await self._journal.note(event.id, "replacement_removed", identity.name, values)
        return web.Response(status=204, headers=NO_STORE)

    async def _change(self, event_id: str, change: Callable[[Replacements], Replacements]) -> None:
        """Change the record, also if others do at the same time.

        Raises:
            Refused: 503 `bus_unavailable`: others kept changing it.
        """
        name = keys.replacements_record(event_id)
        try:
            await change_record(
                self._bus, name, Replacements.from_json, Replacements(), change, _ATTEMPTS
            )
        except VersionConflict:
            raise Refused(
                503,
                "bus_unavailable",
                "others are changing the replacements right now",
                hint="Try again in a moment.",
                headers={"Retry-After": "1"},
            ) from None

    async def _asked(self, request: web.Request) -> tuple[Identity, Event]:
        identity = self._organizer.authorize(request)
        return identity, (await self._events.get(request.match_info["event"])).event

    def _check_channel(self, identity: Identity, event: Event, channel: str) -> None:
        """Check that somebody may review a channel; an empty one stands for all.

        Raises:
            Refused: 403 `not_your_channel`.
        """
        if not identity.covers_channel(Ownership.of(event), channel):
            raise not_your_channel()
