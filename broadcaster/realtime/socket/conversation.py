"""One conversational Realtime session as an interpreter, on one WebSocket.

```python
config = ConversationConfig(interpreter_instructions("pl", glossary={"rack": "szafa"}))
async with open_conversation(http, endpoint, config) as connection:
    connection.interpret(7, phrase.pcm)   # from the feeding task, phrase by phrase
    async for event in connection:        # in the reading task: AudioDelta and OutputText of
        ...                               # segment 7, its SegmentDone, then segment 8 …
```
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.protocol.conversation import ConversationProtocol
from broadcaster.realtime.protocol.settings import ConversationConfig
from broadcaster.realtime.session_events import SessionEvent, SessionReady
from broadcaster.realtime.socket.opening import open_session_socket
from broadcaster.realtime.socket.session import SessionSocket


class ConversationConnection:
    """Hand it segments, iterate over what comes back (see `SessionSocket`), close."""

    def __init__(self, socket: SessionSocket, protocol: ConversationProtocol) -> None:
        self._socket = socket
        self._protocol = protocol

    @property
    def session(self) -> SessionReady:
        """The server's id for it and when it expires."""
        return self._socket.session

    @property
    def complete(self) -> bool:
        """Whether everything heard has been answered, as far as the server says."""
        return self._socket.complete

    @property
    def skipped_events(self) -> int:
        """Server events that were unknown, misplaced or malformed."""
        return self._socket.skipped_events

    @property
    def unusable_events(self) -> int:
        """Events that were malformed, so that nothing of them could be used."""
        return self._socket.unusable_events

    def interpret(self, segment_id: int, pcm: bytes) -> bool:
        """Queue one segment of the talk; never waits.

        Its events come after those of every earlier segment, then its `SegmentDone` or
        `SegmentLost`. When too many segments wait, the one that waits longest is lost.

        Args:
            segment_id: higher than every one before.
            pcm: s16le mono 24 kHz, up to `LONGEST_SEGMENT_S`.

        Returns:
            False when the session is over or closing: the segment is not taken.

        Raises:
            ValueError: the number or the sound breaks these rules.
        """
        if not self._socket.takes_input:
            return False
        self._protocol.interpret(segment_id, pcm)
        self._socket.wake_writer()
        self._socket.wake_reader()
        return True

    def translate(self, segment_id: int, text: str, instructions: str) -> bool:
        """Queue a text that is to be answered by text; otherwise like `interpret`.

        Args:
            segment_id: higher than every one before.
            text: sent as it is.
            instructions: what to do with it.

        Returns:
            False when the session is over or closing: the text is not taken.

        Raises:
            ValueError: the number breaks this rule.
        """
        if not self._socket.takes_input:
            return False
        self._protocol.translate(segment_id, text, instructions)
        self._socket.wake_writer()
        self._socket.wake_reader()
        return True

    def read_aloud(self, segment_id: int, text: str, instructions: str) -> bool:
        """Queue a text that is to be answered by its sound; otherwise like `translate`."""
        if not self._socket.takes_input:
            return False
        self._protocol.read_aloud(segment_id, text, instructions)
        self._socket.wake_writer()
        self._socket.wake_reader()
        return True

    async def close(self, deadline_s: float = 8.0) -> None:
        """Let the session finish what it was given; see `SessionSocket.close`."""
        await self._socket.close(deadline_s)

    def __aiter__(self) -> AsyncIterator[SessionEvent]:
        return self

    async def __anext__(self) -> SessionEvent:
        return await anext(self._socket)


@asynccontextmanager
async def open_conversation(
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    config: ConversationConfig,
    *,
    timeouts: Timeouts | None = None,
) -> AsyncIterator[ConversationConnection]:
    """Open an interpreter session; arguments and errors as in `open_session_socket`."""
    protocol = ConversationProtocol(config, asyncio.get_running_loop().time)
    url = endpoint.conversation_url(config.model)
    async with open_session_socket(http, endpoint, url, protocol, timeouts) as socket:
        yield ConversationConnection(socket, protocol)
