"""Broadcasts a hidden copy of an event with the prepared talk, and judges what listeners get.

The speaker publishes by WHIP at the public address, and each channel is heard and read there.
Floor, booths, channels and edge are those of the event; only the provider is the rehearsal server.
"""

import asyncio
import importlib.util
import secrets
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import cycle

import aiohttp

from broadcaster.audio.file import read_pcm
from broadcaster.desk.rehearsal.hidden import broadcast_in_hiding, hidden_copy
from broadcaster.desk.rehearsal.listener import ChannelListener
from broadcaster.desk.rehearsal.verdicts import (
    failed,
    judged,
    lights_up,
    not_spoken,
)
from broadcaster.errors import ServerRefused
from broadcaster.model import keys
from broadcaster.model.check.trial import TrialAnswer
from broadcaster.model.event import Event
from broadcaster.model.language import base_language
from broadcaster.model.ports import Bus, Clock, Subscription
from broadcaster.model.status import BoothState, BoothStatus, statuses
from broadcaster.rehearsal import talk
from broadcaster.system.tasks import first_of, until
from broadcaster.webrtc.clients.publisher import publishing

READY_S = 75.0
"""Time for the interpreter to start and for all booths to open their sessions."""
HEARD_S = 40.0
"""The talk is heard for this long at most."""
LOOK_EVERY_S = 0.5
REHEARSAL_TIMEOUT_S = READY_S + HEARD_S + 25.0


class Conductor:
    """One rehearsal.

    Args:
        bus: has the hidden event, and brings its status.
        clock: time.
        base: beginning of all links.
        event: what is rehearsed.
        spoken: the languages of the prepared talk.
    """

    def __init__(
        self, bus: Bus, clock: Clock, base: str, event: Event, spoken: Collection[str]
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._base = base
        self._left_out = [
            one.language for one in event.channels if base_language(one.language) not in spoken
        ]
        self._stage_key = secrets.token_urlsafe(18)
        channels = tuple(
            replace(one, always=True, restarts=0)
            for one in event.channels
            if one.language not in self._left_out
        )
        self._hidden = hidden_copy(event, channels, self._stage_key, clock.now_ms())
        self._booths: dict[str, BoothStatus] = {}

    async def run(self) -> list[TrialAnswer]:
        """Rehearse, and return what came of each channel, the floor first."""
        if importlib.util.find_spec("pocketsphinx") is None:
            return [failed("rehearsal_missing")]
        async with broadcast_in_hiding(self._bus, self._clock, self._hidden):
            try:
                async with asyncio.timeout(REHEARSAL_TIMEOUT_S):
                    return await self._broadcast()
            except TimeoutError:
                return [failed("rehearsal_late")]
            except (aiohttp.ClientError, OSError, ServerRefused) as error:
                return [failed("rehearsal_refused", address=self._base, code=type(error).__name__)]

    async def _broadcast(self) -> list[TrialAnswer]:
        pieces = await asyncio.to_thread(lambda: list(read_pcm(talk.load().audio_path)))
        async with AsyncExitStack() as stack:
            messages = await stack.enter_async_context(
                self._bus.subscribe(keys.status(self._hidden.id))
            )
            connector = aiohttp.TCPConnector(ssl=False, limit=0)
            http = await stack.enter_async_context(
                aiohttp.ClientSession(self._base, connector=connector)
            )
            listeners = {
                channel: ChannelListener(http, self._hidden.id, channel)
                for channel in self._hidden.channel_ids()
            }
            await first_of(
                self._speak(http, pieces, listeners),
                self._follow(messages, listeners),
                *(one.run() for one in listeners.values()),
                name="rehearsal",
            )
        answers = [
            judged(channel, one, self._booths.get(channel)) for channel, one in listeners.items()
        ]
        return [*answers, *(not_spoken(language) for language in self._left_out)]

    async def _speak(
        self,
        http: aiohttp.ClientSession,
        pieces: list[bytes],
        listeners: dict[str, ChannelListener],
    ) -> None:
        """Publish the talk once the booths are ready, until enough of it has arrived."""
        await self._until(self._ready, READY_S)  # the verdicts say which are not
        url = f"/whip/{self._hidden.id}"
        async with publishing(http, url, self._stage_key, cycle(pieces)):
            await self._until(lambda: self._complete(listeners), HEARD_S)

    async def _follow(self, messages: Subscription, listeners: dict[str, ChannelListener]) -> None:
        async for status in statuses(messages):
            if not isinstance(status, BoothStatus):
                continue
            before = self._booths.get(status.channel)
            spoke = before is not None and before.lag_ms is not None
            if status.lag_ms is not None and not spoke and status.channel in listeners:
                listeners[status.channel].interpretation_began()
            self._booths[status.channel] = status

    def _ready(self) -> bool:
        """Whether every language has an interpreter."""
        return all(
            one.language in self._booths and self._booths[one.language].state is BoothState.LIVE
            for one in self._hidden.channels
        )

    def _complete(self, listeners: dict[str, ChannelListener]) -> bool:
        return all(
            lights_up(channel, one, self._booths.get(channel)) for channel, one in listeners.items()
        )

    async def _until(self, condition: Callable[[], bool], longest_s: float) -> None:
        sleep = self._clock.sleep
        await until(condition, longest_s, every_s=LOOK_EVERY_S, sleep=sleep, name="rehearsal: wait")
