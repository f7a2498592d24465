"""The channel that one WebSocket hears, and how its listener changes it without a new connection.

All listeners of a channel get the same bytes, and a frame does not say which channel it belongs to.
The stream does: every frame after the message `changed` is of the channel that this message names.
"""

import asyncio

from broadcaster.edge.rooms.channel_change import ChannelChange
from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.edge.websocket.listener import text_frame
from broadcaster.edge.websocket.outlet import BACKLOG_MS, MOST_BACKLOG_MS, WebSocketOutlet
from broadcaster.sockets.transport import SocketTransport
from broadcaster.web.errors import REFUSALS, refusal

WAITS_S = 2.5
"""A channel that sends nothing for this long after a change is taken although it is silent."""


class ListenerChannel:
    """One listener and the outlet that serves it.

    Args:
        room: of its event.
        channel: what it hears first; the event has it.
        transport: its connection.
    """

    def __init__(self, room: EventRoom, channel: str, transport: SocketTransport) -> None:
        self._room = room
        self._outlet = self._outlet_of(channel)
        self.listener = self._outlet.add(transport)
        self._next: WebSocketOutlet | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def take_message(self, text: str) -> None:
        """Carry out a `ChannelChange`, or tell the listener why not; then it hears what it heard.

        A channel that is not being encoded yet begins with its first frame, and the present one is
        heard until then, for `WAITS_S` at most. A second change takes the place of such a wait.
        """
        if self.listener.closing:
            return
        try:
            change = ChannelChange.parse(text)
            self._room.check_channel(change.channel, variants=True)
        except REFUSALS as error:
            answer = {"type": "refused", **refusal(error).body()}
            self.listener.transport.write(text_frame(answer))
            return
        self._stop_waiting()
        if (outlet := self._outlet_of(change.channel)).flowing:
            self._move(outlet, change)
            return
        self._next = outlet
        outlet.wait_for_frame(self.listener, lambda: self._move(outlet, change))
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(WAITS_S, self._move, outlet, change)

    def on_lost(self) -> None:
        """The connection is gone."""
        self._stop_waiting()
        self._outlet.remove(self.listener)

    def _move(self, outlet: WebSocketOutlet, change: ChannelChange) -> None:
        self._stop_waiting()
        if self.listener.closing or self.listener.transport.is_closing():
            return
        self._outlet.remove(self.listener)
        self._outlet = outlet
        notice = text_frame({"type": "changed", "channel": change.channel})
        wanted_ms = BACKLOG_MS if change.backlog_ms is None else change.backlog_ms
        outlet.take_over(self.listener, notice, min(wanted_ms, MOST_BACKLOG_MS))

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._next is not None:
            self._next.forget(self.listener)
            self._next = None

    def _outlet_of(self, channel: str) -> WebSocketOutlet:
        return self._room.audio(channel).outlet(WebSocketOutlet, WebSocketOutlet)
