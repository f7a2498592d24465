"""Measure how soon the attendee page shows its first caption, and how soon it sounds.

    python -m tests.benchmarks.page_speed
    python -m tests.benchmarks.page_speed --write

Chromium opens the page of a talk with an hour of captions through a proxy that is as slow as a
network (`tests/edge/slow_network.py`): with an empty cache, and then again over new connections.
Figures are medians. The last column tells which goals are missed.
"""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.async_api import Browser

from tests.benchmarks.tables import Table, write
from tests.edge.conftest import Edge, running_edge
from tests.edge.first_moments import FirstMoments, first_caption, first_sound_ms, new_tab
from tests.edge.slow_network import Network, slow_network
from tests.edge.voices import speaking
from tests.support.browser import chromium

DOCUMENT = Path(__file__).parents[2] / "docs" / "listening.md"
CAPTIONS = 900
"""An hour of speech."""
TEXT = "Frase {} de una charla larga sobre el agua del valle."
READS_S = 2.0
"""Between the first caption and the tap."""


@dataclass(frozen=True, slots=True)
class Case:
    """A network, a phone, and the goals there.

    Attributes:
        name: of the network.
        network: how slow it is.
        cpu_slowdown: of the phone against this machine.
        goals_s: first caption cold, warm, and first sound after the tap; empty for none.
    """

    name: str
    network: Network
    cpu_slowdown: int = 1
    goals_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """Both visits of one browser."""

    cold: FirstMoments
    warm: FirstMoments
    sound_ms: float


LOOPBACK = Network()
MOBILE = Network(0.150, 1_600_000)
WEAK = Network(0.400, 400_000)
CASES = (
    Case("loopback", LOOPBACK, goals_s=(0.4, 0.3)),
    Case("loopback", LOOPBACK, 6),
    Case("150 ms, 1.6 Mbit/s", MOBILE),
    Case("150 ms, 1.6 Mbit/s", MOBILE, 6),
    Case("400 ms, 400 kbit/s", WEAK, goals_s=(2.0, 1.2, 1.5)),
    Case("400 ms, 400 kbit/s", WEAK, 6),
)


async def visits(edge: Edge, browser: Browser, case: Case) -> Visit:
    """Visit the page with an empty cache, listen, and visit it again."""
    async with slow_network(case.network) as slow:
        context = await browser.new_context(locale="es-ES", proxy=slow.settings)
        page = await new_tab(context, cpu_slowdown=case.cpu_slowdown)
        cold = await first_caption(page, f"{edge.url}/e/talk")
        await asyncio.sleep(READS_S)
        sound_ms = await first_sound_ms(page)
        await page.goto("about:blank")
        await slow.drop_connections()
        warm = await first_caption(page, f"{edge.url}/e/talk")
        await context.close()
    return Visit(cold, warm, sound_ms)


def row(case: Case, measured: Sequence[Visit]) -> tuple[str, ...]:
    """The medians of a case."""
    cold = [visit.cold for visit in measured]
    warm = [visit.warm for visit in measured]
    times_s = [
        median(first.caption_ms for first in cold) / 1000,
        median(first.caption_ms for first in warm) / 1000,
        median(visit.sound_ms for visit in measured) / 1000,
    ]
    goals = [
        f"{goal:.1f} {'✓' if time <= goal else 'missed'}"
        for time, goal in zip(times_s, case.goals_s, strict=False)
    ]
    return (
        case.name,
        f"{case.cpu_slowdown}×",
        f"{median(first.requests for first in cold):.0f}",
        f"{median(first.received_bytes for first in cold) / 1000:.1f}",
        f"{median(first.received_bytes for first in warm) / 1000:.1f}",
        *(f"{time:.2f}" for time in times_s),
        ", ".join(goals) or "–",
    )


async def measure(repetitions: int) -> Table:
    """Measure all cases."""
    rows = []
    async with running_edge() as edge, chromium() as browser:
        for number in range(CAPTIONS):
            await edge.caption(number, TEXT.format(number))
        async with speaking(edge):
            for case in CASES:
                measured = [await visits(edge, browser, case) for _ in range(repetitions)]
                rows.append(row(case, measured))
                print(*rows[-1], sep=" | ", flush=True)
    return Table(
        "page-speed",
        "How soon the page shows and plays",
        "python -m tests.benchmarks.page_speed",
        (
            "network",
            "CPU slower",
            "requests",
            "kB",
            "kB again",
            "caption s",
            "caption again s",
            "sound s",
            "goals s",
        ),
        tuple(rows),
        f"Medians of {repetitions} runs. Requests and bytes are those before the first caption, "
        "headers among them. “Again” is a second visit over new connections. Sound "
        f"is from a tap on Listen, {READS_S:.0f} s after the first caption, to the first sample "
        "that is not silent.",
    )


def main() -> None:
    """Measure, print, and write on demand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=5, help="of each case (5)")
    parser.add_argument("--write", action="store_true", help="write docs/listening.md")
    options = parser.parse_args()
    table = asyncio.run(measure(options.repetitions))
    print(table.markdown())
    if options.write:
        write(table, DOCUMENT)


if __name__ == "__main__":
    main()
