"""Events of the transcription endpoint (GA): what a client may send, and what the server answers.

No input or output happens here. The shapes are those of the models `openai.types.realtime`, against
which the tests check every event.
"""

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
    event_shape,
    fields,
    one_of,
    optional,
)

_CONTAINERS = frozenset({"audio", "input"})
_PREFIX = "conversation.item.input_audio_transcription"


def _no_turn_detection(value: Any, path: str) -> None:
    """The recommended models detect no turns, so the client commits."""
    if optional(TURN_DETECTION)(value, path) is not None:
        message = "Turn detection is not supported by this model; commit the buffer yourself."
        raise Invalid("invalid_value", message, path)


_AUDIO_INPUT = {
    "format": FORMAT,
    "noise_reduction": optional(NOISE_REDUCTION),
    "transcription": optional(transcription),
    "turn_detection": _no_turn_detection,
}
_SESSION = fields(
    {"type": one_of("transcription")},
    {"include": INCLUDE, "audio": fields({}, {"input": fields({}, _AUDIO_INPUT)})},
)
CLIENT_EVENTS: Mapping[str, Shape] = {
    **BUFFER_EVENTS,
    "session.update": event_shape({"session": _SESSION}),
}
"""The events that a client may send, by type. Checked events hold decoded sound."""
FIRST_CONFIG: Json = {
    "object": "realtime.transcription_session",
    "type": "transcription",
    "include": None,
    "audio": {
        "input": {
            "format": PCM_FORMAT,
            "noise_reduction": None,
            "transcription": None,
            "turn_detection": None,
        }
    },
}
"""The configuration of a new session."""


def updated_config(config: Json, session: Json) -> Json:
    """The configuration after a checked update."""
    return merged(config, session, _CONTAINERS)


class TranscriptionEvents(BufferEvents):
    """Builds the server events of one transcription session."""

    def delta(self, item_id: str, delta: str, said_ms: tuple[int, int] | None) -> Json:
        """A piece of an item's text.

        Args:
            item_id: the item.
            delta: the text.
            said_ms: the times of the input between which it was said. They are told as the API
                tells those of speech, and mean that this text is settled; None tells nothing, as
                OpenAI does.
        """
        times = {}
        if said_ms is not None:
            times = {"audio_start_ms": said_ms[0], "audio_end_ms": said_ms[1]}
        return self.event(
            f"{_PREFIX}.delta", item_id=item_id, content_index=0, delta=delta, **times
        )

    def completed(self, item_id: str, transcript: str, seconds: float) -> Json:
        """The whole text of an item, which replaces its pieces."""
        return self.event(
            f"{_PREFIX}.completed",
            item_id=item_id,
            content_index=0,
            transcript=transcript,
            usage={"type": "duration", "seconds": seconds},
        )

    def failed(self, item_id: str) -> Json:
        """An item could not be transcribed."""
        error = {
            "type": "server_error",
            "code": "server_error",
            "message": "The server had an error while transcribing the audio.",
            "param": None,
        }
        return self.event(f"{_PREFIX}.failed", item_id=item_id, content_index=0, error=error)
