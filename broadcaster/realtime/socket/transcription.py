"""One Realtime transcription session on one WebSocket: what the speaker says, as text.

```python
async with open_transcription(http, endpoint, TranscriptionConfig(keywords=("NVLink",))) as floor:
    floor.append(frame)          # from the feeding task, every 200 ms, silence included
    async for event in floor:    # in the reading task: InputText while somebody speaks, then
        ...                      # the InputSegment that replaces it
```
"""

import asyncio
from contextlib import AbstractAsyncContextManager

import aiohttp

from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.protocol.settings import TranscriptionConfig
from broadcaster.realtime.protocol.transcription import TranscriptionProtocol
from broadcaster.realtime.socket.audio import AudioConnection, open_audio


def open_transcription(
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    config: TranscriptionConfig,
    *,
    timeouts: Timeouts | None = None,
) -> AbstractAsyncContextManager[AudioConnection]:
    """Open a session that transcribes a talk; arguments and errors as in `open_session_socket`."""
    protocol = TranscriptionProtocol(config, asyncio.get_running_loop().time)
    return open_audio(http, endpoint, endpoint.transcription_url(), protocol, timeouts)
