"""One program that receives the captions of a channel by WebSocket."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import WSCloseCode, web

from broadcaster.edge.fanout.caption_history import Position
from broadcaster.edge.fanout.caption_hub import CaptionHub
from broadcaster.edge.fanout.caption_messages import id_text
from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.model.ports import Clock
from broadcaster.system.tasks import first_of
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer
from broadcaster.web.stopping import STOPPING

CAPTIONS_PROTOCOL = "broadcaster.captions.v1"
LOOK_EVERY_S = 0.1
COUNTED_EVERY_S = 1.0
"""A receiver counts as a reader that asks this often, so that its channel stays on."""
READS_WITHIN_S = 10.0
"""A receiver that does not take a message for so long is disconnected."""
GOODBYE_WITHIN_S = 2.0
"""A receiver whose token is void has so long to take the reason."""
_MOST_KNOWN = 1_000
"""Revisions that are remembered, so that none is sent twice."""
_TOO_SLOW = b"You read too slowly. Connect again with after and the last id that you have."
_GOING = b"This server process stops. Connect again with after and the last id that you have."


class CaptionReceiver:
    """Writes to one receiver.

    It takes captions from the history of their channel as fast as it reads, so nothing is queued
    for it. The position that it has read up to decides what comes next.

    Args:
        ws: its connection, which is open.
        room: of the event.
        hub: has the captions.
        clock: the time.
        organizer: has the receiver's token.
    """

    def __init__(
        self,
        ws: web.WebSocketResponse,
        room: EventRoom,
        hub: CaptionHub,
        clock: Clock,
        organizer: Organizer,
    ) -> None:
        self._ws = ws
        self._room = room
        self._hub = hub
        self._clock = clock
        self._organizer = organizer
        self._known: dict[str, int] = {}
        self._after: Position | None = None
        self._refused: Refused | None = None

    async def write(
        self, request: web.Request, after: Position | None, channel: str, notice: str
    ) -> None:
        """Write until the receiver leaves, is too slow or may not read any more, or the room ends.

        Args:
            request: of the receiver.
            after: the last position that it has; None to begin now.
            channel: whose captions they are.
            notice: the sentence about AI; empty for none.
        """
        self._after = self._hub.last if after is None else after
        hello = {
            "type": "hello",
            "event": self._room.event.id,
            "title": self._room.event.title,
            "channel": channel,
            "id": id_text(self._after),
            "ai_notice": notice,
        }
        code, reason = WSCloseCode.GOING_AWAY, _GOING
        try:
            async with asyncio.timeout(READS_WITHIN_S):
                await self._ws.send_json(hello)
            await first_of(
                self._write_captions(),
                self._read(),
                self._until_void(request),
                _until_stopping(request),
                name=f"caption socket:{self._room.event.id}",
            )
        except TimeoutError:
            code, reason = WSCloseCode.TRY_AGAIN_LATER, _TOO_SLOW
        except ConnectionResetError:
            return
        if self._refused is not None:
            await self._refuse(self._refused)
            return
        with suppress(TimeoutError, ConnectionResetError):
            async with asyncio.timeout(READS_WITHIN_S):
                await self._ws.close(code=code, message=reason)

    async def _refuse(self, refused: Refused) -> None:
        """Say why it gets no more captions, with the id of the last message for a new token."""
        message = {"type": "refused", "id": id_text(self._after), **refused.body()}
        reason = f"{refused.error}: {refused.message}".encode()
        with suppress(TimeoutError, ConnectionResetError):
            async with asyncio.timeout(GOODBYE_WITHIN_S):
                await self._ws.send_json(message)
                await self._ws.close(code=WSCloseCode.POLICY_VIOLATION, message=reason)

    async def _until_void(self, request: web.Request) -> None:
        self._refused = await self._organizer.until_void(request)

    async def _write_captions(self) -> None:
        edition: object = None
        counted_at = -COUNTED_EVERY_S
        while not self._room.ended:
            due = self._clock.monotonic() - counted_at >= COUNTED_EVERY_S
            if self._hub.edition != edition or due:
                edition = self._hub.edition
                page = self._hub.poll(self._after, past=True, resumes=True)
                counted_at = self._clock.monotonic()
                after = page.after or self._after
                await self._send([json.loads(one) for one in page.captions], after)
                self._after = after
                if page.more:
                    edition = None
                    continue
            await self._clock.sleep(LOOK_EVERY_S)

    async def _send(self, captions: list[dict[str, Any]], position: Position | None) -> None:
        """Send those that are final, and revisions, each once.

        Raises:
            TimeoutError: the receiver is too slow.
        """
        news = [one for one in captions if one["final"] and self._is_new(one)]
        if news:
            message = {"type": "captions", "id": id_text(position), "captions": news}
            async with asyncio.timeout(READS_WITHIN_S):
                await self._ws.send_str(json.dumps(message, ensure_ascii=False))

    def _is_new(self, caption: dict[str, Any]) -> bool:
        revision = caption.get("revision", 0)
        if not revision:
            return True
        if self._known.get(caption["id"], 0) >= revision:
            return False
        self._known.pop(caption["id"], None)
        self._known[caption["id"]] = revision
        if len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]
        return True

    async def _read(self) -> None:
        """Take what the receiver says, which is nothing but pongs and its goodbye."""
        async for _ in self._ws:
            pass


async def _until_stopping(request: web.Request) -> None:
    await request.app[STOPPING].wait()
