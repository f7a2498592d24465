"""A crowd that opens the whole page of a real edge: what it reports is what happened."""

import asyncio
import dataclasses
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.errors import BroadcasterError
from broadcaster.loadtest.page.document import parse_document
from broadcaster.loadtest.page.measure import PagePlan, check_page_limits, measure_page
from broadcaster.loadtest.page.report import PageReport
from broadcaster.loadtest.page.scripts import find_later_files
from broadcaster.loadtest.plan import LoadPlan
from broadcaster.loadtest.target import find_target
from broadcaster.model.event import EventState
from broadcaster.model.join import Passcode
from broadcaster.system.certificates import server_context
from broadcaster.web.client_limits import AddressLimits
from tests.edge.conftest import EVENT, Edge, serving
from tests.loadtest.conftest import noise
from tests.loadtest.crowds import Run
from tests.support.browser import chromium
from tests.support.deadline import deadline
from tests.support.processes import started

PHONES, STEADY = 12, 5
COMMAND = [sys.executable, "-m", "broadcaster", "loadtest"]


@asynccontextmanager
async def phones(
    edge: Edge, *, count: int = PHONES, steady: int = STEADY, passcode: str = ""
) -> AsyncIterator[tuple[Run, "asyncio.Task[PageReport]"]]:
    """Phones that stay until they are stopped, or all were dropped."""
    link = f"{edge.url}/e/talk?lang=es"
    target = await asyncio.to_thread(find_target, link, (), passcode=passcode)
    run, plan = Run(), PagePlan(LoadPlan(count, 0.0, 600.0), steady)
    measuring = asyncio.to_thread(measure_page, target, plan, run.report_progress)
    running = asyncio.create_task(measuring, name="phones")
    try:
        yield run, running
    finally:
        run.stop()
        await running


async def test_every_phone_reads_and_hears(sounding: Edge) -> None:
    for number in range(3):
        await sounding.caption(number, f"Frase {number}")
    async with phones(sounding) as (run, running):
        await run.until(lambda now: now.joined == PHONES and now.messages > PHONES * 20)
    report = running.result()
    assert report.good
    assert (report.heard, report.steady, report.failed, report.lost) == (PHONES, STEADY, {}, {})
    delays = (
        *(report.secured_ms, report.page_ms, report.begun_ms, report.first_caption_ms),
        *(report.ready_ms, report.first_sound_ms, report.longest_gap_ms, report.steady_gap_ms),
    )
    for figures in delays:
        assert figures is not None
        assert 0 < figures.p50 <= figures.p99 <= figures.max
    target = await asyncio.to_thread(find_target, f"{sounding.url}/e/talk?lang=es", ())
    later = await asyncio.to_thread(find_later_files, target)
    page, stream, style, icon = 1, 1, 1, 1
    assert report.requests == PHONES * (len(later.loaded_by) + page + stream + style + icon)
    assert report.connections >= PHONES * 3
    assert report.server_processes == 1
    assert report.server_may_open >= report.server_open_files > STEADY


async def test_a_talk_without_captions_is_heard(sounding: Edge) -> None:
    async with phones(sounding, steady=0) as (run, running):
        await run.until(lambda now: now.joined == PHONES)
    report = running.result()
    assert report.good
    assert (report.first_caption_ms, report.steady_gap_ms) == (None, None)
    assert report.heard == PHONES


async def test_captions_that_come_later_than_the_page_are_seen(sounding: Edge) -> None:
    async with phones(sounding, steady=0) as (run, running):
        await run.until(lambda now: now.joined == PHONES)
        await sounding.caption(1, "El agua")
        heard = run.now.messages
        await run.until(lambda now: now.messages > heard + PHONES * 10)
    report = running.result()
    assert report.first_caption_ms is not None
    assert report.ready_ms is not None
    assert report.first_caption_ms.p50 > report.ready_ms.p50


async def test_a_closed_event_is_a_reason(sounding: Edge) -> None:
    async with phones(sounding) as (run, running):
        await run.until(lambda now: now.joined == PHONES)
        await sounding.put(dataclasses.replace(EVENT, state=EventState.CLOSED))
        report = await running
    assert not report.good
    assert sum(report.lost.values()) == PHONES
    assert report.steady_lost == {"the event has ended": STEADY}


async def test_the_limits_of_the_address_are_named() -> None:
    async with (
        EmbeddedBus(None) as bus,
        serving(bus, address_limits=AddressLimits(joins=4)) as edge,
    ):
        await edge.put(EVENT)
        target = await asyncio.to_thread(find_target, f"{edge.url}/e/talk", ())
        plan = PagePlan(LoadPlan(PHONES, 0.0, 600.0), 0)
        report = await asyncio.to_thread(measure_page, target, plan, lambda _: True)
    # Four may read, and then nobody may listen.
    assert report.failed == {"the server answered 429 (too_many_joins)": PHONES}
    assert "BROADCASTER_JOINS_PER_ADDRESS" in " ".join(report.limits)


async def test_an_event_with_a_passcode(sounding: Edge) -> None:
    await sounding.put(dataclasses.replace(EVENT, passcode=Passcode("Water-24", "secret")))
    async with phones(sounding, steady=0, passcode="Water-24") as (run, running):
        await run.until(lambda now: now.joined == PHONES)
    assert running.result().heard == PHONES


async def test_a_phone_loads_what_a_browser_loads(sounding: Edge) -> None:
    await sounding.caption(1, "El agua")
    address = f"{sounding.url}/e/talk?lang=es"
    target = await asyncio.to_thread(find_target, address, ())
    later = await asyncio.to_thread(find_later_files, target)
    async with sounding.http.get(address) as answer:
        document = parse_document(await answer.read())
    expected = {*document.files, *document.icons, *later.loaded_by}
    asked: list[str] = []

    def files() -> set[str]:
        return {url.removeprefix(sounding.url) for url in asked if "/static/" in url}

    async with chromium() as browser:
        page = await browser.new_page(locale="es-ES")
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(address)
        async with deadline():
            while not files() >= expected:
                await asyncio.sleep(0.01)
    assert files() == expected
    assert len(asked) == len(set(asked))


async def test_a_page_without_scripts_is_explained(edge: Edge) -> None:
    target = await asyncio.to_thread(find_target, f"{edge.url}/e/talk", ())
    elsewhere = dataclasses.replace(target, event="../healthz?")
    with pytest.raises(BroadcasterError, match="no page with scripts"):
        await asyncio.to_thread(find_later_files, elsewhere)


def test_a_crowd_that_is_too_large_is_refused() -> None:
    with pytest.raises(BroadcasterError, match="at most an hour"):
        check_page_limits(PagePlan(LoadPlan(10, 10, 3600)))
    with pytest.raises(BroadcasterError, match="too few for 10000000 phones"):
        check_page_limits(PagePlan(LoadPlan(10_000_000, 10, 60)))


async def test_over_https_on_the_command_line(tmp_path: Path) -> None:
    tls = await asyncio.to_thread(server_context, None, None, tmp_path)
    async with EmbeddedBus(None) as bus, serving(bus, tls=tls) as edge, noise(edge):
        await edge.put(EVENT)
        await edge.caption(1, "El agua")
        command = [*COMMAND, f"{edge.url}/e/talk?lang=es", "--page", "--listeners", "5"]
        command += ["--steady", "2", "--ramp", "0", "--duration", "1"]
        async with started(command) as process:
            await process.line("5 of 5 phones opened the page of talk")
            await process.line(r"first caption, ms +\d")
            await process.line(r"tap to first sound, ms +\d")
            await process.line("each phone: [0-9.]+ connections")
            await process.line(r"server: \d+% of a core")
            await process.process.wait()
        async with started([*command, "--json"]) as process:
            await process.line(r"^\}")
            await process.process.wait()
        text = "".join(process.lines)
        report = json.loads(text[text.index("{") :])
    assert (report["phones"], report["heard"], report["steady"]) == (5, 5, 2)
    assert process.process.returncode == 0


async def test_another_transport_is_refused() -> None:
    command = [*COMMAND, "http://127.0.0.1:9/e/talk", "--page", "--transport", "whep"]
    async with started(command) as process:
        await process.line("listen by WebSocket")
        await process.process.wait()
    assert process.process.returncode == 2
