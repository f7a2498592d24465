"""A conversational Realtime session used as an interpreter, as a state machine.

A conversation answers in turns, and every turn is billed for all turns before it. So we hold no
conversation: every segment of the talk is an out-of-band response (`conversation: "none"`) whose
input is the segment's sound. Segments then know nothing of each other, cost nothing twice and can
be requested again from our own buffer. The server's turn detection is off and its buffer stays
empty, so it can neither answer nor interrupt by itself.
"""

import base64
from collections.abc import Callable, Mapping

from broadcaster.realtime import codes, failures, wire
from broadcaster.realtime.protocol.fields import Malformed, mapping, string, text_of, usage_of
from broadcaster.realtime.protocol.requests import Attempt, InterpretationRequests, Segment
from broadcaster.realtime.protocol.session import RUNNING, WORKING, SessionProtocol, State
from broadcaster.realtime.protocol.settings import PCM_FORMAT, ConversationConfig
from broadcaster.realtime.session_events import SessionEvent, Usage

LONGEST_SEGMENT_S = 30
"""Longest sound of a segment."""
_LONGEST_SEGMENT_BYTES = LONGEST_SEGMENT_S * wire.SAMPLE_RATE_HZ * wire.SAMPLE_BYTES
_LONGEST_SPEECH_BYTES = 2 * _LONGEST_SEGMENT_BYTES
"""A response that says more than this is not an interpretation and is cut off."""


class ConversationProtocol(SessionProtocol):
    """The client side of one conversation.

    Args:
        config: how it interprets.
        now: seconds of a monotonic clock.
    """

    expected: Mapping[str, frozenset[State]] = {
        wire.SESSION_CREATED: frozenset({State.CONNECTING}),
        wire.SESSION_UPDATED: frozenset({State.CONFIGURING}),
        wire.RESPONSE_CREATED: WORKING,
        wire.RESPONSE_AUDIO_DELTA: WORKING,
        wire.RESPONSE_TRANSCRIPT_DELTA: WORKING,
        wire.RESPONSE_TRANSCRIPT_DONE: WORKING,
        wire.RESPONSE_TEXT_DELTA: WORKING,
        wire.RESPONSE_TEXT_DONE: WORKING,
        wire.RESPONSE_DONE: WORKING,
        wire.ERROR: RUNNING,
        **dict.fromkeys(wire.UNUSED_EVENTS, RUNNING),
    }

    def __init__(self, config: ConversationConfig, now: Callable[[], float]) -> None:
        super().__init__(
            {
                wire.RESPONSE_CREATED: self._on_response_created,
                wire.RESPONSE_AUDIO_DELTA: self._on_audio,
                wire.RESPONSE_TRANSCRIPT_DELTA: self._on_text,
                wire.RESPONSE_TRANSCRIPT_DONE: lambda event: self._on_all_text(event, "transcript"),
                wire.RESPONSE_TEXT_DELTA: self._on_text,
                wire.RESPONSE_TEXT_DONE: lambda event: self._on_all_text(event, "text"),
                wire.RESPONSE_DONE: self._on_response_done,
            }
        )
        self._config = config
        self._now = now
        self._requests = InterpretationRequests(config.parallel, config.response_s)
        self._last_id: int | None = None

    @property
    def purpose(self) -> str:
        """The interpreter."""
        return "the interpreter's instructions"

    def interpret(self, segment_id: int, pcm: bytes) -> None:
        """Take the next segment of the talk.

        Args:
            segment_id: higher than every one before.
            pcm: s16le mono 24 kHz, whole samples, up to `LONGEST_SEGMENT_S`.

        Raises:
            ValueError: the number or the sound breaks these rules.
            RuntimeError: the session is not live.
        """
        if not 0 < len(pcm) <= _LONGEST_SEGMENT_BYTES or len(pcm) % wire.SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are not a segment of up to {LONGEST_SEGMENT_S} s")
        self._take(Segment(segment_id, pcm))

    def translate(self, segment_id: int, text: str, instructions: str) -> None:
        """Take a text, which is answered by text.

        Args:
            segment_id: higher than every one before.
            text: sent as it is.
            instructions: what to do with it.

        Raises:
            ValueError: the number breaks this rule.
            RuntimeError: the session is not live.
        """
        self._take(Segment(segment_id, b"", text, instructions))

    def read_aloud(self, segment_id: int, text: str, instructions: str) -> None:
        """Take a text, which is answered by its sound; otherwise like `translate`."""
        self._take(Segment(segment_id, b"", text, instructions, aloud=True))

    def _take(self, segment: Segment) -> None:
        if self._last_id is not None and segment.id <= self._last_id:
            raise ValueError(f"segment {segment.id} does not come after {self._last_id}")
        if self.state is not State.LIVE:
            raise RuntimeError(f"a session that is {self.state} takes no segment")
        self._last_id = segment.id
        self._proceed(self._requests.add(segment))

    def close(self) -> None:
        """Interpret what was taken, then end.

        Raises:
            RuntimeError: the session is not live.
        """
        self._move(State.CLOSING)
        self._proceed([])

    def due_at(self) -> float | None:
        """The next time at which a response is overdue or a pause is over."""
        return self._requests.due_at() if self.state in WORKING else None

    def tick(self) -> None:
        """Give up overdue requests and send those that may be sent."""
        if self.state not in WORKING:
            return
        for attempt in self._requests.overdue(self._now()):
            self._give_up(attempt, codes.RESPONSE_TIMEOUT)
        self._proceed([])

    def _settings(self) -> Mapping[str, object]:
        return self._config.session()

    def _proceed(self, released: list[SessionEvent]) -> None:
        """Give out the ready results, send the permitted requests, and end when none is left."""
        self._tell(*released)
        while attempt := self._requests.next_attempt(self._now()):
            self._request(attempt)
        if self.state is State.CLOSING and not self._requests.unfinished():
            self._finish()

    def _request(self, attempt: Attempt) -> None:
        segment = attempt.segment
        response = {
            "conversation": "none",
            "metadata": _metadata(attempt),
            "output_modalities": ["audio" if _sounds(segment) else "text"],
            "instructions": segment.instructions or self._config.instructions,
            "max_output_tokens": self._config.max_output_tokens,
            "tools": [],
            "tool_choice": "none",
            **self._spoken(segment),
            "input": [{"type": "message", "role": "user", "content": [_content(segment)]}],
        }
        event_id = _event_id(attempt)
        event = {"type": wire.RESPONSE_CREATE, "event_id": event_id, "response": response}
        self._send(event, answered=True)

    def _spoken(self, segment: Segment) -> dict[str, object]:
        """How the answer sounds, unless it is a text."""
        if not _sounds(segment):
            return {}
        return {"audio": {"output": {"format": PCM_FORMAT, "voice": self._config.voice}}}

    def _named(self, response: Mapping[str, object]) -> Attempt | None:
        """The attempt a response belongs to: by the metadata we had it carry, or by its id."""
        metadata = mapping(response.get("metadata"))
        if "segment" not in metadata:
            return self._identified(string(response.get("id")))
        open_ones = self._requests.in_flight
        return next((one for one in open_ones if _metadata(one) == metadata), None)

    def _identified(self, response_id: str) -> Attempt | None:
        open_ones = self._requests.in_flight
        if not response_id:  # a server without ids runs one response at a time
            return open_ones[0] if len(open_ones) == 1 else None
        return next((one for one in open_ones if one.response_id == response_id), None)

    def _on_response_created(self, event: Mapping[str, object]) -> None:
        response = mapping(event.get("response"))
        attempt = self._named(response)
        if attempt is None and "segment" not in mapping(response.get("metadata")):
            unnamed = (one for one in self._requests.in_flight if not one.response_id)
            attempt = next(unnamed, None)
        if attempt is not None:
            attempt.response_id = string(response.get("id"))

    def _on_audio(self, event: Mapping[str, object]) -> None:
        pcm = self._whole_samples(event)
        attempt = self._identified(string(event.get("response_id")))
        if attempt is None or not pcm:
            return
        attempt.say_audio(pcm)
        if attempt.audio_bytes > _LONGEST_SPEECH_BYTES:
            self._give_up(attempt, codes.RESPONSE_TOO_LONG)
            self._proceed([])

    def _on_text(self, event: Mapping[str, object]) -> None:
        text = text_of(event)
        attempt = self._identified(string(event.get("response_id")))
        if attempt is not None and text:
            attempt.say_text(text)

    def _on_all_text(self, event: Mapping[str, object], field: str) -> None:
        """Take the whole text of a server that sent no deltas."""
        text = text_of(event, field)
        attempt = self._identified(string(event.get("response_id")))
        if attempt is not None and text and not attempt.has_text:
            attempt.say_text(text)

    def _on_response_done(self, event: Mapping[str, object]) -> None:
        if not isinstance(event.get("response"), dict):
            raise Malformed("no response")
        response = mapping(event["response"])
        attempt = self._named(response)
        if attempt is None:
            return
        usage = usage_of(response.get("usage"))
        if response.get("status") in ("completed", None):
            self._proceed(self._requests.complete(attempt, usage))
        else:
            details = mapping(response.get("status_details"))
            problem = failures.from_response(string(response.get("status")), details)
            self._fail_attempt(attempt, problem, usage)

    def _on_error(self, event: Mapping[str, object]) -> None:
        error = mapping(event.get("error"))
        refused = string(error.get("event_id"))
        for attempt in self._requests.in_flight:
            if refused == _event_id(attempt):
                problem = failures.from_response("failed", {"error": error})
                self._fail_attempt(attempt, problem, Usage())
                return
        super()._on_error(event)

    def _fail_attempt(
        self, attempt: Attempt, problem: failures.ResponseFailure, usage: Usage
    ) -> None:
        if problem.ends_session is not None and self.state is State.LIVE:
            self.fail(problem.ends_session)
            return
        if problem.reason == codes.ONE_AT_A_TIME:
            self._requests.parallel = 1
        if problem.rate_limited:
            released = self._requests.pause(attempt, problem.reason, usage, self._now())
        else:
            released = self._requests.fail(attempt, problem.reason, usage, self._now())
        self._proceed(released)

    def _give_up(self, attempt: Attempt, reason: str) -> None:
        if attempt.response_id:
            self._send({"type": wire.RESPONSE_CANCEL, "response_id": attempt.response_id})
        self._tell(*self._requests.fail(attempt, reason, Usage(), self._now()))


def _event_id(attempt: Attempt) -> str:
    return f"segment-{attempt.segment.id}-{attempt.number}"


def _metadata(attempt: Attempt) -> dict[str, str]:
    return {"segment": str(attempt.segment.id), "attempt": str(attempt.number)}


def _sounds(segment: Segment) -> bool:
    """Whether a segment is answered by sound."""
    return segment.aloud or not segment.text


def _content(segment: Segment) -> dict[str, str]:
    """A segment as a part of a message."""
    if segment.text:
        return {"type": "input_text", "text": segment.text}
    return {"type": "input_audio", "audio": base64.b64encode(segment.pcm).decode("ascii")}
