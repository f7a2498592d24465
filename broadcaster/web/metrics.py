"""`GET /metrics`: what this process counts, in Prometheus' text format.

A scrape asks the parts for their counts; they do not know about metrics. There are numbers only: no
key, no address of a listener, nothing that was said. The ids of events, which are their links, and
costs are shown to the organizer alone. `docs/protocol.md` lists all metrics.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from broadcaster.errors import BusUnavailable
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.counts import EdgeCounts
from broadcaster.model.event import EventState
from broadcaster.model.status import BoothState, BoothStatus, EventStatus, FloorStatus
from broadcaster.model.store import StoreStatus
from broadcaster.web.organizer import Organizer

AskAlarms = Callable[[], Mapping[tuple[str, str], int]]
"""How many alarms are raised now, by event and alarm; those of the installation have no event."""
AskEvents = Callable[[], Awaitable[Sequence[EventStatus]]]
"""The status of all events that are open now. Raises `BusUnavailable`."""


def metrics_route(
    organizer: Organizer,
    refused: Mapping[str, int],
    edge: Callable[[], EdgeCounts] | None,
    events: AskEvents | None,
    store: Callable[[], StoreStatus],
    alarms: AskAlarms | None = None,
) -> web.RouteDef:
    """The route that Prometheus scrapes.

    Args:
        organizer: sees which event a count belongs to; others see sums.
        refused: requests refused so far, by error id.
        edge: returns the counts of this process's edge; None if it runs no edge.
        events: returns the open events; None in a process without the desk, so that only one
            process reports them.
        store: returns the state of the store as this process sees it.
        alarms: returns how many alarms are raised; None in a process without the desk.
    """

    async def scrape(request: web.Request) -> web.Response:
        names_events = organizer.recognises(request)
        collectors: list[Collector] = [_RefusalCollector(dict(refused)), _StoreCollector(store())]
        if edge is not None:
            collectors.append(_EdgeCollector(edge(), names_events=names_events))
        if events is not None and names_events:
            try:
                collectors.append(_EventCollector(await events(), bus_up=True))
            except BusUnavailable:
                collectors.append(_EventCollector([], bus_up=False))
        if alarms is not None and names_events:
            collectors.append(_AlarmCollector(alarms()))
        # Figures of the process itself are read from files.
        text = await asyncio.to_thread(_text, collectors)
        headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
        return web.Response(body=text, headers=headers)

    return web.get("/metrics", scrape)


def _text(collectors: Iterable[Collector]) -> bytes:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)


class _EdgeCollector(Collector):
    """The counts of an edge at the moment of a scrape.

    Args:
        counts: of the edge.
        names_events: count each event by itself, not all together.
    """

    def __init__(self, counts: EdgeCounts, *, names_events: bool) -> None:
        self._counts = counts
        self._names_events = names_events

    def collect(self) -> Iterator[Metric]:
        counts = self._counts
        for name, meaning, connected in (
            ("listeners", "Listeners connected to a channel", counts.listeners),
            ("caption_readers", "Caption readers connected to a channel", counts.readers),
        ):
            if self._names_events:
                yield _family(name, meaning, _CHANNEL, connected.items())
            else:
                yield _family(name, meaning, ("channel",), _over_events(connected))
        for name, meaning, number in (
            (
                "skipped_frames_total",
                "Frames not sent because a listener or this process was too slow",
                counts.skipped_frames,
            ),
            (
                "stalled_listeners_total",
                "Listeners disconnected because they had stopped reading",
                counts.stalled_listeners,
            ),
            (
                "cut_readers_total",
                "Caption readers disconnected because they could not follow",
                counts.cut_readers,
            ),
        ):
            yield _family(name, meaning, (), [((), number)])


class _RefusalCollector(Collector):
    """The refused requests at the moment of a scrape, by error id."""

    def __init__(self, numbers: dict[str, int]) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        values = [((error,), number) for error, number in self._numbers.items()]
        yield _family(
            "refused_requests_total", "Requests answered with an error", ("error",), values
        )


class _StoreCollector(Collector):
    """The store at the moment of a scrape."""

    def __init__(self, status: StoreStatus) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        status = self._status
        for name, meaning, number in (
            ("store_up", "Whether a write and a read went through lately", status.ready),
            ("store_errors_total", "Writes and reads of the store that failed", status.errors),
            ("store_waiting_writes", "Writes that the store has not taken yet", status.waiting),
            ("store_lost_writes_total", "Writes that were given up", status.lost),
            ("store_free_bytes", "Free space on the disk of the store", status.free_bytes),
        ):
            yield _family(name, meaning, (), [((), number)])


class _AlarmCollector(Collector):
    """The raised alarms at the moment of a scrape."""

    def __init__(self, numbers: Mapping[tuple[str, str], int]) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        yield _family(
            "active_alarms",
            "Alarms that are raised",
            ("event", "alarm"),
            self._numbers.items(),
        )


_EVENT = ("event",)
_CHANNEL = ("event", "channel")
_FLOOR: Sequence[tuple[str, str, Callable[[FloorStatus], float]]] = (
    ("publishing", "Whether a speaker's client is connected and sending", lambda f: f.publisher),
    ("level_dbfs", "RMS of the last second, -100 for digital silence", lambda f: f.level_dbfs),
    ("peak_dbfs", "Highest sample of the last second", lambda f: f.peak_dbfs),
    ("clipping", "Whether samples at full scale were seen", lambda f: f.clipping),
    ("silent_seconds", "How long the floor has been silent", lambda f: f.silent_ms / 1000),
    ("position_seconds", "The event's clock", lambda f: f.position / CLOCK_HZ),
    ("lost_frames_total", "Frames that came too late or not at all", lambda f: f.frames_lost),
)
_BOOTH: Sequence[tuple[str, str, Callable[[BoothStatus], float | None]]] = (
    (
        "lag_seconds",
        "How far the channel is behind the floor",
        lambda b: None if b.lag_ms is None else b.lag_ms / 1000,
    ),
    ("queue_seconds", "Interpreted sound waiting for playout", lambda b: b.queue_ms / 1000),
    ("sent_seconds_total", "Floor sound sent to the interpreter", lambda b: b.sent_ms / 1000),
    (
        "unsent_seconds_total",
        "Floor sound not sent because the connection was too slow",
        lambda b: b.unsent_ms / 1000,
    ),
    ("dropped_seconds_total", "Interpreted sound that was skipped", lambda b: b.dropped_ms / 1000),
    (
        "unusable_events_total",
        "Answers of the interpreter that could not be used",
        lambda b: b.unusable_events,
    ),
    (
        "withheld_texts_total",
        "Texts of the interpreter that were not shown because nobody had spoken",
        lambda b: b.withheld_texts,
    ),
    ("sessions_total", "Sessions opened: the first, rotations and restarts", lambda b: b.sessions),
    ("glossary_said_total", "Glossary terms the speaker said", lambda b: b.glossary_said),
    (
        "glossary_hits_total",
        "Glossary terms the channel translated as wanted",
        lambda b: b.glossary_hits,
    ),
)


_CHANNEL_FIGURES: Sequence[tuple[str, str, Callable[[EventStatus], Mapping[str, float]]]] = (
    ("cost_usd_total", "Spent so far, by the price table", lambda s: s.spent_usd),
    ("listeners", "Listeners of all edges and variants", lambda s: s.listeners),
    ("caption_readers", "Caption readers of all edges", lambda s: s.readers),
)


class _EventCollector(Collector):
    """The open events at the moment of a scrape.

    Args:
        events: their status; empty if the bus does not answer.
        bus_up: whether the bus answers.
    """

    def __init__(self, events: Sequence[EventStatus], *, bus_up: bool) -> None:
        self._events = events
        self._bus_up = bus_up

    def collect(self) -> Iterator[Metric]:
        events = self._events
        channels = [(s, (s.event.id, name)) for s in events for name in s.event.channel_ids()]
        booths = [(key, status.booths[key[1]]) for status, key in channels]
        yield _family("bus_up", "Whether the bus answers", [], [((), self._bus_up)])
        states = [((status.event.id,), status.event.state) for status in events]
        yield _states("event_state", "The state an event is in", _EVENT, EventState, states)
        caps = [((s.event.id,), s.event.spend_cap_usd) for s in events]
        yield _family("event_spend_cap_usd", "Cost at which interpretation pauses", _EVENT, caps)
        for name, meaning, read in _FLOOR:
            floors = [((s.event.id,), read(s.floor)) for s in events if s.floor is not None]
            yield _family(f"floor_{name}", meaning, _EVENT, floors)
        now = [(key, booth.state) for key, booth in booths]
        yield _states("booth_state", "The state a booth is in", _CHANNEL, BoothState, now)
        for name, meaning, of in _BOOTH:
            values = [(key, of(booth)) for key, booth in booths]
            yield _family(f"booth_{name}", meaning, _CHANNEL, values)
        for name, meaning, by_channel in _CHANNEL_FIGURES:
            numbers = [(key, by_channel(status).get(key[1], 0)) for status, key in channels]
            yield _family(f"channel_{name}", meaning, _CHANNEL, numbers)


def _over_events(connected: Mapping[tuple[str, str], int]) -> list[tuple[tuple[str], int]]:
    """The sum of each channel over all events."""
    sums: Counter[str] = Counter()
    for (_, channel), number in connected.items():
        sums[channel] += number
    return [((channel,), number) for channel, number in sums.items()]


def _family(
    name: str,
    meaning: str,
    labels: Sequence[str],
    values: Iterable[tuple[Sequence[str], float | None]],
) -> Metric:
    """A counter if its name ends in `_total`, else a gauge; values that are None are left out."""
    kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
    family = kind(f"broadcaster_{name}", meaning, labels=labels)
    for key, value in values:
        if value is not None:
            family.add_metric(key, value)
    return family


def _states(
    name: str,
    meaning: str,
    labels: Sequence[str],
    states: type[StrEnum],
    now: Iterable[tuple[tuple[str, ...], StrEnum]],
) -> Metric:
    """One series for each possible state: 1 for the current one, 0 for the others."""
    values = [((*key, one), one is state) for key, state in now for one in states]
    return _family(name, meaning, [*labels, "state"], values)
