"""Captions for readers behind what holds streams back: a filled start, and answers that end."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.edge.fanout.caption_history import PAGE_BYTES
from broadcaster.edge.fanout.caption_hub import KEEPALIVE_S, CaptionHub
from broadcaster.edge.fanout.caption_messages import state_message
from broadcaster.edge.fanout.framing import chunk
from broadcaster.edge.rooms.lag import steady_lag_s
from broadcaster.model import keys
from broadcaster.model.event import EventState
from broadcaster.model.status import BoothState, BoothStatus, status_to_json
from tests.edge.captions import reading
from tests.edge.clock import SteppedClock
from tests.edge.conftest import EVENT, Edge
from tests.edge.holding_proxy import holding_back
from tests.edge.old_clients import connected
from tests.edge.polling import SHOWN, poll, texts
from tests.sockets.pairs import connections
from tests.support.browser import Attendee, headless_shell
from tests.support.deadline import deadline
from tests.support.tasks import background_task

HELD_BYTES = 4096
"""The bytes that some proxies collect before they pass anything on."""


async def news(edge: Edge, after: str, more: str = "") -> Any:
    """The first answer with captions; they come to the edge over the bus."""
    async with deadline():
        while not (answer := await poll(edge, f"after={after}{more}"))["captions"]:
            await asyncio.sleep(0.01)
    return answer


async def test_both_addresses_answer_the_same_and_at_once(edge: Edge) -> None:
    last = await edge.caption(1, "Hola")
    for path in ("/e/talk/poll/es", "/e/talk/captions/es"):
        answer = await poll(edge, "wait=0", path)
        assert answer == {
            "state": {
                "state": "live",
                "floor": "absent",
                "channel": "idle",
                "channels": list(EVENT.channel_ids()),
            },
            "before": "0-0",
            "after": last,
            "more": False,
            "ai_generated": True,
            "captions": [
                {"id": "es-1", "channel": "es", "start_ms": 1, "end_ms": 1, "text": "Hola",
                 "final": True}
            ],
        }  # fmt: skip


async def test_asking_on_and_on_gives_every_version_once_and_in_order(edge: Edge) -> None:
    answer = await poll(edge)
    assert (answer["after"], answer["captions"]) == ("0-0", [])
    last = ""
    said: list[str] = []
    seen: list[str] = []
    for number in range(20):
        for end in ("", ".") if number % 3 else ("",):
            said.append(f"Frase {number}{end}")
            last = await edge.caption(number, said[-1], final=bool(end))
            if number % 2:
                answer = await news(edge, answer["after"])
                seen += texts(answer)
    while answer["after"] != last:
        answer = await news(edge, answer["after"])
        seen += texts(answer)
    assert (await poll(edge, f"after={last}"))["captions"] == []
    assert seen == [text for text in said if text in seen], "in order, each once"
    newest = {text.removesuffix("."): text for text in said}
    assert set(newest.values()) <= set(seen)


async def test_a_long_past_comes_in_pages(edge: Edge) -> None:
    long = "palabra " * 500
    for number in range(30):
        await edge.caption(number, f"{number} {long}")
    seen: list[str] = []
    answer = {"after": "", "more": True}
    pages = 0
    while answer["more"]:
        answer = await poll(edge, f"after={answer['after']}")
        assert len(json.dumps(answer)) < 2 * PAGE_BYTES
        seen += [text.partition(" ")[0] for text in texts(answer)]
        pages += 1
    assert seen == [str(number) for number in range(30)]
    assert pages > 2


@pytest.mark.parametrize("bad_id", ["nonsense", "1", "1-2-3", "%00", "9" * 30 + "-1"])
async def test_an_invalid_id_starts_from_the_beginning(edge: Edge, bad_id: str) -> None:
    await edge.caption(1, "Hola")
    assert texts(await poll(edge, f"after={bad_id}")) == ["Hola"]


async def test_a_poll_can_begin_now(edge: Edge) -> None:
    await edge.caption(1, "Hola")
    answer = await poll(edge, "from=live")
    assert answer["captions"] == []
    await edge.caption(2, "Adiós")
    assert texts(await news(edge, answer["after"], "&from=live")) == ["Adiós"]


async def test_stream_and_poll_take_over_from_each_other(edge: Edge) -> None:
    await edge.caption(1, "Hola")
    async with reading(edge) as reader:
        last, _ = await reader.caption()
    await edge.caption(2, "Adiós")
    answer = await news(edge, last)
    assert texts(answer) == ["Adiós"]
    await edge.caption(3, "Bien")
    async with reading(edge, f"?after={answer['after']}") as reader:
        last, caption = await reader.caption()
        assert caption["text"] == "Bien"
    await edge.caption(4, "Fin")
    async with reading(edge, f"?after={answer['after']}", Last_Event_ID=last) as reader:
        assert (await reader.caption())[1]["text"] == "Fin"


async def test_a_poll_says_that_the_event_is_over(edge: Edge) -> None:
    await poll(edge)
    await edge.put(replace(EVENT, state=EventState.CLOSED))
    async with deadline():
        while (await poll(edge))["state"]["state"] != "closed":
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/e/talk/captions/es?wait=5", 400, "wrong_wait"),
        ("/e/talk/captions/es?wait=", 400, "wrong_wait"),
        ("/e/talk/poll/xx", 404, "unknown_channel"),
        ("/e/none/poll/es", 404, "unknown_event"),
    ],
)
async def test_what_is_refused(edge: Edge, path: str, status: int, error: str) -> None:
    await edge.refuses(path, status, error)


@pytest.mark.parametrize("path", ["/e/talk/poll/es", "/e/talk/captions/es?wait=0"])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_poll_ends_by_every_version(
    edge: Edge, path: str, version: str, method: str
) -> None:
    await edge.caption(1, "Hola")
    async with connected(edge.url) as client:
        head = await client.ask(method, path, version, Connection="keep-alive")
        assert head.status == 200
        if method == "GET":
            await client.until(b"]}")
        assert (await client.ask("GET", "/healthz", version)).status == 200


@pytest.mark.parametrize("query", ["", "?from=live"])
async def test_a_stream_starts_with_more_than_proxies_hold_back(edge: Edge, query: str) -> None:
    async with connected(edge.url) as client:
        await client.ask("GET", f"/e/talk/captions/es{query}", "1.0")
        body = await client.until(b" \n\n")
    assert len(body) > HELD_BYTES
    assert body.index(b"event: state") < 100


async def test_readers_hear_the_state_again_so_that_they_know_that_data_flows() -> None:
    clock = SteppedClock()
    state = state_message({"state": "live", "floor": "silent", "channel": "live"})
    async with EmbeddedBus(None) as bus, connections(1) as [pair]:
        hub = CaptionHub(bus, keys.captions("talk", "es"), clock, None)
        async with background_task(hub.run(), name="captions"), deadline():
            await hub.loaded.wait()
            hub.add(pair.transport, None, past=False)
            hub.tell_state(state)
            assert await pair.theirs.read(len(chunk(state))) == chunk(state)
            for _ in range(2):
                await clock.advance(KEEPALIVE_S)
                assert await pair.theirs.read(len(chunk(state))) == chunk(state)


@pytest.mark.browser
@pytest.mark.parametrize("by_address", [False, True], ids=["event streams", "their address"])
async def test_a_page_whose_stream_is_held_back_shows_every_caption_once(
    edge: Edge, *, by_address: bool
) -> None:
    await edge.caption(0, "Frase 0.")
    async with (
        holding_back(edge.url, float("inf"), by_address=by_address) as (url, _),
        headless_shell() as browser,
    ):
        page = await Attendee.open(browser, f"{url}/e/talk?lang=es", tapped=False)
        await page.wait_for_caption("Frase 0.")
        for number in range(1, 12):
            await edge.caption(number, f"Frase {number}", final=False)
            await asyncio.sleep(0.3)
            await edge.caption(number, f"Frase {number}.")
        await page.wait_for_caption("Frase 11.")
        assert await page.page.evaluate(SHOWN) == [f"Frase {number}." for number in range(12)]
        await page.page.wait_for_selector("#status[data-status='waiting']")
        await page.choose("ar")
        await page.choose("es")
        await page.wait_for_caption("Frase 11.")
        assert await page.page.evaluate(SHOWN) == [f"Frase {number}." for number in range(12)]
        assert not page.errors


@pytest.mark.browser
async def test_a_proxy_that_holds_the_first_kilobytes_back_needs_no_polling(edge: Edge) -> None:
    await edge.caption(0, "Frase 0.")
    async with holding_back(edge.url, HELD_BYTES) as (url, proxy), headless_shell() as browser:
        page = await Attendee.open(browser, f"{url}/e/talk?lang=es", tapped=False)
        await page.wait_for_caption("Frase 0.")
        await edge.caption(1, "Frase 1.")
        await page.wait_for_caption("Frase 1.")
        assert not [line for line in proxy.requests if b"/poll/" in line]


async def test_readers_of_the_floor_learn_what_the_speaker_speaks(edge: Edge) -> None:
    assert "language" not in (await poll(edge, path="/e/talk/poll/floor"))["state"]
    status = status_to_json(BoothStatus("floor", BoothState.LIVE, floor_language="it"))
    async with deadline():
        while True:
            edge.bus.publish(keys.status("talk"), status)
            state = (await poll(edge, path="/e/talk/poll/floor"))["state"]
            if "language" in state:
                break
            await asyncio.sleep(0.02)
    assert state["language"] == "it"
    assert "language" not in (await poll(edge))["state"], "a channel is in its own language"
    await edge.put(replace(EVENT, source_language="de"))
    async with deadline():
        while state["language"] != "de":
            state = (await poll(edge, path="/e/talk/poll/floor"))["state"]
            await asyncio.sleep(0.02)


async def test_readers_learn_how_far_the_interpreter_is_behind(edge: Edge) -> None:
    assert "lag_s" not in (await poll(edge))["state"]
    for lag_ms, lag_s in ((2_300, 2), (4_900, 5)):
        status = status_to_json(BoothStatus("es", BoothState.LIVE, lag_ms=lag_ms))
        async with deadline():
            while (await poll(edge))["state"].get("lag_s") != lag_s:
                edge.bus.publish(keys.status("talk"), status)
                await asyncio.sleep(0.02)
    floor = await poll(edge, path="/e/talk/poll/floor")
    assert "lag_s" not in floor["state"], "the speaker is not behind the speaker"


def test_a_lag_that_hardly_moves_is_not_told_again() -> None:
    told: list[int] = []
    for lag_ms in (2_300, 2_790, 1_210, 2_810, 2_210, 2_190, 0):
        told.append(steady_lag_s(lag_ms, told[-1] if told else None))
    assert told == [2, 2, 2, 3, 3, 2, 0]


async def test_readers_that_poll_keep_a_booth_on(edge: Edge) -> None:
    await edge.caption(1, "Hola")
    assert not edge.rooms.counts().readers.get(("talk", "es"))
    await poll(edge)
    assert edge.rooms.counts().readers["talk", "es"] == 1
