"""The price table of a provider."""

from dataclasses import dataclass

from broadcaster.realtime.session_events import Usage

_MINUTE_MS = 60_000
_PRICED_TOKENS = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """The price table: USD per minute of sound sent, or per million tokens (`mtok`).

    Its names are those of the settings without `price_`. The defaults are those of OpenAI's model
    pages for `gpt-realtime-translate`, `gpt-live-transcribe` and `gpt-realtime-2.1`.
    """

    translate_per_min: float = 0.034
    transcribe_per_min: float = 0.017
    text_in_per_mtok: float = 4.0
    text_cached_per_mtok: float = 0.4
    text_out_per_mtok: float = 24.0
    audio_in_per_mtok: float = 32.0
    audio_cached_per_mtok: float = 0.4
    audio_out_per_mtok: float = 64.0

    def translate_cost(self, sent_ms: int) -> float:
        """USD for sound sent to translation sessions, which report no tokens."""
        return sent_ms / _MINUTE_MS * self.translate_per_min

    def transcribe_cost(self, sent_ms: int) -> float:
        """USD for sound sent to transcription sessions."""
        return sent_ms / _MINUTE_MS * self.transcribe_per_min

    def converse_cost(self, usage: Usage) -> float:
        """USD for the tokens of conversational responses."""
        return (
            (usage.input_text - usage.cached_text) * self.text_in_per_mtok
            + usage.cached_text * self.text_cached_per_mtok
            + usage.output_text * self.text_out_per_mtok
            + (usage.input_audio - usage.cached_audio) * self.audio_in_per_mtok
            + usage.cached_audio * self.audio_cached_per_mtok
            + usage.output_audio * self.audio_out_per_mtok
        ) / _PRICED_TOKENS


FREE = Prices(0, 0, 0, 0, 0, 0, 0, 0)
