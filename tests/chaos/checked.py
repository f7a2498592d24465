"""A tap on the way to the rehearsal server: every event of both sides against `openai`'s models."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import WSMsgType
from yarl import URL

from tests.rehearsal import realtime_client, translation_client
from tests.rehearsal.session_client import assert_documented

ON_PURPOSE = frozenset({"event_garbage", "event_unknown"})
"""The ids by which the faults `garbage` and `unknown_events` mark their events."""
_HEAD_END = b"\r\n\r\n"


class Checked:
    """The messages seen on all connections.

    Attributes:
        valid: events by endpoint and sender.
        faulty: messages that were broken on purpose.
        invalid: what is wrong with the others.
    """

    def __init__(self) -> None:
        self.valid: Counter[str] = Counter()
        self.faulty = 0
        self.invalid: list[str] = []

    def check(self, endpoint: str, sender: str, text: bytes) -> None:
        """Take one message."""
        try:
            event = json.loads(text)
        except ValueError:
            event = None
        if not isinstance(event, dict) or not event or event.get("event_id") in ON_PURPOSE:
            self.faulty += 1
            return
        try:
            _validate(endpoint, sender, event)
        except (ValueError, AssertionError, KeyError) as wrong:
            self.invalid.append(f"{endpoint} {sender} {event.get('type')}: {wrong!s:.300}")
        else:
            self.valid[f"{endpoint} {sender}"] += 1


def _validate(endpoint: str, sender: str, event: dict[str, Any]) -> None:
    if endpoint == "translation":
        events = (
            translation_client.CLIENT_EVENT
            if sender == "client"
            else translation_client.SERVER_EVENT
        )
        assert_documented(events.validate_python(event))
    elif sender == "client":
        assert_documented(realtime_client.CLIENT_EVENT.validate_python(event))
    else:
        realtime_client.assert_valid(event)


class Messages:
    """The text messages in one direction of a connection: a head, then frames (RFC 6455 §5.2)."""

    def __init__(self) -> None:
        self._unread = bytearray()
        self.head = b""

    def push(self, data: bytes) -> Iterator[bytes]:
        """The messages that are whole now."""
        self._unread += data
        if self._unread.startswith((b"GET ", b"HTTP/1.1 ")):
            self.head = b""
        if not self.head:
            end = self._unread.find(_HEAD_END)
            if end < 0:
                return
            self.head = bytes(self._unread[:end])
            del self._unread[: end + len(_HEAD_END)]
        if self.head.startswith(b"HTTP") and b" 101 " not in self.head:
            self._unread.clear()
            return
        while (frame := self._frame()) is not None:
            opcode, payload = frame
            if opcode == WSMsgType.TEXT:
                yield payload

    def _frame(self) -> tuple[int, bytes] | None:
        unread = self._unread
        if len(unread) < 2:
            return None
        assert unread[0] & 0x80, "neither side sends fragments"
        length, start = unread[1] & 0x7F, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            length = int.from_bytes(unread[2:start], "big")
        masked = unread[1] & 0x80
        end = start + (4 if masked else 0) + length
        if len(unread) < end:
            return None
        payload = bytes(unread[end - length : end])
        if masked:
            mask = bytes(unread[start : start + 4]) * (length // 4 + 1)
            key = int.from_bytes(mask[:length], "big")
            payload = (int.from_bytes(payload, "big") ^ key).to_bytes(length, "big")
        opcode = unread[0] & 0x0F
        del unread[:end]
        return opcode, payload


@asynccontextmanager
async def tapped(server_url: str, checked: Checked) -> AsyncIterator[str]:
    """Pass on what goes to a server, and check it; yields the base URL to use instead."""
    server = URL(server_url)
    assert server.host is not None

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other_reader, other_writer = await asyncio.open_connection(server.host, server.port)
        asked, answered = Messages(), Messages()
        await asyncio.gather(
            _pass(reader, other_writer, asked, asked, "client", checked),
            _pass(other_reader, writer, answered, asked, "server", checked),
        )

    tap = await asyncio.start_server(connect, "127.0.0.1", 0)
    async with tap:
        port = tap.sockets[0].getsockname()[1]
        yield str(server.with_port(port))


async def _pass(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    messages: Messages,
    asked: Messages,
    sender: str,
    checked: Checked,
) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            for text in messages.push(data):
                endpoint = "translation" if b"/translations" in asked.head else "realtime"
                checked.check(endpoint, sender, text)
            await writer.drain()
    except ConnectionError:
        writer.transport.abort()
    finally:
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()
