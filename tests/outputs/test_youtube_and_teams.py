"""The captions of YouTube, counted like Zoom's, and of Teams, which counts nothing."""

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web

from broadcaster.model.outputs.progress import OutputState
from tests.outputs.stage import Talk
from tests.outputs.zoom_server import Fault
from tests.support.on_demand import served

TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\n(.+)\n")
REFUSALS = [Fault.BUSY, Fault.FAILED, Fault.NOT_STARTED, Fault.NOT_VALID]


class Ingestion:
    """Checks every POST; `broken` lists the rules that were broken."""

    def __init__(self) -> None:
        self.url = ""
        self.texts: list[str] = []
        self.times: list[str] = []
        self.broken: list[str] = []
        self.faults: list[Fault] = []
        self._last = 0

    async def youtube(self, request: web.Request) -> web.Response:
        if request.query["cid"] != "abcd-efgh":
            self.broken.append("the address was changed")
        return await self._answered(request, int(request.query["seq"]))

    async def teams(self, request: web.Request) -> web.Response:
        if request.rel_url.raw_query_string != "meetingid=%7b%22tId%22%7d&token=gjs44ra":
            self.broken.append("the address was changed")
        return await self._answered(request, None)

    async def _answered(self, request: web.Request, seq: int | None) -> web.Response:
        if (request.content_type, request.charset) != ("text/plain", "utf-8"):
            self.broken.append("content type")
        fault = self.faults.pop(0) if self.faults else Fault.NONE
        body = (await request.read()).decode()
        if fault.isdigit():
            return web.Response(status=int(fault))
        if fault is not Fault.LOST_REQUEST:
            self._take(body, seq)
        if fault is not Fault.NONE:
            assert request.transport is not None
            request.transport.close()
        return web.Response()

    def _take(self, body: str, seq: int | None) -> None:
        if seq is None:
            self.texts.append(body)
        elif seq == self._last:  # a retry: the same text, at the same time
            if body != f"{self.times[-1]}\n{self.texts[-1]}\n":
                self.broken.append(f"seq {seq} came with something else")
        else:
            if seq != self._last + 1:
                self.broken.append(f"seq {seq} after {self._last}")
            match = TIME.fullmatch(body)
            assert match is not None, body
            self.times.append(match[1])
            self.texts.append(match[2])
            self._last = seq


@asynccontextmanager
async def ingestion() -> AsyncIterator[Ingestion]:
    one = Ingestion()
    application = web.Application()
    application.router.add_post("/closedcaption", one.youtube)
    application.router.add_post("/cartcaption", one.teams)
    async with served(application) as url:
        one.url = url
        yield one


@pytest.mark.parametrize("seed", range(3))
async def test_youtube_gets_each_text_once(talk: Talk, seed: int) -> None:
    """Whatever happens to requests and answers, and when the process ends."""
    chance = random.Random(seed)
    faults = [*REFUSALS, Fault.LOST_REQUEST, Fault.LOST_ANSWER]
    async with ingestion() as youtube:
        output = await talk.add("youtube", f"{youtube.url}/closedcaption?cid=abcd-efgh")
        for number in range(8):
            youtube.faults = chance.choices([Fault.NONE, *faults], k=4)
            async with talk.outputs():
                await talk.say(f"Sentence {number},\nin two lines", f"And {number}")
                if chance.random() < 0.7:
                    await talk.until_sent(output, chance.randint(1, len(talk.said)))
        async with talk.outputs():
            await talk.until_sent(output, len(talk.said))
        assert youtube.texts == [text.replace("\n", "<br>") for text in talk.said]
        assert youtube.broken == []
        [first] = {datetime.fromisoformat(one).replace(tzinfo=UTC) for one in youtube.times[:1]}
        assert talk.event.live_at_ms is not None
        assert abs(first.timestamp() * 1_000 - talk.event.live_at_ms) < 600_000


@pytest.mark.parametrize("seed", range(3))
async def test_teams_gets_each_line_once(talk: Talk, seed: int) -> None:
    """As long as each request is answered: Teams has no numbers that tell a retry."""
    chance = random.Random(seed)
    faults = [*REFUSALS, Fault.LOST_REQUEST]
    address = "cartcaption?meetingid=%7b%22tId%22%7d&token=gjs44ra"
    async with ingestion() as teams:
        output = await talk.add("teams", f"{teams.url}/{address}")
        for number in range(8):
            teams.faults = chance.choices([Fault.NONE, *faults], k=4)
            async with talk.outputs():
                await talk.say(f"Sentence {number},\nin two lines", f"And {number}")
                await talk.until_sent(output, len(talk.said))
        assert teams.texts == [text.replace("\n", " ") for text in talk.said]
        assert teams.broken == []


async def test_a_line_that_teams_may_have_comes_again(talk: Talk) -> None:
    async with ingestion() as teams, talk.outputs():
        address = "cartcaption?meetingid=%7b%22tId%22%7d&token=gjs44ra"
        output = await talk.add("teams", f"{teams.url}/{address}")
        teams.faults = [Fault.LOST_ANSWER]
        await talk.say("One.", "Two.")
        await talk.until_sent(output, 2)
        assert teams.texts == ["One.", "One.", "Two."]


async def test_teams_says_that_a_meeting_has_not_started(talk: Talk) -> None:
    async with ingestion() as teams, talk.outputs():
        output = await talk.add("teams", f"{teams.url}/elsewhere?token=x")
        await talk.say("One.")
        await talk.until(output, OutputState.RETRYING, "not_started")
