"""Several edge processes on one port, over a real Redis."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import AsyncExitStack
from itertools import permutations
from pathlib import Path

import aiohttp
import pytest

from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame, Kind
from broadcaster.model.status import EdgeStatus, statuses
from broadcaster.system.garbage import YOUNG_OBJECTS
from tests.commands.edge_processes import COMMAND, WORKERS, edges
from tests.commands.usage import usage
from tests.support.deadline import DEADLINE_S, deadline
from tests.support.player import player
from tests.support.ports import free_ports
from tests.support.processes import TOKEN, runs, started
from tests.support.signaling import FRAGMENT, error, trickled

LISTENERS = 40
ONE_WORKER = """
import asyncio, gc
from broadcaster.config import Settings
from broadcaster.commands.workers import work
asyncio.run(work(Settings(), 1))
print(gc.get_threshold()[0], gc.get_freeze_count() > 0)
"""


async def test_listeners_are_spread_and_a_dead_worker_comes_back(tmp_path: Path) -> None:
    async with edges(tmp_path) as them, AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(them.http.ws_connect("/e/talk/audio/es"))
            for _ in range(LISTENERS)
        ]
        for ws in sockets:
            await ws.receive_json(timeout=DEADLINE_S)
        counts = await them.counts(LISTENERS)
        assert len(counts) == WORKERS
        assert all(counts.values()), "the kernel spreads them"

        before = await them.pids()
        assert len(before) == WORKERS
        os.kill(min(before), signal.SIGKILL)
        await them.parent.line(r"worker \d ended with code -9 and starts again")
        async with deadline():
            while len(await them.pids()) < WORKERS:
                await asyncio.sleep(0.05)
        them.bus.publish(keys.opus("talk", "es"), AudioFrame(Kind.OPUS, 0, 0, b"opus").to_bytes())
        heard = [await ws.receive(timeout=DEADLINE_S) for ws in sockets]
        alive = [message for message in heard if message.type is aiohttp.WSMsgType.BINARY]
        assert len(alive) in counts.values(), "the others' listeners stay"

        async with deadline(), them.bus.subscribe(keys.status("talk")) as reports:
            async for status in statuses(reports):
                if isinstance(status, EdgeStatus) and status.edge not in counts:
                    break  # the new worker has a share of the listeners that come back
                await stack.enter_async_context(them.http.ws_connect("/e/talk/audio/es"))


async def test_each_worker_is_measured_on_a_port_of_its_own(tmp_path: Path) -> None:
    first = free_ports(WORKERS)
    token = {"BROADCASTER_ADMIN_TOKEN": TOKEN}
    async with edges(tmp_path, BROADCASTER_METRICS_PORT=str(first), **token) as them:
        own = f"http://127.0.0.1:{first}"
        async with them.http.ws_connect(f"{own}/e/talk/audio/es") as ws:
            await ws.receive_json(timeout=DEADLINE_S)
            pages = []
            for headers in ({}, {"Authorization": f"Bearer {TOKEN}"}):
                for port in range(first, first + WORKERS):
                    metrics = f"http://127.0.0.1:{port}/metrics"
                    async with them.http.get(metrics, headers=headers) as answer:
                        pages.append(await answer.text())
    everybodys = 'broadcaster_listeners{channel="es"} 1.0'
    organizers = 'broadcaster_listeners{channel="es",event="talk"} 1.0'
    assert [everybodys in page for page in pages] == [True, False, False, False]
    assert [organizers in page for page in pages] == [False, False, True, False]


@pytest.mark.usefixtures("loopback")
async def test_a_webrtc_session_is_changed_and_ended_through_any_worker(tmp_path: Path) -> None:
    first = free_ports(WORKERS)
    urls = [f"http://127.0.0.1:{port}" for port in range(first, first + WORKERS)]
    async with edges(tmp_path, BROADCASTER_METRICS_PORT=str(first)) as them:
        for owner, other in [*permutations(urls), (urls[0], urls[0])]:
            async with player() as listener:
                path = await them.subscribed(owner, listener)
                _, fragment = trickled(listener.offer)
                async with them.http.patch(other + path, data=fragment, headers=FRAGMENT) as reply:
                    assert reply.status == 204
                async with them.http.post(other + path, json={"channel": "floor"}) as reply:
                    assert reply.status == 204
                await them.heard({"floor": 1})
                async with them.http.delete(other + path) as reply:
                    assert reply.status == 200
                await listener.state("closed")
                async with them.http.patch(other + path, data=fragment, headers=FRAGMENT) as reply:
                    assert await error(reply) == (404, "unknown_session")


@pytest.mark.usefixtures("loopback")
async def test_a_webrtc_session_is_over_when_its_worker_is_gone(tmp_path: Path) -> None:
    first = free_ports(WORKERS)
    owner, other = (f"http://127.0.0.1:{first + number}" for number in range(WORKERS))
    async with edges(tmp_path, BROADCASTER_METRICS_PORT=str(first)) as them, player() as listener:
        path = await them.subscribed(owner, listener)
        os.kill(await them.pid(1), signal.SIGKILL)
        _, fragment = trickled(listener.offer)
        async with them.http.patch(other + path, data=fragment, headers=FRAGMENT) as reply:
            assert await error(reply) == (404, "unknown_session")
        async with them.http.delete(other + path) as reply:
            assert reply.status == 200


async def test_a_signal_ends_all(tmp_path: Path) -> None:
    async with edges(tmp_path) as them:
        pids = await them.pids()
        them.parent.process.send_signal(signal.SIGTERM)
        await them.parent.process.wait()
        assert them.parent.process.returncode == 0
    assert not [pid for pid in pids if runs(pid)]
    assert not [line for line in them.parent.lines if "Traceback" in line]


@pytest.mark.parametrize(
    ("end", "stopped"),
    [
        (signal.SIGKILL, False),
        (signal.SIGKILL, True),
        (signal.SIGTERM, False),
        (signal.SIGHUP, False),
    ],
)
async def test_workers_end_with_their_parent(
    tmp_path: Path, end: signal.Signals, *, stopped: bool
) -> None:
    async with edges(tmp_path) as them:
        pids = await them.pids()
        if stopped:  # a worker that cannot answer
            os.kill(min(pids), signal.SIGSTOP)
        them.parent.process.send_signal(end)
        async with deadline():
            while any(map(runs, pids)):
                await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("words", "environment", "text"),
    [
        (["--workers", "2"], {}, "add --role edge"),
        (["--role", "edge", "--workers", "2"], {}, "BROADCASTER_REDIS_URL"),
        (
            ["--role", "edge", "--role", "desk", "--workers", "2"],
            {"BROADCASTER_REDIS_URL": "redis://127.0.0.1:9"},
            "add --role edge",
        ),
        ([], {"BROADCASTER_WORKERS": "none"}, "BROADCASTER_WORKERS"),
    ],
)
def test_what_workers_need(words: list[str], environment: dict[str, str], text: str) -> None:
    answer = usage("serve", *words, **environment)
    assert answer.exit_code == 2
    assert text in answer.stderr


def test_a_worker_seldom_stops_to_collect_garbage(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", ONE_WORKER],
        input="",  # its end is the parent's
        env={
            "PATH": "/usr/bin:/bin",
            "BROADCASTER_DATA_DIR": str(tmp_path),
            "BROADCASTER_PORT": "0",
        },
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=True,
    )
    assert answer.stdout == f"ready\n{YOUNG_OBJECTS} True\n"


async def test_a_port_in_use_is_explained(tmp_path: Path) -> None:
    async with edges(tmp_path) as them:
        port = str(them.http._base_url.port) if them.http._base_url else ""
        words = ["--role", "edge", "--workers", "2", "--port", port]
        environment = {
            "BROADCASTER_REDIS_URL": "redis://127.0.0.1:9",
            "BROADCASTER_DATA_DIR": str(tmp_path / "other"),
        }
        async with started([*COMMAND, *words], environment) as second:
            await second.line("choose another --port")
            await second.process.wait()
        assert second.process.returncode == 1


async def test_workers_that_do_not_start_end_it(tmp_path: Path) -> None:
    words = ["--role", "edge", "--workers", "2", "--port", "0"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = {
            "BROADCASTER_DATA_DIR": str(tmp_path),
            "BROADCASTER_REDIS_URL": "redis://127.0.0.1:9",
            "BROADCASTER_METRICS_PORT": str(taken.getsockname()[1]),
        }
        async with started([*COMMAND, *words], environment) as parent:
            await parent.line(r"worker \d did not start")
            await parent.process.wait()
    assert parent.process.returncode == 1
    assert not [line for line in parent.lines if "Traceback" in line]
