"""The session's state machine, and our JSON against the models of the `openai` package."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from openai.types.realtime import (
    RealtimeErrorEvent,
    RealtimeTranslationInputTranscriptDeltaEvent,
    RealtimeTranslationOutputAudioDeltaEvent,
    RealtimeTranslationOutputTranscriptDeltaEvent,
    RealtimeTranslationServerEvent,
    RealtimeTranslationSessionClosedEvent,
    RealtimeTranslationSessionCreatedEvent,
    RealtimeTranslationSessionUpdatedEvent,
)
from openai.types.realtime.realtime_translation_client_event_param import (
    RealtimeTranslationClientEventParam,
)
from pydantic import BaseModel, TypeAdapter

from broadcaster.errors import InterpreterFailed
from broadcaster.realtime import failures, wire
from broadcaster.realtime.languages import endpoint_language
from broadcaster.realtime.protocol.session import TRANSITIONS, State
from broadcaster.realtime.protocol.translation import TranslationProtocol
from broadcaster.realtime.session_events import (
    AudioDelta,
    InputText,
    OutputText,
    ServerError,
    SessionClosed,
    SessionEvent,
    SessionReady,
)
from tests.realtime.peer import into
from tests.realtime.protocol.walk import FAILS_IF_RUNNING, check_all_walked, check_step

EXPECTED = TranslationProtocol.expected
FRAME = bytes(range(240)) * 40
DROPPED = failures.from_close(1006)


def session(language: str = "de") -> dict[str, Any]:
    return {
        "id": "sess_1",
        "type": "translation",
        "model": wire.DEFAULT_MODEL,
        "expires_at": 1795329600,
        "audio": {
            "input": {"noise_reduction": None, "transcription": None},
            "output": {"language": language},
        },
    }


CREATED = {"type": "session.created", "event_id": "event_1", "session": session("es")}
UPDATED = {"type": "session.updated", "event_id": "event_2", "session": session("de")}
AUDIO = {
    "type": "session.output_audio.delta",
    "event_id": "event_5",
    "delta": base64.b64encode(b"\1\2\3\4").decode(),
    "sample_rate": 24000,
    "channels": 1,
    "format": "pcm16",
    "elapsed_ms": 2400,
}
OUTPUT_TEXT = {
    "type": "session.output_transcript.delta",
    "event_id": "event_4",
    "delta": " willkommen",
    "elapsed_ms": 2400,
}
INPUT_TEXT = {
    "type": "session.input_transcript.delta",
    "event_id": "event_3",
    "delta": " welcome to",
    "elapsed_ms": 1200,
}
CLOSED = {"type": "session.closed", "event_id": "event_6"}


def error(code: str | None, kind: str = "invalid_request_error", **more: object) -> dict[str, Any]:
    body = {"type": kind, "code": code, "message": "…", "param": None, "event_id": None, **more}
    return {"type": "error", "event_id": "event_7", "error": body}


def told(
    protocol: TranslationProtocol, event: Mapping[str, object] | str | bytes
) -> SessionEvent | None:
    """Return the protocol's event after one event or message."""
    if isinstance(event, Mapping):
        protocol.receive(event)
    else:
        protocol.receive_text(event)
    output = protocol.next_event()
    assert protocol.next_event() is None
    return output


def protocol_in(state: State) -> TranslationProtocol:
    """A session walked to `state` through its public methods only."""
    protocol = into("de")
    if state is State.CONNECTING:
        return protocol
    protocol.receive(CREATED)
    if state is State.CONFIGURING:
        return protocol
    told(protocol, UPDATED)
    if state is State.FAILED:
        protocol.fail(DROPPED)
    if state in (State.CLOSING, State.CLOSED):
        protocol.close()
    if state is State.CLOSED:
        told(protocol, CLOSED)
    assert protocol.state is state
    protocol.data_to_send()
    return protocol


STEPS: dict[str, tuple[Callable[[TranslationProtocol], object], dict[State, State]]] = {
    "created": (lambda p: p.receive(CREATED), {State.CONNECTING: State.CONFIGURING}),
    "updated": (lambda p: p.receive(UPDATED), {State.CONFIGURING: State.LIVE}),
    "updated, other language": (
        lambda p: p.receive({**UPDATED, "session": session("es")}),
        {},
    ),
    "audio": (lambda p: p.receive(AUDIO), {}),
    "text": (lambda p: p.receive(OUTPUT_TEXT), {}),
    "source text": (lambda p: p.receive(INPUT_TEXT), {}),
    "unknown": (lambda p: p.receive({"type": "session.usage.updated"}), {}),
    "closed": (
        lambda p: p.receive(CLOSED),
        {
            State.CONNECTING: State.FAILED,
            State.CONFIGURING: State.FAILED,
            State.LIVE: State.FAILED,
            State.CLOSING: State.CLOSED,
        },
    ),
    "harmless error": (
        lambda p: p.receive(error("invalid_value")),
        {State.CONNECTING: State.FAILED, State.CONFIGURING: State.FAILED},
    ),
    "fatal error": (
        lambda p: p.receive(error("insufficient_quota")),
        FAILS_IF_RUNNING,
    ),
    "drop": (
        lambda p: p.fail(DROPPED),
        FAILS_IF_RUNNING,
    ),
    "given up": (lambda p: p.give_up(), {State.CLOSING: State.CLOSED}),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_in_every_state(step: str, state: State) -> None:
    check_step(STEPS, step, protocol_in(state))


def test_every_transition_of_the_table_is_walked() -> None:
    check_all_walked(STEPS)


def test_an_event_that_comes_twice_is_told_once() -> None:
    protocol = protocol_in(State.LIVE)
    first, second = (OUTPUT_TEXT | {"event_id": f"event_{number}"} for number in (1, 2))
    told_texts = [told(protocol, event) for event in (first, first, second, second)]
    assert [output is not None for output in told_texts] == [True, False, True, False]
    assert protocol.ignored_events == 2


def test_equal_events_of_a_server_that_does_not_number_them_are_all_told() -> None:
    protocol = into("de")
    for event in (CREATED, UPDATED):
        protocol.receive({**event, "event_id": "e"})
    protocol.next_event()
    assert all(told(protocol, OUTPUT_TEXT | {"event_id": "e"}) for _ in range(3))


@pytest.mark.parametrize("state", State)
def test_sound_and_goodbye_only_while_live(state: State) -> None:
    if state is State.LIVE:
        protocol_in(state).append(FRAME)
        protocol_in(state).close()
        return
    with pytest.raises(RuntimeError):
        protocol_in(state).append(FRAME)
    with pytest.raises(RuntimeError):
        protocol_in(state).close()
    assert State.CLOSING not in TRANSITIONS[state]


@pytest.mark.parametrize("event", [CREATED, UPDATED, AUDIO, OUTPUT_TEXT, INPUT_TEXT, CLOSED])
@pytest.mark.parametrize("state", State)
def test_misplaced_events_are_ignored_and_counted(
    event: Mapping[str, object], state: State
) -> None:
    protocol = protocol_in(state)
    output = told(protocol, event)
    expected = state in EXPECTED[str(event["type"])]
    assert protocol.ignored_events == (0 if expected else 1)
    assert expected or output is None


def test_a_session_from_hello_to_goodbye() -> None:
    protocol = into("de-CH")
    assert protocol.data_to_send() == []
    assert told(protocol, CREATED) is None
    [update] = map(json.loads, protocol.data_to_send())
    assert update["session"]["audio"] == {"output": {"language": "de"}}
    assert told(protocol, UPDATED) == SessionReady("sess_1", 1795329600)
    protocol.append(FRAME)
    [append] = map(json.loads, protocol.data_to_send())
    assert base64.b64decode(append["audio"]) == FRAME
    assert told(protocol, AUDIO) == AudioDelta(b"\1\2\3\4", 2400)
    assert told(protocol, OUTPUT_TEXT) == OutputText(" willkommen", 2400)
    assert told(protocol, INPUT_TEXT) == InputText(" welcome to", 1200)
    assert told(protocol, error("invalid_event")) == ServerError(
        "invalid_event", "The interpreter server reported an error.", fatal=False
    )
    protocol.close()
    assert [json.loads(text) for text in protocol.data_to_send()] == [{"type": "session.close"}]
    assert told(protocol, AUDIO) == AudioDelta(b"\1\2\3\4", 2400)
    assert told(protocol, CLOSED) == SessionClosed()
    assert protocol.state is State.CLOSED
    assert protocol.ignored_events == protocol.malformed_events == 0


def test_what_we_send_is_what_the_api_takes() -> None:
    client_events = TypeAdapter(RealtimeTranslationClientEventParam)
    protocol = into("pt-BR")
    protocol.receive(CREATED)
    protocol.receive({**UPDATED, "session": session("pt")})
    protocol.append(FRAME)
    protocol.close()
    sent = protocol.data_to_send()
    assert len(sent) == 3
    for text in sent:
        event = client_events.validate_json(text)
        assert event == json.loads(text), "the model knows every field we send"


SERVER_MODELS: list[tuple[type[BaseModel], dict[str, Any], State, SessionEvent | None]] = [
    (RealtimeTranslationSessionCreatedEvent, CREATED, State.CONNECTING, None),
    (
        RealtimeTranslationSessionUpdatedEvent,
        UPDATED,
        State.CONFIGURING,
        SessionReady("sess_1", 1795329600),
    ),
    (RealtimeTranslationOutputAudioDeltaEvent, AUDIO, State.LIVE, AudioDelta(b"\1\2\3\4", 2400)),
    (
        RealtimeTranslationOutputTranscriptDeltaEvent,
        OUTPUT_TEXT,
        State.LIVE,
        OutputText(" willkommen", 2400),
    ),
    (
        RealtimeTranslationInputTranscriptDeltaEvent,
        INPUT_TEXT,
        State.LIVE,
        InputText(" welcome to", 1200),
    ),
    (RealtimeTranslationSessionClosedEvent, CLOSED, State.CLOSING, SessionClosed()),
    (
        RealtimeErrorEvent,
        error("session_expired"),
        State.LIVE,
        ServerError(
            "session_expired",
            "The interpreter session reached its maximum duration.",
            fatal=True,
        ),
    ),
]


@pytest.mark.parametrize(
    ("model", "event", "state", "output"), SERVER_MODELS, ids=lambda value: str(value)[:40]
)
def test_what_the_models_write_is_understood(
    model: type[BaseModel], event: dict[str, Any], state: State, output: SessionEvent | None
) -> None:
    protocol = protocol_in(state)
    assert told(protocol, model.model_validate(event).model_dump_json()) == output
    assert protocol.ignored_events == protocol.malformed_events == 0


def test_the_models_know_no_other_server_event() -> None:
    schema = TypeAdapter(RealtimeTranslationServerEvent).json_schema()
    kinds = {
        schema["$defs"][reference["$ref"].rsplit("/", 1)[1]]["properties"]["type"]["const"]
        for reference in schema["anyOf"]
    }
    assert kinds == set(EXPECTED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[1]",
        '"session.closed"',
        b"\xff\xfe\x00",
        "[" * 100_000,
        json.dumps({**AUDIO, "delta": "!!!!"}),
        json.dumps({**AUDIO, "delta": "AQ"}),
        json.dumps({**AUDIO, "delta": "ü"}),
        json.dumps({**AUDIO, "delta": None}),
        json.dumps({**AUDIO, "delta": 7}),
        json.dumps({**AUDIO, "sample_rate": 16000}),
        json.dumps({**AUDIO, "channels": 2}),
        json.dumps({**OUTPUT_TEXT, "delta": ["a"]}),
        json.dumps({"type": "session.input_transcript.delta"}),
    ],
    ids=range(16),
)
def test_garbage_is_counted_and_skipped(text: str | bytes) -> None:
    protocol = protocol_in(State.LIVE)
    assert told(protocol, text) is None
    assert protocol.malformed_events == 1
    assert protocol.state is State.LIVE


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": None},
        {"type": ["error"]},
        {"type": "response.output_audio.delta", "delta": "AQI="},
        {"type": "session.started"},
        {"type": "localai.thing"},
    ],
    ids=range(6),
)
def test_events_of_other_protocols_are_ignored(event: Mapping[str, object]) -> None:
    protocol = protocol_in(State.LIVE)
    assert told(protocol, event) is None
    assert protocol.ignored_events == 1


SOUND = bytes(range(256)) * 3 + b"\xfb\xff\xfe\x3e"
"""In base64 it has both letters that the URL-safe alphabet changes, and padding."""


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(SOUND).decode(),
        base64.encodebytes(SOUND).decode(),
        base64.encodebytes(SOUND).decode().replace("\n", "\r\n"),
        base64.urlsafe_b64encode(SOUND).decode(),
        base64.b64encode(SOUND).decode().rstrip("="),
        base64.urlsafe_b64encode(SOUND).decode().rstrip("="),
        " \t" + base64.urlsafe_b64encode(SOUND).decode().rstrip("=") + "\r\n",
        base64.b64encode(SOUND).decode().rstrip("=") + "=",
    ],
    ids=["plain", "lines", "CRLF", "URL-safe", "unpadded", "URL-safe unpadded", "all", "half"],
)
def test_base64_is_taken_in_every_common_form(text: str) -> None:
    protocol = protocol_in(State.LIVE)
    assert told(protocol, {"type": AUDIO["type"], "delta": text}) == AudioDelta(SOUND, None)
    assert protocol.malformed_events == protocol.unusable_events == 0


@pytest.mark.parametrize("text", ["A", "AAAAA", "AA=A", "!!!!", "====A", "AAAA\x00AAAA", "data:,A"])
def test_what_is_no_base64_is_counted_as_unusable(text: str) -> None:
    protocol = protocol_in(State.LIVE)
    for number in range(3):
        event = {"type": AUDIO["type"], "event_id": f"e{number}", "delta": text}
        assert told(protocol, event) is None
    assert protocol.malformed_events == protocol.unusable_events == 3
    assert protocol.first_unusable == f"{AUDIO['type']} with sound that cannot be decoded"


def test_half_a_sample_is_cut_off() -> None:
    protocol = protocol_in(State.LIVE)
    odd = {"type": AUDIO["type"], "delta": base64.b64encode(b"\1\2\3").decode()}
    assert told(protocol, odd) == AudioDelta(b"\1\2", None)
    assert told(protocol, AUDIO) == AudioDelta(b"\1\2\3\4", 2400)
    assert protocol.malformed_events == 1


def test_empty_deltas_say_nothing() -> None:
    protocol = protocol_in(State.LIVE)
    assert told(protocol, {**AUDIO, "delta": ""}) is None
    assert told(protocol, {**OUTPUT_TEXT, "delta": ""}) is None


def test_colliding_names_of_the_other_protocol_do_no_harm() -> None:
    protocol = protocol_in(State.LIVE)
    text = {"type": OUTPUT_TEXT["type"], "delta": "a", "start_ms": 1, "end_ms": 2}
    assert told(protocol, text) == OutputText("a", None)
    assert told(protocol, {**OUTPUT_TEXT, "elapsed_ms": "2400"}) == OutputText(" willkommen", None)
    assert told(protocol, {**OUTPUT_TEXT, "elapsed_ms": True}) == OutputText(" willkommen", None)


def test_text_can_always_be_encoded() -> None:
    protocol = protocol_in(State.LIVE)
    raw = '{"type": "session.output_transcript.delta", "delta": "a\\ud800b"}'
    assert told(protocol, raw) == OutputText("a?b", None)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"audio": None},
        {"audio": {"output": {}}},
        {"audio": {"output": {"language": None}}},
        {"audio": {"output": {"language": "es"}}},
        {"audio": {"output": ["de"]}},
    ],
    ids=range(6),
)
def test_not_live_before_our_language_is_confirmed(answer: Mapping[str, object]) -> None:
    protocol = protocol_in(State.CONFIGURING)
    assert told(protocol, {"type": "session.updated", "session": answer}) is None
    assert protocol.state is State.CONFIGURING
    assert told(protocol, AUDIO) is None
    minimal = {"audio": {"output": {"language": "de-DE"}}}
    assert told(protocol, {"type": "session.updated", "session": minimal}) == SessionReady(
        "sess_1", 1795329600
    )


def test_a_session_without_details_is_a_session() -> None:
    protocol = into("de")
    protocol.receive({"type": "session.created"})
    answer = {"id": 7, "expires_at": "soon", "audio": {"output": {"language": "de"}}}
    assert told(protocol, {"type": "session.updated", "session": answer}) == SessionReady("", None)


@pytest.mark.parametrize("body", [None, "boom", {}, {"code": 7, "message": None}], ids=range(4))
def test_errors_without_details_leave_a_live_session_open(body: object) -> None:
    protocol = protocol_in(State.LIVE)
    output = told(protocol, {"type": "error", "error": body})
    assert output == ServerError(
        "server_error", "The interpreter server reported an error.", fatal=False
    )
    assert protocol.state is State.LIVE


@pytest.mark.parametrize(
    ("code", "retryable"),
    [
        ("session_expired", True),
        ("insufficient_quota", False),
        ("invalid_api_key", False),
        ("account_deactivated", False),
        ("billing_hard_limit_reached", False),
    ],
)
def test_errors_that_end_a_live_session(code: str, retryable: bool) -> None:  # noqa: FBT001
    protocol = protocol_in(State.LIVE)
    output = told(protocol, error(code))
    assert isinstance(output, ServerError)
    assert output.fatal
    assert isinstance(protocol.failure, InterpreterFailed)
    assert (protocol.failure.error, protocol.failure.retryable) == (code, retryable)


@pytest.mark.parametrize(
    ("tag", "sent"),
    [("pt-BR", "pt"), ("zh-Hant", "zh"), ("zh_CN", "zh"), ("ES", "es"), ("vi", "vi")],
)
def test_regions_are_not_sent(tag: str, sent: str) -> None:
    assert endpoint_language(tag) == sent


def test_the_frame_is_200_ms() -> None:
    assert (wire.FRAME_SAMPLES, wire.FRAME_BYTES) == (4800, 9600)
