"""One channel as one continuous stream of bytes, encoded once for everybody that plays it."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from broadcaster.edge.fanout.backlog import Backlog
from broadcaster.edge.fanout.outlet import Goodbye, OutletTools
from broadcaster.edge.http.formats import Encoder, HttpFormat, IcyBlocks, encode, make_encoder
from broadcaster.edge.http.gap_filler import GapFiller
from broadcaster.edge.http.listener import HttpListener, StreamForm
from broadcaster.errors import BadEnvelope
from broadcaster.model.audio import AudioFrame, ms_to_samples, opus_samples
from broadcaster.sockets.fan_out import FanOut
from broadcaster.sockets.transport import SocketTransport

ENCODER_LINGER_S = 10.0
"""An encoder without listeners is kept this long: players ask twice before they play."""
TICK_S = 0.5
MOST_WAITING_MS = 8_000
"""Sound that may wait for the encoder; beyond it the oldest is dropped."""


class HttpStream:
    """The HTTP outlet of a channel in one format; its encoder runs while somebody listens.

    A block is encoded once and the same bytes are written to everybody. Nothing here waits for a
    listener.

    Args:
        audio_format: of the stream.
        title: the line that players with a display show now.
        tools: what the stream works with.
        tags: comments for formats that have them, by their Vorbis names.
    """

    def __init__(
        self,
        audio_format: HttpFormat,
        title: Callable[[], str],
        tools: OutletTools,
        tags: Mapping[str, str],
    ) -> None:
        self._format = audio_format
        self._tags = tags
        self._clock = tools.clock
        self._title = title
        self._gap_filler = GapFiller(tools.clock)
        self._encoder: Encoder | None = None
        self._recent = Backlog(ms_to_samples(audio_format.backlog_ms))
        self._encoded_samples = 0
        self._waiting = Backlog(ms_to_samples(MOST_WAITING_MS))
        self._enough = asyncio.Event()
        self._icy: IcyBlocks | None = None
        self._listeners: dict[StreamForm, FanOut[HttpListener]] = {
            StreamForm(chunked, icy): FanOut(tools.ring)
            for chunked in (False, True)
            for icy in (False, True)
        }
        self._writing = asyncio.Lock()
        self._slow = tools.slow
        self.ready = asyncio.Event()
        """Set while players can join."""

    def __len__(self) -> int:
        return sum(len(listeners) for listeners in self._listeners.values())

    async def add(
        self, transport: SocketTransport, form: StreamForm, backlog_ms: int | None = None
    ) -> HttpListener:
        """Start writing to a player, beginning with the backlog.

        Args:
            transport: the player's connection.
            form: what it reads.
            backlog_ms: how much it wants at most; None for all of it, silence among it if the
                encoder has just started.

        Raises:
            ConnectionResetError: the stream has ended since it was `ready`; the player is
                disconnected.
        """
        # A block is either in the backlog that the player gets, or is written to it afterwards.
        async with self._writing:
            if not self.ready.is_set():
                transport.abort()
                raise ConnectionResetError
            assert self._encoder is not None
            if form.icy and self._icy is None:
                self._icy = self._begin_icy()
            sound = self._icy.backlog() if self._icy and form.icy else self._sound(backlog_ms)
            listener = HttpListener(transport, form, self._clock, self._slow)
            if first := self._encoder.head + sound:  # an empty chunk would be the last one
                transport.write(form.framed(first))
            self._listeners[form].add(listener)
        return listener

    def remove(self, listener: HttpListener) -> None:
        """Stop writing to a player."""
        self._listeners[listener.form].remove(listener)

    def members(self) -> list[HttpListener]:
        """All players."""
        return [member for each in self._listeners.values() for member in each.members()]

    def send_envelope(self, envelope: bytes) -> None:
        """Queue the channel's next frame for the encoder. Ignores a message that is no envelope."""
        if self.ready.is_set():
            with suppress(BadEnvelope):
                self._queue(self._gap_filler.push(AudioFrame.from_bytes(envelope)))

    def end(self) -> None:
        """Finish every player's response and let nobody join: the event is over."""
        self.ready.clear()
        for listener in self.members():
            listener.ended.set()

    def goodbyes(self) -> list[Goodbye]:
        """A goodbye for each player: its response is finished."""
        return [listener.say_goodbye for listener in self.members()]

    def cut(self) -> None:
        """Disconnect every player and let nobody join."""
        self.ready.clear()
        for listener in self.members():
            listener.transport.abort()

    async def run(self) -> None:
        """Encode and write, silence while the channel sends nothing; return when nobody listens."""
        self._encoder, self._recent = await asyncio.to_thread(
            make_encoder, self._format, self._tags
        )
        self._gap_filler = GapFiller(self._clock)
        self._encoded_samples = 0
        self.ready.set()
        used_at = self._clock.monotonic()
        while self._clock.monotonic() - used_at < ENCODER_LINGER_S:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._enough.wait()
            self._queue(self._gap_filler.fill())
            if self._enough.is_set():
                await self._emit()
            if len(self):
                used_at = self._clock.monotonic()

    def _sound(self, backlog_ms: int | None = None) -> bytes:
        if backlog_ms is None:
            return b"".join(self._recent.pieces())
        # Such a player does not need the silence that the encoder began with.
        wanted = min(ms_to_samples(backlog_ms), self._encoded_samples)
        return b"".join(self._recent.newest(wanted))

    def _begin_icy(self) -> IcyBlocks:
        sound = self._sound()
        icy = IcyBlocks(self._format.metaint, len(sound) // self._format.metaint)
        icy.push(sound, self._title())
        return icy

    def _queue(self, packets: list[bytes]) -> None:
        for packet in packets:
            self._slow.count_unsent(self._waiting.push(packet, opus_samples(packet)))
        if self._waiting.samples >= ms_to_samples(self._format.block_ms):
            self._enough.set()

    async def _emit(self) -> None:
        assert self._encoder is not None
        packets = self._waiting.pieces()
        self._waiting.clear()
        self._enough.clear()
        if self._format.threaded:
            blocks = await asyncio.to_thread(encode, self._encoder, packets)
        else:
            blocks = encode(self._encoder, packets)
        async with self._writing:
            for packet, block in zip(packets, blocks, strict=True):
                self._recent.push(block, opus_samples(packet))
                self._encoded_samples += opus_samples(packet)
            block = b"".join(blocks)
            if block:
                await self._write(block, icy=False)
            if self._icy is not None:
                for icy_block in self._icy.push(block, self._title()):
                    await self._write(icy_block, icy=True)

    async def _write(self, block: bytes, *, icy: bool) -> None:
        for form, listeners in self._listeners.items():
            if form.icy == icy and len(listeners):
                await listeners.send_to_all(form.framed(block))
