"""A meeting that takes closed captions by the rules that Zoom documents."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

from aiohttp import web

from tests.support.on_demand import served

QUERY = "id=200610693&ns=GZHkEA==&expire=86400&spparams=id%2Cns%2Cexpire&signature=nYt%2FXJ"


class Fault(StrEnum):
    """Something that happens to one request."""

    NONE = ""
    BUSY = "503"
    FAILED = "500"
    NOT_STARTED = "400"
    NOT_VALID = "403"
    REDIRECT = "302"
    LOST_REQUEST = "the connection ends before the text was taken"
    LOST_ANSWER = "the connection ends after the text was taken"
    HELD = "the answer comes when the test lets it"


class ZoomMeeting:
    """Checks every request; `broken` lists the rules that were broken."""

    def __init__(self) -> None:
        self.url = ""
        self.texts: list[str] = []
        self.broken: list[str] = []
        self.languages: set[str] = set()
        self.faults: list[Fault] = []
        """Of the requests to come, one after the other."""
        self.asked = 0
        self.held = asyncio.Event()
        self.release = asyncio.Event()

    @property
    def address(self) -> str:
        """The caption URL that a host copies."""
        return f"{self.url}/closedcaption?{QUERY}"

    async def post(self, request: web.Request) -> web.Response:
        fault = self.faults.pop(0) if self.faults else Fault.NONE
        self._check_address(request)
        if fault is Fault.LOST_REQUEST:
            return self._disconnect(request)
        if fault.isdigit():
            headers = {"Location": "/elsewhere"} if fault is Fault.REDIRECT else {}
            return web.Response(status=int(fault), headers=headers)
        self._take(request, (await request.read()).decode())
        if fault is Fault.LOST_ANSWER:
            return self._disconnect(request)
        if fault is Fault.HELD:
            self.held.set()
            await self.release.wait()
        return web.Response(text="2026-11-28T12:00:00")

    async def seq(self, request: web.Request) -> web.Response:
        fault = (
            self.faults.pop(0) if self.faults and self.faults[0] is not Fault.HELD else Fault.NONE
        )
        self._check_address(request)
        if fault.isdigit():
            return web.Response(status=int(fault))
        if fault is not Fault.NONE:
            return self._disconnect(request)
        self.asked += 1
        return web.Response(text=str(len(self.texts)))

    def _disconnect(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    def _check_address(self, request: web.Request) -> None:
        if not request.rel_url.raw_query_string.startswith(QUERY):
            self.broken.append("the signed part of the address was changed")

    def _take(self, request: web.Request, text: str) -> None:
        if request.content_type != "text/plain" or request.charset != "utf-8":
            self.broken.append(f"content type {request.headers.get('Content-Type')}")
        self.languages.add(request.query["lang"])
        seq = int(request.query["seq"])
        if seq == len(self.texts) + 1:
            self.texts.append(text)
        elif seq != len(self.texts):
            self.broken.append(f"seq {seq} after {len(self.texts)}")
        elif text != self.texts[-1]:
            self.broken.append(f"seq {seq} came with another text")


@asynccontextmanager
async def zoom_meeting() -> AsyncIterator[ZoomMeeting]:
    meeting = ZoomMeeting()
    application = web.Application()
    application.router.add_post("/closedcaption", meeting.post)
    application.router.add_get("/closedcaption/seq", meeting.seq)
    async with served(application) as url:
        meeting.url = url
        yield meeting
