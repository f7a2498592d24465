"""Events of the conversation endpoint (GA): what a client may send, and what the server answers.

No input or output happens here. The shapes are those of the models `openai.types.realtime`, against
which the tests check every event.
"""

import base64
from collections.abc import Mapping
from typing import Any

from broadcaster.rehearsal.wire.events import BufferEvents
from broadcaster.rehearsal.wire.ga_validation import (
    BUFFER_EVENTS,
    FORMAT,
    INCLUDE,
    NOISE_REDUCTION,
    PCM_FORMAT,
    TURN_DETECTION,
    merged,
    transcription,
)
from broadcaster.rehearsal.wire.validation import (
    Invalid,
    Json,
    Shape,
    a_bool,
    a_string,
    an_object,
    either,
    event_shape,
    fields,
    list_of,
    number,
    one_of,
    optional,
    pcm16,
    string_map,
    tagged,
)

MODELS = ("gpt-realtime-2.1", "gpt-realtime-2.1-mini")
_CONTAINERS = frozenset({"audio", "input", "output"})

_VOICE = either(
    fields({"id": a_string}),
    one_of("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"),
)
_MODALITIES = either(one_of("audio"), one_of("text"))
_MAX_OUTPUT_TOKENS = either(one_of("inf"), number(1, 4_096, whole=True))
_METADATA = optional(string_map(16, 64, 512))
_EFFORT = fields({}, {"effort": one_of("minimal", "low", "medium", "high", "xhigh")})
_TRUNCATION = either(
    one_of("auto", "disabled"),
    fields(
        {"type": one_of("retention_ratio"), "retention_ratio": number(0.0, 1.0)},
        {"token_limits": fields({}, {"post_instructions": number(0, 1_000_000, whole=True)})},
    ),
)
_TRACING = optional(either(one_of("auto"), an_object))
_TOOLS: dict[str, Shape] = {
    "tools": list_of(an_object, 128),
    "tool_choice": either(one_of("none", "auto", "required"), an_object),
    "parallel_tool_calls": a_bool,
    "reasoning": optional(_EFFORT),
}


def _one_modality(value: Any, path: str) -> list[str]:
    """`["audio"]` or `["text"]`, never both."""
    modalities: list[str] = list_of(_MODALITIES, 1)(value, path)
    if not modalities:
        raise Invalid("invalid_value", "Use ['audio'] or ['text'].", path)
    return modalities


def _realtime(value: Any, path: str) -> str:
    if value == "transcription":
        message = (
            "Passing a transcription session update event to a realtime session is not allowed."
        )
        raise Invalid("invalid_value", message, path)
    kind: str = one_of("realtime")(value, path)
    return kind


_AUDIO_INPUT = {
    "format": FORMAT,
    "noise_reduction": optional(NOISE_REDUCTION),
    "transcription": optional(transcription),
    "turn_detection": optional(TURN_DETECTION),
}
_AUDIO_OUTPUT = {"format": FORMAT, "voice": _VOICE, "speed": number(0.25, 1.5)}
_SESSION = fields(
    {"type": _realtime},
    {
        "model": one_of(*MODELS),
        "output_modalities": _one_modality,
        "instructions": a_string,
        "max_output_tokens": _MAX_OUTPUT_TOKENS,
        "tracing": _TRACING,
        "truncation": _TRUNCATION,
        "include": INCLUDE,
        "prompt": optional(an_object),
        **_TOOLS,
        "audio": fields(
            {}, {"input": fields({}, _AUDIO_INPUT), "output": fields({}, _AUDIO_OUTPUT)}
        ),
    },
)
_TEXT = {"text": a_string}
_ITEM_FIELDS = {
    "type": a_string,
    "id": optional(a_string),
    "object": one_of("realtime.item"),
    "status": one_of("completed", "incomplete", "in_progress"),
}
_CONTENT = {
    "user": tagged(
        input_text=fields({"type": a_string, **_TEXT}),
        input_audio=fields({"type": a_string, "audio": pcm16}, {"transcript": optional(a_string)}),
    ),
    "system": tagged(input_text=fields({"type": a_string, **_TEXT})),
    "assistant": tagged(output_text=fields({"type": a_string, **_TEXT})),
}


def _message(value: Any, path: str) -> Json:
    role = one_of(*_CONTENT)(an_object(value, path).get("role"), f"{path}.role")
    content = list_of(_CONTENT[role], 64)
    checked: Json = fields({"role": a_string, "content": content}, _ITEM_FIELDS)(value, path)
    return checked


_REFERENCE = fields({"type": a_string, "id": a_string})
_RESPONSE = fields(
    {},
    {
        "conversation": one_of("auto", "none"),
        "metadata": _METADATA,
        "output_modalities": _one_modality,
        "instructions": a_string,
        "max_output_tokens": _MAX_OUTPUT_TOKENS,
        "prompt": optional(an_object),
        **_TOOLS,
        "audio": fields({}, {"output": fields({}, {"format": FORMAT, "voice": _VOICE})}),
        "input": list_of(tagged(message=_message, item_reference=_REFERENCE), 64),
    },
)
CLIENT_EVENTS: Mapping[str, Shape] = {
    **BUFFER_EVENTS,
    "session.update": event_shape({"session": _SESSION}),
    "conversation.item.create": event_shape(
        {"item": tagged(message=_message)}, {"previous_item_id": optional(a_string)}
    ),
    "conversation.item.delete": event_shape({"item_id": a_string}),
    "response.create": event_shape({}, {"response": _RESPONSE}),
    "response.cancel": event_shape({}, {"response_id": optional(a_string)}),
}
"""The events that a client may send, by type. Checked events hold decoded sound."""


def first_config(model: str) -> Json:
    """The configuration of a new session."""
    return {
        "object": "realtime.session",
        "type": "realtime",
        "model": model,
        "output_modalities": ["audio"],
        "instructions": "",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "include": None,
        "prompt": None,
        "tools": [],
        "tool_choice": "auto",
        "audio": {
            "input": {
                "format": PCM_FORMAT,
                "noise_reduction": None,
                "transcription": None,
                "turn_detection": {
                    "type": "server_vad",
                    "threshold": 0.5,
                    "prefix_padding_ms": 300,
                    "silence_duration_ms": 500,
                    "idle_timeout_ms": None,
                    "create_response": True,
                    "interrupt_response": True,
                },
            },
            "output": {"format": PCM_FORMAT, "voice": "marin", "speed": 1.0},
        },
    }


def updated_config(config: Json, session: Json) -> Json:
    """The configuration after a checked update. The model cannot be changed."""
    return {**merged(config, session, _CONTAINERS), "model": config["model"]}


class ConversationEvents(BufferEvents):
    """Builds the server events of one conversation."""

    def rate_limits(self, requests: int, tokens: int) -> Json:
        """Return the rest of the rate limits after this many requests and tokens."""
        limits = [
            _rate_limit("requests", 5_000, requests),
            _rate_limit("tokens", 4_000_000, tokens),
        ]
        return self.event("rate_limits.updated", rate_limits=limits)

    def audio(self, place: Json, pcm: bytes) -> Json:
        """A piece of a response's sound. `place` names the response and its part."""
        delta = base64.b64encode(pcm).decode()
        return self.event("response.output_audio.delta", **place, delta=delta)


def _rate_limit(name: str, limit: int, used: int) -> Json:
    remaining = max(0, limit - used)
    return {"name": name, "limit": limit, "remaining": remaining, "reset_seconds": 0.0}
