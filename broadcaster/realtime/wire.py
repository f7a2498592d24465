"""Constants of the three Realtime endpoints, for both ends of the wire.

Names and audio format are those of OpenAI's API (`openai` package 3.57, `types/realtime`). No logic
lives here, so the rehearsal server may import it.
"""

DEFAULT_BASE_URL = "https://api.openai.com/v1"
"""The base URL of OpenAI's API."""
REALTIME_PATH = "/realtime"
"""WebSocket endpoint of conversations (the query names the `model`) and of transcriptions."""
TRANSLATIONS_PATH = "/realtime/translations"
"""WebSocket endpoint, relative to the base URL; the query names the `model`."""
TRANSCRIPTION_INTENT = "transcription"
"""The query's `intent` of a transcription; with a `model` there the server opens a conversation."""
DEFAULT_MODEL = "gpt-realtime-translate"
"""The only model OpenAI serves there; on Azure the query carries the deployment's name."""
DEFAULT_CONVERSATION_MODEL = "gpt-realtime-2.1"
DEFAULT_TRANSCRIPTION_MODEL = "gpt-live-transcribe"

SESSION_UPDATE = "session.update"
SESSION_CREATED = "session.created"
SESSION_UPDATED = "session.updated"
ERROR = "error"

# Translation only.
INPUT_AUDIO_APPEND = "session.input_audio_buffer.append"
SESSION_CLOSE = "session.close"
INPUT_TRANSCRIPT_DELTA = "session.input_transcript.delta"
OUTPUT_TRANSCRIPT_DELTA = "session.output_transcript.delta"
OUTPUT_AUDIO_DELTA = "session.output_audio.delta"
SESSION_CLOSED = "session.closed"

# Conversation.
RESPONSE_CREATE = "response.create"
RESPONSE_CANCEL = "response.cancel"
RESPONSE_CREATED = "response.created"
RESPONSE_AUDIO_DELTA = "response.output_audio.delta"
RESPONSE_TRANSCRIPT_DELTA = "response.output_audio_transcript.delta"
RESPONSE_TRANSCRIPT_DONE = "response.output_audio_transcript.done"
RESPONSE_TEXT_DELTA = "response.output_text.delta"
RESPONSE_TEXT_DONE = "response.output_text.done"
RESPONSE_DONE = "response.done"

# Transcription.
BUFFER_APPEND = "input_audio_buffer.append"
BUFFER_COMMIT = "input_audio_buffer.commit"
BUFFER_CLEAR = "input_audio_buffer.clear"
BUFFER_COMMITTED = "input_audio_buffer.committed"
SPEECH_STARTED = "input_audio_buffer.speech_started"
SPEECH_STOPPED = "input_audio_buffer.speech_stopped"
TRANSCRIPTION_DELTA = "conversation.item.input_audio_transcription.delta"
TRANSCRIPTION_UPDATED = "conversation.item.input_audio_transcription.updated"
"""xAI's cumulative form of the delta."""
TRANSCRIPTION_COMPLETED = "conversation.item.input_audio_transcription.completed"
TRANSCRIPTION_FAILED = "conversation.item.input_audio_transcription.failed"

BETA_NAMES = {
    "response.audio.delta": RESPONSE_AUDIO_DELTA,
    "response.audio_transcript.delta": RESPONSE_TRANSCRIPT_DELTA,
    "response.audio_transcript.done": RESPONSE_TRANSCRIPT_DONE,
    "response.text.delta": RESPONSE_TEXT_DELTA,
    "response.text.done": RESPONSE_TEXT_DONE,
}
"""Names of the removed beta that compatible servers still send, and what they are called now."""
UNUSED_EVENTS = frozenset(
    {
        "conversation.created",
        "conversation.item.created",
        "conversation.item.added",
        "conversation.item.done",
        "conversation.item.deleted",
        "input_audio_buffer.cleared",
        "rate_limits.updated",
        "response.output_item.added",
        "response.output_item.done",
        "response.content_part.added",
        "response.content_part.done",
        "response.output_audio.done",
        "response.audio.done",
    }
)
"""Ordinary events of conversations and transcriptions that tell us nothing new."""

SAMPLE_RATE_HZ = 24_000
"""Audio is raw PCM, signed 16 bit little endian, mono, at this rate in both directions."""
SAMPLE_BYTES = 2
FRAME_MS = 200
"""The engine's step; shorter chunks wait at the server, longer ones are split there."""
FRAME_SAMPLES = SAMPLE_RATE_HZ * FRAME_MS // 1000
FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES
