"""Constants of the Realtime translation endpoint, for both ends of the wire.

Names and audio format are those of OpenAI's API (`openai` package 3.54, `types/realtime`); the
documented languages are those of its Realtime translation guide. No logic lives here, so the
rehearsal server may import it.
"""

DEFAULT_BASE_URL = "https://api.openai.com/v1"
"""Where OpenAI serves the API."""
AZURE_BASE_PATH = "/openai/v1"
"""Path of the same API on an Azure OpenAI resource."""
TRANSLATIONS_PATH = "/realtime/translations"
"""WebSocket endpoint, relative to the base URL; the query names the `model`."""
DEFAULT_MODEL = "gpt-realtime-translate"
"""The only model OpenAI serves there; on Azure the query carries the deployment's name."""

SESSION_UPDATE = "session.update"
INPUT_AUDIO_APPEND = "session.input_audio_buffer.append"
SESSION_CLOSE = "session.close"

SESSION_CREATED = "session.created"
SESSION_UPDATED = "session.updated"
INPUT_TRANSCRIPT_DELTA = "session.input_transcript.delta"
OUTPUT_TRANSCRIPT_DELTA = "session.output_transcript.delta"
OUTPUT_AUDIO_DELTA = "session.output_audio.delta"
SESSION_CLOSED = "session.closed"
ERROR = "error"

SAMPLE_RATE_HZ = 24_000
"""Audio is raw PCM, signed 16 bit little endian, mono, at this rate in both directions."""
SAMPLE_BYTES = 2
FRAME_MS = 200
"""The engine's step; shorter chunks wait at the server, longer ones are split there."""
FRAME_SAMPLES = SAMPLE_RATE_HZ * FRAME_MS // 1000
FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES

TARGET_LANGUAGES = (
    "de",
    "en",
    "es",
    "fr",
    "hi",
    "id",
    "it",
    "ja",
    "ko",
    "pt",
    "ru",
    "vi",
    "zh",
)
"""The 13 documented output languages, ISO 639-1; the server accepts more, without a promise."""
