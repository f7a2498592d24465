"""The transcription's state machine, and its JSON against the `openai` models."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from openai.types.realtime import (
    ConversationItemInputAudioTranscriptionCompletedEvent,
    ConversationItemInputAudioTranscriptionDeltaEvent,
    ConversationItemInputAudioTranscriptionFailedEvent,
    InputAudioBufferAppendEvent,
    InputAudioBufferClearEvent,
    InputAudioBufferCommitEvent,
    InputAudioBufferCommittedEvent,
    RealtimeErrorEvent,
    SessionCreatedEvent,
    SessionUpdatedEvent,
    SessionUpdateEvent,
)
from pydantic import BaseModel

from broadcaster.realtime import codes, failures
from broadcaster.realtime.protocol.session import State
from broadcaster.realtime.protocol.settings import TranscriptionConfig
from broadcaster.realtime.protocol.transcription import TranscriptionProtocol
from broadcaster.realtime.session_events import (
    InputSegment,
    InputText,
    ServerError,
    SessionClosed,
    SessionEvent,
    SessionReady,
)
from broadcaster.realtime.wire import FRAME_BYTES, FRAME_MS
from tests.realtime.peer import StillClock, assert_exactly
from tests.realtime.protocol.walk import FAILS_IF_RUNNING, check_all_walked, check_step, events_of
from tests.realtime.sounds import room, voice

CONFIG = TranscriptionConfig(languages=("en-US",), keywords=("NVLink",))
BY_HAND = TranscriptionConfig(commit_after_ms=None)
DROPPED = failures.from_close(1006)
SESSION = {"id": "sess_1", "expires_at": 1795329600, **CONFIG.session()}
CREATED = {"type": "session.created", "event_id": "e1", "session": SESSION}
UPDATED = {"type": "session.updated", "event_id": "e2", "session": SESSION}
WORDS = voice(200)


def event(kind: str, item: str = "item_1", **fields: object) -> dict[str, Any]:
    kind = f"conversation.item.input_audio_transcription.{kind}"
    return {"type": kind, "event_id": "e", "item_id": item, "content_index": 0, **fields}


def committed(item: str = "item_1") -> dict[str, Any]:
    return {"type": "input_audio_buffer.committed", "event_id": "e", "item_id": item}


def completed(item: str = "item_1", text: str = "Hello.") -> dict[str, Any]:
    usage = {"type": "duration", "seconds": 3.0}
    return event("completed", item, transcript=text, usage=usage, languages=[{"code": "en"}])


def failed(item: str = "item_1", code: str = "boom") -> dict[str, Any]:
    body = {"type": "server_error", "code": code, "message": "…", "param": None}
    return event("failed", item, error=body)


def error(code: str, event_id: str | None = None) -> dict[str, Any]:
    body = {"type": "invalid_request_error", "code": code, "message": "…", "event_id": event_id}
    return {"type": "error", "event_id": "e", "error": body}


def final(item: str, text: str, start_ms: int, end_ms: int, **more: Any) -> InputSegment:
    return InputSegment(
        item, text, more.pop("languages", ()), final=True, start_ms=start_ms, end_ms=end_ms, **more
    )


class Hearing:
    """A live session and the server it talks to."""

    def __init__(self, config: TranscriptionConfig = BY_HAND) -> None:
        self.time = StillClock()
        self.protocol = TranscriptionProtocol(config, self.time)
        self.protocol.receive(CREATED)
        self.protocol.receive(UPDATED)
        self.sent()
        self.told()

    def sent(self) -> list[str]:
        """Types of what the client sent since the last call."""
        return [json.loads(text)["type"] for text in self.protocol.data_to_send()]

    def told(self) -> list[SessionEvent]:
        return events_of(self.protocol)

    def hear(self, *events: dict[str, Any]) -> list[SessionEvent]:
        for one in events:
            self.protocol.receive(one)
        return self.told()

    def speak(self, sound: bytes) -> list[int]:
        """Send sound in frames; returns after which frames it was committed or cleared (minus)."""
        marks = []
        for number, at in enumerate(range(0, len(sound), FRAME_BYTES), start=1):
            self.protocol.append(sound[at : at + FRAME_BYTES])
            sent = self.sent()
            assert sent[0] == "input_audio_buffer.append"
            if sent[1:]:
                marks.append(number if sent[1:] == ["input_audio_buffer.commit"] else -number)
        return marks

    def commit(self, frames: int = 1) -> None:
        self.speak(WORDS * frames)
        self.protocol.commit()
        assert self.sent() == ["input_audio_buffer.commit"]


def protocol_in(state: State) -> TranscriptionProtocol:
    """A session walked to `state` with one item committed once it is live."""
    protocol = TranscriptionProtocol(BY_HAND, StillClock())
    if state is not State.CONNECTING:
        protocol.receive(CREATED)
    if state not in (State.CONNECTING, State.CONFIGURING):
        protocol.receive(UPDATED)
        protocol.append(WORDS)
        protocol.commit()
    if state is State.FAILED:
        protocol.fail(DROPPED)
    if state in (State.CLOSING, State.CLOSED):
        protocol.close()
    if state is State.CLOSED:
        protocol.give_up()
    assert protocol.state is state
    return protocol


STEPS: dict[str, tuple[Callable[[TranscriptionProtocol], object], dict[State, State]]] = {
    "created": (lambda p: p.receive(CREATED), {State.CONNECTING: State.CONFIGURING}),
    "updated": (lambda p: p.receive(UPDATED), {State.CONFIGURING: State.LIVE}),
    "committed": (lambda p: p.receive(committed()), {}),
    "delta": (lambda p: p.receive(event("delta", delta="a")), {}),
    "completed": (lambda p: p.receive(completed()), {State.CLOSING: State.CLOSED}),
    "failed": (lambda p: p.receive(failed()), {State.CLOSING: State.CLOSED}),
    "failed for good": (
        lambda p: p.receive(failed(code="insufficient_quota")),
        {State.LIVE: State.FAILED, State.CLOSING: State.FAILED},
    ),
    "nothing committed": (
        lambda p: p.receive(error(codes.COMMIT_EMPTY)),
        {
            State.CONNECTING: State.FAILED,
            State.CONFIGURING: State.FAILED,
            State.CLOSING: State.CLOSED,
        },
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
def test_sound_commits_and_goodbye_only_while_live(state: State) -> None:
    with pytest.raises(RuntimeError):
        protocol_in(state).append(WORDS)
    with pytest.raises(RuntimeError):
        protocol_in(state).commit()
    with pytest.raises(RuntimeError):
        protocol_in(state).close()


@pytest.mark.parametrize(
    "config",
    [CONFIG, BY_HAND, TranscriptionConfig(noise_reduction="near_field")],
    ids=range(3),
)
def test_what_we_send_is_what_the_api_takes(config: TranscriptionConfig) -> None:
    protocol = TranscriptionProtocol(config, StillClock())
    protocol.receive(CREATED)
    protocol.receive(UPDATED)
    protocol.append(WORDS)
    protocol.commit()
    update, append, commit = protocol.data_to_send()
    assert_exactly(SessionUpdateEvent, update)
    assert_exactly(InputAudioBufferAppendEvent, append)
    assert_exactly(InputAudioBufferCommitEvent, commit)
    assert base64.b64decode(json.loads(append)["audio"]) == WORDS
    assert_exactly(InputAudioBufferClearEvent, json.dumps({"type": "input_audio_buffer.clear"}))


def transcription(config: TranscriptionConfig) -> dict[str, Any]:
    session = json.loads(json.dumps(config.session()))
    assert session["type"] == "transcription"
    assert session["audio"]["input"]["turn_detection"] is None
    settings = session["audio"]["input"]["transcription"]
    assert isinstance(settings, dict)
    return settings


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-live-transcribe", {"languages": ["en"], "keywords": ["NVLink"]}),
        ("my-deployment", {"languages": ["en"], "keywords": ["NVLink"]}),
        ("gpt-realtime-whisper", {"language": "en"}),
        ("gpt-4o-transcribe", {"language": "en"}),
    ],
)
def test_every_model_gets_what_it_takes(model: str, expected: dict[str, Any]) -> None:
    config = TranscriptionConfig(model, ("en-US", "en-GB"), ("NVLink",))
    assert transcription(config) == {"model": model, **expected}
    assert transcription(TranscriptionConfig(model)) == {"model": model}


def test_two_languages_are_not_sent_as_one() -> None:
    config = TranscriptionConfig("gpt-realtime-whisper", ("en", "es"))
    assert transcription(config) == {"model": "gpt-realtime-whisper"}


SERVER_MODELS: list[tuple[type[BaseModel], dict[str, Any], State, type[SessionEvent] | None]] = [
    (SessionCreatedEvent, CREATED, State.CONNECTING, None),
    (SessionUpdatedEvent, UPDATED, State.CONFIGURING, SessionReady),
    (InputAudioBufferCommittedEvent, committed(), State.LIVE, None),
    (
        ConversationItemInputAudioTranscriptionDeltaEvent,
        event("delta", delta="Hel"),
        State.LIVE,
        InputText,
    ),
    (
        ConversationItemInputAudioTranscriptionCompletedEvent,
        completed(),
        State.LIVE,
        InputSegment,
    ),
    (ConversationItemInputAudioTranscriptionFailedEvent, failed(), State.LIVE, ServerError),
    (RealtimeErrorEvent, error("invalid_event"), State.LIVE, ServerError),
]


@pytest.mark.parametrize(
    ("model", "body", "state", "output"), SERVER_MODELS, ids=lambda value: str(value)[:50]
)
def test_what_the_models_write_is_understood(
    model: type[BaseModel], body: dict[str, Any], state: State, output: type[SessionEvent] | None
) -> None:
    protocol = protocol_in(state)
    protocol.receive_text(model.model_validate(body).model_dump_json())
    told = protocol.next_event()
    if state is State.LIVE and isinstance(told, SessionReady):
        told = protocol.next_event()
    assert output is None or isinstance(told, output)
    assert protocol.ignored_events == protocol.malformed_events == 0


def test_fragments_then_the_text_that_counts() -> None:
    hearing = Hearing()
    assert hearing.hear(event("delta", delta="Helo")) == [InputText("Helo", None, "item_1")]
    hearing.commit(frames=3)
    assert hearing.hear(committed()) == []
    assert hearing.hear(completed()) == [
        final("item_1", "Hello.", 0, 600, languages=("en",), seconds=3.0)
    ]
    hearing.commit()
    assert hearing.hear(committed("item_2"), completed("item_2", " Bye. ")) == [
        final("item_2", "Bye.", 600, 800, languages=("en",), seconds=3.0)
    ]


@pytest.mark.parametrize(
    ("told", "said_ms"),
    [
        ({"audio_start_ms": 100, "audio_end_ms": 600}, (100, 600)),
        ({"audio_start_ms": 0, "audio_end_ms": 0}, (0, 0)),
        ({"audio_start_ms": 100}, None),
        ({"audio_start_ms": 300, "audio_end_ms": 200}, None),
        ({"audio_start_ms": -1, "audio_end_ms": 200}, None),
        ({"audio_start_ms": 0, "audio_end_ms": 601}, None),
        ({"audio_start_ms": "0", "audio_end_ms": 1.5}, None),
    ],
)
def test_a_settled_fragment_tells_when_it_was_said(
    told: dict[str, Any], said_ms: tuple[int, int] | None
) -> None:
    """After 600 ms of sound. With impossible times the fragment is provisional."""
    hearing = Hearing()
    hearing.commit(frames=3)
    assert hearing.hear(event("delta", delta="Helo", **told)) == [
        InputText("Helo", None, "item_1", said_ms)
    ]


def test_two_items_come_in_the_order_of_the_speech() -> None:
    hearing = Hearing()
    hearing.commit()
    hearing.commit()
    assert hearing.hear(committed("a"), committed("b"), event("delta", "b", delta="x")) == [
        InputText("x", None, "b")
    ]
    assert hearing.hear(completed("b", "second")) == []
    told = hearing.hear(completed("a", "first"))
    assert [output.text for output in told if isinstance(output, InputSegment)] == [
        "first",
        "second",
    ]


def test_a_server_that_confirms_no_commit() -> None:
    hearing = Hearing()
    hearing.commit()
    hearing.commit()
    told = hearing.hear(
        event("completed", "a", transcript="first"), event("completed", "b", transcript="second")
    )
    assert told == [final("a", "first", 0, 200), final("b", "second", 200, 400)]


def test_an_item_of_the_servers_own() -> None:
    hearing = Hearing()
    hearing.speak(WORDS * 2)
    assert hearing.hear(committed("own"), event("completed", "own", transcript="x")) == [
        final("own", "x", 0, 400)
    ]


def test_cumulative_fragments() -> None:
    hearing = Hearing()
    hearing.speak(WORDS)
    told = hearing.hear(
        event("updated", transcript="Hel"), event("updated", transcript="Hello wor")
    )
    assert told == [
        InputSegment("item_1", text, (), final=False, start_ms=0, end_ms=200)
        for text in ("Hel", "Hello wor")
    ]


def test_a_failed_item_keeps_its_fragments() -> None:
    hearing = Hearing()
    hearing.commit()
    hearing.hear(committed(), event("delta", delta="Hel"), event("delta", delta="lo"))
    told = hearing.hear(failed())
    assert told == [
        ServerError("boom", "The interpreter server reported an error.", fatal=False),
        final("item_1", "Hello", 0, 200),
    ]


def test_a_text_that_never_comes_does_not_hold_up_the_next() -> None:
    hearing = Hearing()
    hearing.commit()
    hearing.time.now_s += 1
    hearing.commit()
    hearing.hear(committed("a"), committed("b"), event("delta", "a", delta="so far"))
    hearing.hear(completed("b", "second"))
    assert hearing.protocol.due_at() == 100.0 + BY_HAND.result_s
    hearing.time.now_s = 100.0 + BY_HAND.result_s
    hearing.protocol.tick()
    first, second = hearing.told()
    assert first == final("a", "so far", 0, 200)
    assert isinstance(second, InputSegment)
    assert hearing.hear(completed("a", "too late")) == []
    assert hearing.protocol.due_at() is None


@pytest.mark.parametrize("event_id", ["commit-1", None])
def test_a_commit_of_nothing_is_harmless(event_id: str | None) -> None:
    hearing = Hearing()
    hearing.protocol.commit()
    assert hearing.sent() == [], "nothing was heard, nothing is sent"
    hearing.commit()
    told = hearing.hear(error(codes.COMMIT_EMPTY, event_id))
    assert [type(output) for output in told] == [ServerError]
    assert hearing.protocol.state is State.LIVE
    hearing.commit()
    told = hearing.hear(event("completed", "a", transcript="x"))
    assert told == [final("a", "x", 200, 400)]


def test_commits_at_pauses() -> None:
    hearing = Hearing(CONFIG)
    talk = room(1000) + voice(3000) + room(1000) + voice(1000) + room(400) + voice(1600)
    assert hearing.speak(talk + room(1000)) == [21, 41]


def test_commits_without_a_pause() -> None:
    hearing = Hearing(CONFIG)
    frames = CONFIG.commit_at_most_ms // FRAME_MS
    assert hearing.speak(voice(20_000)) == [frames, 2 * frames]


def test_silence_is_never_committed() -> None:
    hearing = Hearing(CONFIG)
    frames = CONFIG.commit_at_most_ms // FRAME_MS
    assert hearing.speak(room(20_000)) == [-frames, -2 * frames]
    hearing.protocol.close()
    assert hearing.told() == [SessionClosed()]


def test_closing_waits_for_the_last_text() -> None:
    hearing = Hearing(CONFIG)
    hearing.speak(room(1000) + voice(1000))
    hearing.protocol.close()
    assert hearing.sent() == ["input_audio_buffer.commit"]
    assert hearing.told() == []
    told = hearing.hear(committed(), event("completed", transcript="last"))
    assert told == [final("item_1", "last", 0, 2000), SessionClosed()]
    assert hearing.protocol.state is State.CLOSED


@pytest.mark.parametrize(
    "body",
    [
        event("delta", ""),
        event("completed", item=""),
        event("completed", transcript=None),
        {"type": "input_audio_buffer.committed"},
    ],
    ids=range(4),
)
def test_garbage_is_counted_and_skipped(body: dict[str, Any]) -> None:
    hearing = Hearing()
    assert hearing.hear(body) == []
    assert hearing.protocol.malformed_events == 1


@pytest.mark.parametrize("usage", [None, {"seconds": "3"}, {"seconds": -1}, {"seconds": 10**400}])
@pytest.mark.parametrize("languages", [None, [7], "en", [{"code": None}]])
def test_details_that_make_no_sense(usage: object, languages: object) -> None:
    hearing = Hearing()
    hearing.commit()
    body = event("completed", transcript="x", usage=usage, languages=languages)
    assert hearing.hear(body) == [final("item_1", "x", 0, 200)]


def test_memory_for_items_nobody_finishes_is_bounded() -> None:
    hearing = Hearing()
    for number in range(1000):
        hearing.hear(event("delta", f"item_{number}", delta="x" * 100))
    assert len(hearing.protocol._texts) < 100


def speech(kind: str, item: str, **fields: object) -> dict[str, Any]:
    return {"type": f"input_audio_buffer.speech_{kind}", "event_id": "e", "item_id": item, **fields}


def test_a_server_that_detects_speech_tells_when_it_was() -> None:
    hearing = Hearing()
    hearing.speak(WORDS * 10)
    told = hearing.hear(
        speech("started", "item_1", audio_start_ms=400),
        speech("stopped", "item_1", audio_end_ms=1_600),
        committed("item_1"),
        completed("item_1"),
    )
    assert told == [
        final(
            "item_1",
            "Hello.",
            0,
            10 * FRAME_MS,
            languages=("en",),
            seconds=3.0,
            speech_start_ms=400,
            speech_end_ms=1_600,
        )
    ]


@pytest.mark.parametrize("ms", [None, "400", True, {}])
def test_times_of_speech_that_are_no_numbers_are_left_out(ms: object) -> None:
    hearing = Hearing()
    hearing.speak(WORDS)
    hearing.hear(speech("started", "item_1", audio_start_ms=ms), speech("stopped", ""))
    [told] = hearing.hear(committed("item_1"), completed("item_1"))
    assert isinstance(told, InputSegment)
    assert told.speech_start_ms is None
    assert told.speech_end_ms is None
