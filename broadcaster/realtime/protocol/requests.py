"""Queue of the interpretation requests of one conversation; results leave in the order of the talk.

What an attempt says is kept back until the server calls it complete. A segment that fails can then
be requested again without repeating a word. That is worth the second or two an 8 s segment takes
to arrive, faster than real time. The caller gives the time, in seconds of any monotonic clock.
"""

from bisect import insort
from dataclasses import dataclass, field

from broadcaster.realtime.session_events import (
    AudioDelta,
    OutputText,
    SegmentDone,
    SegmentLost,
    SessionEvent,
    Usage,
)

WAITING_SEGMENTS = 16
"""Most segments that wait to be requested. Beyond it the oldest is lost."""
RATE_LIMIT_PAUSES_S = (1.0, 2.0, 4.0)
"""Pauses before a segment that the rate limit refused is requested again; then it has failed."""
FAILURE_PAUSES_S = (0.0, 1.0, 2.0)
"""Pauses before a segment that failed otherwise is requested again, as errors come in groups.
After the last one it has failed, or sooner when two requests could have timed out by then."""
OVERFLOW = "overflow"
"""Reason why a segment is lost when too many wait."""


@dataclass(slots=True)
class Segment:
    """A piece of the talk, and the state of its interpretation.

    Attributes:
        id: its number; higher ones come later in the talk.
        pcm: s16le mono 24 kHz; empty for a text.
        text: written instead of said; empty for sound.
        instructions: for this segment; empty takes those of the session.
        aloud: whether a text is answered by sound.
        attempts: how often it was requested.
        first_asked_s: when it was requested first.
        failures: attempts that failed for another reason than the rate limit.
        rate_limited: attempts the rate limit refused.
        usage: of all attempts.
        partial: the longest result of a failed attempt.
        result: what to give out, once it is final.
    """

    id: int
    pcm: bytes
    text: str = ""
    instructions: str = ""
    aloud: bool = False
    attempts: int = 0
    first_asked_s: float = 0.0
    failures: int = 0
    rate_limited: int = 0
    usage: Usage = field(default_factory=Usage)
    partial: list[SessionEvent] = field(default_factory=list)
    result: list[SessionEvent] | None = None


@dataclass(slots=True)
class Attempt:
    """One request to interpret a segment.

    Attributes:
        segment: what is interpreted.
        number: counts the attempts of this segment from 1.
        deadline_s: when it is given up.
        response_id: the server's id of it, once known.
        events: what it said so far, kept back.
        audio_bytes: how much of that is sound.
    """

    segment: Segment
    number: int
    deadline_s: float
    response_id: str = ""
    events: list[SessionEvent] = field(default_factory=list)
    audio_bytes: int = 0

    def say_audio(self, pcm: bytes) -> None:
        """Keep sound."""
        self.events.append(AudioDelta(pcm, None, self.segment.id))
        self.audio_bytes += len(pcm)

    def say_text(self, text: str) -> None:
        """Keep text."""
        self.events.append(OutputText(text, None, self.segment.id))

    @property
    def has_text(self) -> bool:
        """Whether any text came."""
        return any(isinstance(event, OutputText) for event in self.events)


class InterpretationRequests:
    """Decides which segment is requested next, and gives out results in the order of the talk.

    Args:
        parallel: requests open at once at most.
        response_s: how long a request may take.

    Attributes:
        parallel: can be lowered for a server that takes fewer.
        in_flight: open requests.
    """

    def __init__(self, parallel: int, response_s: float) -> None:
        self.parallel = parallel
        self.in_flight: list[Attempt] = []
        self._response_s = response_s
        self._open: dict[int, Segment] = {}
        self._waiting: list[Segment] = []
        self._not_before_s = 0.0

    def unfinished(self) -> list[Segment]:
        """Segments that were not given out yet, in order."""
        return list(self._open.values())

    def add(self, segment: Segment) -> list[SessionEvent]:
        """Take the next segment.

        Returns:
            What can be given out, when another one was lost to make room.
        """
        self._open[segment.id] = segment
        self._waiting.append(segment)
        if len(self._waiting) <= WAITING_SEGMENTS:
            return []
        oldest = self._waiting.pop(0)
        return self._settle(oldest, OVERFLOW)

    def next_attempt(self, now_s: float) -> Attempt | None:
        """The request to send now, if any."""
        if not self._waiting or len(self.in_flight) >= self.parallel or now_s < self._not_before_s:
            return None
        segment = self._waiting.pop(0)
        segment.attempts += 1
        if segment.attempts == 1:
            segment.first_asked_s = now_s
        attempt = Attempt(segment, segment.attempts, now_s + self._response_s)
        self.in_flight.append(attempt)
        return attempt

    def overdue(self, now_s: float) -> list[Attempt]:
        """Open requests that took too long."""
        return [attempt for attempt in self.in_flight if now_s >= attempt.deadline_s]

    def due_at(self) -> float | None:
        """The next time at which a request is overdue or may be sent."""
        times = [attempt.deadline_s for attempt in self.in_flight]
        if self._waiting and len(self.in_flight) < self.parallel:
            times.append(self._not_before_s)
        return min(times, default=None)

    def complete(self, attempt: Attempt, usage: Usage) -> list[SessionEvent]:
        """An attempt succeeded; returns what can be given out."""
        segment = self._close(attempt, usage)
        done = SegmentDone(segment.id, ok=True, reason="", usage=segment.usage)
        segment.result = [*attempt.events, done]
        return self._release()

    def fail(self, attempt: Attempt, reason: str, usage: Usage, now_s: float) -> list[SessionEvent]:
        """An attempt failed: try again, or settle; returns what can be given out."""
        segment = self._close(attempt, usage)
        late = now_s - segment.first_asked_s >= 2 * self._response_s
        if late or segment.failures == len(FAILURE_PAUSES_S):
            return self._settle(segment, reason)
        self._ask_again(segment, now_s + FAILURE_PAUSES_S[segment.failures])
        segment.failures += 1
        return []

    def pause(
        self, attempt: Attempt, reason: str, usage: Usage, now_s: float
    ) -> list[SessionEvent]:
        """The rate limit refused an attempt, so all wait; returns what can be given out."""
        segment = self._close(attempt, usage)
        if segment.rate_limited == len(RATE_LIMIT_PAUSES_S):
            return self._settle(segment, reason)
        self._ask_again(segment, now_s + RATE_LIMIT_PAUSES_S[segment.rate_limited])
        segment.rate_limited += 1
        return []

    def _ask_again(self, segment: Segment, not_before_s: float) -> None:
        self._not_before_s = max(self._not_before_s, not_before_s)
        insort(self._waiting, segment, key=lambda waiting: waiting.id)

    def _close(self, attempt: Attempt, usage: Usage) -> Segment:
        self.in_flight.remove(attempt)
        segment = attempt.segment
        segment.usage += usage
        segment.partial = max(segment.partial, attempt.events, key=len)
        return segment

    def _settle(self, segment: Segment, reason: str) -> list[SessionEvent]:
        if segment.partial:
            done = SegmentDone(segment.id, ok=False, reason=reason, usage=segment.usage)
            segment.result = [*segment.partial, done]
        else:
            segment.result = [SegmentLost(segment.id, reason, segment.usage)]
        return self._release()

    def _release(self) -> list[SessionEvent]:
        """Results up to the first segment that has none."""
        released: list[SessionEvent] = []
        for segment in self.unfinished():
            if segment.result is None:
                break
            released += segment.result
            del self._open[segment.id]
        return released
