"""`GET /metrics`: what this process counts, in Prometheus' text format.

The parts are asked when it is scraped and know nothing of it. Counts only: no key, no address of a
listener, nothing that was said.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from broadcaster.model.counts import ChannelId, EdgeCounts


def metrics_route(
    refused: Mapping[str, int], edge: Callable[[], EdgeCounts] | None
) -> web.RouteDef:
    """The address Prometheus scrapes.

    Args:
        refused: requests refused so far, by error id.
        edge: counts of this process's edge, None when it runs none.
    """

    async def scrape(_request: web.Request) -> web.Response:
        counts = edge() if edge is not None else None
        # The process's own figures are files.
        text = await asyncio.to_thread(_text, dict(refused), counts)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return web.get("/metrics", scrape)


def _text(refused: dict[str, int], counts: EdgeCounts | None) -> bytes:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Refused(refused))
    if counts is not None:
        registry.register(_Edge(counts))
    return generate_latest(registry)


class _Edge(Collector):
    """Counts of one moment."""

    def __init__(self, counts: EdgeCounts) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        counts = self._counts
        yield _by_channel("listeners", "People who hear a channel now", counts.listeners)
        yield _by_channel("caption_readers", "People who read a channel now", counts.readers)
        yield CounterMetricFamily(
            "broadcaster_skipped_frames",
            "Frames not sent because a listener was too slow",
            value=counts.skipped_frames,
        )
        yield CounterMetricFamily(
            "broadcaster_stalled_listeners",
            "Listeners disconnected because they had stopped reading",
            value=counts.stalled_listeners,
        )
        yield CounterMetricFamily(
            "broadcaster_cut_readers",
            "Caption readers disconnected because they could not follow",
            value=counts.cut_readers,
        )


class _Refused(Collector):
    """Refused requests of one moment, by error id."""

    def __init__(self, numbers: dict[str, int]) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(
            "broadcaster_refused_requests", "Requests answered with an error", labels=["error"]
        )
        for error, number in self._numbers.items():
            family.add_metric([error], number)
        yield family


def _by_channel(name: str, meaning: str, numbers: dict[ChannelId, int]) -> Metric:
    family = GaugeMetricFamily(f"broadcaster_{name}", meaning, labels=["event", "channel"])
    for channel, number in numbers.items():
        family.add_metric(channel, number)
    return family
