"""One Realtime transcription session on one WebSocket: what the speaker says, as text.

```python
async with open_transcription(http, endpoint, TranscriptionConfig(keywords=("NVLink",))) as floor:
    floor.append(frame)           # from the feeding task, every 200 ms, silence included
    async for output in floor:    # in the reading task: InputText while somebody speaks, then
        ...                       # the InputSegment that replaces it
```
"""

import asyncio
from contextlib import AbstractAsyncContextManager

import aiohttp

from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.protocol.session import State
from broadcaster.realtime.protocol.settings import TranscriptionConfig
from broadcaster.realtime.protocol.transcription import TranscriptionProtocol
from broadcaster.realtime.socket.audio_link import ListeningLink
from broadcaster.realtime.socket.link import open_link


class TranscriptionConnection(ListeningLink[TranscriptionProtocol]):
    """A live transcription: append sound, iterate over what comes back, close."""

    def commit(self) -> None:
        """End the item that is being heard, after all queued frames; never waits."""
        if self._protocol.state is State.LIVE:
            while self._feed():
                pass
            self._protocol.commit()
            self._rouse_writer()


def open_transcription(
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    config: TranscriptionConfig,
    *,
    timeouts: Timeouts | None = None,
) -> AbstractAsyncContextManager[TranscriptionConnection]:
    """Open a transcription session; inside the context it is live.

    Leaving the context ends the session at once; `close` and read to the end before, to lose
    nothing.

    Args:
        http: whose connector and `trust_env` (proxies) are used.
        endpoint: the server; the model is the config's.
        config: how the talk is transcribed.
        timeouts: None for the defaults.

    Raises:
        InterpreterFailed: entering: the server cannot be reached or refuses, or did not confirm in
            time.
    """
    protocol = TranscriptionProtocol(config, asyncio.get_running_loop().time)
    url = endpoint.transcription_url()
    return open_link(TranscriptionConnection, http, endpoint, url, protocol, timeouts)
