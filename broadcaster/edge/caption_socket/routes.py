"""The handshake of captions by WebSocket: tokens, the number of receivers, and where they begin."""

from aiohttp import web

from broadcaster.edge.caption_socket.receiver import CAPTIONS_PROTOCOL, CaptionReceiver
from broadcaster.edge.fanout.caption_messages import parse_id
from broadcaster.edge.rooms.ai_words import ai_notice
from broadcaster.edge.rooms.requests import admit, check_upgrade, loaded
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.model.ports import Clock
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer

MOST_RECEIVERS = 100
"""In one process."""
LARGEST_MESSAGE_BYTES = 1_024
"""A receiver has nothing to say, so a larger message ends the connection."""
CLOSES_WITHIN_S = 2.0


class CaptionSocketRoutes:
    """The handler of one edge process.

    Args:
        rooms: where events and their channels are.
        clock: the time.
        organizer: every receiver shows a token that may read the event.
    """

    def __init__(self, rooms: Rooms, clock: Clock, organizer: Organizer) -> None:
        self._rooms = rooms
        self._clock = clock
        self._organizer = organizer
        self._receivers = 0

    def routes(self) -> list[web.RouteDef]:
        """The route of a channel's captions."""
        return [web.get("/e/{event}/captions/{channel}/socket", self.captions)]

    async def captions(self, request: web.Request) -> web.StreamResponse:
        """One channel's final captions and revisions; see docs/protocol.md."""
        self._organizer.authorize(request)
        room = await self._rooms.open(request.match_info["event"])
        channel = request.match_info["channel"]
        room.check_channel(channel, variants=False)
        ws = web.WebSocketResponse(
            protocols=(CAPTIONS_PROTOCOL,),
            compress=False,
            heartbeat=20.0,
            timeout=CLOSES_WITHIN_S,
            max_msg_size=LARGEST_MESSAGE_BYTES,
        )
        check_upgrade(request, ws, CAPTIONS_PROTOCOL)
        given = request.query.get("after", "")
        after = parse_id(given)
        if given and after is None:
            raise Refused(
                400,
                "wrong_id",
                "after is not the id of a message",
                hint="Connect with the id of the last message, with 0-0 for all captions, or "
                "without after for those from now on.",
            )
        if self._receivers >= MOST_RECEIVERS:
            raise Refused(
                503,
                "too_many_receivers",
                "too many programs receive captions from this server process",
                hint="Close some of them, or share one connection.",
            )
        hub = room.captions(channel)
        await loaded(hub)
        admit(request)
        await ws.prepare(request)
        self._receivers += 1
        try:
            receiver = CaptionReceiver(ws, room, hub, self._clock, self._organizer)
            await receiver.write(request, after, channel, ai_notice(room, channel))
        finally:
            self._receivers -= 1
        return ws
