"""`GET /metrics`: what this process counts, in Prometheus' text format.

The parts are asked when it is scraped and know nothing of it. Counts only: no key, no address of a
listener, nothing that was said.
"""

import asyncio
from collections.abc import Callable, Iterator

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from broadcaster.model.counts import ChannelId, EdgeCounts


def metrics_route(edge: Callable[[], EdgeCounts] | None) -> web.RouteDef:
    """The address Prometheus scrapes.

    Args:
        edge: counts of this process's edge, None when it runs none.
    """

    async def scrape(_request: web.Request) -> web.Response:
        counts = edge() if edge is not None else None
        text = await asyncio.to_thread(_text, counts)  # the process's own figures are files
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return web.get("/metrics", scrape)


def _text(counts: EdgeCounts | None) -> bytes:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
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
        refused = CounterMetricFamily(
            "broadcaster_refused_joins", "Listeners and readers refused", labels=["error"]
        )
        for error, number in counts.refused_joins.items():
            refused.add_metric([error], number)
        yield refused


def _by_channel(name: str, meaning: str, numbers: dict[ChannelId, int]) -> Metric:
    family = GaugeMetricFamily(f"broadcaster_{name}", meaning, labels=["event", "channel"])
    for channel, number in numbers.items():
        family.add_metric(channel, number)
    return family
