"""Summaries of closed events, by a service that enforces the protocol, with its faults."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from pydantic import SecretStr

from broadcaster.bus import open_bus
from broadcaster.desk.handover import completeness
from broadcaster.desk.summary import chat
from broadcaster.desk.summary.chat import ChatService
from broadcaster.desk.summary.problems import SENTENCES, SummaryFailed, SummaryProblem
from broadcaster.model import keys
from broadcaster.model.clock import SystemClock
from broadcaster.model.transcripts.summary import SUMMARY_RECORDS
from broadcaster.system.backoff import Backoff
from tests.desk.summary.chat_server import (
    KEY,
    MODEL,
    PROMPT,
    SAID,
    SUMMARY,
    ChatServer,
    chat_server,
    settings_of,
)
from tests.support.deadline import deadline
from tests.support.server import Server, running_server

PATH = "/api/events/talk/summary"


@pytest_asyncio.fixture
async def service() -> AsyncIterator[ChatServer]:
    async with chat_server() as found:
        yield found
        assert not found.broken


async def shown(server: Server, state: str) -> dict[str, Any]:
    async with deadline():
        while True:
            async with server.http.get(PATH) as answer:
                body: dict[str, Any] = await answer.json()
            if body["state"] == state:
                return body
            await asyncio.sleep(0.02)


async def told(server: Server, method: str, path: str, status: int, **more: Any) -> str:
    async with server.http.request(method, path, **more) as answer:
        text = await answer.text()
        assert answer.status == status, text
        return text


async def test_a_closed_event_is_summarised_and_the_file_is_kept(
    service: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completeness, "COMPLETE_AFTER_S", 0.0)
    async with running_server(tmp_path) as server:  # without a service
        await server.create("es")
        refused = await told(server, "PUT", PATH, 409, json={"prompt": PROMPT})
        assert "summary_off" in refused
        assert (await shown(server, "off"))["available"] is False
    async with open_bus(None, tmp_path) as bus:
        await bus.append(keys.captions("talk", "floor"), SAID.to_json())
        second = replace(SAID, id="floor-2", start_ms=3_000, text="Cities grow.")
        await bus.append(keys.captions("talk", "floor"), second.to_json())
    async with running_server(tmp_path, **settings_of(service)) as server:
        await told(server, "PUT", PATH, 422, json={"prompt": " "})
        await told(server, "PUT", PATH, 404, json={"prompt": PROMPT, "channel": "de"})
        for method, path in (("POST", PATH), ("GET", f"{PATH}.txt")):
            assert "no_summary" in await told(server, method, path, 404)
        await told(server, "PUT", PATH, 200, json={"prompt": PROMPT})
        await shown(server, "waits")
        assert not service.asked  # the event is live
        service.faults = [503, 429]
        monkeypatch.setattr(Backoff, "wait", no_wait)
        await server.move("closed")
        made = await shown(server, "made")
        assert (made["model"], made["prompt"], made["problem"]) == (MODEL, PROMPT, None)
        system, user = service.asked[-1]["messages"]
        assert system == {"role": "system", "content": PROMPT}
        assert "Water is for everybody. Cities grow." in user["content"]
        assert await told(server, "GET", f"{PATH}.txt", 200) == SUMMARY
        async with server.http.get("/api/events/talk/transcripts.zip") as answer:
            archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
        assert archive.read("talk-summary.txt").decode() == SUMMARY
        # A failure is told, and the summary before it stays.
        service.faults = [401]
        await told(server, "POST", PATH, 200)
        failed = await shown(server, "failed")
        assert failed["message"] == SENTENCES[SummaryProblem.REFUSED_KEY]
        assert await told(server, "GET", f"{PATH}.txt", 200) == SUMMARY
        assert len(service.asked) == 4
        await told(server, "DELETE", "/api/events/talk", 204)
    async with open_bus(None, tmp_path) as bus:
        assert await bus.records(SUMMARY_RECORDS) == []


async def no_wait(_backoff: Backoff) -> None:
    pass


@pytest.mark.parametrize(
    ("faults", "problem", "asked"),
    [
        ([400], SummaryProblem.REFUSED_TEXT, 1),
        ([404], SummaryProblem.WRONG_ADDRESS, 1),
        ([302], SummaryProblem.BAD_ANSWER, 1),
        (["garbage"], SummaryProblem.BAD_ANSWER, 1),
        (["endless"], SummaryProblem.BAD_ANSWER, 1),
        ([503, 500, 429, 503], SummaryProblem.BUSY, 4),
        (["hang"] * 4, SummaryProblem.TIMED_OUT, 4),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else None,
)
async def test_a_service_that_fails_is_asked_again_only_if_that_may_help(
    service: ChatServer,
    faults: list[int | str],
    problem: SummaryProblem,
    asked: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chat, "DEADLINE_S", 0.2 if "hang" in faults else 60.0)
    monkeypatch.setattr(Backoff, "wait", no_wait)
    service.faults = faults
    async with aiohttp.ClientSession() as http:
        one = ChatService(http, SystemClock(), service.url, SecretStr(KEY), MODEL)
        with pytest.raises(SummaryFailed) as failed:
            await one.answer(PROMPT, "text")
    assert failed.value.problem == problem
    assert len(service.asked) == asked


async def test_nobody_there(unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backoff, "wait", no_wait)
    async with aiohttp.ClientSession() as http:
        url = f"http://127.0.0.1:{unused_tcp_port}/v1"
        one = ChatService(http, SystemClock(), url, None, MODEL)
        with pytest.raises(SummaryFailed) as failed:
            await one.answer(PROMPT, "text")
    assert failed.value.problem == SummaryProblem.UNREACHABLE
