"""The interpreter conversation's state machine, and its JSON against the `openai` models."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from openai.types.realtime import (
    RealtimeErrorEvent,
    ResponseAudioDeltaEvent,
    ResponseAudioTranscriptDeltaEvent,
    ResponseAudioTranscriptDoneEvent,
    ResponseCancelEvent,
    ResponseCreatedEvent,
    ResponseCreateEvent,
    ResponseDoneEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
    SessionCreatedEvent,
    SessionUpdatedEvent,
    SessionUpdateEvent,
)
from pydantic import BaseModel

from broadcaster.realtime import codes, failures, wire
from broadcaster.realtime.protocol.conversation import (
    LONGEST_SEGMENT_S,
    ConversationProtocol,
)
from broadcaster.realtime.protocol.requests import (
    FAILURE_PAUSES_S,
    OVERFLOW,
    RATE_LIMIT_PAUSES_S,
    WAITING_SEGMENTS,
)
from broadcaster.realtime.protocol.session import NoiseReduction, State
from broadcaster.realtime.protocol.settings import ConversationConfig
from broadcaster.realtime.session_events import (
    AudioDelta,
    OutputText,
    SegmentDone,
    SegmentLost,
    ServerError,
    SessionClosed,
    SessionEvent,
    SessionReady,
    Usage,
)
from tests.realtime.peer import StillClock, assert_exactly
from tests.realtime.protocol.walk import FAILS_IF_RUNNING, check_all_walked, check_step, events_of

PCM = b"\1\2\3\4"
CONFIG = ConversationConfig("Interpret into Polish.")
DROPPED = failures.from_close(1006)
SESSION = {
    "id": "sess_1",
    "object": "realtime.session",
    "type": "realtime",
    "expires_at": 1795329600,
    **{key: value for key, value in CONFIG.session().items() if key != "type"},
}
CREATED = {"type": "session.created", "event_id": "e1", "session": SESSION}
UPDATED = {"type": "session.updated", "event_id": "e2", "session": SESSION}
USAGE = {
    "total_tokens": 900,
    "input_tokens": 600,
    "output_tokens": 300,
    "input_token_details": {
        "text_tokens": 100,
        "audio_tokens": 500,
        "image_tokens": 0,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 64, "audio_tokens": 8, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 60, "audio_tokens": 240},
}
COUNTED = Usage(100, 500, 64, 8, 60, 240)


class Talk:
    """A live session and the server it talks to."""

    def __init__(self, config: ConversationConfig = CONFIG) -> None:
        self.time = StillClock()
        self.protocol = ConversationProtocol(config, self.time)
        self.protocol.receive(CREATED)
        self.protocol.receive(UPDATED)
        self.sent()
        self.told()

    def sent(self) -> list[dict[str, Any]]:
        """Return the client's messages since the last call."""
        return [json.loads(text) for text in self.protocol.data_to_send()]

    def asked(self) -> list[str]:
        """Segment and attempt of the responses it asked for since the last call."""
        events = [event for event in self.sent() if event["type"] == "response.create"]
        return ["{segment}/{attempt}".format(**event["response"]["metadata"]) for event in events]

    def told(self) -> list[SessionEvent]:
        return events_of(self.protocol)

    def created(self, segment: int, attempt: int = 1) -> str:
        body = response(segment, attempt, status="in_progress")
        self.protocol.receive({"type": "response.created", "event_id": "e", "response": body})
        return str(body["id"])

    def said(self, response_id: str, text: str, pcm: bytes = PCM) -> None:
        self.protocol.receive(audio(response_id, pcm))
        self.protocol.receive(transcript(response_id, text))

    def done(self, segment: int, attempt: int = 1, **fields: object) -> None:
        body = response(segment, attempt, **{"status": "completed", **fields})
        self.protocol.receive({"type": "response.done", "event_id": "e", "response": body})

    def answered(self, segment: int, text: str, attempt: int = 1) -> None:
        self.said(self.created(segment, attempt), text)
        self.done(segment, attempt)

    def failed(self, segment: int, attempt: int, code: str) -> None:
        details = {"type": "failed", "error": {"type": "server_error", "code": code}}
        self.done(segment, attempt, status="failed", status_details=details)

    def after(self, seconds: float) -> None:
        self.time.now_s += seconds
        self.protocol.tick()


def response(segment: int, attempt: int = 1, **fields: object) -> dict[str, Any]:
    metadata = {"segment": str(segment), "attempt": str(attempt)}
    return {
        "object": "realtime.response",
        "id": f"resp_{segment}_{attempt}",
        "metadata": metadata,
        **fields,
    }


def audio(response_id: str, pcm: bytes = PCM) -> dict[str, Any]:
    place = {"item_id": "item_1", "output_index": 0, "content_index": 0}
    return {
        "type": "response.output_audio.delta",
        "event_id": "e",
        "response_id": response_id,
        **place,
        "delta": base64.b64encode(pcm).decode(),
    }


def transcript(response_id: str, text: str) -> dict[str, Any]:
    kind = "response.output_audio_transcript.delta"
    return {**audio(response_id), "type": kind, "delta": text}


def results(
    segment: int, text: str, usage: Usage | None = None, pcm: bytes = PCM
) -> list[SessionEvent]:
    return [
        AudioDelta(pcm, None, segment),
        OutputText(text, None, segment),
        SegmentDone(segment, ok=True, reason="", usage=usage or Usage()),
    ]


def lost(segment: int, reason: str) -> SegmentLost:
    return SegmentLost(segment, reason, Usage())


def error(code: str | None, **more: object) -> dict[str, Any]:
    body = {"type": "invalid_request_error", "code": code, "message": "…", **more}
    return {"type": "error", "event_id": "e", "error": body}


def protocol_in(state: State) -> ConversationProtocol:
    """A session walked to `state` with one segment in flight once it is live."""
    protocol = ConversationProtocol(CONFIG, StillClock())
    if state is not State.CONNECTING:
        protocol.receive(CREATED)
    if state not in (State.CONNECTING, State.CONFIGURING):
        protocol.receive(UPDATED)
        protocol.interpret(1, PCM)
    if state is State.FAILED:
        protocol.fail(DROPPED)
    if state in (State.CLOSING, State.CLOSED):
        protocol.close()
    if state is State.CLOSED:
        protocol.give_up()
    assert protocol.state is state
    return protocol


DONE = {"type": "response.done", "response": response(1, status="completed")}
STEPS: dict[str, tuple[Callable[[ConversationProtocol], object], dict[State, State]]] = {
    "created": (lambda p: p.receive(CREATED), {State.CONNECTING: State.CONFIGURING}),
    "updated": (lambda p: p.receive(UPDATED), {State.CONFIGURING: State.LIVE}),
    "audio": (lambda p: p.receive(audio("resp_1_1")), {}),
    "done": (lambda p: p.receive(DONE), {State.CLOSING: State.CLOSED}),
    "tick": (lambda p: p.tick(), {}),
    "unknown": (lambda p: p.receive({"type": "localai.thing"}), {}),
    "ordinary": (lambda p: p.receive({"type": "rate_limits.updated"}), {}),
    "harmless error": (
        lambda p: p.receive(error("invalid_value")),
        {State.CONNECTING: State.FAILED, State.CONFIGURING: State.FAILED},
    ),
    "fatal error": (lambda p: p.receive(error("insufficient_quota")), FAILS_IF_RUNNING),
    "drop": (lambda p: p.fail(DROPPED), FAILS_IF_RUNNING),
    "given up": (lambda p: p.give_up(), {State.CLOSING: State.CLOSED}),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_in_every_state(step: str, state: State) -> None:
    check_step(STEPS, step, protocol_in(state))


def test_every_transition_of_the_table_is_walked() -> None:
    check_all_walked(STEPS)


@pytest.mark.parametrize("state", [state for state in State if state is not State.LIVE])
def test_segments_and_goodbye_only_while_live(state: State) -> None:
    with pytest.raises(RuntimeError):
        protocol_in(state).interpret(2, PCM)
    with pytest.raises(RuntimeError):
        protocol_in(state).close()


def test_what_we_send_is_what_the_api_takes() -> None:
    kinds: list[type[BaseModel]] = [
        SessionUpdateEvent,
        ResponseCreateEvent,
        ResponseCancelEvent,
        ResponseCreateEvent,
    ]
    noises: tuple[NoiseReduction | None, ...] = (None, "near_field", "far_field")
    for noise in noises:
        time = StillClock()
        config = ConversationConfig("Interpret.", noise_reduction=noise)
        protocol = ConversationProtocol(config, time)
        protocol.receive(CREATED)
        protocol.receive(UPDATED)
        protocol.interpret(17, PCM)
        protocol.receive({"type": "response.created", "response": response(17)})
        time.now_s += config.response_s
        protocol.tick()
        for text, kind in zip(protocol.data_to_send(), kinds, strict=True):
            assert_exactly(kind, text)


def test_the_server_may_not_speak_by_itself() -> None:
    protocol = ConversationProtocol(CONFIG, StillClock())
    protocol.receive(CREATED)
    protocol.receive(UPDATED)
    protocol.interpret(17, PCM)
    update, create = map(json.loads, protocol.data_to_send())
    assert update["session"]["audio"]["input"]["turn_detection"] is None
    assert (update["session"]["tools"], update["session"]["tool_choice"]) == ([], "none")
    asked = create["response"]
    assert asked["conversation"] == "none"
    assert asked["metadata"] == {"segment": "17", "attempt": "1"}
    assert asked["instructions"] == "Interpret into Polish."
    [message] = asked["input"]
    [content] = message["content"]
    assert base64.b64decode(content["audio"]) == PCM
    assert "input_audio_buffer" not in json.dumps([update, create])


SERVER_MODELS: list[tuple[type[BaseModel], dict[str, Any], State]] = [
    (SessionCreatedEvent, CREATED, State.CONNECTING),
    (SessionUpdatedEvent, UPDATED, State.CONFIGURING),
    (
        ResponseCreatedEvent,
        {
            "type": "response.created",
            "event_id": "e",
            "response": response(1, status="in_progress"),
        },
        State.LIVE,
    ),
    (ResponseAudioDeltaEvent, audio("resp_1_1"), State.LIVE),
    (ResponseAudioTranscriptDeltaEvent, transcript("resp_1_1", "tak"), State.LIVE),
    (
        ResponseAudioTranscriptDoneEvent,
        {
            **audio("resp_1_1"),
            "type": "response.output_audio_transcript.done",
            "transcript": "tak",
        },
        State.LIVE,
    ),
    (
        ResponseTextDeltaEvent,
        {**audio("resp_1_1"), "type": "response.output_text.delta", "delta": "tak"},
        State.LIVE,
    ),
    (
        ResponseTextDoneEvent,
        {**audio("resp_1_1"), "type": "response.output_text.done", "text": "tak"},
        State.LIVE,
    ),
    (
        ResponseDoneEvent,
        {
            "type": "response.done",
            "event_id": "e",
            "response": response(1, status="completed", output=[], usage=USAGE),
        },
        State.LIVE,
    ),
    (RealtimeErrorEvent, error("invalid_event"), State.LIVE),
]


@pytest.mark.parametrize(
    ("model", "event", "state"), SERVER_MODELS, ids=lambda value: str(value)[:50]
)
def test_what_the_models_write_is_understood(
    model: type[BaseModel], event: dict[str, Any], state: State
) -> None:
    protocol = protocol_in(state)
    protocol.receive_text(model.model_validate(event).model_dump_json())
    assert protocol.ignored_events == protocol.malformed_events == 0
    assert {kind for kind, states in protocol.expected.items() if state in states} >= {
        event["type"]
    }


def test_a_session_from_hello_to_goodbye() -> None:
    time = StillClock()
    protocol = ConversationProtocol(CONFIG, time)
    protocol.receive(CREATED)
    assert protocol.next_event() is None
    protocol.receive(UPDATED)
    assert protocol.next_event() == SessionReady("sess_1", 1795329600)
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    response_id = talk.created(1)
    talk.said(response_id, "dzień dobry")
    assert talk.told() == []
    talk.done(1, usage=USAGE)
    assert talk.told() == results(1, "dzień dobry", COUNTED)
    talk.protocol.close()
    assert talk.told() == [SessionClosed()]
    assert talk.protocol.state is State.CLOSED
    assert talk.protocol.ignored_events == talk.protocol.malformed_events == 0


def test_at_most_two_at_once_and_given_out_in_order() -> None:
    talk = Talk()
    for number in range(1, 5):
        talk.protocol.interpret(number, PCM)
    assert talk.asked() == ["1/1", "2/1"]
    talk.answered(2, "two")
    assert (talk.told(), talk.asked()) == ([], ["3/1"])
    talk.answered(3, "three")
    talk.answered(1, "one")
    assert talk.told() == [*results(1, "one"), *results(2, "two"), *results(3, "three")]


def test_interleaved_responses_are_kept_apart() -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.protocol.interpret(2, PCM)
    second, first = talk.created(2), talk.created(1)
    talk.said(first, "one", b"\1\1")
    talk.said(second, "two", b"\2\2")
    talk.protocol.receive(transcript(first, " more"))
    talk.done(2)
    talk.done(1)
    assert [output for output in talk.told() if isinstance(output, OutputText)] == [
        OutputText("one", None, 1),
        OutputText(" more", None, 1),
        OutputText("two", None, 2),
    ]


@pytest.mark.parametrize(
    ("status", "details", "reason"),
    [
        ("failed", {"error": {"type": "server_error", "code": "boom"}}, "boom"),
        ("failed", {"error": {"type": "server_error"}}, "server_error"),
        ("failed", None, "response_failed"),
        ("cancelled", {"reason": "turn_detected"}, "turn_detected"),
        ("cancelled", {"reason": "client_cancelled"}, "client_cancelled"),
        ("incomplete", {"reason": "content_filter"}, "content_filter"),
        ("incomplete", {"reason": "max_output_tokens"}, "max_output_tokens"),
        ("incomplete", {}, "response_incomplete"),
        ("???", {}, "response_failed"),
    ],
)
def test_a_failed_segment_is_tried_again_then_lost(
    status: str, details: object, reason: str
) -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.sent()
    used = COUNTED
    for number, pause_s in enumerate(FAILURE_PAUSES_S, start=1):
        talk.done(1, number, status=status, status_details=details, usage=USAGE)
        talk.after(pause_s)
        assert (talk.told(), talk.asked()) == ([], [f"1/{number + 1}"])
        used += COUNTED
    talk.done(1, len(FAILURE_PAUSES_S) + 1, status=status, status_details=details, usage=USAGE)
    assert talk.told() == [SegmentLost(1, reason, used)]
    assert talk.asked() == []


def test_errors_one_after_the_other_cost_no_segment() -> None:
    """The first is answered by another try at once, the next by one after a pause."""
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.failed(1, 1, "server_error")
    assert talk.asked() == ["1/1", "1/2"]
    talk.failed(1, 2, "server_error")
    assert talk.asked() == []
    assert talk.protocol.due_at() == talk.time() + FAILURE_PAUSES_S[1]
    talk.after(FAILURE_PAUSES_S[1])
    assert talk.asked() == ["1/3"]
    talk.answered(1, "at last", attempt=3)
    assert talk.told() == results(1, "at last")


def test_an_error_does_not_shorten_the_pause_of_the_rate_limit() -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.protocol.interpret(2, PCM)
    talk.sent()
    talk.failed(1, 1, "rate_limit_exceeded")
    talk.failed(2, 1, "server_error")
    assert talk.asked() == []
    talk.after(RATE_LIMIT_PAUSES_S[0])
    assert talk.asked() == ["1/2", "2/2"]


def test_a_segment_that_takes_too_long_twice_is_lost() -> None:
    """Others wait for it: a server that does not answer is not asked four times."""
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    for _ in range(2):
        assert talk.told() == []
        talk.after(CONFIG.response_s)
    assert talk.told() == [lost(1, codes.RESPONSE_TIMEOUT)]
    assert talk.asked() == ["1/1", "1/2"]


def test_what_a_failed_attempt_said_is_not_repeated() -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.said(talk.created(1, 1), "half of")
    talk.failed(1, 1, "boom")
    talk.answered(1, "all of it", attempt=2)
    assert talk.told() == results(1, "all of it")


def test_the_beginning_is_better_than_nothing() -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.said(talk.created(1, 1), "half of")
    talk.done(1, 1, status="incomplete", status_details={"reason": "max_output_tokens"})
    for number, pause_s in enumerate(FAILURE_PAUSES_S, start=2):
        talk.after(pause_s)
        talk.failed(1, number, "boom")
    assert talk.told() == [
        *results(1, "half of")[:2],
        SegmentDone(1, ok=False, reason="boom", usage=Usage()),
    ]


def test_a_retried_segment_comes_before_later_ones() -> None:
    talk = Talk()
    for number in (1, 2, 3, 4):
        talk.protocol.interpret(number, PCM)
    talk.failed(1, 1, "boom")
    talk.failed(2, 1, "boom")
    assert talk.asked() == ["1/1", "2/1", "1/2", "2/2"]


@pytest.mark.parametrize("code", ["inference_rate_limit_exceeded", "rate_limit_exceeded"])
def test_the_rate_limit_is_waited_for(code: str) -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.protocol.interpret(2, PCM)
    talk.sent()
    for number, pause_s in enumerate(RATE_LIMIT_PAUSES_S, start=1):
        talk.failed(1, number, code)
        assert talk.asked() == []
        assert talk.protocol.due_at() == talk.time() + pause_s
        talk.after(pause_s)
        assert talk.asked() == [f"1/{number + 1}"]
    talk.answered(1, "at last", attempt=len(RATE_LIMIT_PAUSES_S) + 1)
    assert talk.told() == results(1, "at last")


def test_a_rate_limit_that_does_not_end_loses_the_segment() -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    for number in range(1, len(RATE_LIMIT_PAUSES_S) + 2):
        assert talk.told() == []
        talk.failed(1, number, "inference_rate_limit_exceeded")
        talk.after(10)
    assert talk.told() == [lost(1, "inference_rate_limit_exceeded")]


def test_a_response_that_never_ends_is_cancelled_and_tried_again() -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    stale = talk.created(1)
    talk.sent()
    talk.after(CONFIG.response_s - 1)
    assert talk.sent() == []
    talk.after(1)
    cancel, retry = talk.sent()
    assert cancel == {"type": "response.cancel", "response_id": stale}
    assert retry["response"]["metadata"]["attempt"] == "2"
    talk.said(stale, "too late")
    talk.done(1, 1)
    assert talk.told() == []
    talk.answered(1, "in time", attempt=2)
    assert talk.told() == results(1, "in time")


def test_a_response_that_says_too_much_is_cut_off() -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    for attempt in range(1, len(FAILURE_PAUSES_S) + 2):
        response_id = talk.created(1, attempt)
        talk.said(response_id, "blah", bytes(2 * LONGEST_SEGMENT_S * wire.SAMPLE_RATE_HZ * 2))
        talk.said(response_id, "blah")
        assert "response.cancel" in [event["type"] for event in talk.sent()]
        talk.after(max(FAILURE_PAUSES_S))
    done = talk.told()[-1]
    assert done == SegmentDone(1, ok=False, reason=codes.RESPONSE_TOO_LONG, usage=Usage())


def test_too_many_waiting_segments_lose_the_oldest() -> None:
    talk = Talk()
    for number in range(1, WAITING_SEGMENTS + 5):
        talk.protocol.interpret(number, PCM)
    assert talk.told() == []
    talk.answered(1, "one")
    talk.answered(2, "two")
    told = talk.told()
    assert told[6:] == [lost(3, OVERFLOW), lost(4, OVERFLOW)]
    assert talk.asked() == ["1/1", "2/1", "5/1", "6/1"]


@pytest.mark.parametrize("code", ["insufficient_quota", "invalid_api_key", "session_expired"])
def test_failures_that_end_the_session(code: str) -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.failed(1, 1, code)
    assert talk.protocol.state is State.FAILED
    assert talk.protocol.failure is not None
    assert talk.protocol.failure.error == code


def test_a_refused_request_is_a_failed_attempt() -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.protocol.interpret(2, PCM)
    event_ids = [event["event_id"] for event in talk.sent()]
    talk.protocol.receive(error("invalid_value", event_id=event_ids[1]))
    assert (talk.told(), talk.asked()) == ([], ["2/2"])


def test_a_server_that_takes_one_response_at_a_time() -> None:
    talk = Talk()
    for number in (1, 2, 3):
        talk.protocol.interpret(number, PCM)
    event_ids = [event["event_id"] for event in talk.sent()]
    talk.protocol.receive(error(codes.ONE_AT_A_TIME, event_id=event_ids[1]))
    assert talk.asked() == []
    talk.answered(1, "one")
    assert talk.asked() == ["2/2"]
    talk.answered(2, "two", attempt=2)
    assert talk.told() == [*results(1, "one"), *results(2, "two")]


def test_errors_that_belong_to_nothing_are_harmless() -> None:
    talk = Talk()
    talk.protocol.receive(error("response_cancel_not_active"))
    [told] = talk.told()
    assert isinstance(told, ServerError)
    assert (told.code, told.fatal) == ("response_cancel_not_active", False)
    assert talk.protocol.state is State.LIVE


def test_closing_interprets_what_was_taken() -> None:
    talk = Talk()
    for number in (1, 2, 3):
        talk.protocol.interpret(number, PCM)
    talk.protocol.close()
    for number in (1, 2):
        talk.answered(number, "x")
    assert talk.asked() == ["1/1", "2/1", "3/1"]
    assert talk.protocol.state is State.CLOSING
    talk.failed(3, 1, "boom")
    talk.answered(3, "x", attempt=2)
    assert talk.told()[-1] == SessionClosed()


def test_beta_names_and_missing_fields() -> None:
    """A compatible server: beta names, no metadata, no ids, one delta, no usage."""
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.protocol.interpret(2, PCM)
    for number, word in ((1, "raz"), (2, "dwa")):
        name = {"response_id": f"r{number}"}
        talk.protocol.receive({"type": "response.created", "response": {"id": f"r{number}"}})
        delta = base64.b64encode(PCM).decode()
        talk.protocol.receive({"type": "response.audio.delta", "delta": delta, **name})
        talk.protocol.receive(
            {"type": "response.audio_transcript.done", "transcript": word, **name}
        )
    for number in (2, 1):
        talk.protocol.receive({"type": "response.done", "response": {"id": f"r{number}"}})
    assert talk.told() == [*results(1, "raz"), *results(2, "dwa")]
    assert talk.protocol.ignored_events == talk.protocol.malformed_events == 0


def test_a_server_that_names_no_response() -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.protocol.receive({"type": "response.output_text.delta", "delta": "raz"})
    talk.protocol.receive({"type": "response.done", "response": {}})
    assert talk.told()[0] == OutputText("raz", None, 1)


def test_a_session_without_details_is_a_session() -> None:
    protocol = ConversationProtocol(CONFIG, StillClock())
    protocol.receive({"type": "session.created"})
    protocol.receive({"type": "session.updated", "session": None})
    assert protocol.next_event() == SessionReady("", None)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.output_audio.delta", "response_id": "resp_1_1", "delta": "!!"},
        {"type": "response.output_audio.delta", "response_id": "resp_1_1"},
        {"type": "response.output_text.delta", "response_id": "resp_1_1", "delta": 7},
        {"type": "response.output_text.done", "response_id": "resp_1_1"},
        {"type": "response.done", "response": 3},
    ],
    ids=range(5),
)
def test_garbage_is_counted_and_skipped(event: dict[str, object]) -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.created(1)
    talk.protocol.receive(event)
    assert talk.protocol.malformed_events == 1
    talk.done(1)
    assert talk.told() == [SegmentDone(1, ok=True, reason="", usage=Usage())]


@pytest.mark.parametrize("body", [None, [], {"id": 7, "metadata": {"segment": 9}}, {"metadata": 3}])
def test_responses_nobody_asked_for_are_ignored(body: object) -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.protocol.interpret(2, PCM)
    talk.protocol.receive({"type": "response.done", "response": body})
    talk.protocol.receive(audio("resp_of_nobody"))
    assert talk.told() == []
    talk.answered(1, "x")
    assert talk.told() == results(1, "x")


@pytest.mark.parametrize("usage", [7, {"input_token_details": {"text_tokens": "many"}}, {}, None])
def test_usage_that_makes_no_sense_counts_nothing(usage: object) -> None:
    talk = Talk()
    talk.protocol.interpret(1, PCM)
    talk.done(1, usage=usage)
    assert talk.told() == [SegmentDone(1, ok=True, reason="", usage=Usage())]


@pytest.mark.parametrize(
    ("number", "pcm"),
    [(5, PCM), (4, PCM), (6, b""), (6, b"\1"), (6, bytes(wire.SAMPLE_RATE_HZ * 2 * 31))],
    ids=range(5),
)
def test_invalid_segments_are_refused(number: int, pcm: bytes) -> None:
    talk = Talk()
    talk.protocol.interpret(5, PCM)
    with pytest.raises(ValueError, match="segment"):
        talk.protocol.interpret(number, pcm)


def test_a_text_is_read_aloud_by_its_own_instructions() -> None:
    talk = Talk()
    talk.protocol.read_aloud(0, "La comida", "Read it aloud.")
    [sent] = talk.protocol.data_to_send()
    assert_exactly(ResponseCreateEvent, sent)
    asked = json.loads(sent)["response"]
    assert (asked["instructions"], asked["output_modalities"]) == ("Read it aloud.", ["audio"])
    assert asked["audio"]["output"]["voice"] == CONFIG.voice
    assert asked["input"][0]["content"] == [{"type": "input_text", "text": "La comida"}]
    talk.answered(0, "La comida")
    done = SegmentDone(0, ok=True, reason="", usage=Usage())
    assert talk.told() == [AudioDelta(PCM, None, 0), OutputText("La comida", None, 0), done]


def test_a_text_is_translated_by_its_own_instructions() -> None:
    talk = Talk()
    talk.protocol.translate(0, "Lunch is in hall 2", "Translate into Spanish.")
    [sent] = talk.protocol.data_to_send()
    assert_exactly(ResponseCreateEvent, sent)
    asked = json.loads(sent)["response"]
    assert asked["instructions"] == "Translate into Spanish."
    assert asked["output_modalities"] == ["text"]
    assert asked["input"][0]["content"] == [{"type": "input_text", "text": "Lunch is in hall 2"}]
    delta = {**transcript(talk.created(0), "La comida"), "type": "response.output_text.delta"}
    talk.protocol.receive(delta)
    talk.done(0)
    done = SegmentDone(0, ok=True, reason="", usage=Usage())
    assert talk.told() == [OutputText("La comida", None, 0), done]
