"""Clients that never stop asking, or never read the answer, do not harm the others."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from broadcaster.edge.fanout.caption_history import PAGE_BYTES
from tests.edge.captions import reading
from tests.edge.conftest import Edge
from tests.edge.websockets import listening
from tests.support.flood import PIPELINED, Flood

DEADLINE_S = 60.0
REQUESTS = 5_000
CONNECTIONS = 100
CAPTIONS = 2_000
UNREAD = 60


def port_of(edge: Edge) -> int:
    return int(edge.url.rsplit(":", 1)[1])


async def long_talk(edge: Edge) -> None:
    """Append the captions of a long talk, half a megabyte."""
    for number in range(CAPTIONS):
        await edge.caption(number, f"{number} " + "palabra " * 20)


@asynccontextmanager
async def frames_heard(edge: Edge) -> AsyncIterator[list[int]]:
    """A listener; yields the number of frames sent and of frames heard."""
    reader, writer = await listening(edge)
    counts = [0, 0]

    async def say() -> None:
        while True:
            edge.say("es", bytes(180))
            counts[0] += 1
            await asyncio.sleep(0.02)

    async def hear() -> None:
        while True:
            head = await reader.readexactly(4)
            assert head[:2] == bytes((0x82, 126)), "a binary message"
            payload = await reader.readexactly(int.from_bytes(head[2:], "big"))
            assert int.from_bytes(payload[4:8], "big") == counts[1], "none missing, in order"
            counts[1] += 1

    tasks = [asyncio.create_task(each) for each in (say(), hear())]
    try:
        yield counts
        tasks[0].cancel()
        async with asyncio.timeout(DEADLINE_S):
            while counts[1] < counts[0] and not tasks[1].done():
                await asyncio.sleep(0.01)
        assert counts[0] == counts[1]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()


async def test_thousands_of_requests(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    await long_talk(edge)
    flood = Flood(port_of(edge), "talk", "es", REQUESTS, CONNECTIONS)
    async with frames_heard(edge), asyncio.timeout(DEADLINE_S):
        await flood.run()
    assert (flood.asked, flood.answered, flood.lost) == (REQUESTS, REQUESTS, 0)
    assert edge.refused == {"unknown_channel": REQUESTS // PIPELINED * (PIPELINED - 1)}
    async with asyncio.timeout(DEADLINE_S):
        while edge.rooms.counts().readers["talk", "es"]:
            await asyncio.sleep(0.01)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_unread_past_captions_take_no_memory_for_each_reader(edge: Edge) -> None:
    await long_talk(edge)
    loop = asyncio.get_running_loop()
    hub = (await edge.rooms.open("talk")).captions("es")
    unread = [socket.socket() for _ in range(UNREAD)]
    try:
        for one in unread:
            one.settimeout(0)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            await loop.sock_connect(one, ("127.0.0.1", port_of(edge)))
            await loop.sock_sendall(one, b"GET /e/talk/captions/es HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(DEADLINE_S):
            while len(hub) < UNREAD:
                await asyncio.sleep(0.01)
        async with frames_heard(edge), reading(edge) as reader:
            texts = [(await reader.caption())[1]["text"] for _ in range(CAPTIONS)]
        assert [int(text.partition(" ")[0]) for text in texts] == list(range(CAPTIONS))
        unsent = [each.transport.get_write_buffer_size() for each in hub._behind]
        assert len(unsent) == UNREAD
        assert 0 < max(unsent) < 2 * PAGE_BYTES
        hub._cut_stalled()
        assert edge.rooms.counts().cut_readers == 0
        hub._cut_stalled()
        assert edge.rooms.counts().cut_readers == UNREAD
    finally:
        for one in unread:
            one.close()


async def test_captions_that_come_while_a_slow_reader_gets_the_past(edge: Edge) -> None:
    await long_talk(edge)
    async with reading(edge) as reader:
        heard: dict[str, str] = {}
        ids: list[str] = []
        new = 0
        while len(heard) < CAPTIONS + 100:
            last_id, caption = await reader.caption()
            ids.append(last_id)
            heard[caption["id"]] = caption["text"]
            if len(ids) % 20 == 0 and new < 100:
                await edge.caption(CAPTIONS + new, "half", final=False)
                await edge.caption(CAPTIONS + new, "half and whole")
                new += 1
        while heard[f"es-{CAPTIONS + 99}"] != "half and whole":
            last_id, caption = await reader.caption()
            ids.append(last_id)
            heard[caption["id"]] = caption["text"]
    assert len(set(ids)) == len(ids)
    assert all(heard[f"es-{CAPTIONS + number}"] == "half and whole" for number in range(100))
    assert all(heard[f"es-{number}"].startswith(f"{number} ") for number in range(CAPTIONS))
