"""The part that all engines with one connection share."""

from typing import Generic, TypeVar

from broadcaster.booths.engines.engine import FloorSpan
from broadcaster.model.audio import SAMPLE_BYTES, ms_to_samples
from broadcaster.realtime import wire
from broadcaster.realtime.socket.audio import AudioConnection
from broadcaster.realtime.socket.conversation import ConversationConnection

Connection = TypeVar("Connection", AudioConnection, ConversationConnection)


class ConnectedEngine(Generic[Connection]):
    """The part of `Engine` that its connection answers."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Connection = connection

    @property
    def expires_at(self) -> int | None:
        """See `Engine`."""
        return self._connection.session.expires_at

    @property
    def complete(self) -> bool:
        """See `Engine`."""
        return self._connection.complete

    @property
    def unusable_events(self) -> int:
        """See `Engine`."""
        return self._connection.unusable_events


class ContinuousEngine(ConnectedEngine[AudioConnection]):
    """The part of `Engine` for a session that hears the floor without a gap.

    The server counts milliseconds from the first sample it heard; `_position` turns them into
    positions on the event clock.
    """

    def __init__(self, connection: AudioConnection) -> None:
        super().__init__(connection)
        self._start: int | None = None
        self._pushed_until = 0

    @property
    def unsent_blocks(self) -> int:
        """See `Engine`."""
        return self._connection.frames.overflowed

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """See `Engine`."""
        if self._start is None:
            self._start = position
        self._pushed_until = position + len(pcm) // SAMPLE_BYTES
        self._connection.append(pcm)

    async def close(self, deadline_s: float) -> None:
        """See `Engine`."""
        await self._connection.close(deadline_s)

    def _position(self, elapsed_ms: int | None) -> int | None:
        if elapsed_ms is None or self._start is None:
            return None
        return self._start + ms_to_samples(elapsed_ms)

    def _span(self, start_ms: int, end_ms: int) -> FloorSpan | None:
        """The part of the floor between two times that the server told.

        Sound that was not sent, or that waits to be sent, is not in the server's count. The part
        is longer by as much, for it may lie that much later.
        """
        start, end = self._position(start_ms), self._position(end_ms)
        if self._start is None or start is None or end is None:
            return None
        counted = self._connection.frames.sent * ms_to_samples(wire.FRAME_MS)
        return start, end + max(0, self._pushed_until - self._start - counted)
