"""A listener and a reader of every channel, which come back as the attendee page does."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import aiohttp

from broadcaster.model.audio import OPUS_FRAME_SAMPLES, AudioFrame
from broadcaster.model.caption import Caption
from broadcaster.system.backoff import Backoff
from tests.chaos.compare import Text
from tests.support.tasks import background_task

STALL_S = 5.0
"""A listener without sound for this long connects again, and so does a reader that cannot."""
_WS = aiohttp.ClientWSTimeout(ws_receive=STALL_S, ws_close=0.1)
_GOING_AWAY = 1001
_LOST = (aiohttp.ClientError, OSError, ValueError)
"""Ways in which a connection ends that is not closed in order. An answer may be cut in a value."""


@dataclass
class ChannelSeen:
    """The output of one channel for its listener and its reader.

    Attributes:
        expected: the sentences it should hold.
        captions: newest version of each, in order.
        deliveries: of each version, by its id in the stream.
        positions: of its packets of sound, each once.
        heard_s: when they came.
        state: of its booth.
        captions_lost: see `count_lost`.
    """

    expected: list[str]
    captions: dict[str, Caption] = field(default_factory=dict)
    deliveries: Counter[str] = field(default_factory=Counter)
    positions: list[int] = field(default_factory=list)
    heard_s: list[float] = field(default_factory=list)
    state: str = ""
    captions_lost: int = 0

    @property
    def text(self) -> Text:
        """All that was written, against what should be."""
        written = " ".join(caption.text for caption in self.captions.values())
        return Text(written, self.expected)

    @property
    def longest_gap_s(self) -> float:
        """The longest time without new sound."""
        return max((after - before for before, after in pairwise(self.heard_s)), default=0.0)

    @property
    def overlaps(self) -> int:
        """Packets that begin before the one before them ends."""
        steps = [after - before for before, after in pairwise(self.positions)]
        return sum(step < OPUS_FRAME_SAMPLES for step in steps)

    @property
    def captions_repeated(self) -> int:
        """Versions of captions that came more than once."""
        return sum(self.deliveries.values()) - len(self.deliveries)

    def count_lost(self, stored: Iterable[Caption]) -> None:
        """Count the captions that the reader has not got as they are stored, and that are not."""
        as_stored = {caption.id: caption for caption in stored}
        ids = as_stored.keys() | self.captions.keys()
        self.captions_lost = sum(as_stored.get(one) != self.captions.get(one) for one in ids)

    def take_sound(self, frame: AudioFrame, now_s: float) -> None:
        """Keep a packet; the newest ones come again after a new connection and are left out."""
        if not self.positions or frame.position > self.positions[-1]:
            self.positions.append(frame.position)
            self.heard_s.append(now_s)

    def take_caption(self, stream_id: str, caption: Caption) -> None:
        """Keep a version of a caption."""
        self.deliveries[stream_id] += 1
        self.captions[caption.id] = caption


class Audience:
    """The listeners and readers of an event.

    Args:
        url: of an edge, or of what is in front of edges.
        seen: what they get, by channel.
        moved: called for everything that comes but sound.
    """

    def __init__(self, url: str, seen: dict[str, ChannelSeen], moved: Callable[[], None]) -> None:
        self._url = url
        self._seen = seen
        self._moved = moved

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """All of them are there inside the context."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=STALL_S, sock_read=None)
        async with (
            aiohttp.ClientSession(self._url, timeout=timeout) as http,
            AsyncExitStack() as stack,
        ):
            for channel, seen in self._seen.items():
                for part in (self._listen(http, channel, seen), self._read(http, channel, seen)):
                    await stack.enter_async_context(background_task(part, f"audience {channel}"))
            yield

    async def stored(self, channel: str) -> list[Caption]:
        """All captions of a channel, as a reader gets them that comes now."""
        found: dict[str, Caption] = {}
        path, more = f"/e/talk/poll/{channel}", True
        async with aiohttp.ClientSession(self._url, raise_for_status=True) as http:
            while more:
                async with http.get(path) as answer:
                    page = await answer.json()
                found |= {raw["id"]: Caption(**raw) for raw in page["captions"]}
                path, more = f"/e/talk/poll/{channel}?after={page['after']}", page["more"]
        return list(found.values())

    async def _listen(self, http: aiohttp.ClientSession, channel: str, seen: ChannelSeen) -> None:
        backoff = Backoff(0.3, 2.0)
        while True:
            moves_over = False
            with suppress(*_LOST):
                moves_over = await self._hear(http, channel, seen, backoff)
            if not moves_over:
                await backoff.wait()

    async def _hear(
        self, http: aiohttp.ClientSession, channel: str, seen: ChannelSeen, backoff: Backoff
    ) -> bool:
        """Listen until the connection ends; whether the server sent this listener away."""
        clock, heard = asyncio.get_running_loop().time, False
        async with http.ws_connect(
            f"/e/talk/audio/{channel}", protocols=["broadcaster.audio.v1"], timeout=_WS
        ) as ws:
            while (message := await ws.receive()).type in {
                aiohttp.WSMsgType.BINARY,
                aiohttp.WSMsgType.TEXT,
            }:
                if message.type is aiohttp.WSMsgType.BINARY:
                    heard = True
                    backoff.reset()
                    seen.take_sound(AudioFrame.from_bytes(message.data), clock())
            return heard and ws.close_code == _GOING_AWAY

    async def _read(self, http: aiohttp.ClientSession, channel: str, seen: ChannelSeen) -> None:
        backoff, last = Backoff(0.5, 3.0), ""
        while True:
            headers = {"Last-Event-ID": last} if last else {}
            with suppress(*_LOST):
                async with http.get(f"/e/talk/captions/{channel}", headers=headers) as answer:
                    answer.raise_for_status()
                    async for event in events(answer):
                        backoff.reset()
                        last = event.get("id", last)
                        self._take_event(event, seen)
            await backoff.wait()

    def _take_event(self, event: dict[str, str], seen: ChannelSeen) -> None:
        data: dict[str, Any] = json.loads(event.get("data", "{}"))
        if event.get("event") == "caption":
            seen.take_caption(event["id"], Caption(**data))
        elif event.get("event") == "state":
            seen.state = data["channel"]
        self._moved()


async def events(answer: aiohttp.ClientResponse) -> AsyncIterator[dict[str, str]]:
    """The server-sent events of an answer, as their fields; one that was cut is left out."""
    fields: dict[str, str] = {}
    async for line in answer.content:
        if text := line.decode().rstrip("\n"):
            name, _, value = text.partition(": ")
            fields[name] = value
        else:
            yield fields
            fields = {}
