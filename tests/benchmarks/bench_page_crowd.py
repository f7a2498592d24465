"""Measure a hall that scans the code at the same moment, and opens the whole page over https.

    python -m tests.benchmarks.bench_page_crowd
    python -m tests.benchmarks.bench_page_crowd --phones 500 --write

The edge runs on core 0. Redis, the speaker and the phones (`broadcaster/loadtest/page/`) share the
other one. Captions grow all the time, as in a talk. The second table tells what each step of a
phone costs the edge.
"""

import argparse
import asyncio
import http.client
import os
import socket
import ssl
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median

import uvloop

from broadcaster.loadtest.page.document import parse_document
from broadcaster.loadtest.page.measure import PagePlan, measure_page
from broadcaster.loadtest.page.report import PageReport
from broadcaster.loadtest.page.scripts import page_address
from broadcaster.loadtest.plan import LoadPlan
from broadcaster.loadtest.report import Percentiles
from broadcaster.loadtest.target import LoadTarget, find_target
from broadcaster.model.ports import Bus
from tests.benchmarks.cpu import CLIENT_CORE, cpu_ns, pin, raise_fd_limit
from tests.benchmarks.sources import EVENT, ChannelCaptions, ChannelSound
from tests.benchmarks.subjects import Subject, edge, redis_bus
from tests.benchmarks.tables import Table, write

COMMAND = "python -m tests.benchmarks.bench_page_crowd"
PAST_CAPTIONS = 900
"""An hour of speech."""
TICKS_PER_CAPTION = 5
"""A caption grows every 300 ms."""
STEPS = 300
"""Repetitions of each step."""
STAYS_S = 5.0


class Talk:
    """Sound and growing captions of one channel."""

    def __init__(self, bus: Bus) -> None:
        self._sound = ChannelSound(bus, "es")
        self._captions = ChannelCaptions(bus)
        self._spoken = 0
        self._published_s: float | None = None
        self.longest_gap_ms = 0.0
        """Between two frames of sound."""

    async def publish(self, sequence: int) -> None:
        now_s = time.monotonic()
        if self._published_s is not None:
            self.longest_gap_ms = max(self.longest_gap_ms, 1000 * (now_s - self._published_s))
        self._published_s = now_s
        await self._sound.publish(sequence)
        if sequence % TICKS_PER_CAPTION == 0:
            await self.caption()

    async def caption(self) -> None:
        await self._captions.publish(self._spoken)
        self._spoken += 1


async def measure(phones: int, ramp_s: float, steady: int) -> tuple[Table, Table]:
    """Measure the crowd, then the steps of one phone."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        directory = Path(name)
        async with redis_bus(directory) as (url, bus):
            talk = Talk(bus)
            for _ in range(PAST_CAPTIONS * TICKS_PER_CAPTION):
                await talk.caption()
            async with edge("ours", directory / "edge", url, talk, tls=True) as subject:
                link = f"https://127.0.0.1:{subject.port}/e/{EVENT}?lang=es"
                target = await asyncio.to_thread(find_target, link, ())
                plan = PagePlan(LoadPlan(phones, ramp_s, STAYS_S), steady)
                async with subject.ticking():
                    report = await asyncio.to_thread(measure_page, target, plan, lambda _: True)
                source_gap_ms = talk.longest_gap_ms
                steps = await _steps(subject, target, talk, report)
    return _crowd_table(report, ramp_s, source_gap_ms), steps


def _crowd_table(report: PageReport, ramp_s: float, source_gap_ms: float) -> Table:
    figures = (
        ("connected, with TLS", report.secured_ms),
        ("page", report.page_ms),
        ("first caption", report.first_caption_ms),
        ("all scripts", report.ready_ms),
        ("tap → first sound", report.first_sound_ms),
        ("longest gap of those who listened before", report.steady_gap_ms),
        ("longest gap of the phones", report.longest_gap_ms),
    )
    limits = "; ".join(report.limits) or "nothing was at its limit"
    own = ", ".join(f"{share:.0%}" for share in report.own_busiest_shares)
    phones = max(report.phones, 1)
    note = (
        f"{report.heard:,} of {report.phones:,} phones had sound, {report.steady:,} listened "
        f"before. Each phone opened {report.connections / phones:.1f} connections, the first with "
        f"a full handshake, and asked {report.requests / phones:.1f} times for "
        f"{report.received_bytes / phones / 1000:,.0f} kB. The edge took "
        f"{report.server_share:.0%} of its core, {report.server_busiest_share:.0%} in the busiest "
        f"second, and waited for it for up to {report.server_waiting_share:.0%} of a second; the "
        f"phones' process took {own}. The longest gap of the speaker's own sound was "
        f"{source_gap_ms:.0f} ms. At most {report.server_most_waiting:,} connections "
        f"waited to be accepted, {report.server_open_files:,} files were open. What limited it: "
        f"{limits}."
    )
    return Table(
        "page-crowd",
        f"{report.phones:,} phones open the page within {ramp_s:.0f} s",
        COMMAND,
        ("ms", "p50", "p99", "most"),
        tuple((name, *_cells(values)) for name, values in figures),
        note,
    )


def _cells(values: Percentiles | None) -> tuple[str, ...]:
    if values is None:
        return "–", "–", "–"
    return tuple(f"{value:,.0f}" for value in (values.p50, values.p99, values.max))


async def _steps(subject: Subject, target: LoadTarget, talk: Talk, report: PageReport) -> Table:
    """Processor time of the edge for each step of a phone, one after the other."""
    page = page_address(target, "es")
    html = await asyncio.to_thread(_asked, target, page, "identity")
    script = next(file for file in parse_document(html).files if file.endswith("/attendee.js"))

    async def cost_us(step: Callable[[], object], *, speaks: bool = False) -> float:
        taken = []
        for _ in range(STEPS):
            if speaks:
                await talk.caption()
            began = cpu_ns(subject.pids())
            await asyncio.to_thread(step)
            taken.append((cpu_ns(subject.pids()) - began) / 1000)
        return median(taken)

    kept = _KeptConnection(target)
    handshake_us = await cost_us(lambda: _connect(target).close())
    session = await asyncio.to_thread(_session, target)
    resumed_us = await cost_us(lambda: _connect(target, session).close())
    page_us = await cost_us(lambda: kept.ask(page))
    new_page_us = await cost_us(lambda: kept.ask(page), speaks=True)
    file_us = await cost_us(lambda: kept.ask(script))
    stream, sound = f"/e/{EVENT}/captions/es?newest=40", f"/e/{EVENT}/audio/es"
    stream_us = await cost_us(partial(_begin, target, stream, "")) - handshake_us
    sound_us = await cost_us(partial(_begin, target, sound, _UPGRADE)) - handshake_us
    kept.close()
    phones = max(report.phones, 1)
    connections, files = report.connections / phones, report.requests / phones - 2
    connections_us = handshake_us + (connections - 1) * resumed_us
    phone_us = connections_us + page_us + files * file_us + stream_us + sound_us
    rows = (
        ("connection with TLS, and its end", handshake_us),
        ("another one, which resumes the session", resumed_us),
        ("page, as the phone before got it", page_us),
        ("page after a new caption, made and compressed, and the caption", new_page_us),
        ("a script", file_us),
        ("stream of captions begins", stream_us),
        ("sound by WebSocket begins", sound_us),
        (
            f"a phone: {connections:.1f} connections, {files:.0f} files, and the others once",
            phone_us,
        ),
    )
    note = (
        f"Processor time of the edge, medians of {STEPS}; nobody else asked. A core that did "
        f"nothing else would take at least {1e6 / phone_us:,.0f} phones a second."
    )
    columns = ("step of a phone", "µs")
    cells = tuple((name, f"{us:,.0f}") for name, us in rows)
    return Table("page-steps", "What a phone's steps cost the edge", COMMAND, columns, cells, note)


_UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: broadcaster.audio.v1\r\n"
)


def _connect(target: LoadTarget, session: ssl.SSLSession | None = None) -> ssl.SSLSocket:
    assert target.tls is not None
    plain = socket.create_connection(target.address[:2])
    return target.tls.wrap_socket(plain, server_hostname=target.url.host, session=session)


def _session(target: LoadTarget) -> ssl.SSLSession | None:
    """A TLS session that can be resumed: its ticket comes with the first answer."""
    with closing(_connect(target)) as sock:
        sock.sendall(_request(target, "/healthz", "Connection: close\r\n"))
        while sock.recv(16_384):
            pass
        return sock.session


def _begin(target: LoadTarget, path: str, lines: str) -> None:
    """Begin an answer without an end, and leave."""
    with closing(_connect(target)) as sock:
        sock.sendall(_request(target, path, lines))
        assert sock.recv(16_384).startswith((b"HTTP/1.1 200", b"HTTP/1.1 101"))


def _request(target: LoadTarget, path: str, lines: str) -> bytes:
    host = target.url.host_port_subcomponent
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n".encode()


def _asked(target: LoadTarget, path: str, coding: str) -> bytes:
    with closing(_KeptConnection(target)) as connection:
        return connection.ask(path, coding)


class _KeptConnection:
    """One connection for many requests."""

    def __init__(self, target: LoadTarget) -> None:
        assert target.url.host is not None
        self._http = http.client.HTTPSConnection(
            target.url.host, target.url.port, context=target.tls
        )

    def ask(self, path: str, coding: str = "br") -> bytes:
        headers = {"Accept-Encoding": coding, "Accept-Language": "es"}
        self._http.request("GET", path, headers=headers)
        return self._http.getresponse().read()

    def close(self) -> None:
        self._http.close()


def main() -> None:
    """Measure, print, and write on demand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=2_000)
    parser.add_argument("--ramp-s", type=float, default=10.0, help="seconds in which they come")
    parser.add_argument("--steady", type=int, default=200, help="who listen before")
    parser.add_argument("--write", action="store_true", help="put it into docs/performance.md")
    given = parser.parse_args()
    raise_fd_limit()
    pin(CLIENT_CORE)
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        tables = runner.run(measure(given.phones, given.ramp_s, given.steady))
    for table in tables:
        print("\n" + table.markdown(), flush=True)
        if given.write:
            write(table)


if __name__ == "__main__":
    main()
