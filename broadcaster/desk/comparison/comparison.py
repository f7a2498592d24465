"""Plays the prepared talk to two services at the same time, each on a hidden copy of the event.

What they say and write goes the way of every channel, so the desk hears and reads the copies as
a phone does. Their ids are secret: nobody else finds them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import aiohttp

from broadcaster.desk.board import Board
from broadcaster.desk.comparison.measures import Measure, measures_of
from broadcaster.desk.comparison.side import Side
from broadcaster.desk.comparison.talk_part import TalkPart
from broadcaster.desk.rehearsal.hidden import broadcast_in_hiding
from broadcaster.desk.rehearsal.verdicts import failed
from broadcaster.desk.report.reading import read_records
from broadcaster.errors import BroadcasterError, ServerRefused
from broadcaster.model.check.report import CheckResult
from broadcaster.model.check.trial import SPENT_ON_TRIALS
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.spending.spent import add_cost
from broadcaster.report.figures import ChannelFigures, Compared, figures_of
from broadcaster.report.quality.scoring import require_scorers
from broadcaster.report.records import ChannelRecords, EventRecords
from broadcaster.report.samples import SAMPLE_EVERY_S
from broadcaster.system.tasks import first_of, until
from broadcaster.webrtc.clients.publisher import publishing

READY_S = 20.0
"""Time for the services to open their sessions; the talk then begins in any case."""
TAIL_S = 30.0
"""After the talk an interpreter may speak for this long."""
QUIET_LOOKS = 5
"""After the talk both channels must be silent for this many looks."""
COMPARISON_TIMEOUT_S = 200.0
"""Hidden events that are older than `erasure.REHEARSAL_S` are swept away."""


class Comparison:
    """One comparison.

    Args:
        bus: has the hidden events, and what is stored of them.
        clock: time.
        board: has the status of the hidden events.
        base: beginning of all links.
        event_id: of the event that is rehearsed; it bears the cost.
        sides: the two services.
        part: what is said.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        board: Board,
        base: str,
        event_id: str,
        sides: tuple[Side, Side],
        part: TalkPart,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._board = board
        self._base = base
        self._event_id = event_id
        self._sides = sides
        self._part = part
        self._refused = ""

    @asynccontextmanager
    async def hidden(self) -> AsyncIterator[None]:
        """Keep both hidden events inside the context; then erase them, and bill their cost.

        Raises:
            BusUnavailable: the broker does not answer.
        """
        first, second = self._sides
        try:
            async with (
                broadcast_in_hiding(self._bus, self._clock, first.event),
                broadcast_in_hiding(self._bus, self._clock, second.event),
            ):
                yield
        finally:
            spent_usd = sum(side.spent.total_usd for side in self._sides)
            await add_cost(self._bus, self._event_id, SPENT_ON_TRIALS, spent_usd)

    async def run(self) -> dict[str, Any]:
        """Play the talk to its end, and return the outcome in the form of the API."""
        result: CheckResult | None = None
        try:
            async with asyncio.timeout(COMPARISON_TIMEOUT_S):
                await first_of(self._play(), self._sample(), name="comparison")
        except TimeoutError:
            result = failed("rehearsal_late").result
        if self._refused:
            result = failed("rehearsal_refused", address=self._base, code=self._refused).result
        measures = await self._measured() if result is None else []
        return {
            "result": None if result is None else asdict(result),
            "sides": [side.body() for side in self._sides],
            "measures": [one.body() for one in measures],
        }

    async def _play(self) -> None:
        """Publish the talk on both copies, and wait until both have interpreted it."""
        pieces = await asyncio.to_thread(lambda: list(self._part.pieces()))
        await self._until(lambda: all(side.is_ready for side in self._sides), READY_S)
        connector = aiohttp.TCPConnector(ssl=False, limit=0)
        async with (
            aiohttp.ClientSession(self._base, connector=connector) as http,
            asyncio.TaskGroup() as tasks,
        ):
            for side in self._sides:
                speaking = self._speak(http, side, iter(pieces))
                tasks.create_task(speaking, name=f"comparison: {side.service}")
        if not self._refused:
            await self._until_quiet()

    async def _until_quiet(self) -> None:
        """Wait until both channels are silent for a while, or too much time has passed."""
        quiet = 0
        for _ in range(round(TAIL_S / SAMPLE_EVERY_S)):
            await self._clock.sleep(SAMPLE_EVERY_S)
            quiet = 0 if any(side.speaks for side in self._sides) else quiet + 1
            if quiet == QUIET_LOOKS:
                return

    async def _speak(
        self, http: aiohttp.ClientSession, side: Side, pieces: Iterator[bytes]
    ) -> None:
        """Publish the talk on one copy, to its end."""
        url = f"/whip/{side.event.id}"
        try:
            async with publishing(http, url, side.stage_key, pieces) as publication:
                side.began_ms = self._clock.now_ms() - (side.event.live_at_ms or 0)
                await first_of(
                    _set(publication.ended), _set(publication.lost), name="comparison: talk"
                )
        except (aiohttp.ClientError, OSError, ServerRefused) as error:
            self._refused = type(error).__name__

    async def _sample(self) -> None:
        """Note the status of both once a second until cancelled."""
        while True:
            for side in self._sides:
                side.take(self._board.event_status(side.event, {}), self._clock.now_ms())
            await self._clock.sleep(SAMPLE_EVERY_S)

    async def _measured(self) -> list[Measure]:
        a, b = [await self._figures(side) if side.is_heard else None for side in self._sides]
        return measures_of(a, b)

    async def _figures(self, side: Side) -> ChannelFigures:
        stored = await read_records(self._bus, side.event, {side.language: side.spent.total_usd})
        said = ChannelRecords(FLOOR, self._part.captions(side.began_ms or 0))
        return await asyncio.to_thread(self._computed, side.records(stored, said))

    def _computed(self, records: EventRecords) -> ChannelFigures:
        """The figures of the language; without captions nothing is compared with a reference."""
        [channel] = records.languages
        reference = self._part.reference(channel.channel)
        compared = Compared()
        if reference and channel.captions and _can_score():
            compared = Compared(self._part.script, {channel.channel: reference})
        return figures_of(records, compared).channels[1]

    async def _until(self, condition: Callable[[], bool], longest_s: float) -> None:
        sleep = self._clock.sleep
        await until(
            condition, longest_s, every_s=SAMPLE_EVERY_S / 2, sleep=sleep, name="comparison: wait"
        )


async def _set(event: asyncio.Event) -> None:
    await event.wait()


def _can_score() -> bool:
    """Whether the libraries that compare with a reference are installed."""
    try:
        require_scorers()
    except BroadcasterError:
        return False
    return True
