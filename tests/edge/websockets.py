"""WebSocket listeners without a library."""

import asyncio

from tests.edge.conftest import Edge

DEADLINE_S = 20.0
REQUEST = (
    b"GET /e/talk/audio/es HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Protocol: broadcaster.audio.v1\r\n\r\n"
)


async def listening(edge: Edge) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A raw WebSocket, after the hello."""
    port = int(edge.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST)
    async with asyncio.timeout(DEADLINE_S):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        head = await reader.readexactly(4)
        await reader.readexactly(int.from_bytes(head[2:], "big"))
    return reader, writer


def masked(opcode: int, payload: bytes) -> bytes:
    """A frame of a client."""
    mask = b"\x37\xfa\x21\x3d"
    body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    if len(payload) < 126:
        return bytes((0x80 | opcode, 0x80 | len(payload))) + mask + body
    return bytes((0x80 | opcode, 0x80 | 126)) + len(payload).to_bytes(2, "big") + mask + body


def fragment(opcode: int, payload: bytes) -> bytes:
    """The first frame of a message that goes on."""
    frame = masked(opcode, payload)
    return bytes((frame[0] & 0x7F,)) + frame[1:]
