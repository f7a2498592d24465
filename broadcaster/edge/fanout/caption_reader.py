"""One reader of a channel's captions: first those it has not seen, then those that are said."""

from collections.abc import Callable

from broadcaster.edge.fanout.caption_history import Position
from broadcaster.edge.fanout.framing import LAST_CHUNK, framed
from broadcaster.sockets.transport import SocketTransport

CAPTION_BUDGET_BYTES = 256 * 1024
"""Unsent bytes a reader may have; over it the reader is disconnected and resumes by id."""


class CaptionReader:
    """One response: first the captions it has not seen, page by page, then those of the `FanOut`.

    Captions are never dropped. A reader that cannot keep up is disconnected.

    Args:
        transport: its connection.
        position: the last caption it has seen; None when it has seen nothing.
        since: see `CaptionRevisions.due`.
        on_clear: called when the last page was sent.
        on_cut: called when it is disconnected because it cannot follow.
        chunked: whether its body is chunked.
    """

    def __init__(
        self,
        transport: SocketTransport,
        position: Position | None,
        since: Position | None,
        on_clear: Callable[["CaptionReader"], None],
        on_cut: Callable[[], None],
        *,
        chunked: bool,
    ) -> None:
        self.transport = transport
        self.position = position
        self.since = since
        self.chunked = chunked
        self.state = b""
        """The last state that was sent."""
        self.checked_at: Position | None = (-1, -1)
        """Its position when its progress was last checked."""
        self._on_clear = on_clear
        self._on_cut = on_cut

    def blocked(self) -> None:
        """See `transport.WriteObserver`; the next page waits until `clear`."""

    def clear(self) -> None:
        """See `transport.WriteObserver`."""
        self._on_clear(self)

    def late(self, data: bytes) -> None:
        """See `fan_out.Member`."""
        if self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > CAPTION_BUDGET_BYTES:
            self.cut()
        self.transport.write(data)

    def caught_up(self) -> None:
        """See `fan_out.Member`; nothing was dropped."""

    def write(self, message: bytes) -> None:
        """Send some of the body as this reader reads it."""
        self.transport.write(framed(message, chunked=self.chunked))

    def end(self, message: bytes) -> None:
        """Write a last message and end the body."""
        self.write(message)
        if self.chunked:
            self.transport.write(LAST_CHUNK)
        self.transport.close()

    def cut(self) -> None:
        """Disconnect a reader that cannot keep up. It resumes by id."""
        self._on_cut()
        self.transport.abort()
