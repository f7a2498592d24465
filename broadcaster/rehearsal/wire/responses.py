"""A response of a conversation: what was asked for, how it ended, and both as JSON."""

import asyncio
from dataclasses import dataclass, field

from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ
from broadcaster.rehearsal.wire.ga_validation import PCM_FORMAT
from broadcaster.rehearsal.wire.validation import Json

BYTES_PER_S = SAMPLE_RATE_HZ * 2
TOKENS_PER_S_SPOKEN = 20
_TOKENS_PER_S_HEARD = 10
_CHARACTERS_PER_TOKEN = 4


@dataclass(eq=False, slots=True)
class ResponseRequest:
    """The response a client asked for.

    Attributes:
        response_id: unique.
        item_id: of the item the response adds.
        recordings: the sound to interpret, s16le mono 24 kHz each.
        texts: what to translate besides, or to read aloud if `modality` is `audio`.
        language: ISO 639 code of the target language.
        instructions: as the client wrote them.
        modality: `audio` or `text`.
        voice: repeated in the answer, without effect.
        max_output_tokens: a number or `inf`.
        metadata: repeated in the answer, without effect.
        conversation_id: None for an out-of-band response.
        cancelled: set when the client cancels the response.
    """

    response_id: str
    item_id: str
    recordings: list[bytes]
    texts: list[str]
    language: str
    instructions: str
    modality: str
    voice: str
    max_output_tokens: int | str
    metadata: Json | None
    conversation_id: str | None
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    def received_ms(self) -> int:
        """Length of all recordings."""
        return sum(map(len, self.recordings)) * 1000 // BYTES_PER_S


@dataclass(frozen=True, slots=True)
class ResponseOutcome:
    """The end of a response.

    Attributes:
        status: `completed`, `incomplete`, `cancelled` or `failed`.
        details: the reason; None for `completed`.
        text: the text that was sent.
        spoken_bytes: how much sound was sent.
    """

    status: str
    details: Json | None = None
    text: str = ""
    spoken_bytes: int = 0


def place_of(request: ResponseRequest) -> Json:
    """The fields by which an event names the response and its part."""
    return {
        "response_id": request.response_id,
        "item_id": request.item_id,
        "output_index": 0,
        "content_index": 0,
    }


def message_of(request: ResponseRequest, content: list[Json]) -> Json:
    """The response as an item of the conversation, without a status."""
    return {
        "id": request.item_id,
        "object": "realtime.item",
        "type": "message",
        "role": "assistant",
        "content": content,
    }


def item_of(request: ResponseRequest, outcome: ResponseOutcome) -> Json | None:
    """Return the output as a finished item; None without output."""
    if not outcome.text:
        return None
    content = {"type": "output_audio", "transcript": outcome.text}
    if request.modality == "text":
        content = {"type": "output_text", "text": outcome.text}
    status = "completed" if outcome.status == "completed" else "incomplete"
    return {**message_of(request, [content]), "status": status}


def response_of(request: ResponseRequest, status: str) -> Json:
    """The response as it begins. At its end, details, output and usage are added."""
    output = {"format": PCM_FORMAT, "voice": request.voice}
    return {
        "object": "realtime.response",
        "id": request.response_id,
        "status": status,
        "status_details": None,
        "output": [],
        "conversation_id": request.conversation_id,
        "output_modalities": [request.modality],
        "max_output_tokens": request.max_output_tokens,
        "audio": {"output": output},
        "usage": None,
        "metadata": request.metadata,
    }


def usage_of(request: ResponseRequest, outcome: ResponseOutcome) -> Json:
    """Tokens at the documented rates: ten per second heard, twenty per second spoken."""
    heard = request.received_ms() * _TOKENS_PER_S_HEARD // 1000
    read = len(request.instructions) // _CHARACTERS_PER_TOKEN
    spoken = outcome.spoken_bytes * TOKENS_PER_S_SPOKEN // BYTES_PER_S
    written = len(outcome.text) // _CHARACTERS_PER_TOKEN
    return {
        "total_tokens": heard + read + spoken + written,
        "input_tokens": heard + read,
        "output_tokens": spoken + written,
        "input_token_details": {
            "text_tokens": read,
            "audio_tokens": heard,
            "image_tokens": 0,
            "cached_tokens": 0,
            "cached_tokens_details": {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0},
        },
        "output_token_details": {"text_tokens": written, "audio_tokens": spoken},
    }
