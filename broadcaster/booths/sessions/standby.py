"""Keeps a session of the next engine open, which hears the floor, so that it can speak at once.

The session is that of an event that wants it (`Standby.WARM`), or it is opened for a minute after
the present engine has lost a session, because the second loss leads to the next engine. Nobody
hears it. Its outputs are kept from the last sentence on that the present engine has not finished.
"""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from broadcaster.booths.engines.engine import Done, EngineOutput, SpeechOutput, TextOutput
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.repeats.shown import is_same_place
from broadcaster.booths.repeats.spoken import MIDDLE_SAMPLES
from broadcaster.booths.sessions.failover import ChannelEngines
from broadcaster.booths.sessions.fed_session import LONGEST_OUTPUT_QUEUE, FedSession
from broadcaster.booths.sessions.output import EMISSION_MS, LONGEST_HEARD_CHARACTERS
from broadcaster.booths.sessions.rotation import rotate_in_s
from broadcaster.errors import InterpreterFailed
from broadcaster.model.audio import ms_to_samples
from broadcaster.model.consoles.standby import Standby
from broadcaster.realtime.session_events import Usage
from broadcaster.writing.sentences import sentence_ends

log = logging.getLogger("broadcaster.booths")

LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class _Kept:
    """An output that nobody has heard.

    Attributes:
        output: what came.
        ended: event-clock position at which a sentence had ended when it came; None inside one.
        rest: the beginning of the next sentence, if the output has that too.
    """

    output: EngineOutput
    ended: int | None = None
    rest: str = ""


class KeptOutputs:
    """The latest outputs of a session that nobody hears, with the places where sentences ended.

    Args:
        buffer: the floor.
        language: ISO 639-1 code of what is said; empty if it changes.
        began: event-clock position from which the session heard the floor.
    """

    def __init__(self, buffer: FloorBuffer, language: str, began: int) -> None:
        self._buffer = buffer
        self._language = language
        self._dropped_until = began
        self._kept: deque[_Kept] = deque(maxlen=LONGEST_OUTPUT_QUEUE)
        self._heard = ""
        self._position: int | None = None

    def add(self, output: EngineOutput) -> None:
        """Keep an output; when there are too many, the oldest is dropped."""
        match output:
            case TextOutput(text=text, position=position):
                self._kept.append(self._text(output, text, position))
            case Done(position=position):
                self._kept.append(_Kept(output, position))
            case SpeechOutput() if self._is_dropped(output):
                pass
            case _:
                self._kept.append(_Kept(output))

    def drop_until(self, position: int) -> None:
        """Drop the sentences that ended up to this event-clock position."""
        ended = [
            number
            for number, one in enumerate(self._kept)
            if one.ended is not None
            and (one.ended <= position or is_same_place(self._buffer, one.ended, position))
        ]
        if not ended:
            return
        for _ in range(ended[-1]):
            self._kept.popleft()
        last = self._kept.popleft()
        while not last.rest and self._kept and isinstance(self._kept[0].output, SpeechOutput):
            self._kept.popleft()
        if last.rest and isinstance(last.output, TextOutput):
            self._kept.appendleft(_Kept(replace(last.output, text=last.rest)))
        assert last.ended is not None
        self._dropped_until = last.ended
        rest = [one for one in self._kept if not self._is_dropped(one.output)]
        self._kept.clear()
        self._kept.extend(rest)

    def begins_at(self, position: int) -> bool:
        """Whether what is kept begins with the sentence that follows this position."""
        return is_same_place(self._buffer, self._dropped_until, position)

    def _is_dropped(self, output: EngineOutput) -> bool:
        """Whether this is the voice of a sentence that was dropped, behind the text."""
        if not isinstance(output, SpeechOutput) or output.span is not None:
            return False
        position = output.position
        return position is not None and position < self._dropped_until - MIDDLE_SAMPLES

    def take(self) -> list[EngineOutput]:
        """All that is kept, oldest first."""
        outputs = [one.output for one in self._kept]
        self._kept.clear()
        return outputs

    def _text(self, output: EngineOutput, text: str, position: int | None) -> _Kept:
        """Follow the sentences as `SessionOutput` does for the session that is heard."""
        before, self._position = self._position, position
        self._heard = (self._heard + text)[-LONGEST_HEARD_CHARACTERS:]
        ends = sentence_ends(self._heard, self._language)
        if not ends:
            return _Kept(output)
        rest = self._heard[ends[-1] :].lstrip()
        self._heard = rest
        ended = before if rest else position
        if ended is None:
            return _Kept(output)
        return _Kept(output, self._buffer.pause_before(ended - ms_to_samples(EMISSION_MS)), rest)


class StandIn:
    """The next engine of one channel, while it waits for its turn.

    Args:
        engines: open its sessions.
        spoken: ISO 639-1 code of what is said; empty if it changes.
        rank: returns the number of the engine that speaks.
        done_until: returns the event-clock sample up to which the floor is interpreted.
    """

    def __init__(
        self,
        engines: ChannelEngines,
        spoken: str,
        *,
        rank: Callable[[], int],
        done_until: Callable[[], int],
    ) -> None:
        self._engines = engines
        self._spoken = spoken
        self._ranking, self._counts = engines.ranking, engines.counts
        self._buffer, self._clock = engines.buffer, engines.clock
        self._rank = rank
        self._done_until = done_until
        self._session: FedSession | None = None
        self._kept = KeptOutputs(engines.buffer, spoken, 0)

    @property
    def ready(self) -> int | None:
        """Number of the engine that listens; None without one."""
        return self._session.rank if self._session is not None else None

    def count(self) -> None:
        """Count what it was sent so far."""
        if self._session is not None:
            self._counts.take(self._session)

    def take(self, rank: int) -> FedSession | None:
        """The session of this engine; its outputs begin with what is not interpreted yet.

        None if it does not listen, or if its sentences end elsewhere, as while it still says one
        that the engine before it has finished: then a new session begins after that sentence.
        """
        session, done_until = self._session, self._done_until()
        if session is None or session.rank != rank or session.over:
            return None
        self._keep(session)
        if not self._kept.begins_at(done_until):
            return None
        self._session = None
        session.put_back(self._kept.take())
        return session

    async def run(self) -> None:
        """Keep a session open whenever it is wanted, until cancelled."""
        while True:
            rank = self._wanted()
            if rank is not None:
                try:
                    await self._listen(rank)
                except InterpreterFailed as failure:
                    log.warning("the engine that stands by has trouble: %s", failure.error)
                    self._ranking.distrust(rank)
            await self._clock.sleep(LOOK_EVERY_S)

    def _wanted(self) -> int | None:
        """Number of the engine that should listen now; the present one while engines change."""
        rank = self._rank()
        if rank != self._ranking.rank:
            return self.ready
        warm = self._engines.event().failover.standby is Standby.WARM
        return self._ranking.stand_in(rank) if warm or self._ranking.lost_lately(rank) else None

    async def _listen(self, rank: int) -> None:
        """Let a session hear the floor as long as it is wanted, and until somebody takes it.

        Raises:
            InterpreterFailed: it could not be opened, or was lost early.
        """
        session = await self._engines.open(rank)
        began = self._done_until()
        self._kept = KeptOutputs(self._buffer, self._spoken, began)
        self._session = session
        try:
            session.feed_from(began)
            limit_s = self._ranking.opener_of(rank).session_s
            rest_s = rotate_in_s(self._engines.language, session.expires_at, self._clock, limit_s)
            ends_at = self._clock.monotonic() + rest_s
            while self._session is session and self._clock.monotonic() < ends_at:
                if session.over:
                    raise InterpreterFailed(
                        "session_ended", "the interpreter ended the session", retryable=True
                    )
                if self._wanted() != rank:
                    break
                self._keep(session)
                await self._clock.sleep(LOOK_EVERY_S)
        finally:
            if self._session is session:
                self._session = None
                await session.dispose()
                self._counts.take(session)

    def _keep(self, session: FedSession) -> None:
        for output in session.take_outputs():
            if isinstance(output, Done):
                self._counts.add_usage(session, output.usage)
                self._kept.add(replace(output, usage=Usage()))
            else:
                self._kept.add(output)
        self._kept.drop_until(self._done_until())
