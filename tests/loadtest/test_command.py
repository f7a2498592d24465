"""`broadcaster loadtest` on the command line."""

import asyncio
import json
import resource
import signal
import ssl
import sys
from pathlib import Path

import aiohttp

from broadcaster.system.certificates import server_context
from tests.edge.conftest import Edge
from tests.support.processes import TOKEN, broadcaster, started

COMMAND = [sys.executable, "-m", "broadcaster", "loadtest"]


async def test_a_report_as_json(sounding: Edge) -> None:
    command = [*COMMAND, f"{sounding.url}/e/talk?lang=es", "--listeners", "20", "--json"]
    command += ["--ramp", "0", "--duration", "1"]
    async with started(command) as process:
        await process.line(r"^\}")
        await process.process.wait()
    text = "".join(process.lines)
    report = json.loads(text[text.index("{") :])
    assert (report["listeners"], report["joined"], report["failed"]) == (20, 20, {})
    assert report["join_ms"].keys() == {"p50", "p99", "max"}
    assert process.process.returncode == 0


async def test_ctrl_c_ends_it_with_the_report(sounding: Edge) -> None:
    command = [*COMMAND, f"{sounding.url}/e/talk?lang=es", "--listeners", "20"]
    async with started([*command, "--duration", "3000", "--ramp", "0"]) as process:
        async with sounding.bus.subscribe("status.talk") as statuses:
            async for status in statuses:
                if json.loads(status.payload).get("listeners") == {"es": 20}:
                    break
        process.process.send_signal(signal.SIGINT)
        await process.line("20 of 20 listeners joined talk")
        await process.line("frames missing: 0")
        await process.process.wait()
    assert process.process.returncode == 0
    assert not [line for line in process.lines if "Traceback" in line]


async def test_too_few_files_are_explained(edge: Edge) -> None:
    limited = f"ulimit -n 150 && exec {' '.join(COMMAND)} {edge.url}/e/talk --listeners 100"
    async with started(["/bin/sh", "-c", limited]) as process:
        await process.line("may open 150 files, too few for 100 listeners")
        await process.line("LimitNOFILE=")
        await process.process.wait()
    assert process.process.returncode == 1


async def test_the_soft_limit_is_raised_by_itself(sounding: Edge) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    command = f"{' '.join(COMMAND)} {sounding.url}/e/talk --listeners 100 --ramp 0 --duration 1"
    async with started(["/bin/sh", "-c", f"ulimit -S -n 150 && exec {command}"]) as process:
        await process.line("100 of 100 listeners joined")
    assert hard > 150


async def test_another_machine_is_refused() -> None:
    async with started([*COMMAND, "https://192.0.2.1/e/talk"]) as process:
        await process.line("--i-own-this")
        await process.process.wait()
    assert process.process.returncode == 1
    assert not [line for line in process.lines if "Traceback" in line]


async def test_over_https(tmp_path: Path) -> None:
    async with broadcaster(tmp_path, tls="true") as (url, _):
        trust = ssl.create_default_context(cafile=tmp_path / "tls" / "certificate.pem")
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with aiohttp.ClientSession(url, headers=headers) as http:
            event = {"id": "talk", "title": "A talk", "languages": ["es"], "state": "open"}
            async with http.post("/api/events", json=event, ssl=trust) as answer:
                assert answer.status == 201
        command = [*COMMAND, f"{url}/e/talk", "--listeners", "20", "--ramp", "0"]
        async with started([*command, "--duration", "1"]) as process:
            await process.line("is open, not live")
            await process.line("20 of 20 listeners joined talk")
        await asyncio.to_thread(server_context, None, None, tmp_path / "other")
        for folder, line in ((tmp_path, "20 of 20 listeners"), (tmp_path / "other", "not trusted")):
            trusted = ["--ca", str(folder / "tls" / "certificate.pem")]
            async with started([*command, "--duration", "1", *trusted]) as process:
                await process.line(line)
