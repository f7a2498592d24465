"""An event's life reaches other software by webhook, whatever restarts."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from broadcaster.bus import open_bus
from broadcaster.desk.handover import completeness, watch
from broadcaster.desk.handover.news import ToldNews
from broadcaster.model.clock import SystemClock
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.happening import Happened
from tests.desk.outputs.asking import PATH, ask
from tests.outputs.webhook_receiver import Receiver, receiver
from tests.support.deadline import deadline
from tests.support.server import Server, running_server


@pytest_asyncio.fixture
async def hook(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(completeness, "COMPLETE_AFTER_S", 0.0)
    async with receiver() as one:
        yield one


async def add(server: Server, hook: Receiver) -> None:
    body = await ask(server, "POST", PATH, 201, kind="webhook", address=hook.url)
    hook.secret = body["secret"]


async def until(hook: Receiver, *kinds: str) -> None:
    async with deadline():
        while [one["type"] for one in hook.once] != list(kinds):
            await asyncio.sleep(0.01)


async def test_live_closed_and_the_transcript(tmp_path: Path, hook: Receiver) -> None:
    public_url = "https://talks.example"
    async with running_server(tmp_path, public_url=public_url) as server:
        await server.create("es", state="open")
        await add(server, hook)
        await server.move("live")
        await until(hook, "event.live")
    async with running_server(tmp_path, public_url=public_url) as server:
        await server.move("closed")
        await until(hook, "event.live", "event.closed", "transcript.ready")
    live, closed, transcript = hook.once
    assert live["data"] == {"event": "talk", "title": "A talk"}
    assert closed["timestamp"] >= live["timestamp"]
    addresses = [one["address"] for one in transcript["data"]["files"]]
    assert "https://talks.example/e/talk/transcript/es.vtt" in addresses
    assert hook.broken == []


async def test_news_that_a_process_could_not_write_are_written_by_the_next(
    tmp_path: Path, hook: Receiver
) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es", state="open")
        await add(server, hook)
    async with open_bus(None, tmp_path) as bus:
        now_ms = SystemClock().now_ms()
        pending = tuple(Happened(f"talk.{number}", "event.live", now_ms, {}) for number in (1, 2))
        await bus.append(output_keys.happenings("talk"), pending[0].to_json())
        told = ToldNews(number=2, pending=pending)
        await bus.put(output_keys.told_record("talk"), told.to_json())
    async with running_server(tmp_path), deadline():
        while [message_id for message_id, _ in hook.got] != ["talk.1", "talk.1", "talk.2"]:
            await asyncio.sleep(0.01)
    assert len(hook.once) == 2
