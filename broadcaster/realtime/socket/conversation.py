"""One conversational Realtime session as an interpreter, on one WebSocket.

```python
config = ConversationConfig(interpreter_instructions("pl", glossary={"rack": "szafa"}))
async with open_conversation(http, endpoint, config) as connection:
    connection.interpret(7, phrase.pcm)   # from the feeding task, phrase by phrase
    async for output in connection:       # in the reading task: AudioDelta and OutputText of
        ...                               # segment 7, its SegmentDone, then segment 8 …
```

After a drop, `unfinished()` has the segments the next session is to interpret.
"""

import asyncio
from contextlib import AbstractAsyncContextManager

import aiohttp

from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.protocol.conversation import ConversationProtocol
from broadcaster.realtime.protocol.requests import Segment
from broadcaster.realtime.protocol.session import State
from broadcaster.realtime.protocol.settings import ConversationConfig
from broadcaster.realtime.socket.link import Link, open_link


class ConversationConnection(Link[ConversationProtocol]):
    """A live interpreter: hand it segments, iterate over what comes back, close."""

    def interpret(self, segment_id: int, pcm: bytes) -> bool:
        """Queue one segment of the talk; never waits.

        Its outputs come after those of every segment before, then its `SegmentDone` or
        `SegmentLost`. When too many wait, the one that waits longest is lost.

        Args:
            segment_id: higher than every one before.
            pcm: s16le mono 24 kHz, up to `LONGEST_SEGMENT_S`.

        Returns:
            False when the session is over or closing: the segment is not taken.

        Raises:
            ValueError: the number or the sound is not so.
        """
        if not self._writing or self._protocol.state is not State.LIVE:
            return False
        self._protocol.interpret(segment_id, pcm)
        self._rouse_writer()
        self._rouse_reader()
        return True

    def unfinished(self) -> list[Segment]:
        """Segments that were taken but not given out, in order; also after the session ended."""
        return self._protocol.unfinished()


def open_conversation(
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    config: ConversationConfig,
    *,
    timeouts: Timeouts | None = None,
) -> AbstractAsyncContextManager[ConversationConnection]:
    """Open an interpreter session; inside the context it is live.

    Leaving the context ends the session at once; `close` and read to the end before, to lose
    nothing.

    Args:
        http: whose connector and `trust_env` (proxies) are used.
        endpoint: the server; the model is the config's.
        config: how it interprets.
        timeouts: None for the defaults.

    Raises:
        InterpreterFailed: entering: the server cannot be reached or refuses, or did not confirm in
            time.
    """
    protocol = ConversationProtocol(config, asyncio.get_running_loop().time)
    url = endpoint.conversation_url(config.model)
    return open_link(ConversationConnection, http, endpoint, url, protocol, timeouts)
