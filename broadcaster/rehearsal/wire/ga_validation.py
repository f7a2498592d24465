"""Shapes of events that conversations and transcriptions share (`openai.types.realtime`, GA)."""

from collections.abc import Mapping
from typing import Any

from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ
from broadcaster.rehearsal.wire.languages import ACCEPTED
from broadcaster.rehearsal.wire.validation import (
    Invalid,
    Json,
    Shape,
    a_bool,
    a_string,
    event_shape,
    fields,
    list_of,
    number,
    one_of,
    optional,
    pcm16,
    tagged,
)

PCM_FORMAT = {"type": "audio/pcm", "rate": SAMPLE_RATE_HZ}
FORMAT = fields({"type": one_of("audio/pcm")}, {"rate": one_of(SAMPLE_RATE_HZ)})
"""The real server also speaks G.711; this one does not."""
NOISE_REDUCTION = fields(
    {"type": one_of("near_field", "far_field")}, {"strength": number(0.0, 1.0)}
)
_TRANSCRIPTION_MODELS = (
    "gpt-live-transcribe",
    "gpt-transcribe",
    "gpt-realtime-whisper",
    "gpt-4o-transcribe",
    "gpt-4o-mini-transcribe",
    "whisper-1",
)
_ONE_LANGUAGE = ("gpt-realtime-whisper", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "whisper-1")
_TRANSCRIPTION = fields(
    {"model": one_of(*_TRANSCRIPTION_MODELS)},
    {
        "language": one_of(*sorted(ACCEPTED)),
        "languages": list_of(one_of(*sorted(ACCEPTED)), 32),
        "keywords": list_of(a_string, 1_000),
        "prompt": a_string,
        "delay": one_of("minimal", "low", "medium", "high", "xhigh"),
    },
)
_VAD = {"create_response": a_bool, "interrupt_response": a_bool}
TURN_DETECTION = tagged(
    server_vad=fields(
        {"type": a_string},
        {
            **_VAD,
            "threshold": number(0.0, 1.0),
            "prefix_padding_ms": number(0, 5_000, whole=True),
            "silence_duration_ms": number(0, 10_000, whole=True),
            "idle_timeout_ms": optional(number(5_000, 30_000, whole=True)),
        },
    ),
    semantic_vad=fields(
        {"type": a_string}, {**_VAD, "eagerness": one_of("low", "medium", "high", "auto")}
    ),
)
INCLUDE = optional(list_of(one_of("item.input_audio_transcription.logprobs"), 1))
BUFFER_EVENTS: Mapping[str, Shape] = {
    "input_audio_buffer.append": event_shape({"audio": pcm16}),
    "input_audio_buffer.commit": event_shape(),
    "input_audio_buffer.clear": event_shape(),
}


def transcription(value: Any, path: str) -> Json:
    """The `transcription` object. Which fields are allowed depends on the model."""
    given: Json = _TRANSCRIPTION(value, path)
    model = given["model"]
    refused = {"languages", "keywords"} if model in _ONE_LANGUAGE else {"language"}
    if model == "gpt-realtime-whisper":
        refused.add("prompt")
    for name in sorted(refused & set(given)):
        message = f"'{name}' is not supported by {model}."
        raise Invalid("invalid_value", message, f"{path}.{name}")
    return given


def merged(config: Json, update: Json, containers: frozenset[str]) -> Json:
    """A configuration after an update; objects named in `containers` are merged, not replaced."""
    result = {**config, **update}
    for name in containers & set(update):
        result[name] = merged(config[name], update[name], containers)
    return result
