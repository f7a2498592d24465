"""Receive a channel's captions: `captions.py ws://127.0.0.1:8080/e/demo/captions/es/socket TOKEN`.

The token is one that the desk made, with the role reviewer for this event.
"""

import asyncio
import sys
from functools import partial

import aiohttp

PROTOCOL = "broadcaster.captions.v1"
say = partial(print, flush=True)


async def main(address: str, token: str, seen: str = "") -> None:
    """Print each caption and each revision once; after a lost connection go on where it was.

    Args:
        address: of the channel's captions.
        token: of the organizer.
        seen: the last id that an earlier run has kept; empty for captions from now on.
    """
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        while True:
            query = {"after": seen} if seen else {}
            try:
                async with http.ws_connect(address, protocols=[PROTOCOL], params=query) as socket:
                    async for message in socket:
                        if message.type is aiohttp.WSMsgType.TEXT:
                            news = message.json()
                            seen = news["id"]
                            if news["type"] == "hello":
                                say("connected:", seen)
                            if news["type"] == "refused":
                                say("refused:", news["message"])
                                return
                            for caption in news.get("captions", ()):
                                revised = "revised: " if caption.get("revision") else ""
                                say(
                                    f"{caption['id']}: {revised}{' '.join(caption['text'].split())}"
                                )
                    say("closed:", socket.close_code)
            except aiohttp.WSServerHandshakeError as refused:
                say("refused:", refused.status)
                if refused.status in {401, 403, 404}:
                    return
            except aiohttp.ClientError as lost:
                say("trying again:", lost)
            await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
