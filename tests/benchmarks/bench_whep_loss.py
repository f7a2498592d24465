"""Measure the sound of WebRTC listeners that lose packets, with and without the FEC variant.

    python -m tests.benchmarks.bench_whep_loss --seconds 60

The attendee page in Chromium hears the prepared talk by WHEP through a relay that loses packets
from the server (tests/support/lossy_relay.py), once from an edge that protects nobody. The same
packets are lost for all. 80 s a row of the table.
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.async_api import Browser

from broadcaster.audio.opus import OpusEncoder
from broadcaster.model.audio import CLOCK_HZ, OPUS_FRAME_SAMPLES, SAMPLE_BYTES
from broadcaster.model.variant import Coding
from tests.audio.sounds import speech
from tests.benchmarks.tables import Table, write
from tests.edge.conftest import Edge, running_edge
from tests.support.browser import Attendee, chromium
from tests.support.loopback import loopback_offered
from tests.support.lossy_relay import LossyRelay, at_random
from tests.support.sound import matches, samples
from tests.support.tasks import background_task

SECOND = CLOCK_HZ * SAMPLE_BYTES
FRAME_S = OPUS_FRAME_SAMPLES / CLOCK_HZ
TALK_S = 30
"""Of the prepared talk, again and again."""
SETTLE_S = 20.0
"""Listeners report their loss every few seconds; a buffer has to find its length."""
SEED = 1
NETWORKS: tuple[tuple[float, float | None], ...] = (
    *((0.0, None), (0.05, None), (0.1, None), (0.2, None)),
    *((0.05, 2.0), (0.1, 2.0)),
)
"""Share of packets lost, and how many in a row on average; None at random."""
CLEAR = 0.8
"""Correlation of a second with what was said from which on it counts as clear."""
DEFAULT_BUFFER = "delete RTCRtpReceiver.prototype.jitterBufferTarget;"
STATS = """async () => {
  for (const report of (await window.connection.getStats()).values()) {
    if (report.type === 'inbound-rtp') return report;
  }
}"""


@dataclass(frozen=True, slots=True)
class Listener:
    """One page.

    Attributes:
        edge: what it listens to.
        protects: whether that protects those who lose packets.
        own_buffer: whether it asks for the page's 200 ms of buffer, or leaves that to the browser.
    """

    edge: Edge
    protects: bool
    own_buffer: bool

    async def hear(
        self, browser: Browser, share: float, burst_packets: float | None, seconds: float
    ) -> tuple[str, ...]:
        """The row of the table of one network."""
        async with LossyRelay.to(self.edge.egress.port) as relay:
            relay.loses = at_random(share, SEED, burst_packets)
            context = await browser.new_context(bypass_csp=True)
            buffer = "" if self.own_buffer else DEFAULT_BUFFER
            await context.add_init_script(relay.page_script + buffer)
            page = Attendee(await context.new_page())
            await page.page.goto(f"{self.edge.url}/e/talk?lang=es&transport=whep")
            await page.listen()
            await asyncio.sleep(SETTLE_S)
            await page.record()
            before: dict[str, Any] = await page.page.evaluate(STATS)
            relayed, lost = relay.relayed, relay.lost
            await asyncio.sleep(seconds)
            after: dict[str, Any] = await page.page.evaluate(STATS)
            relayed, lost = relay.relayed - relayed, relay.lost - lost
            heard = await page.newly_heard()
            await context.close()
        change = {
            name: value - before.get(name, 0)
            for name, value in after.items()
            if isinstance(value, int | float)
        }
        repaired = change["fecPacketsReceived"] - change["fecPacketsDiscarded"]
        delay_s = change["jitterBufferDelay"] / change["jitterBufferEmittedCount"]
        found = await asyncio.to_thread(matches, heard, samples(talk() + talk()[:SECOND]))
        return (
            f"{share:.0%}" + (f", {burst_packets:.0f} in a row" if burst_packets else ""),
            "200 ms" if self.own_buffer else "the browser's",
            "yes" if self.protects else "no",
            f"{lost / relayed:.1%}",
            f"{repaired / lost:.0%}" if lost else "",
            f"{change['concealedSamples'] / change['totalSamplesReceived']:.1%}",
            f"{np.mean([match.r for match in found]):.2f}",
            f"{np.mean([match.r > CLEAR for match in found]):.0%}",
            f"{delay_s * 1000:.0f}",
            f"{change['bytesReceived'] * 8 / seconds / 1000:.0f}",
        )


COLUMNS = (
    *("loss", "buffer", "protected", "packets lost", "of these repaired", "sound made up"),
    *("correlation", "clear seconds", "buffer ms", "kbit/s"),
)


def talk() -> bytes:
    """The spoken sound."""
    return speech()[: TALK_S * SECOND]


def packets(encoder: OpusEncoder) -> list[bytes]:
    """The talk."""
    size = OPUS_FRAME_SAMPLES * SAMPLE_BYTES
    pcm = talk()
    return [encoder.encode(pcm[at : at + size]) for at in range(0, len(pcm) - size + 1, size)]


@asynccontextmanager
async def talking(edges: Sequence[Edge]) -> AsyncIterator[None]:
    """Publish the channel and its protected variant in real time, again and again."""
    protecting = OpusEncoder(coding=Coding.PROTECTED)
    variants = {
        "es": await asyncio.to_thread(packets, OpusEncoder()),
        "es+fec": await asyncio.to_thread(packets, protecting),
    }

    async def say() -> None:
        due = time.monotonic()
        while True:
            for number in range(len(variants["es"])):
                for edge in edges:
                    for channel, made in variants.items():
                        edge.say(channel, made[number])
                due += FRAME_S
                await asyncio.sleep(max(0.0, due - time.monotonic()))

    async with background_task(say(), "talk"):
        yield


async def measured(
    networks: Iterable[tuple[float, float | None]], seconds: float
) -> AsyncIterator[tuple[str, ...]]:
    """The rows, four listeners of each network at a time."""
    async with AsyncExitStack() as stack:
        stack.enter_context(loopback_offered())
        plain = await stack.enter_async_context(running_edge(protects=False))
        protecting = await stack.enter_async_context(running_edge())
        await stack.enter_async_context(talking([plain, protecting]))
        browser = await stack.enter_async_context(chromium("--allow-loopback-in-peer-connection"))
        listeners = [
            Listener(edge, edge is protecting, own_buffer)
            for own_buffer in (True, False)
            for edge in (plain, protecting)
        ]
        for network in networks:
            heard = (listener.hear(browser, *network, seconds) for listener in listeners)
            for row in await asyncio.gather(*heard):
                yield row


async def main(seconds: float, *, to_document: bool) -> None:
    """Measure and print."""
    rows = []
    async for row in measured(NETWORKS, seconds):
        print(" | ".join(row), flush=True)
        rows.append(row)
    table = Table(
        *("whep_loss", "WebRTC listeners whose packets get lost"),
        f"python -m tests.benchmarks.bench_whep_loss --seconds {seconds:.0f}",
        COLUMNS,
        tuple(rows),
        NOTE,
    )
    print("\n" + table.markdown())
    if to_document:
        write(table)


NOTE = """\
The attendee page in Chromium, speech, packets of 60 ms. Made up: `concealedSamples` of
`totalSamplesReceived`, in pauses too. Correlation: of each second heard with the talk; over 0.8 is
clear. "The browser's" buffer: without the page's request for 200 ms, like third-party players."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--write", action="store_true", help="put it into docs/performance.md")
    given = parser.parse_args()
    asyncio.run(main(given.seconds, to_document=given.write))
