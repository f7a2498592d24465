"""Hear and read one channel: `python listener.py http://127.0.0.1:8080/e/demo es`."""

import asyncio
import json
import struct
import sys
from functools import partial

import aiohttp

PROTOCOL = "broadcaster.audio.v1"
HEADER = struct.Struct("!BBHIQ")
"""Version, kind, flags, sequence, position: see "Audio by WebSocket" in docs/protocol.md."""
CLOCK_HZ = 24_000
say = partial(print, flush=True)


async def read_captions(http: aiohttp.ClientSession, event: str, channel: str) -> None:
    """Print each caption when it is final; after a lost connection go on where it was."""
    seen = ""
    while True:
        try:
            headers = {"Last-Event-ID": seen} if seen else {}
            async with http.get(f"{event}/captions/{channel}", headers=headers) as answer:
                async for line in answer.content:
                    field, _, value = line.decode().rstrip("\n").partition(": ")
                    if field == "id":
                        seen = value
                    elif field == "data" and json.loads(value).get("final"):
                        say("caption:", " ".join(json.loads(value)["text"].split()))
        except aiohttp.ClientError as lost:
            say("captions: trying again:", lost)
        await asyncio.sleep(2)


async def count_packets(http: aiohttp.ClientSession, event: str, channel: str) -> None:
    """Receive Opus packets, as a decoder would, until the event ends."""
    async with http.ws_connect(f"{event}/audio/{channel}", protocols=[PROTOCOL]) as socket:
        count = 0
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:  # "hello" or "skipped"
                say("server:", message.data)
            elif message.type is aiohttp.WSMsgType.BINARY:
                *_, position = HEADER.unpack_from(message.data)
                opus = message.data[HEADER.size :]
                count += 1
                if count % 50 == 0:
                    say(f"sound: {count}, {position / CLOCK_HZ:.1f} s, {len(opus)} bytes")


async def main(event: str, channel: str) -> None:
    """Read and listen."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_read=60)) as http:
        reading = asyncio.create_task(read_captions(http, event, channel), name="captions")
        await count_packets(http, event, channel)
        reading.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
