"""Measure how soon a correction reaches all readers of a channel, and that each gets it once.

    python -m tests.benchmarks.bench_corrections --readers 1000 --corrections 20

A desk and an edge on one bus, in this process, with the readers: all three share its processor. The
time is from the reviewer's request to the reader's socket. Fails when a reader got a correction
never or twice, or when one came after more than `LONGEST_S`.
"""

import argparse
import asyncio
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import numpy as np
from yarl import URL

from tests.desk.review.reviewing import desk_and_edge

LONGEST_S = 1.0
BEGUN_WITHIN_S = 60.0
ARRIVED_WITHIN_S = 20.0
_REQUEST = "GET /e/talk/captions/es HTTP/1.1\r\nHost: {host}\r\n\r\n"


class Reader(asyncio.Protocol):
    """A reader that notes when it has which correction.

    Attributes:
        begun: set when it has the captions so far.
        came: times at which each correction came, by its id.
    """

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.came: defaultdict[bytes, list[float]] = defaultdict(list)
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        now = time.perf_counter()
        *events, self._rest = (self._rest + data).split(b"\n\n")
        for event in events:
            if b"event: caption" in event:
                self.begun.set()
            _, is_revision, rest = event.partition(b'"revision_id":"')
            if is_revision:
                self.came[rest.partition(b'"')[0]].append(now)


async def main(readers: int, corrections: int) -> None:
    """Correct one caption again and again, and print how soon all have it."""
    async with AsyncExitStack() as stack:
        desk, edge = await stack.enter_async_context(desk_and_edge())
        await edge.caption(1, "El agua no conose")
        url = URL(edge.url)
        host, port = url.host or "", url.port or 0
        loop, crowd = asyncio.get_running_loop(), list[Reader]()
        for _ in range(readers):
            transport, reader = await loop.create_connection(Reader, host, port)
            stack.callback(transport.close)
            transport.write(_REQUEST.format(host=host).encode())
            crowd.append(reader)
        async with asyncio.timeout(BEGUN_WITHIN_S):
            for reader in crowd:
                await reader.begun.wait()
        times: list[float] = []
        last: list[float] = []
        for number in range(corrections):
            name = f"correction-{number}"
            asked = time.perf_counter()
            await desk.revise("es-1", number, id=name, text=f"El agua conoce {number}")
            async with asyncio.timeout(ARRIVED_WITHIN_S):
                while not all(reader.came[name.encode()] for reader in crowd):
                    await asyncio.sleep(0.01)
            found = [reader.came[name.encode()][0] - asked for reader in crowd]
            times += found
            last.append(max(found))
        counts = {len(one) for reader in crowd for one in reader.came.values()}
    p50, p99 = np.percentile(times, [50, 99]) * 1000
    print(
        f"{datetime.now(UTC):%Y-%m-%d}: {corrections} corrections to {readers} readers, ms: "
        f"p50 {p50:.0f}, p99 {p99:.0f}, the last reader {max(last) * 1000:.0f}"
    )
    if counts != {1}:
        raise SystemExit("a reader got a correction twice")
    if max(last) > LONGEST_S:
        raise SystemExit("a correction came late")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--corrections", type=int, default=20)
    given = parser.parse_args()
    asyncio.run(main(given.readers, given.corrections))
