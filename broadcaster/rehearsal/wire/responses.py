"""What a response is, before and after it was given, and how that is written."""

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
class Request:
    """What a response is to be.

    Attributes:
        response_id: unique.
        item_id: of what it says.
        recordings: the sound to interpret, s16le mono 24 kHz each.
        language: ISO 639 code of the target.
        instructions: as the model reads them.
        modality: `audio` or `text`.
        voice: only repeated.
        max_output_tokens: a number or `inf`.
        metadata: only repeated.
        conversation_id: None when it is out of band.
        cancelled: set when the client does not want it any more.
    """

    response_id: str
    item_id: str
    recordings: list[bytes]
    language: str
    instructions: str
    modality: str
    voice: str
    max_output_tokens: int | str
    metadata: Json | None
    conversation_id: str | None
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    def received_ms(self) -> int:
        """How much sound it is about."""
        return sum(map(len, self.recordings)) * 1000 // BYTES_PER_S


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a response ended.

    Attributes:
        status: `completed`, `incomplete`, `cancelled` or `failed`.
        details: why, if not completed.
        text: what was sent of the text.
        spoken_bytes: what was sent of the sound.
    """

    status: str
    details: Json | None = None
    text: str = ""
    spoken_bytes: int = 0


def place_of(request: Request) -> Json:
    """Of which response, and which part of it, an event tells."""
    return {
        "response_id": request.response_id,
        "item_id": request.item_id,
        "output_index": 0,
        "content_index": 0,
    }


def message_of(request: Request, content: list[Json]) -> Json:
    """What is said as an item of the conversation."""
    return {
        "id": request.item_id,
        "object": "realtime.item",
        "type": "message",
        "role": "assistant",
        "content": content,
    }


def item_of(request: Request, outcome: Outcome) -> Json | None:
    """What was said, as a finished item; None when that is nothing."""
    if not outcome.text:
        return None
    content = {"type": "output_audio", "transcript": outcome.text}
    if request.modality == "text":
        content = {"type": "output_text", "text": outcome.text}
    status = "completed" if outcome.status == "completed" else "incomplete"
    return {**message_of(request, [content]), "status": status}


def response_of(request: Request, status: str) -> Json:
    """The response as it begins; its end adds details, output and usage."""
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


def usage_of(request: Request, outcome: Outcome) -> Json:
    """Tokens by the documented rates: ten for a second heard, twenty for a second spoken."""
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
