"""The metrics, parsed by Prometheus' own library."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from broadcaster.bus.redis.bus import RedisBus
from broadcaster.config import Role
from broadcaster.model import keys
from broadcaster.model.counts import EdgeCounts
from broadcaster.model.status import (
    BoothState,
    BoothStatus,
    EdgeStatus,
    FloorStatus,
    status_to_json,
)
from tests.support.deadline import deadline
from tests.support.redis_server import RedisServer
from tests.support.server import TOKEN, running_server

PROTOCOL = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
SPANISH = ("es", "talk")
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


async def scraped(http: aiohttp.ClientSession, wanted: Callable[[Samples], bool]) -> Samples:
    """Scrape until the samples are as wanted."""
    async with deadline():
        while not wanted(read := await scrape(http)):
            await asyncio.sleep(0.1)
    return read


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


async def test_strangers_see_sums_over_all_events(tmp_path: Path) -> None:
    """The id of an event is the link of its audience."""
    async with running_server(tmp_path) as server:
        await server.create("es")
        await server.create("es", id="other-event")
        async with (
            server.http.ws_connect("/e/talk/audio/es") as one,
            server.http.ws_connect("/e/other-event/audio/es") as two,
            server.http.get("/e/talk/captions/floor") as captions,
            aiohttp.ClientSession(server.url) as stranger,
        ):
            await one.receive()
            await two.receive()
            await captions.content.readany()
            read = await scrape(stranger)
            async with stranger.get("/metrics") as answer:
                text = await answer.text()
        assert read["broadcaster_listeners", ("es",)] == 2
        assert read["broadcaster_caption_readers", ("floor",)] == 1
        assert "event" not in re.sub("^#.*|unusable_events", "", text, flags=re.MULTILINE)
        assert "talk" not in text


async def test_an_edge_alone_knows_the_organizer(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    try:
        async with (
            running_server(tmp_path, frozenset({Role.DESK}), redis_url=redis.url) as desk,
            running_server(tmp_path, frozenset({Role.EDGE}), redis_url=redis.url) as edge,
        ):
            await desk.create("es")
            async with edge.http.ws_connect("/e/talk/audio/es") as listener:
                await listener.receive()
                assert (await scrape(edge.http))["broadcaster_listeners", SPANISH] == 1
                async with aiohttp.ClientSession(edge.url) as stranger:
                    assert (await scrape(stranger))["broadcaster_listeners", ("es",)] == 1
                    wrong = {"Authorization": "Bearer "}
                    async with stranger.get("/metrics", headers=wrong) as answer:
                        assert answer.status == 401
    finally:
        await asyncio.to_thread(redis.stop)


async def test_a_process_without_an_edge_has_its_own_figures_only(tmp_path: Path) -> None:
    async with running_server(tmp_path, frozenset({Role.DESK})) as server:
        read = await scrape(server.http)
    assert ("process_cpu_seconds_total", ()) in read
    assert not [name for name, _ in read if "listeners" in name or "frames" in name]


async def test_the_booth_of_a_language_somebody_hears(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es", "fr", spend_cap_usd=5)
        await server.create("de", id="gone", state="closed")

        def heard_and_retrying(read: Samples) -> bool:
            heard = read["broadcaster_channel_listeners", SPANISH]
            return (heard, read["broadcaster_booth_state", (*SPANISH, "retrying")]) == (1, 1)

        async with server.http.ws_connect("/e/talk/audio/es"):
            read = await scraped(server.http, heard_and_retrying)
        assert read["broadcaster_booth_state", (*SPANISH, "live")] == 0
        assert read["broadcaster_booth_state", ("fr", "talk", "idle")] == 1
        assert read["broadcaster_channel_listeners", ("fr", "talk")] == 0
        assert read["broadcaster_channel_cost_usd_total", SPANISH] == 0
        assert read["broadcaster_event_spend_cap_usd", ("talk",)] == 5
        assert read["broadcaster_event_state", ("talk", "live")] == 1
        assert read["broadcaster_bus_up", ()] == 1
        assert not [labels for _, labels in read if "gone" in labels]
        await server.move("closed")
        over = await scrape(server.http)
        assert not [name for name, labels in over if "event_state" in name and "talk" in labels]


async def test_events_are_for_the_organizer(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es")
        jar = aiohttp.CookieJar(unsafe=True)  # of an address without a name
        async with aiohttp.ClientSession(server.url, cookie_jar=jar) as anybody:
            assert not [labels for _, labels in await scrape(anybody) if "talk" in labels]
            wrong = {"Authorization": "Bearer wrong"}
            async with anybody.get("/metrics", headers=wrong) as answer:
                assert answer.status == 401
                assert (await answer.json())["error"] == "wrong_admin_token"
            await anybody.get("/desk", params={"token": TOKEN})
            signed_in = await scrape(anybody)
        assert signed_in["broadcaster_event_state", ("talk", "live")] == 1


async def test_what_the_stages_report_over_the_bus(tmp_path: Path) -> None:
    reports = (
        FloorStatus(
            publisher=True, level_dbfs=-23.5, silent_ms=1500, position=48_000, frames_lost=2
        ),
        BoothStatus("es", BoothState.LIVE, lag_ms=2100, queue_ms=400, sent_ms=61_200, sessions=3),
        EdgeStatus("a", {"es": 2, "es+floor": 1}, {"es": 4}),
        EdgeStatus("b", {"es+fec": 5}, {}),
    )
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    try:
        async with (
            RedisBus(redis.url) as bus,
            running_server(tmp_path, frozenset({Role.DESK}), redis_url=redis.url) as server,
        ):
            await server.create("es", "fr")

            def all_heard(read: Samples) -> bool:
                for report in reports:
                    bus.publish(keys.status("talk"), status_to_json(report))
                heard = read["broadcaster_channel_listeners", ("es", "talk")]
                floor = ("broadcaster_floor_publishing", ("talk",)) in read
                return (
                    heard == 8 and floor and read["broadcaster_booth_sessions_total", SPANISH] == 3
                )

            read = await scraped(server.http, all_heard)
            await asyncio.to_thread(redis.stop)
            away = await scraped(server.http, lambda read: read["broadcaster_bus_up", ()] == 0)
    finally:
        await asyncio.to_thread(redis.stop)
    assert read["broadcaster_floor_publishing", ("talk",)] == 1
    assert read["broadcaster_floor_level_dbfs", ("talk",)] == -23.5
    assert read["broadcaster_floor_silent_seconds", ("talk",)] == 1.5
    assert read["broadcaster_floor_position_seconds", ("talk",)] == 2
    assert read["broadcaster_floor_lost_frames_total", ("talk",)] == 2
    assert read["broadcaster_booth_state", (*SPANISH, "live")] == 1
    assert read["broadcaster_booth_lag_seconds", SPANISH] == 2.1
    assert ("broadcaster_booth_lag_seconds", ("fr", "talk")) not in read
    assert read["broadcaster_booth_queue_seconds", SPANISH] == 0.4
    assert read["broadcaster_booth_sent_seconds_total", SPANISH] == 61.2
    assert read["broadcaster_channel_caption_readers", SPANISH] == 4
    assert not [labels for _, labels in away if "talk" in labels]
    assert ("process_cpu_seconds_total", ()) in away


async def test_the_metrics_that_protocol_md_lists_are_those_there_are(tmp_path: Path) -> None:
    section = PROTOCOL.partition("## Metrics")[2].partition("\n## ")[0]
    listed = set(re.findall(r"broadcaster_[a-z_]+", section))
    async with running_server(tmp_path) as server:
        await server.create("es")
        async with server.http.get("/metrics") as answer:
            described = re.findall(r"^# TYPE (broadcaster_\w+)", await answer.text(), re.MULTILINE)
    assert listed == set(described)


def test_counts_of_rooms_add_up() -> None:
    one = EdgeCounts({("a", "es"): 2}, {}, 1, 2, 3)
    two = EdgeCounts({("a", "es"): 1, ("b", "es"): 1}, {("a", "es"): 4}, 1, 0, 0)
    both = EdgeCounts({("a", "es"): 3, ("b", "es"): 1}, {("a", "es"): 4}, 2, 2, 3)
    assert one.plus(two) == both
