"""Scenarios side by side: what a message costs for each listener."""

import statistics
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

import aiohttp

from broadcaster.model.audio import ENVELOPE_HEADER_BYTES
from broadcaster.system.certificates import server_context
from tests.benchmarks.measuring import Measured, alternated, busy
from tests.benchmarks.options import Options
from tests.benchmarks.sources import (
    EVENT,
    FRAME_MS,
    ChannelCaptions,
    ChannelSound,
    caption,
    packet_bytes,
)
from tests.benchmarks.subjects import (
    Subject,
    behind_nginx,
    edge,
    floor,
    icecast,
    nchan,
    redis_bus,
)
from tests.benchmarks.tables import Table

Made = dict[str, AbstractAsyncContextManager[Subject]]
"""Servers that are started when they are wanted."""
EVENT_BYTES = len(b"id: 1763812345678-0\nevent: caption\ndata: \n\n") + len(caption(0))
CAPTIONS_MS = 200
BEHIND_NGINX = "nginx in front"
OURS, PLAIN = "ours", "ours, without io_uring"
C_LOOP, C_TLS = "C loop (floor)", "C TLS loop (floor)"
COLUMNS = (
    *("server", "listeners", "µs per message and listener", "µs per listener-second"),
    *("RSS kB", "slab kB", "join µs", "spread ms p50/p99", "delay ms p50/p99"),
)


def frame_bytes(frame_ms: int) -> int:
    """Of a binary message."""
    return ENVELOPE_HEADER_BYTES + packet_bytes(frame_ms)


async def ws(options: Options) -> Table:
    """Opus frames by WebSocket; Icecast sends the same packets over HTTP."""
    frame_ms = options.frame_ms
    pace: Any = {"interval_ms": frame_ms, "frame_ms": str(frame_ms)}
    rows: list[tuple[str, ...]] = []
    notes: list[str] = []
    counts = (options.listeners,) if options.listeners else (500, 2000)
    for number, listeners in enumerate(counts):
        folder = options.directory / str(number)
        folder.mkdir()
        async with AsyncExitStack() as stack:
            url, bus = await stack.enter_async_context(redis_bus(folder))
            made: Made = {
                OURS: edge(
                    *(OURS, folder / "ours", url),
                    ChannelSound(bus, "floor", frame_ms=frame_ms),
                    **pace,
                ),
                PLAIN: edge(
                    *(PLAIN, folder / "plain", url),
                    ChannelSound(bus, "es", frame_ms=frame_ms),
                    path=f"/e/{EVENT}/audio/es",
                    batched_sends="false",
                    **pace,
                ),
                C_LOOP: floor(C_LOOP, frame_bytes(frame_ms), interval_ms=frame_ms),
                "Icecast2": icecast(folder / "icecast", frame_ms),
            }
            subjects = await _entered(stack, made, options)
            measured = await alternated(subjects, listeners, options.repetitions, options.window_s)
            rows += compared(measured)
            notes.append(busy(measured))
    name, command = "ws", "python -m tests.benchmarks.edge ws"
    if frame_ms != FRAME_MS:
        name, command = f"ws{frame_ms}", f"{command} --frame-ms {frame_ms}"
    return Table(
        *(name, f"Sound by WebSocket, {frame_ms} ms frames", command),
        (*COLUMNS, "× floor", "× Icecast2"),
        tuple(rows),
        max(notes),
    )


async def tls(options: Options) -> Table:
    """The same over TLS, ended in our own process or by nginx in front of it."""
    listeners = options.listeners or 2000
    folder = options.directory
    server_context(None, None, folder)
    certificate = (folder / "tls" / "certificate.pem", folder / "tls" / "key.pem")
    settings: Any = {"tls_cert": str(certificate[0]), "tls_key": str(certificate[1])}
    async with AsyncExitStack() as stack:
        url, bus = await stack.enter_async_context(redis_bus(folder))
        made: Made = {
            OURS: edge(
                *(OURS, folder / "ours", url, ChannelSound(bus, "floor")), tls=True, **settings
            ),
            PLAIN: edge(
                *(PLAIN, folder / "plain", url, ChannelSound(bus, "es")),
                path=f"/e/{EVENT}/audio/es",
                tls=True,
                batched_sends="false",
                **settings,
            ),
            BEHIND_NGINX: behind_nginx(
                *(BEHIND_NGINX, folder / "nginx"),
                edge(
                    *("plain", folder / "behind", url, ChannelSound(bus, "fr")),
                    path=f"/e/{EVENT}/audio/fr",
                ),
                certificate,
            ),
            C_TLS: floor(C_TLS, frame_bytes(FRAME_MS), certificate=certificate),
        }
        subjects = await _entered(stack, made, options)
        measured = await alternated(subjects, listeners, options.repetitions, options.window_s)
    ciphers = ", ".join(sorted({one.heard[-1].cipher for one in measured}))
    alone = [one for one in measured if one.subject.name != BEHIND_NGINX]
    return Table(
        *("tls", "The same over TLS", "python -m tests.benchmarks.edge tls"),
        (*COLUMNS, "× floor"),
        tuple(row[:-1] for row in compared(measured)),
        f"Negotiated: {ciphers}. nginx shares its core with our server. {busy(alone)}".strip(),
    )


async def captions(options: Options) -> Table:
    """Captions of about 200 bytes, five a second, by server-sent events."""
    listeners = options.listeners or 2000
    folder = options.directory
    async with AsyncExitStack() as stack:
        url, bus = await stack.enter_async_context(redis_bus(folder))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        made: Made = {
            OURS: edge(
                *(OURS, folder / "ours", url, ChannelCaptions(bus)),
                path=f"/e/{EVENT}/captions/es?from=live",
                interval_ms=CAPTIONS_MS,
            ),
            C_LOOP: floor(C_LOOP, EVENT_BYTES, kind="stream", interval_ms=CAPTIONS_MS),
            "nginx + nchan": nchan(folder / "nginx", http),
        }
        subjects = await _entered(stack, made, options)
        measured = await alternated(subjects, listeners, options.repetitions, options.window_s)
    return Table(
        *("captions", "Captions by server-sent events, 5 a second"),
        "python -m tests.benchmarks.edge captions",
        (*COLUMNS, "× floor", "× nchan"),
        tuple(compared(measured)),
        busy(measured),
    )


async def _entered(
    stack: AsyncExitStack,
    made: Made,
    options: Options,
) -> list[Subject]:
    wanted = [server for name, server in made.items() if options.wants(name)]
    return [await stack.enter_async_context(server) for server in wanted]


def compared(measured: Sequence[Measured]) -> list[tuple[str, ...]]:
    """A row for each server, with its ratio to the floor and to the peer of the same run."""
    named = {one.subject.name: one for one in measured}
    bottom = named.get(C_LOOP) or named.get(C_TLS)
    peer = named.get("Icecast2") or named.get("nginx + nchan")
    return [
        (*row(one), *(f"{one.ratio_to(other):.2f}" if other else "" for other in (bottom, peer)))
        for one in measured
    ]


def row(one: Measured) -> tuple[str, ...]:
    """Medians over the repetitions."""
    heard = one.heard
    spread = [statistics.median(h.spread_ms[place] for h in heard) for place in (0, 1)]
    delay = [statistics.median(h.delay_ms[place] for h in heard) for place in (0, 1)]
    return (
        one.subject.name,
        f"{heard[-1].listening:,}",
        f"{statistics.median(one.message_us):.2f}",
        f"{statistics.median(one.second_us):.1f}",
        f"{one.rss_kb:.1f}",
        f"{one.slab_kb:.1f}",
        f"{one.join_us:.0f}",
        f"{spread[0]:.1f} / {spread[1]:.1f}",
        f"{delay[0]:.1f} / {delay[1]:.1f}",
    )
