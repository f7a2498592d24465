"""Sound by WebSocket: the handshake, the hello message, and the hand-over of the connection."""

from aiohttp import web

from broadcaster.edge.rooms.ai_words import ai_notice
from broadcaster.edge.rooms.requests import admit, channel_of, check_upgrade, connection_in
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.edge.websocket.channel import ListenerChannel
from broadcaster.edge.websocket.inbound import WebSocketInbound
from broadcaster.edge.websocket.listener import EVENT_ENDED
from broadcaster.model.audio import CLOCK_HZ, LOW_RATE_FRAME_SAMPLES, samples_to_ms
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Clock
from broadcaster.model.variant import ChannelVariant, Coding

AUDIO_PROTOCOL = "broadcaster.audio.v1"


class WebSocketRoutes:
    """The handler of sound by WebSocket in one edge process.

    Args:
        rooms: where events and their channels are.
        frame_ms: packet duration announced in the hello message.
        clock: the time.
    """

    def __init__(self, rooms: Rooms, frame_ms: int, clock: Clock) -> None:
        self._rooms = rooms
        self._frame_ms = frame_ms
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """The route of a channel's sound."""
        return [web.get("/e/{event}/audio/{channel}", self.audio)]

    async def audio(self, request: web.Request) -> web.StreamResponse:
        """One channel's sound over a WebSocket; see docs/protocol.md."""
        room, channel = await channel_of(self._rooms, request, variants=True)
        ws = web.WebSocketResponse(protocols=(AUDIO_PROTOCOL,), compress=False)
        check_upgrade(request, ws, AUDIO_PROTOCOL)
        admit(request)
        variant = ChannelVariant.parse(channel)
        low_rate = variant.coding is Coding.LOW_RATE
        interpreter = "human" if variant.channel in room.humans() else "ai"
        machine = {"interpreter": interpreter, "ai_notice": ai_notice(room, channel)}
        await ws.prepare(request)
        await ws.send_json(
            {
                "type": "hello",
                "event": room.event.id,
                "channel": channel,
                "codec": "opus",
                "sample_rate_hz": 48_000,
                "channels": 1,
                "frame_ms": samples_to_ms(LOW_RATE_FRAME_SAMPLES) if low_rate else self._frame_ms,
                "clock_hz": CLOCK_HZ,
                **({} if variant.channel == FLOOR else machine),
            }
        )
        if room.event.is_over:
            await ws.close(code=EVENT_ENDED)
            return ws
        transport = connection_in(room, request)
        hears = ListenerChannel(room, channel, transport)
        await transport.hand_over(
            WebSocketInbound(
                hears.on_lost, hears.take_message, lambda: hears.listener.closing, self._clock
            )
        )
        return ws
