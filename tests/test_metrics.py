"""What Prometheus reads, parsed by its own library."""

from collections.abc import Iterator
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from broadcaster.config import Role
from broadcaster.model.counts import EdgeCounts
from tests.support.server import running_server

Samples = dict[tuple[str, tuple[str, ...]], float]


def samples(text: str) -> Iterator[tuple[tuple[str, tuple[str, ...]], float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = (sample.labels[name] for name in sorted(sample.labels))
            yield (sample.name, tuple(labels)), sample.value


async def scrape(http: aiohttp.ClientSession) -> Samples:
    async with http.get("/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        return dict(samples(await answer.text()))


async def test_listeners_readers_and_refusals(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es")
        assert ("broadcaster_skipped_frames_total", ()) in await scrape(server.http)
        async with (
            server.http.ws_connect("/e/talk/audio/es") as one,
            server.http.ws_connect("/e/talk/audio/floor") as two,
            server.http.get("/e/talk/captions/es") as captions,
        ):
            await one.receive()
            await two.receive()
            await captions.content.readany()
            for path in ("/e/other/audio/es", "/e/talk/audio/xx", "/e/talk/captions/xx"):
                async with server.http.get(path) as refused:
                    assert refused.status == 404
            read = await scrape(server.http)
        assert read["broadcaster_listeners", ("es", "talk")] == 1
        assert read["broadcaster_listeners", ("floor", "talk")] == 1
        assert read["broadcaster_caption_readers", ("es", "talk")] == 1
        assert read["broadcaster_refused_requests_total", ("unknown_event",)] == 1
        assert read["broadcaster_refused_requests_total", ("unknown_channel",)] == 2
        assert read["broadcaster_stalled_listeners_total", ()] == 0
        assert read["broadcaster_cut_readers_total", ()] == 0
        assert read["process_open_fds", ()] > 0
        assert read["process_resident_memory_bytes", ()] > 0


async def test_a_process_without_an_edge_has_its_own_figures_only(tmp_path: Path) -> None:
    async with running_server(tmp_path, frozenset({Role.DESK})) as server:
        read = await scrape(server.http)
    assert ("process_cpu_seconds_total", ()) in read
    assert not [name for name, _ in read if "listeners" in name or "frames" in name]


def test_counts_of_rooms_add_up() -> None:
    one = EdgeCounts({("a", "es"): 2}, {}, 1, 2, 3)
    two = EdgeCounts({("a", "es"): 1, ("b", "es"): 1}, {("a", "es"): 4}, 1, 0, 0)
    both = EdgeCounts({("a", "es"): 3, ("b", "es"): 1}, {("a", "es"): 4}, 2, 2, 3)
    assert one.plus(two) == both
