"""Events of the translation endpoint: what a client may send, and what the server answers.

No input or output happens here. The shapes are those of the models `openai.types.realtime`
(RealtimeTranslation...), against which the tests check every event.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace

from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ
from broadcaster.rehearsal.wire.events import ServerEvents
from broadcaster.rehearsal.wire.languages import ACCEPTED, DEFAULT
from broadcaster.rehearsal.wire.validation import (
    Json,
    Shape,
    event_shape,
    fields,
    number,
    one_of,
    optional,
    pcm16,
)

MODEL = "gpt-realtime-translate"
_TRANSCRIPTION = fields({"model": one_of("gpt-live-transcribe", "gpt-realtime-whisper")})
_NOISE_REDUCTION = fields(
    {"type": one_of("near_field", "far_field")}, {"strength": number(0.0, 1.0)}
)
_INPUT = {"transcription": optional(_TRANSCRIPTION), "noise_reduction": optional(_NOISE_REDUCTION)}
_OUTPUT = {"language": one_of(*sorted(ACCEPTED))}
_AUDIO = {"input": fields({}, _INPUT), "output": fields({}, _OUTPUT)}
_SESSION = fields({}, {"audio": fields({}, _AUDIO)})
CLIENT_EVENTS: Mapping[str, Shape] = {
    "session.update": event_shape({"session": _SESSION}),
    "session.input_audio_buffer.append": event_shape({"audio": pcm16}),
    "session.close": event_shape(),
}
"""The events that a client may send, by type."""


@dataclass(frozen=True, slots=True)
class TranslationConfig:
    """The configuration of a session, as far as a client can change it."""

    language: str = DEFAULT
    transcription: str | None = None
    noise_reduction: Mapping[str, str | float] | None = None

    def to_json(self) -> Json:
        """The `session` object."""
        transcription = None if self.transcription is None else {"model": self.transcription}
        noise_reduction = None if self.noise_reduction is None else dict(self.noise_reduction)
        audio = {
            "input": {"noise_reduction": noise_reduction, "transcription": transcription},
            "output": {"language": self.language},
        }
        return {"type": "translation", "model": MODEL, "audio": audio}

    def updated(self, session: Json) -> "TranslationConfig":
        """The configuration after an update; fields missing in the checked `session` stay."""
        audio = session.get("audio", {})
        source = audio.get("input", {})
        config = self
        if "transcription" in source:
            wanted = source["transcription"]
            config = replace(config, transcription=wanted and wanted["model"])
        if "noise_reduction" in source:
            reduced = source["noise_reduction"]
            if reduced is not None:
                kept = (config.noise_reduction or {}).get("strength", 1.0)
                reduced = {"strength": kept, **reduced}
            config = replace(config, noise_reduction=reduced)
        return replace(config, **audio.get("output", {}))


class TranslationEvents(ServerEvents):
    """Builds the server events of one translation session."""

    def closed(self) -> Json:
        """The last event of a session."""
        return self.event("session.closed")

    def input_text(self, delta: str, elapsed_ms: int) -> Json:
        """A piece of what the speaker said."""
        return self.event("session.input_transcript.delta", delta=delta, elapsed_ms=elapsed_ms)

    def output_text(self, delta: str, elapsed_ms: int) -> Json:
        """A piece of the translation."""
        return self.event("session.output_transcript.delta", delta=delta, elapsed_ms=elapsed_ms)

    def output_audio(self, pcm: bytes, elapsed_ms: int) -> Json:
        """A piece of the translation's sound."""
        return self.event(
            "session.output_audio.delta",
            delta=base64.b64encode(pcm).decode(),
            sample_rate=SAMPLE_RATE_HZ,
            channels=1,
            format="pcm16",
            elapsed_ms=elapsed_ms,
        )
