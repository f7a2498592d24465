"""The addresses of reviewers: a channel's captions, their revisions, and an overview."""

import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

from aiohttp import web

from broadcaster.access.identity import Identity
from broadcaster.access.scope import Ownership
from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.desk.journal.entries import Values
from broadcaster.desk.journal.journal import Journal
from broadcaster.desk.review.bodies import Hold, RevisionBody
from broadcaster.desk.review.channels import not_your_channel
from broadcaster.desk.review.corrected_text import in_lines
from broadcaster.desk.review.presence import ReviewerPresence
from broadcaster.desk.review.revisions import CaptionReviser, RevisionWish
from broadcaster.desk.review.stream import write_captions
from broadcaster.errors import UnknownChannel
from broadcaster.model.event import Event
from broadcaster.model.language import FLOOR, languages
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.review.revised_caption import RevisedCaption
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse
from broadcaster.web.stopping import refuse_while_stopping

_ID = re.compile(r"[0-9]{1,15}-[0-9]{1,15}")


class ReviewRoutes:
    """The handlers.

    Args:
        bus: has the captions.
        clock: the time.
        events: the event records.
        journal: is told what was done, never the words.
        organizer: decides who may.
        reviser: revises captions.
        presence: is told who is connected.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        events: Events,
        journal: Journal,
        organizer: Organizer,
        reviser: CaptionReviser,
        presence: ReviewerPresence,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._events = events
        self._journal = journal
        self._organizer = organizer
        self._reviser = reviser
        self._presence = presence

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/api/events/{event}/review", self.overview),
            web.post("/api/events/{event}/hold", self.hold),
            web.get("/api/events/{event}/captions/{channel}", self.captions),
            web.post("/api/events/{event}/captions/{channel}/revisions", self.revise),
        ]

    async def overview(self, request: web.Request) -> web.Response:
        """The event as its reviewer needs it, with the channels that they may review."""
        identity, event = await self._asked(request)
        own = Ownership.of(event)
        tags = [one for one in event.channel_ids() if identity.covers_channel(own, one)]
        described = await languages(one for one in tags if one != FLOOR)
        channels: list[dict[str, Any]] = [
            {"id": one.tag, "name": one.name, "dir": one.direction} for one in described
        ]
        if FLOOR in tags:
            channels.insert(0, {"id": FLOOR, "name": "Original", "dir": "auto"})
        body = {
            "id": event.id,
            "title": event.title,
            "state": event.state,
            "channels": channels,
            "hold_back_s": event.hold_back_s,
            "may_set": identity.covers_channel(own, ""),
        }
        return web.json_response(body, headers=NO_STORE)

    async def hold(self, request: web.Request) -> web.Response:
        """Hold captions back for some seconds, or not any more."""
        identity, event = await self._asked(request)
        if not identity.covers_channel(Ownership.of(event), ""):
            raise not_your_channel()
        seconds = (await parse(request, Hold)).seconds
        await self._events.rewrite(
            event.id, lambda before: replace(before, hold_back_s=seconds), None, identity.name
        )
        return web.Response(status=204, headers=NO_STORE)

    async def captions(self, request: web.Request) -> web.StreamResponse:
        """A channel's captions as they are written, also those that readers do not see yet."""
        _, event, channel = await self._asked_channel(request)
        refuse_while_stopping(request)
        headers = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no", **NO_STORE}
        response = web.StreamResponse(headers=headers)
        if request.method == "HEAD":
            return response
        last = request.headers.get("Last-Event-ID", "")
        after_id = last if _ID.fullmatch(last) else ""
        response.force_close()
        await response.prepare(request)
        with self._presence.reviewer(event.id), suppress(ConnectionResetError):
            await write_captions(
                request, response, self._bus, self._clock, event, channel, after_id
            )
        return response

    async def revise(self, request: web.Request) -> web.Response:
        """Correct a caption, hide it, or show it again."""
        identity, event, channel = await self._asked_channel(request)
        body = await parse(request, RevisionBody)
        text = in_lines(body.text, channel) if body.text is not None else None
        wish = RevisionWish(body.id, body.caption, body.expected_revision, text, body.hidden)
        revised = await self._reviser.revise(event.id, channel, wish)
        if revised.caption.revision_id == wish.id:
            values: Values = {"channel": channel, "position_ms": revised.caption.start_ms}
            await self._journal.note(event.id, _happening(wish), identity.name, values)
        return web.json_response(_body(revised), headers=NO_STORE)

    async def _asked(self, request: web.Request) -> tuple[Identity, Event]:
        """The reviewer and the event of a request.

        Raises:
            Refused: see `Organizer.authorize`.
            UnknownEvent: there is no such event.
        """
        identity = self._organizer.authorize(request)
        stored = await self._events.get(request.match_info["event"])
        return identity, stored.event

    async def _asked_channel(self, request: web.Request) -> tuple[Identity, Event, str]:
        """The reviewer, the event and the channel of a request; the reviewer may correct it.

        Raises:
            Refused: 403 `not_your_channel`; see `_asked`.
            UnknownChannel: the event has no such channel.
        """
        identity, event = await self._asked(request)
        channel = request.match_info["channel"]
        if channel not in event.channel_ids():
            raise UnknownChannel(event.channel_ids())
        if not identity.covers_channel(Ownership.of(event), channel):
            raise not_your_channel()
        return identity, event, channel


def _happening(wish: RevisionWish) -> str:
    if wish.text is not None:
        return "caption_corrected"
    return "caption_hidden" if wish.hidden else "caption_shown"


def _body(revised: RevisedCaption) -> dict[str, Any]:
    """A caption as its reviewer sees it: with its text even while it is hidden."""
    caption = revised.caption
    return {
        "id": caption.id,
        "channel": caption.channel,
        "start_ms": caption.start_ms,
        "end_ms": caption.end_ms,
        "text": caption.text,
        "final": caption.final,
        "revision": caption.revision,
        "revision_id": caption.revision_id,
        "corrected": caption.corrected,
        "hidden": caption.hidden,
    }
