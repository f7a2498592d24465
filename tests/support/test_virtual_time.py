"""The virtual clock jumps over waiting, and never over work."""

import asyncio
import time

import pytest

from tests.support.tasks import background_task
from tests.support.virtual_time import VirtualTimeBus, run


def test_an_hour_of_sleeping_takes_no_time() -> None:
    async def sleep() -> float:
        await asyncio.sleep(3_600)
        return asyncio.get_running_loop().time()

    began = time.process_time()
    assert run(sleep()) == pytest.approx(3_600)
    assert time.process_time() - began < 1.0


def test_timers_run_in_order_at_their_time() -> None:
    async def tick(name: str, every_s: float, seen: list[tuple[str, float]]) -> None:
        while True:
            await asyncio.sleep(every_s)
            seen.append((name, round(asyncio.get_running_loop().time(), 3)))

    async def both() -> list[tuple[str, float]]:
        seen: list[tuple[str, float]] = []
        async with (
            background_task(tick("slow", 0.7, seen), "slow"),
            background_task(tick("fast", 0.3, seen), "fast"),
        ):
            await asyncio.sleep(1.0)
        return seen

    expected = [("fast", 0.3), ("fast", 0.6), ("slow", 0.7), ("fast", 0.9)]
    assert run(both()) == expected
    assert run(both()) == expected


def test_the_clock_stands_still_while_a_thread_works() -> None:
    async def work() -> float:
        async with asyncio.timeout(0.01):
            await asyncio.to_thread(time.sleep, 0.1)
        return asyncio.get_running_loop().time()

    assert run(work()) == 0.0


def test_the_clock_stands_still_while_the_bus_writes() -> None:
    async def write() -> float:
        async with asyncio.timeout(0.001), VirtualTimeBus() as bus:
            for number in range(50):
                assert await bus.put("record", b"%d" % number) == number + 1
                await bus.append("stream", b"entry")
        return asyncio.get_running_loop().time()

    assert run(write()) == 0.0


def test_the_ends_of_a_connection_wait_for_each_other() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            await asyncio.sleep(1.0)
            writer.write(line)
        writer.close()

    async def talk() -> float:
        async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            async with asyncio.timeout(25.0):
                for number in range(20):
                    writer.write(b"%d\n" % number)
                    assert await reader.readline() == b"%d\n" % number
            writer.close()
            await writer.wait_closed()
            await asyncio.sleep(0)
        return asyncio.get_running_loop().time()

    assert run(talk()) == pytest.approx(20.0, abs=1.0)
