"""One Realtime translation session on one WebSocket.

A booth feeds a connection from one task and reads it in another:

```python
protocol = provider.translation(ContinuousConfig("pt-BR"), loop.time)
async with open_translation(http, endpoint, protocol) as connection:
    connection.append(frame)         # from the feeding task, every 200 ms
    async for event in connection:   # in the reading task
        ...
    await connection.close()         # from anywhere; the reader ends after the last word
```

Two connections can be open at once. To rotate, a booth opens the next one and feeds it, closes the
old one and reads that to its end.
"""

from contextlib import AbstractAsyncContextManager

import aiohttp

from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.protocol.session import AudioProtocol
from broadcaster.realtime.socket.audio import AudioConnection, open_audio


def open_translation(
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    protocol: AudioProtocol,
    *,
    timeouts: Timeouts | None = None,
) -> AbstractAsyncContextManager[AudioConnection]:
    """Open a session that interprets continuously; errors as in `open_session_socket`.

    Args:
        http: whose connector and `trust_env` (proxies) are used.
        endpoint: the server.
        protocol: a new one, of the server's provider.
        timeouts: None for the defaults.
    """
    return open_audio(http, endpoint, endpoint.translations_url(), protocol, timeouts)
