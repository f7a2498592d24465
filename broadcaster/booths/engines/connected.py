"""The part that all engines with one connection share."""

from typing import Generic, TypeVar

from broadcaster.booths.engines.sent_frames import SentFrames
from broadcaster.model.audio import ms_to_samples
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
        self._sent = SentFrames(connection.frames)

    @property
    def unsent_blocks(self) -> int:
        """See `Engine`."""
        return self._connection.frames.overflowed

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """See `Engine`."""
        self._sent.before_append()
        self._connection.append(pcm)
        self._sent.appended(position)

    async def close(self, deadline_s: float) -> None:
        """See `Engine`."""
        await self._connection.close(deadline_s)

    def _position(self, elapsed_ms: int | None) -> int | None:
        """The position at which the first `elapsed_ms` of what the server heard end."""
        return None if elapsed_ms is None else self._sent.end(ms_to_samples(elapsed_ms))

    def _start_position(self, elapsed_ms: int | None) -> int | None:
        """The position of what the server heard after `elapsed_ms`."""
        return None if elapsed_ms is None else self._sent.start(ms_to_samples(elapsed_ms))
