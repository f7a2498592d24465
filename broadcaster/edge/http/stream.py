"""One channel as one continuous stream of bytes, encoded once for all who play it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from broadcaster.edge.fanout.backlog import Backlog
from broadcaster.edge.http.formats import Encoder, HttpFormat, encode, prepare
from broadcaster.edge.http.gap_filler import SteadyPackets
from broadcaster.edge.http.icy import IcyBlocks
from broadcaster.edge.http.listener import HttpListener, Rendition
from broadcaster.edge.websocket.listener import SlowListeners
from broadcaster.errors import BadEnvelope
from broadcaster.model.audio import AudioFrame, ms_to_samples, opus_samples
from broadcaster.model.ports import Clock
from broadcaster.sockets.fan_out import FanOut
from broadcaster.sockets.transport import SocketTransport
from broadcaster.sockets.uring import Ring

LINGER_S = 10.0
"""An encoder without listeners is kept this long: players ask twice before they play."""
TICK_S = 0.5
MOST_WAITING_MS = 8_000
"""Sound that may wait for the encoder; beyond it the oldest is dropped."""


class HttpStream:
    """An outlet of a channel's hub; its encoder runs while somebody listens.

    A block is encoded once and the same bytes are written to everybody; nothing here waits for a
    listener.

    Args:
        form: of the stream.
        clock: time.
        title: the line that players with a display show now.
        slow: where what slow players miss is counted.
        ring: writes for the stream; None writes to one socket at a time.
    """

    def __init__(
        self,
        form: HttpFormat,
        clock: Clock,
        title: Callable[[], str],
        slow: SlowListeners,
        ring: Ring | None,
    ) -> None:
        self._form = form
        self._clock = clock
        self._title = title
        self._steady = SteadyPackets(clock)
        self._encoder: Encoder | None = None
        self._recent = Backlog(ms_to_samples(form.backlog_ms))
        self._waiting = Backlog(ms_to_samples(MOST_WAITING_MS))
        self._enough = asyncio.Event()
        self._icy: IcyBlocks | None = None
        self._listeners: dict[Rendition, FanOut[HttpListener]] = {
            Rendition(chunked, icy): FanOut(ring)
            for chunked in (False, True)
            for icy in (False, True)
        }
        self._writing = asyncio.Lock()
        self._slow = slow
        self.ready = asyncio.Event()
        """Set while it can be listened to."""

    def __len__(self) -> int:
        return sum(len(listeners) for listeners in self._listeners.values())

    async def add(self, transport: SocketTransport, rendition: Rendition) -> HttpListener:
        """Start writing to a player, beginning with the backlog.

        Raises:
            ConnectionResetError: the stream was `ready` and is no more; the player is disconnected.
        """
        # Who joins finds in the backlog what was written, or gets it written.
        async with self._writing:
            if not self.ready.is_set():
                transport.abort()
                raise ConnectionResetError
            assert self._encoder is not None
            if rendition.icy and self._icy is None:
                self._icy = self._begin_icy()
            sound = self._icy.backlog() if self._icy and rendition.icy else self._sound()
            listener = HttpListener(transport, rendition, self._clock, self._slow)
            transport.write(rendition.framed(self._encoder.head + sound))
            self._listeners[rendition].add(listener)
        return listener

    def remove(self, listener: HttpListener) -> None:
        """Stop writing to a player."""
        self._listeners[listener.rendition].remove(listener)

    def members(self) -> list[HttpListener]:
        """All players."""
        return [member for each in self._listeners.values() for member in each.members()]

    def send(self, envelope: bytes) -> None:
        """Take the channel's next frame; what is no envelope is left out."""
        try:
            frame = AudioFrame.from_bytes(envelope)
        except BadEnvelope:
            return
        self._take(self._steady.push(frame))

    def end(self) -> None:
        """Finish every listener's response and let nobody join: the event is over."""
        self.ready.clear()
        for listener in self.members():
            listener.ended.set()

    def cut(self) -> None:
        """Disconnect every listener and let nobody join."""
        self.ready.clear()
        for listener in self.members():
            listener.transport.abort()

    async def prepare(self) -> None:
        """Make the encoder and a backlog of silence."""
        self._encoder, self._recent = await asyncio.to_thread(prepare, self._form)
        self._steady = SteadyPackets(self._clock)
        self.ready.set()

    async def run(self) -> None:
        """Encode and write, silence while the channel says nothing; return when nobody listens."""
        used_at = self._clock.monotonic()
        while self._clock.monotonic() - used_at < LINGER_S:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._enough.wait()
            self._take(self._steady.wait())
            if self._enough.is_set():
                await self._emit()
            if len(self):
                used_at = self._clock.monotonic()

    def _sound(self) -> bytes:
        return b"".join(self._recent.pieces())

    def _begin_icy(self) -> IcyBlocks:
        sound = self._sound()
        icy = IcyBlocks(self._form.metaint, len(sound) // self._form.metaint)
        icy.push(sound, self._title())
        return icy

    def _take(self, packets: list[bytes]) -> None:
        for packet in packets:
            self._slow.skipped_frames += self._waiting.push(packet, opus_samples(packet))
        if self._waiting.samples >= ms_to_samples(self._form.block_ms):
            self._enough.set()

    async def _emit(self) -> None:
        assert self._encoder is not None
        packets = self._waiting.pieces()
        self._waiting.clear()
        self._enough.clear()
        if self._form.threaded:
            blocks = await asyncio.to_thread(encode, self._encoder, packets)
        else:
            blocks = encode(self._encoder, packets)
        async with self._writing:
            for packet, block in zip(packets, blocks, strict=True):
                self._recent.push(block, opus_samples(packet))
            block = b"".join(blocks)
            if block:
                await self._write(block, icy=False)
            if self._icy is not None:
                for icy_block in self._icy.push(block, self._title()):
                    await self._write(icy_block, icy=True)

    async def _write(self, block: bytes, *, icy: bool) -> None:
        for rendition, listeners in self._listeners.items():
            if rendition.icy == icy and len(listeners):
                await listeners.send(rendition.framed(block))
