"""The stream of changes for the desk's page: `GET /api/changes`, as server-sent events."""

import asyncio
import json
import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

from aiohttp import web

from broadcaster.access.actions import Action
from broadcaster.desk.answers import NO_STORE, EventAnswers, conference_link, without_stage_key
from broadcaster.desk.feed import Change, DeskFeed
from broadcaster.system.tasks import first_of
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import choice
from broadcaster.web.stopping import STOPPING, refuse_while_stopping

LOAD_TIMEOUT_S = 5.0
KEEPALIVE_S = 15.0
_AT_ONCE = 50
"""Changes in one write, after which other tasks are served."""
_RETRY_MS = 1_000
_NAMES = ("id", "version", "title", "time_zone", "rooms")
"""Fields of a conference that everybody is told who sees one of its events."""
_NAMED_BY_KIND = frozenset({"status", "log", "check", "messages", "announcements", "screens"})
"""Kinds whose body is told under their own name, with the id of the event."""
CONFERENCE_KINDS = frozenset({"conference", "conference_deleted"})
_ID = re.compile(r"([0-9a-f]{8})-([0-9]{1,15})")


class FeedRoutes:
    """The handlers of the stream and of the alarms.

    Args:
        feed: what changes.
        answers: makes the links of events.
        organizer: decides who may, and what they see.
    """

    def __init__(self, feed: DeskFeed, answers: EventAnswers, organizer: Organizer) -> None:
        self._feed = feed
        self._answers = answers
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The stream, and what of it is asked for once."""
        return [
            web.get("/api/changes", self.changes),
            web.get("/api/alarms", self.alarms),
        ]

    async def alarms(self, request: web.Request) -> web.Response:
        """The alarms that are raised now."""
        self._organizer.authorize(request)
        seen = _View(self._organizer, request, self._feed).shown | {""}
        found = [
            {"event": event_id or None, **alarm}
            for event_id, alarms in self._feed.alarms().items()
            if event_id in seen
            for alarm in alarms
        ]
        return web.json_response(found, headers=NO_STORE)

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """All events, then every change, until the client leaves.

        Raises:
            Refused: 422 `bad_request`, 503 `bus_unavailable`.
        """
        self._organizer.authorize(request)
        kinds = CONFERENCE_KINDS if choice(request, "only", "conferences") else None
        refuse_while_stopping(request)
        headers = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no", **NO_STORE}
        response = web.StreamResponse(headers=headers)
        if request.method == "HEAD":
            return response
        try:
            async with asyncio.timeout(LOAD_TIMEOUT_S):
                await self._feed.loaded.wait()
        except TimeoutError:
            raise Refused(
                503,
                "bus_unavailable",
                "the server cannot read the events right now",
                hint="Connect again in a few seconds.",
                headers={"Retry-After": "3"},
            ) from None
        response.force_close()
        await response.prepare(request)
        if kinds is None:
            self._feed.page_came()
        try:
            with suppress(ConnectionResetError):
                await first_of(
                    self._write_changes(request, response, kinds),
                    _until_stopping(request),
                    name="desk: page",
                )
        finally:
            if kinds is None:
                self._feed.page_left()
        return response

    async def _write_changes(
        self, request: web.Request, response: web.StreamResponse, kinds: frozenset[str] | None
    ) -> None:
        """Write what the sender may see; of these kinds alone, if some are given."""
        view = _View(self._organizer, request, self._feed)
        base = self._answers.base(request)
        number = self._last_seen(request) if view.sees_all else None
        begin = f"retry: {_RETRY_MS}\n\n"
        if number is None:
            number = 0
            begin += "event: reset\ndata: {}\n\n"
        await response.write(begin.encode())
        told = False
        while True:
            changes = self._feed.changes_after(number)
            while changes:
                some, changes = changes[:_AT_ONCE], changes[_AT_ONCE:]
                seen = [
                    change
                    for one in some
                    if kinds is None or one.kind in kinds
                    for change in view.of(one)
                ]
                if seen:
                    texts = [self._message(one, base, view) for one in seen]
                    await response.write("".join(texts).encode())
                number = some[-1].number
            if not told:
                told = True
                await response.write(b"event: ready\ndata: {}\n\n")
            try:
                async with asyncio.timeout(KEEPALIVE_S):
                    await self._feed.wait_after(number)
            except TimeoutError:
                await response.write(b":\n\n")

    def _last_seen(self, request: web.Request) -> int | None:
        """The number of the last change that the client has; None to begin from scratch."""
        given = _ID.fullmatch(request.headers.get("Last-Event-ID", ""))
        if given is None or given[1] != self._feed.id or not self._feed.knows(int(given[2])):
            return None
        return int(given[2])

    def _message(self, change: Change, base: str, view: "_View") -> str:
        body: dict[str, Any] = dict(change.body)
        if change.stored is not None:
            body["links"] = self._answers.links(change.stored, base)
            if not view.with_stage_key:
                body = without_stage_key(body)
        elif change.kind == "conference" and "code" in body:
            body["links"] = {"attendee": conference_link(change.event, base)}
        elif change.kind in _NAMED_BY_KIND:
            body = {"id": change.event, change.kind: body}
        elif change.kind in {"alarms", "outputs", "pulled"}:
            body = {"id": change.event or None, **body}
        data = json.dumps(body)
        return f"id: {self._feed.id}-{change.number}\nevent: {change.kind}\ndata: {data}\n\n"


class _View:
    """The part of all changes that the sender of a request may see.

    Somebody who sees some events is told the names of their conferences, and of those in which they
    may put events. Codes and passcodes are for those who may manage conferences.

    Args:
        organizer: decides.
        request: was authorized.
        feed: has all events and conferences.

    Attributes:
        shown: ids of the events whose changes are told.
    """

    def __init__(self, organizer: Organizer, request: web.Request, feed: DeskFeed) -> None:
        self._organizer = organizer
        self._request = request
        self._feed = feed
        seen = [event for event in feed.events() if organizer.may_see(request, event)]
        self.shown = {event.id for event in seen}
        self._conferences = {event.conference for event in seen} - {""}
        self.sees_all = organizer.sees_all(request)
        self.with_stage_key = organizer.may(request, Action.READ_STAGE_KEY)

    def of(self, change: Change) -> list[Change]:
        """The changes that are told because of one. An event that is theirs no more is gone."""
        if self.sees_all or not change.event:
            return [change]
        if change.kind in CONFERENCE_KINDS:
            return self._of_conference(change)
        was_shown = change.event in self.shown
        stored = change.stored
        if stored is not None and self._organizer.may_see(self._request, stored.event):
            self.shown.add(change.event)
            return [*self._news_of(stored.event.conference), change]
        if stored is not None or change.kind == "deleted":
            self.shown.discard(change.event)
            gone = replace(change, kind="deleted", body={"id": change.event}, stored=None)
            return [gone] if was_shown else []
        return [change] if was_shown else []

    def _of_conference(self, change: Change) -> list[Change]:
        conference_id = change.event
        identity = self._organizer.identify(self._request)
        if conference_id not in self._conferences and not identity.covers_conference(conference_id):
            return []
        return [
            replace(
                change, body={name: change.body[name] for name in _NAMES if name in change.body}
            )
        ]

    def _news_of(self, conference_id: str) -> list[Change]:
        """The conference of an event, if it was not told because no event of it was seen."""
        if not conference_id or conference_id in self._conferences:
            return []
        self._conferences.add(conference_id)
        change = self._feed.conference(conference_id)
        return self._of_conference(change) if change is not None else []


async def _until_stopping(request: web.Request) -> None:
    await request.app[STOPPING].wait()
