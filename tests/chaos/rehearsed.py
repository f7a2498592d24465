"""Booths interpreting the prepared talk through a rehearsal server that has faults."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from broadcaster.audio.file import read_pcm
from broadcaster.booths.booth import Booth
from broadcaster.booths.catch_up import CatchUpLimits
from broadcaster.booths.engines import Engines
from broadcaster.booths.workplace import Kit
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame, Kind
from broadcaster.model.caption import Caption
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState, Interpreter
from broadcaster.model.ports import Bus
from broadcaster.model.status import BoothStatus, status_from_json
from broadcaster.realtime.endpoint import Endpoint
from broadcaster.rehearsal import talk
from tests.support.processes import rehearsal_server

SENTENCES = talk.load().sentences
LEAD_S = 4.0
"""Silence before the talk, in which all sessions are opened."""
SETTLE_S = 14.0
"""Silence after it: longer than the longest recovery."""


@dataclass
class Channels:
    """What one channel got.

    Attributes:
        captions: newest version of each, in order.
        seen_s: event clock at which each caption was final.
        states: of its booth, each change once.
    """

    captions: dict[str, Caption] = field(default_factory=dict)
    seen_s: dict[str, float] = field(default_factory=dict)
    states: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that was written."""
        return " ".join(caption.text for caption in self.captions.values())

    def counts(self, language: str, sentences: int) -> tuple[int, int]:
        """How many of the first sentences are missing, and how many came more than once."""
        text = _plain(self.text)
        times = [text.count(_plain(s.translations[language])) for s in SENTENCES[:sentences]]
        return times.count(0), sum(count > 1 for count in times)

    def worst_delay_s(self, language: str, sentences: int) -> float:
        """The longest time from the end of a sentence to the end of its translation."""
        worst = 0.0
        for sentence in SENTENCES[:sentences]:
            end = _plain(sentence.translations[language])[-12:]
            seen = [
                self.seen_s[caption.id]
                for caption in self.captions.values()
                if _plain(caption.text).endswith(end) and caption.id in self.seen_s
            ]
            if seen:
                worst = max(worst, seen[0] - LEAD_S - sentence.end_ms / 1000)
        return worst


async def interpret_talk(
    faults: Sequence[dict[str, Any]],
    languages: Sequence[str],
    sentences: int,
    interpreter: Interpreter = Interpreter.TRANSLATE,
) -> dict[str, Channels]:
    """Speak the first sentences of the talk in real time, with faults, into these languages."""
    event = Event(
        "talk",
        "A talk",
        EventState.LIVE,
        tuple(Channel(language, interpreter) for language in languages),
        "key",
    )
    channels = {language: Channels() for language in languages}
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(rehearsal_server())
        bus = await stack.enter_async_context(EmbeddedBus(None))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        base = url.removesuffix("/v1")
        for fault in faults:
            async with http.post(f"{base}/rehearsal/faults", json=fault) as answer:
                assert answer.ok, await answer.text()
        engines = Engines(http, Endpoint(url, "key"), "gpt-realtime-2.1", "gpt-live-transcribe")
        kit = Kit(engines, lambda _kind, sent_ms, _usage: sent_ms / 60_000, CatchUpLimits())
        await bus.put(keys.event_record("talk"), event.to_json())
        parts = [
            *(Booth(event, channel, kit, bus, SystemClock()).run() for channel in event.channels),
            *(_read(bus, language, channel) for language, channel in channels.items()),
            _watch(bus, channels),
        ]
        tasks = [asyncio.create_task(part, name="part of the test") for part in parts]
        await _speak(bus, sentences)
        for task in tasks[: len(languages)]:
            task.cancel()
        await asyncio.gather(*tasks[: len(languages)], return_exceptions=True)
        await asyncio.sleep(0.2)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return channels


async def _speak(bus: Bus, sentences: int) -> None:
    pcm = await asyncio.to_thread(lambda: b"".join(read_pcm(talk.load().audio_path)))
    spoken = pcm[: (SENTENCES[sentences - 1].end_ms + 150) * 48]
    floor = bytes(int(LEAD_S * 48_000)) + spoken + bytes(int(SETTLE_S * 48_000))
    clock, position = asyncio.get_running_loop().time, 0
    started = clock()
    for at in range(0, len(floor) - 959, 960):
        await asyncio.sleep(max(0.0, started + position / 24_000 - clock()))
        frame = AudioFrame(Kind.PCM, position // 480, position, floor[at : at + 960])
        bus.publish(keys.floor_pcm("talk"), frame.to_bytes())
        position += 480


async def _read(bus: Bus, language: str, channel: Channels) -> None:
    started = asyncio.get_running_loop().time()
    async for entry in bus.follow(keys.captions("talk", language)):
        caption = Caption.from_json(entry.payload)
        channel.captions[caption.id] = caption
        channel.seen_s[caption.id] = asyncio.get_running_loop().time() - started


async def _watch(bus: Bus, channels: dict[str, Channels]) -> None:
    async with bus.subscribe(keys.status("talk"), depth=4096) as messages:
        async for message in messages:
            status = status_from_json(message.payload)
            if isinstance(status, BoothStatus) and status.channel in channels:
                states = channels[status.channel].states
                if states[-1:] != [status.state]:
                    states.append(status.state)


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text)
