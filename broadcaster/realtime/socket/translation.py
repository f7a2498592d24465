"""One Realtime translation session on one WebSocket.

A booth feeds a connection from one task and reads it in another:

```python
async with open_translation(http, endpoint, "pt-BR") as connection:
    connection.append(frame)          # from the feeding task, every 200 ms
    async for output in connection:   # in the reading task
        ...
    await connection.close()          # from anywhere; the reader ends when all is said
```

Two connections can be open at once, so a booth rotates by opening the next one, feeding it, closing
the old one and reading that to its end.
"""

from contextlib import AbstractAsyncContextManager

import aiohttp

from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.protocol.session import NoiseReduction
from broadcaster.realtime.protocol.translation import TranslationProtocol
from broadcaster.realtime.socket.audio_link import ListeningLink
from broadcaster.realtime.socket.link import open_link


class TranslationConnection(ListeningLink[TranslationProtocol]):
    """A live translation: append sound, iterate over what comes back, close."""


def open_translation(
    http: aiohttp.ClientSession,
    endpoint: Endpoint,
    language: str,
    *,
    timeouts: Timeouts | None = None,
    transcription_model: str | None = None,
    noise_reduction: NoiseReduction | None = None,
) -> AbstractAsyncContextManager[TranslationConnection]:
    """Open a session that interprets into `language`; inside the context it is live.

    Leaving the context ends the session at once; `close` and read to the end before, to lose
    nothing.

    Args:
        http: whose connector and `trust_env` (proxies) are used.
        endpoint: the server.
        language: BCP 47 tag; the endpoint gets its language without region.
        timeouts: None for the defaults.
        transcription_model: transcribe the speaker too; billed, so once per event.
        noise_reduction: what the server does to the sound before it listens.

    Raises:
        InterpreterFailed: entering: the server cannot be reached or refuses, or did not confirm in
            time.
    """
    protocol = TranslationProtocol(language, transcription_model, noise_reduction)
    url = endpoint.translations_url()
    return open_link(TranslationConnection, http, endpoint, url, protocol, timeouts)
