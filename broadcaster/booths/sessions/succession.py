"""The session that is heard and the one that follows it: each is replaced before it ends."""

import asyncio
import logging

from broadcaster.booths.sessions.failover import ChannelEngines
from broadcaster.booths.sessions.fed_session import FedSession
from broadcaster.booths.sessions.last_words import LastWords
from broadcaster.booths.sessions.recovery import ReportState
from broadcaster.booths.sessions.rotation import place_to_cut, rotate_in_s
from broadcaster.errors import InterpreterFailed
from broadcaster.model.status import BoothState
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

ROTATION_RETRY_S = 20.0


class Succession:
    """Opens the sessions of one channel, and replaces the one that is heard.

    Args:
        engines: open its sessions.
        report_state: receives each change of state.
        leaving: set when the channel is to be left.

    Attributes:
        opened: how many sessions were opened so far.
        rotates_at_ms: Unix time at which the current session will be replaced, once it is known.
        current: the session that is heard.
        following: the one that is heard when the current one has said all it heard.
        spoken_at_cut: samples of speech on the floor when the current session was cut off.
        stopped_at: event-clock sample up to which the last session hears the floor; None before.
    """

    def __init__(
        self, engines: ChannelEngines, report_state: ReportState, leaving: asyncio.Event
    ) -> None:
        self.opened = 0
        self.rotates_at_ms: int | None = None
        self.current: FedSession | None = None
        self.following: FedSession | None = None
        self.spoken_at_cut = 0
        self.stopped_at: int | None = None
        self._engines = engines
        self._language, self._ranking = engines.language, engines.ranking
        self._buffer, self._clock = engines.buffer, engines.clock
        self._report_state = report_state
        self._leaving = leaving
        self._better_found = asyncio.Event()
        self._handed_over = asyncio.Event()

    @property
    def rank(self) -> int:
        """Number of the engine that speaks now, or is opened next; 0 for the preferred one."""
        return self.current.rank if self.current is not None else self._ranking.rank

    async def open(self) -> FedSession:
        """Open a session of the engine that is chosen; it hears nothing yet.

        Raises:
            InterpreterFailed: the server refuses or cannot be reached.
        """
        session = await self._engines.open(self._ranking.rank)
        self.opened += 1
        return session

    def begin(self, session: FedSession, position: int) -> None:
        """Hear a session, which hears the floor from this event-clock sample on."""
        self.current = session
        if session.is_fed:  # it stood by
            self.opened += 1
        else:
            session.feed_from(position)

    def hear_again_from(self, position: int) -> None:
        """Let the newest session hear what was buffered from `position` on since it was fed."""
        following = self.following
        session = following if following is not None and following.fed else self.current
        if session is not None:
            session.hear_again_from(position)

    def count(self) -> None:
        """Count what the sessions were sent so far."""
        for session in (self.current, self.following):
            if session is not None:
                self._engines.counts.take(session)

    async def hand_over(self) -> None:
        """Hear the following session instead of the current one."""
        assert self.current is not None
        await self._release(self.current)
        self.current, self.following = self.following, None
        self._handed_over.set()

    async def dispose(self) -> None:
        """Drop all sessions at once."""
        for session in (self.current, self.following):
            if session is not None:
                await self._release(session)
        self.current = self.following = None
        self.rotates_at_ms = None

    async def rotate(self) -> None:
        """Replace each session before it expires."""
        while True:
            await self._until_due()
            self._report_state(BoothState.ROTATING, "")
            try:
                following = await self.open()
            except InterpreterFailed as failure:
                log.warning("the next session could not be opened: %s", failure.error)
                self._ranking.failed(self._ranking.rank, failure)
                self._report_state(BoothState.LIVE, "")
                await self._clock.sleep(ROTATION_RETRY_S)
                continue
            if self._leaving.is_set():
                await following.dispose()
                await asyncio.get_running_loop().create_future()
            await self._replace_by(following)

    async def find_better(self) -> None:
        """While a fallback speaks, try the engines that are preferred to it."""
        while True:
            rank = await self._ranking.due_for_trial()
            if await self._engines.works(rank):
                log.info("engine %d works again and takes over at a pause", rank)
                self._ranking.choose(rank)
                self._better_found.set()
            else:
                self._ranking.distrust(rank)

    async def stop_at_pause(self, last_words: LastWords) -> None:
        """When the channel is left, let the session hear no more than up to a pause.

        Args:
            last_words: the end of the talk, if that has to be heard.
        """
        await self._leaving.wait()
        while self.following is not None:
            await self._handed_over.wait()
        cut = last_words.until
        if cut is None:
            cut = await place_to_cut(self._buffer, self._clock)
        assert self.current is not None
        self.spoken_at_cut = self._buffer.spoken
        self.stopped_at = cut
        self.current.stop_at(cut)
        await asyncio.get_running_loop().create_future()

    async def _until_due(self) -> None:
        """Return when the current session has to be replaced, or a better engine is there."""
        current = self.current
        assert current is not None
        limit_s = self._ranking.opener_of(current.rank).session_s
        wait_s = rotate_in_s(self._language, current.expires_at, self._clock, limit_s)
        self.rotates_at_ms = self._clock.now_ms() + int(wait_s * 1000)
        await first_of(
            self._clock.sleep(wait_s),
            current.ends_soon(),
            self._better(),
            name=f"until {self._language} is rotated",
        )
        self._better_found.clear()

    async def _replace_by(self, following: FedSession) -> None:
        """Cut the floor between two sessions, in a pause; return when the new one is heard."""
        current = self.current
        assert current is not None
        self.following = following
        self._handed_over.clear()
        cut = await place_to_cut(self._buffer, self._clock)
        self.spoken_at_cut = self._buffer.spoken
        following.feed_from(cut)
        current.stop_at(cut)
        await self._handed_over.wait()

    async def _better(self) -> None:
        await self._better_found.wait()

    async def _release(self, session: FedSession) -> None:
        self._engines.counts.take(session)
        await session.dispose()
        self._engines.counts.take(session)
