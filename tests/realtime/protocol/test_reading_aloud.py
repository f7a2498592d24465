"""A text read aloud: every event of the documented order, valid by the `openai` models.

The order is that of a response to `response.create` in the documentation of OpenAI's Realtime API:
the response, its item, its part, pieces of sound and of text mixed, then the same backwards.
"""

import base64
from typing import Any

import pytest
from openai.types.realtime import RealtimeServerEvent, ResponseCreateEvent, SessionUpdateEvent
from pydantic import TypeAdapter

from broadcaster.booths.engines.instructions import reading_instructions
from broadcaster.realtime.protocol.conversation import ConversationProtocol
from broadcaster.realtime.protocol.settings import ConversationConfig
from broadcaster.realtime.session_events import (
    AudioDelta,
    OutputText,
    SegmentDone,
    SegmentLost,
    SessionReady,
    Usage,
)
from tests.realtime.peer import StillClock, assert_exactly
from tests.realtime.protocol.walk import events_of

TEXT = "Le repas est servi dans la salle 2."
ITEM = {"id": "item_1", "object": "realtime.item", "type": "message", "role": "assistant"}
PLACE = {"response_id": "resp_1", "item_id": "item_1", "output_index": 0, "content_index": 0}
PIECES = (b"\1\0" * 6, b"\2\0" * 6, b"\3\0" * 6)
SERVER_EVENT: TypeAdapter[RealtimeServerEvent] = TypeAdapter(RealtimeServerEvent)


def server_event(kind: str, **fields: Any) -> dict[str, Any]:
    """An event that the models know."""
    event = {"type": kind, "event_id": "event_1", **fields}
    parsed = SERVER_EVENT.validate_python(event)
    assert parsed.type == kind
    return event


def response(status: str, metadata: dict[str, str], **fields: Any) -> dict[str, Any]:
    body = {"object": "realtime.response", "id": "resp_1", "conversation_id": None}
    return {"response": {**body, "status": status, "metadata": metadata, **fields}}


def reading(metadata: dict[str, str], status: str = "completed") -> list[dict[str, Any]]:
    """The events of a response that reads the text."""
    begun = {**ITEM, "status": "in_progress", "content": []}
    whole = {**ITEM, "status": "completed", "content": [{"type": "output_audio"}]}
    details = {} if status == "completed" else {"type": status, "reason": "max_output_tokens"}
    usage = {
        "total_tokens": 160,
        "input_tokens": 60,
        "output_tokens": 100,
        "input_token_details": {"text_tokens": 60, "audio_tokens": 0, "cached_tokens": 0},
        "output_token_details": {"text_tokens": 20, "audio_tokens": 80},
    }
    sound = [base64.b64encode(pcm).decode() for pcm in PIECES]
    of_item = {"response_id": "resp_1", "output_index": 0}
    text_done = {"transcript": TEXT}
    return [
        server_event("response.created", **response("in_progress", metadata)),
        server_event("response.output_item.added", **of_item, item=begun),
        server_event("response.content_part.added", **PLACE, part={"type": "audio"}),
        server_event("response.output_audio_transcript.delta", **PLACE, delta=TEXT[:9]),
        server_event("response.output_audio.delta", **PLACE, delta=sound[0]),
        server_event("response.output_audio.delta", **PLACE, delta=sound[1]),
        server_event("response.output_audio_transcript.delta", **PLACE, delta=TEXT[9:]),
        server_event("response.output_audio.delta", **PLACE, delta=sound[2]),
        server_event("response.output_audio.done", **PLACE),
        server_event("response.output_audio_transcript.done", **PLACE, **text_done),
        server_event("response.content_part.done", **PLACE, part={"type": "audio", **text_done}),
        server_event("response.output_item.done", **of_item, item=whole),
        server_event(
            "response.done",
            **response(status, metadata, output=[whole], usage=usage, status_details=details),
        ),
        server_event("rate_limits.updated", rate_limits=[]),
    ]


def asked() -> tuple[ConversationProtocol, dict[str, str]]:
    """A session that has asked for the reading, and the metadata of what it asked for."""
    config = ConversationConfig("", max_output_tokens=2_000, response_s=30.0)
    protocol = ConversationProtocol(config, StillClock())
    session = {"id": "sess_1", "object": "realtime.session", **config.session()}
    protocol.receive(server_event("session.created", session=session))
    [update] = protocol.data_to_send()
    assert_exactly(SessionUpdateEvent, update)
    protocol.receive(server_event("session.updated", session=session))
    protocol.read_aloud(0, TEXT, reading_instructions("fr"))
    [create] = protocol.data_to_send()
    assert_exactly(ResponseCreateEvent, create)
    metadata = ResponseCreateEvent.model_validate_json(create).response.metadata  # type: ignore[union-attr]
    assert metadata is not None
    [ready] = events_of(protocol)
    assert isinstance(ready, SessionReady)
    return protocol, metadata


def test_a_reading_is_heard_in_the_documented_order_of_events() -> None:
    protocol, metadata = asked()
    events = reading(metadata)
    for event in events[:-2]:
        protocol.receive(event)
        assert events_of(protocol) == [], "a reading that may still fail is not heard"
    for event in events[-2:]:
        protocol.receive(event)
    *said, done = events_of(protocol)
    assert b"".join(one.pcm for one in said if isinstance(one, AudioDelta)) == b"".join(PIECES)
    assert "".join(one.text for one in said if isinstance(one, OutputText)) == TEXT
    assert done == SegmentDone(0, ok=True, reason="", usage=Usage(60, 0, 0, 0, 20, 80))
    assert protocol.malformed_events == 0


@pytest.mark.parametrize("status", ["incomplete", "cancelled", "failed"])
def test_a_reading_that_is_cut_off_is_asked_for_again(status: str) -> None:
    protocol, metadata = asked()
    for event in reading(metadata, status):
        protocol.receive(event)
    assert not [one for one in events_of(protocol) if not isinstance(one, SegmentLost)]
    protocol.tick()
    [create] = protocol.data_to_send()
    assert_exactly(ResponseCreateEvent, create)
