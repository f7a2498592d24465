"""A process that gets SIGTERM: what its listeners and speakers see, with real processes."""

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import numpy as np
import pytest

from tests.commands.edge_processes import edges
from tests.commands.publishers import created, publisher
from tests.commands.two_edges import TwoEdges, refuses, two_edges
from tests.edge.old_clients import connected
from tests.support.deadline import deadline
from tests.support.player import player, subscribed
from tests.support.processes import TOKEN, broadcaster, runs
from tests.support.redis_server import RedisServer
from tests.support.sound_files import encoded
from tests.support.switch import switch
from tests.support.tasks import background_task

READERS = 8
CAPTIONS = 200
LISTEN = "/e/talk/audio/es"


@asynccontextmanager
async def websocket(url: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A listener, after the hello and the first sound."""
    async with aiohttp.ClientSession(url) as http, http.ws_connect(LISTEN) as ws:
        async with deadline():
            assert (await ws.receive_json())["type"] == "hello"
            await ws.receive_bytes()
        yield ws


async def close_code(ws: aiohttp.ClientWebSocketResponse) -> int | None:
    """Read sound until the server closes; the code in its close frame, None without one."""
    async with deadline():
        while (message := await ws.receive()).type is aiohttp.WSMsgType.BINARY:
            pass
    return message.data if message.type is aiohttp.WSMsgType.CLOSE else None


async def event_source(edges: TwoEdges, *, polls: bool) -> list[str]:
    """The captions that a reader gets, which goes to the other edge when the first one stops."""
    ids: list[str] = []
    urls = iter([edges.url, edges.other_url])
    url, last = next(urls), "0-0"
    async with aiohttp.ClientSession() as http:
        while len(ids) < CAPTIONS:
            path = f"/e/talk/poll/es?after={last}" if polls else "/e/talk/captions/es"
            headers = {} if polls else {"Last-Event-ID": last}
            try:
                async with http.get(url + path, headers=headers) as answer:
                    assert answer.status == 200
                    leaves = answer.headers.get("Connection") == "close"
                    if polls:
                        page = await answer.json()
                        ids += [caption["id"] for caption in page["captions"]]
                        last = page["after"]
                        await asyncio.sleep(0 if page["more"] else 0.02)
                    else:
                        leaves = True
                        async for line in answer.content:
                            name, _, value = line.decode().strip().partition(": ")
                            if name == "id":
                                last = value
                            elif name == "data" and (caption := json.loads(value)).get("id"):
                                ids.append(caption["id"])
                                if len(ids) == CAPTIONS:
                                    break
            except aiohttp.ClientConnectorError:
                leaves = True
            if leaves and url == edges.url and len(ids) < CAPTIONS:
                url = next(urls)
    return ids


@pytest.mark.parametrize("polls", [False, True], ids=["stream", "polling"])
async def test_captions_come_once_across_the_move(tmp_path: Path, *, polls: bool) -> None:
    async with two_edges(tmp_path, goodbye_s="1") as them:
        readers = [
            asyncio.create_task(event_source(them, polls=polls), name=f"reader {n}")
            for n in range(READERS)
        ]
        for said in range(0, CAPTIONS, 10):
            await them.say(10)
            if said == CAPTIONS // 2:
                them.process.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.05)
        async with deadline():
            heard = await asyncio.gather(*readers)
            await them.process.process.wait()
    wanted = [f"es-{number}" for number in range(CAPTIONS)]
    assert heard == [wanted] * READERS
    assert them.process.process.returncode == 0
    assert not [line for line in them.process.lines if "Traceback" in line]


async def test_newcomers_are_refused_while_listeners_leave_one_by_one(tmp_path: Path) -> None:
    """A second signal ends what would take ten minutes."""
    async with (
        two_edges(tmp_path, goodbye_s="600") as them,
        background_task(them.sound(), "sound"),
        AsyncExitStack() as stack,
    ):
        sockets = [await stack.enter_async_context(websocket(them.url)) for _ in range(3)]
        kept = await stack.enter_async_context(connected(them.url))
        assert (await kept.ask("GET", "/healthz", "1.1")).status == 200
        await kept.until(b"}")
        them.process.process.send_signal(signal.SIGTERM)
        await refuses(them.url)
        head = await kept.ask("GET", "/readyz", "1.1")
        assert (head.status, head.headers["connection"]) == (503, "close")
        assert json.loads(await kept.rest())["error"] == "stopping"
        leaving = [asyncio.create_task(close_code(ws), name="leaving") for ws in sockets]
        async with deadline():
            done, staying = await asyncio.wait(leaving, return_when=asyncio.FIRST_COMPLETED)
        assert [task.result() for task in done] == [1001]
        assert len(staying) == 2
        them.process.process.send_signal(signal.SIGTERM)
        async with deadline():
            await them.process.process.wait()
            await asyncio.gather(*staying)
    assert not [line for line in them.process.lines if "Traceback" in line]


async def test_players_of_every_kind_are_told_and_go_on_at_the_other_edge(tmp_path: Path) -> None:
    async with (
        two_edges(tmp_path, goodbye_s="0.5") as them,
        background_task(them.sound(), "sound"),
        AsyncExitStack() as stack,
    ):
        http = await stack.enter_async_context(aiohttp.ClientSession())
        ws = await stack.enter_async_context(websocket(them.url))
        bodies = {
            form: await stack.enter_async_context(http.get(f"{them.url}/listen/talk/es.{form}"))
            for form in ("ogg", "mp3")
        }
        listener = await stack.enter_async_context(player())
        await subscribed(http, f"{them.url}/whep/talk/es", listener)
        await listener.state("connected")
        them.process.process.send_signal(signal.SIGTERM)
        await refuses(them.url)
        assert await close_code(ws) == 1001
        async with deadline():
            for answer in bodies.values():
                assert await answer.read()  # raises for a body that is cut
        await listener.state("closed")
        async with deadline():
            await them.process.process.wait()
        await stack.enter_async_context(websocket(them.other_url))
        again = await stack.enter_async_context(player())
        await subscribed(http, f"{them.other_url}/whep/talk/es", again)
        await again.state("connected")
    assert them.process.process.returncode == 0


async def test_without_redis_everybody_is_told_at_once(tmp_path: Path) -> None:
    """There is no other process to go to, so the restart should not wait."""
    settings = {"goodbye_s": "600"}
    async with broadcaster(tmp_path, **settings) as (url, process), AsyncExitStack() as stack:
        await created(url)
        http = await stack.enter_async_context(aiohttp.ClientSession(url))
        sockets = [await stack.enter_async_context(http.ws_connect(LISTEN)) for _ in range(3)]
        for ws in sockets:
            await ws.receive_json()
        process.process.terminate()
        assert [await close_code(ws) for ws in sockets] == [1001] * 3
        async with deadline():
            assert await process.process.wait() == 0


async def test_over_tls_too_nobody_is_cut(tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with broadcaster(tmp_path, tls="true") as (url, process), AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(ssl=False)
        http = await stack.enter_async_context(
            aiohttp.ClientSession(url, headers=headers, connector=connector)
        )
        new = {"id": "talk", "title": "A talk", "languages": ["es"]}
        async with http.post("/api/events", json=new) as answer:
            assert answer.status == 201
        ws = await stack.enter_async_context(http.ws_connect(LISTEN))
        await ws.receive_json()
        captions = await stack.enter_async_context(http.get("/e/talk/captions/es"))
        process.process.terminate()
        assert await close_code(ws) == 1001
        async with deadline():
            body = await captions.read()  # raises for a body that is cut
            assert await process.process.wait() == 0
    assert re.search(rb"retry: \d+\nid: 0-0\n\n$", body)


async def test_a_second_signal_ends_all_workers(tmp_path: Path) -> None:
    async with edges(tmp_path, BROADCASTER_GOODBYE_S="600") as them, AsyncExitStack() as stack:
        for _ in range(10):
            ws = await stack.enter_async_context(them.http.ws_connect(LISTEN))
            await ws.receive_json()
        pids = await them.pids()
        them.parent.process.terminate()
        await them.parent.line("Stopping")
        them.parent.process.terminate()
        async with deadline():
            await them.parent.process.wait()
            while any(map(runs, pids)):
                await asyncio.sleep(0.05)


async def test_the_listeners_of_one_worker_go_to_the_others(tmp_path: Path) -> None:
    async with edges(tmp_path, BROADCASTER_GOODBYE_S="0.5") as them, AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(them.http.ws_connect(LISTEN)) for _ in range(20)]
        for ws in sockets:
            await ws.receive_json()
        counts = await them.counts(len(sockets))
        leaving = await them.pid(1)
        signalled = asyncio.create_subprocess_exec("kill", "-TERM", str(leaving))
        await (await signalled).wait()
        told = {asyncio.create_task(close_code(ws), name="told") for ws in sockets}
        async with deadline():
            await them.parent.line("worker 1 ended with code 0 and starts again")
            done: set[asyncio.Task[int | None]] = set()
            while len(done) not in counts.values():
                more, told = await asyncio.wait(told, return_when=asyncio.FIRST_COMPLETED)
                done |= more
        assert {task.result() for task in done} == {1001}
        for _ in done:
            ws = await stack.enter_async_context(them.http.ws_connect(LISTEN))
            assert (await ws.receive_json())["type"] == "hello"
        for task in told:
            task.cancel()
        await asyncio.gather(*told, return_exceptions=True)


async def test_workers_have_the_time_they_need(tmp_path: Path) -> None:
    """The parent waits until all have said goodbye to all."""
    async with edges(tmp_path, BROADCASTER_GOODBYE_S="6") as them, AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(them.http.ws_connect(LISTEN)) for _ in range(30)]
        for ws in sockets:
            await ws.receive_json()
        them.parent.process.terminate()
        assert {await close_code(ws) for ws in sockets} == {1001}
        async with deadline():
            assert await them.parent.process.wait() == 0


async def test_a_speaker_goes_to_the_other_floor_process(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, redis.stop)
        settings = {"redis_url": redis.url, "goodbye_s": "600"}
        folders = [tmp_path / "one", tmp_path / "two"]
        servers = [
            await stack.enter_async_context(
                broadcaster(folder, "floor", "desk", "edge", **settings)
            )
            for folder in folders
        ]
        (url, first), (other_url, _) = servers
        balanced = await stack.enter_async_context(switch(url, other_url))
        key = await created(balanced)
        file = encoded(tmp_path / "tone.wav", "pcm_s16le", np.zeros(48_000, np.int16))
        speaker = await stack.enter_async_context(
            publisher(file, f"{balanced}/whip/talk", "--key", key, "--loop")
        )
        await speaker.status(lambda status: status["state"] == "on_floor")
        first.process.terminate()
        await speaker.status(lambda status: status["reconnects"] == 1)
        async with deadline():
            assert await first.process.wait() == 0
        ended = [line for line in first.lines if re.search("Traceback|Error", line)]
        assert not ended
