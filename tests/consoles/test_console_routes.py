"""Consoles over HTTP: which links open them, what commands do, and what the desk sees of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio

from tests.access.holders import ask, holder
from tests.support.deadline import deadline
from tests.support.server import Server, running_server

COMMANDS, CHANGES = "/booth/talk/es/commands", "/booth/talk/es/changes"


class Interpreter:
    """Somebody with a link to a channel of the event."""

    def __init__(self, made: dict[str, Any], http: aiohttp.ClientSession) -> None:
        self.id: str = made["id"]
        self.link: str = made["link"]
        self.http = http

    async def do(self, command: str, status: int = 200, **more: Any) -> Any:
        body = {"command": command, **more}
        return await ask(self.http, "POST", COMMANDS, status, json=body)


class Booth:
    """A server with an event, and two interpreters of its Spanish channel."""

    def __init__(self, server: Server, stack: AsyncExitStack) -> None:
        self.server = server
        self._stack = stack

    async def interpreter(self, name: str, channel: str = "es") -> Interpreter:
        body = {"name": name, "role": "interpreter", "channel": channel}
        path = "/api/events/talk/tokens"
        made = await ask(self.server.http, "POST", path, 201, json=body)
        http = await self._stack.enter_async_context(holder(self.server, made["token"]))
        return Interpreter(made, http)

    async def log(self) -> list[tuple[str, str, dict[str, str]]]:
        """The entries about the channel, oldest first."""
        found = await ask(self.server.http, "GET", "/api/events/talk/log", 200)
        return [
            (one["what"], one["actor"], one["values"])
            for one in reversed(found["entries"])
            if one["what"] in {"channel_taken", "channel_released"}
        ]


@pytest_asyncio.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Booth]:
    async with running_server(tmp_path) as server, AsyncExitStack() as stack:
        await server.create("es", "fr", passcode="Water-24")
        yield Booth(server, stack)


async def next_of(stream: aiohttp.ClientResponse, kind: str) -> Any:
    """The body of the next message of a kind."""
    async with deadline():
        while (await stream.content.readline()).decode().strip() != f"event: {kind}":
            pass
        return json.loads((await stream.content.readline()).decode().removeprefix("data: "))


async def test_a_link_opens_the_console_of_its_channel_alone(booth: Booth) -> None:
    ana = await booth.interpreter("Ana")
    assert ana.link.startswith(f"{booth.server.url}/booth/talk/es#token=cbt_")
    await ask(ana.http, "GET", "/booth/talk/es", 200)
    for path, status, error in (
        ("/booth/talk/fr/commands", 403, "other_channel"),
        ("/booth/other/es/commands", 404, "unknown_event"),
    ):
        refused = await ask(ana.http, "POST", path, status, json={"command": "take"})
        assert refused["error"] == error
    for token, status, error in (
        ("nothing", 401, "wrong_interpreter_link"),
        ("organizer-token-of-the-tests", 403, "not_allowed"),
    ):
        async with holder(booth.server, token) as http:
            refused = await ask(http, "POST", COMMANDS, status, json={"command": "take"})
            assert refused["error"] == error
    assert (await booth.log()) == []


async def test_an_interpreter_hears_and_reads_without_the_passcode(booth: Booth) -> None:
    ana = await booth.interpreter("Ana")
    await ask(ana.http, "GET", "/e/talk/info", 200)
    async with holder(booth.server, "nothing") as http:
        await ask(http, "GET", "/e/talk/info", 401)


async def test_of_two_who_take_the_channel_at_once_one_has_it(booth: Booth) -> None:
    ana, ben = await booth.interpreter("Ana"), await booth.interpreter("Ben")

    async def take(by: Interpreter) -> tuple[int, Any]:
        body = {"command": "take", "seen": ""}
        async with by.http.post(COMMANDS, json=body) as answer:
            return answer.status, await answer.json()

    answers = await asyncio.gather(take(ana), take(ben))
    assert sorted(status for status, _ in answers) == [200, 409]
    refused = next(body for status, body in answers if status == 409)
    assert refused["error"] == "turn_changed"
    [(what, actor, values)] = await booth.log()
    assert (what, values) == ("channel_taken", {"channel": "es", "before": ""})
    first, second = (ana, ben) if actor == "Ana" else (ben, ana)
    # The second one sees it and takes the channel all the same; the first one lost the microphone.
    turn = await second.do("take", seen=first.id)
    assert turn["on_air"]["interpreter"] == second.id
    assert (await first.do("mute", 409))["error"] == "not_on_air"
    assert (await second.do("mute"))["on_air"]["muted"] is True
    assert (await second.do("release"))["on_air"]["interpreter"] == ""
    assert [what for what, _, _ in await booth.log()] == [
        "channel_taken",
        "channel_taken",
        "channel_released",
    ]


async def test_a_console_is_told_what_its_partner_does(booth: Booth) -> None:
    ana, ben = await booth.interpreter("Ana"), await booth.interpreter("Ben")
    async with ben.http.get(CHANGES) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert (await next_of(stream, "hello"))["interpreter"] == ben.id
        assert (await next_of(stream, "on_air"))["interpreter"] == ""
        await ana.do("take")
        assert (await next_of(stream, "on_air"))["name"] == "Ana"
        await ana.do("message", to="partners", text="Your turn in a minute")
        [message] = (await next_of(stream, "messages"))["messages"]
        assert (message["name"], message["text"]) == ("Ana", "Your turn in a minute")
        await ana.do("slow_down")
        assert (await next_of(stream, "slow_down"))["channel"] == "es"
        await ben.do("request")
        assert (await next_of(stream, "on_air"))["requested_by"] == ben.id
        await ana.do("hand_over", partner=ben.id)
        assert (await next_of(stream, "on_air"))["handover_to"] == ben.id
        await ben.do("cancel")
        assert (await next_of(stream, "on_air"))["handover_to"] == ""


async def test_a_revoked_link_ends_the_console(booth: Booth) -> None:
    ana = await booth.interpreter("Ana")
    async with ana.http.get(CHANGES) as stream:
        await next_of(stream, "hello")
        await ask(booth.server.http, "DELETE", f"/api/events/talk/tokens/{ana.id}", 200)
        async with deadline():
            try:
                while await stream.content.readline():
                    pass
            except aiohttp.ClientError:
                pass
    assert (await ana.do("take", 401))["error"] == "token_revoked"
    # The others do not see them any more.
    ben = await booth.interpreter("Ben")
    async with ben.http.get(CHANGES) as stream:
        partners = (await next_of(stream, "partners"))["partners"]
    assert [one["name"] for one in partners] == ["Ben"]


async def test_the_technician_is_written_to_answers_and_gives_the_channel_back(
    booth: Booth,
) -> None:
    ana = await booth.interpreter("Ana")
    desk = booth.server.http
    path = "/api/events/talk/channels/es"
    async with desk.get("/api/changes") as stream, ana.http.get(CHANGES) as console:
        await next_of(stream, "ready")
        await ana.do("take")
        await ana.do("message", text="for Ben alone")
        await ana.do("message", to="technician", text="microphone!")
        while not (told := await next_of(stream, "messages"))["messages"]["es"]:
            pass
        [message] = told["messages"]["es"]
        assert (told["id"], message["text"]) == ("talk", "microphone!")
        await ask(desk, "POST", f"{path}/messages", 204, json={"text": "repaired"})
        while len(found := (await next_of(console, "messages"))["messages"]) < 3:
            pass
        assert [one["text"] for one in found] == ["for Ben alone", "microphone!", "repaired"]
        await ask(desk, "POST", f"{path}/release", 204)
        await ask(desk, "POST", f"{path}/release", 204)
        while (await next_of(console, "on_air"))["interpreter"]:
            pass
    released = ("channel_released", "organizer", {"channel": "es", "before": "Ana"})
    assert (await booth.log())[1:] == [released]
    everything = json.dumps(await ask(desk, "GET", "/api/events/talk/log", 200))
    assert "microphone!" not in everything
    assert "repaired" not in everything
    for wrong in ("/api/events/talk/channels/floor", "/api/events/talk/channels/de"):
        await ask(desk, "POST", f"{wrong}/release", 404)


async def test_a_bad_command_is_refused_in_words(booth: Booth) -> None:
    ana = await booth.interpreter("Ana")
    for wrong in (
        {},
        {"command": "shout"},
        {"command": "message"},
        {"command": "message", "text": " "},
        {"command": "message", "text": "a" * 301},
        {"command": "message", "text": "a\nb"},
        {"command": "take", "text": "now"},
        {"command": "message", "text": "now", "to": "everybody"},
        {"command": "take", "more": 1},
    ):
        refused = await ask(ana.http, "POST", COMMANDS, 422, json=wrong)
        assert refused["error"] == "bad_request", wrong
    await ask(ana.http, "POST", COMMANDS, 415, data=b"{}")


async def test_nobody_interprets_an_event_that_is_over(booth: Booth) -> None:
    ana = await booth.interpreter("Ana")
    await booth.server.move("closed")
    assert (await ana.do("take", 409))["error"] == "event_closed"
