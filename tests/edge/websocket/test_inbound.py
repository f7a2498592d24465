"""The few messages that a WebSocket listener may send."""

import asyncio

import aiohttp
import pytest

from broadcaster.edge.websocket.inbound import (
    MOST_MESSAGES,
    NORMAL,
    NOT_TEXT,
    PING,
    POLICY,
    PROTOCOL_ERROR,
    TOO_BIG,
)
from tests.edge.conftest import Edge
from tests.edge.websockets import fragment, listening, masked

DEADLINE_S = 20.0


CLOSE = masked(0x8, b"")


async def test_a_ping_is_answered_byte_by_byte(edge: Edge) -> None:
    reader, writer = await listening(edge)
    for byte in masked(0x9, b"are you there?"):
        writer.write(bytes((byte,)))
        await asyncio.sleep(0)
    async with asyncio.timeout(DEADLINE_S):
        assert await reader.readexactly(16) == bytes((0x8A, 14)) + b"are you there?"
    writer.close()


async def test_a_close_is_answered_and_the_listener_leaves(edge: Edge) -> None:
    reader, writer = await listening(edge)
    writer.write(masked(0x8, (1000).to_bytes(2, "big")))
    async with asyncio.timeout(DEADLINE_S):
        assert await reader.read() == bytes((0x88, 2)) + (1000).to_bytes(2, "big")
        while edge.rooms.counts().listeners[("talk", "es")]:
            await asyncio.sleep(0.001)
    writer.close()


async def test_pongs_are_not_counted_and_messages_are(edge: Edge) -> None:
    reader, writer = await listening(edge)
    for _ in range(3 * MOST_MESSAGES):
        writer.write(masked(0xA, b""))
    for _ in range(MOST_MESSAGES):
        writer.write(masked(0x2, b"x" * 300))
    writer.write(masked(0x9, b"?"))
    async with asyncio.timeout(DEADLINE_S):
        assert await reader.read() == bytes((0x88, 2)) + POLICY.to_bytes(2, "big")
    writer.close()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (bytes((0x82, 5)) + b"plain", PROTOCOL_ERROR),
        (masked(0x2, bytes(1025)), TOO_BIG),
        (bytes((0x82, 0xFF)) + (2**62).to_bytes(8, "big"), TOO_BIG),
        *(
            (bytes((0x82 | reserved, 0x80)), PROTOCOL_ERROR)
            for reserved in (0x40, 0x20, 0x10, 0x70)
        ),
        *((bytes((0x80 | op, 0x80)), PROTOCOL_ERROR) for op in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
        (masked(0x0, b"lone"), PROTOCOL_ERROR),
        (bytes((0x00, 0x80)), PROTOCOL_ERROR),
        (fragment(0x1, b"a") + masked(0x1, b"b"), PROTOCOL_ERROR),
        (fragment(0x2, b"a") + masked(0x0, b"b") + masked(0x0, b"c"), PROTOCOL_ERROR),
        (fragment(0x9, b"ping in parts"), PROTOCOL_ERROR),
        (fragment(0x8, b""), PROTOCOL_ERROR),
        (masked(0x9, bytes(126)), PROTOCOL_ERROR),
        (masked(0x8, bytes(126)), PROTOCOL_ERROR),
        (bytes((0x82, 0xFE)) + (125).to_bytes(2, "big"), PROTOCOL_ERROR),
        (bytes((0x82, 0xFF)) + (65_535).to_bytes(8, "big"), PROTOCOL_ERROR),
        (bytes((0x82, 0xFF)) + (2**63).to_bytes(8, "big"), PROTOCOL_ERROR),
        (masked(0x8, b"\x03"), PROTOCOL_ERROR),
        *(
            (masked(0x8, code.to_bytes(2, "big")), PROTOCOL_ERROR)
            for code in (0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535)
        ),
        (masked(0x8, (1000).to_bytes(2, "big") + b"\xff"), NOT_TEXT),
        (masked(0x8, (4999).to_bytes(2, "big") + "ñ".encode()), NORMAL),
        (masked(0x8, b""), NORMAL),
        (masked(0x1, b"\xff"), NOT_TEXT),
        (fragment(0x1, b"\xc3") + masked(0x0, b"("), NOT_TEXT),
        (masked(0x1, b"\xc3"), NOT_TEXT),
        (masked(0x2, b"\xff") + masked(0x8, b""), NORMAL),
        (
            fragment(0x1, b"\xc3") + masked(0xA, b"") + masked(0x0, b"\xb1") + masked(0x8, b""),
            NORMAL,
        ),
    ],
)
async def test_a_forbidden_frame_ends_the_connection(edge: Edge, sent: bytes, code: int) -> None:
    reader, writer = await listening(edge)
    writer.write(sent)
    async with asyncio.timeout(DEADLINE_S):
        # A text that was whole by then has got its answer.
        assert (await reader.read()).endswith(bytes((0x88, 2)) + code.to_bytes(2, "big"))
    writer.close()


async def test_a_caption_reader_that_keeps_sending_is_disconnected(edge: Edge) -> None:
    port = int(edge.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /e/talk/captions/es HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(DEADLINE_S):
        await reader.readuntil(b"event: state")
        writer.write(b"GET / HTTP/1.1\r\n" * 1000)
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1_000_000)
    writer.close()


def test_our_ping_is_a_ping_for_clients() -> None:
    assert PING[0] == 0x80 | aiohttp.WSMsgType.PING
