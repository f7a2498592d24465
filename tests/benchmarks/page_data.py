"""Measure how much data an hour of each way of listening, and of reading, takes.

    python -m tests.benchmarks.page_data
    python -m tests.benchmarks.page_data --write

Chromium listens to a prepared talk by each transport, with the sound as it is and with less data.
Bytes of sound are those that the page counts itself. All that comes by TCP passes a proxy that
counts, too: both figures are printed, and that of the proxy has the captions in it. What a page
fetches once is not counted.
"""

import argparse
import asyncio
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser

from broadcaster.audio.opus import OpusEncoder
from broadcaster.model.audio import OPUS_FRAME_SAMPLES, SAMPLE_BYTES
from broadcaster.model.variant import Coding
from tests.benchmarks.page_hours.captions import write_captions
from tests.benchmarks.tables import Table, write
from tests.edge.conftest import Edge, running_edge
from tests.edge.slow_network import Network, slow_network
from tests.edge.voices import speaking, voices
from tests.support.browser import Attendee, chromium, until
from tests.support.loopback import loopback_offered
from tests.support.tasks import background_task

DOCUMENT = Path(__file__).parents[2] / "docs" / "listening.md"
SETTLE_S = 6.0
"""The page loads the rest of its scripts, and a player its first sound."""
RECEIVED = """async () => {
  const player = window.broadcasterPlayer;
  const before = player.received_bytes;
  while (player.received_bytes === before) await new Promise((done) => setTimeout(done, 10));
  return [performance.now() / 1000, player.received_bytes];
}"""
"""The counter moves in steps; it is read just after one of them."""
AT_ONCE = "Math.random = () => 0"
"""A page fetches its worker once, at a random time of half a minute: 12 kB, which in 40 s look like
another 1.1 MB an hour."""
ALL_FETCHED = """async () => {
  const {active} = await navigator.serviceWorker.ready;
  return active.state === 'activated';
}"""
LESS = "localStorage.setItem('broadcaster.less-data', 'yes')"
TRANSPORTS = {"ws": "WebSocket", "whep": "WebRTC", "http": "HTTP (MP3)"}
HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class Rates:
    """Bytes in a second.

    Attributes:
        sound: as the page counts it.
        proxied: by TCP, sound and captions together.
    """

    sound: float
    proxied: float


def encoded() -> dict[str, list[bytes]]:
    """The talk as the channel has it, and at a low rate."""
    pcm, size = voices()["es"], OPUS_FRAME_SAMPLES * SAMPLE_BYTES
    pieces = [pcm[at : at + size] for at in range(0, len(pcm) - size + 1, size)]
    codings = {"es": OpusEncoder(), "es+low": OpusEncoder(coding=Coding.LOW_RATE)}
    return {name: [each.encode(piece) for piece in pieces] for name, each in codings.items()}


async def rates(
    edge: Edge, browser: Browser, transport: str | None, *, less: bool, seconds: float
) -> Rates:
    """Listen for a while; without a transport, read only."""
    async with slow_network(Network()) as network:
        context = await browser.new_context(proxy=network.settings)
        await context.add_init_script(AT_ONCE)
        if less:
            await context.add_init_script(LESS)
        attendee = Attendee(await context.new_page())
        page = attendee.page
        await page.goto(f"{edge.url}/e/talk?lang=es&transport={transport or 'ws'}")
        if transport is None:
            await until(page, "() => document.querySelector('[data-caption]') !== null")
        else:
            await attendee.listen()
        await until(page, ALL_FETCHED)
        await asyncio.sleep(SETTLE_S)
        began_s, sound, proxied = 0.0, 0.0, network.received_bytes
        if transport is not None:
            began_s, sound = await page.evaluate(RECEIVED)
        await asyncio.sleep(seconds)
        proxied = network.received_bytes - proxied
        ended_s, received = 1.0, 0.0
        if transport is not None:
            ended_s, received = await page.evaluate(RECEIVED)
        await context.close()
    return Rates((received - sound) / (ended_s - began_s), proxied / seconds)


def megabytes(rate: float) -> str:
    """An hour at a rate of bytes in a second."""
    return f"{rate * HOUR_S / 1e6:.1f}"


async def measure(seconds: float) -> Table:
    """Measure all ways."""
    sounds = await asyncio.to_thread(encoded)
    rows = []
    with loopback_offered():
        async with (
            running_edge() as edge,
            chromium() as browser,
            speaking(edge, sounds),
            background_task(write_captions(edge), "captions"),
        ):
            for transport, name in TRANSPORTS.items():
                found = await asyncio.gather(
                    *(
                        rates(edge, browser, transport, less=less, seconds=seconds)
                        for less in (False, True)
                    )
                )
                print(name, *found, flush=True)
                rows.append((name, *(megabytes(one.sound) for one in found)))
            read = await rates(edge, browser, None, less=False, seconds=seconds)
    rows.append(("captions", *2 * (megabytes(read.proxied),)))
    return Table(
        "page-data",
        "Data in an hour",
        "python -m tests.benchmarks.page_data",
        ("way", "normal, MB an hour", "less data, MB an hour"),
        tuple(rows),
        f"{seconds:.0f} s of a prepared talk each. With the headers of WebSocket, RTP or HTTP, "
        "without those of TCP, UDP, IP and TLS below them: in packets of 60 ms these add 1 to "
        "6 MB an hour, by calculation.",
    )


def main() -> None:
    """Measure, print, and write on demand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=40.0, help="of each way (40)")
    parser.add_argument("--write", action="store_true", help="write docs/listening.md")
    options = parser.parse_args()
    table = asyncio.run(measure(options.seconds))
    print(table.markdown())
    if options.write:
        write(table, DOCUMENT)


if __name__ == "__main__":
    main()
