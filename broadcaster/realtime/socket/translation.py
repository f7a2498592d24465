"""One Realtime translation session on one WebSocket.

A booth feeds a connection from one task and reads it in another:

```python
async with open_translation(http, endpoint, "pt-BR") as connection:
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
from broadcaster.realtime.protocol.translation import TranslationProtocol
from broadcaster.realtime.socket.audio import AudioConnection, open_audio


def open_translation(
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    language: str,
    *,
    timeouts: Timeouts | None = None,
) -> AbstractAsyncContextManager[AudioConnection]:
    """Open a session that interprets into `language`; errors as in `open_session_socket`.

    Args:
        http: whose connector and `trust_env` (proxies) are used.
        endpoint: the server.
        language: BCP 47 tag; the endpoint gets its language without region.
        timeouts: None for the defaults.
    """
    protocol = TranslationProtocol(language)
    return open_audio(http, endpoint, endpoint.translations_url(), protocol, timeouts)
