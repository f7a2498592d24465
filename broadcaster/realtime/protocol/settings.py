"""Settings of each kind of session, and how OpenAI's are sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from broadcaster.realtime import wire
from broadcaster.realtime.languages import endpoint_language
from broadcaster.realtime.protocol.session import NoiseReduction

PCM_FORMAT = {"type": "audio/pcm", "rate": wire.SAMPLE_RATE_HZ}
_KEPT_TOKENS = 4000


@dataclass(frozen=True, slots=True)
class ContinuousConfig:
    """The settings of a continuous interpretation. A provider sends those that it takes.

    Attributes:
        target: language of the channel, a BCP 47 tag.
        model: on Azure the deployment's name.
        source: BCP 47 tag of what the speaker speaks; None lets the provider find out.
        voice: one of the provider's voices; None for its usual one.
        phrases: terms of the speaker → how they are said on the channel.
    """

    target: str
    model: str = wire.DEFAULT_MODEL
    source: str | None = None
    voice: str | None = None
    phrases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConversationConfig:
    """The settings of a conversation that interprets.

    Attributes:
        instructions: as `interpreter_instructions` writes them.
        model: on Azure the deployment's name.
        voice: one of the server's voices.
        noise_reduction: how the server filters the sound first.
        parallel: most segments interpreted at the same time.
        max_output_tokens: for one segment's interpretation; speech takes about 20 a second.
        response_s: how long one segment's interpretation may take.
    """

    instructions: str
    model: str = wire.DEFAULT_CONVERSATION_MODEL
    voice: str = "marin"
    noise_reduction: NoiseReduction | None = "far_field"
    parallel: int = 2
    max_output_tokens: int = 1000
    response_s: float = 20.0

    def session(self) -> dict[str, object]:
        """The `session` object: no turn detection, so the server never speaks by itself."""
        return {
            "type": "realtime",
            "output_modalities": ["audio"],
            "instructions": self.instructions,
            "truncation": {
                "type": "retention_ratio",
                "retention_ratio": 0.5,
                "token_limits": {"post_instructions": _KEPT_TOKENS},
            },
            "tools": [],
            "tool_choice": "none",
            "audio": {
                "input": _listening(self.noise_reduction),
                "output": {"format": PCM_FORMAT, "voice": self.voice},
            },
        }


@dataclass(frozen=True, slots=True)
class TranscriptionConfig:
    """The settings of a transcription.

    Attributes:
        model: on Azure the deployment's name.
        languages: BCP 47 tags of what the speaker may speak; empty lets the model detect it.
        keywords: terms to recognise, for models that take them.
        noise_reduction: how the server filters the sound first.
        commit_after_ms: a pause ends an item of at least this length; None leaves commits to the
            caller of the protocol.
        commit_at_most_ms: longest item.
        result_s: how long the text of an item may take after its commit.
    """

    model: str = wire.DEFAULT_TRANSCRIPTION_MODEL
    languages: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    noise_reduction: NoiseReduction | None = "far_field"
    commit_after_ms: int | None = 3_000
    commit_at_most_ms: int = 8_000
    result_s: float = 20.0

    def session(self) -> dict[str, object]:
        """The `session` object; the recommended models refuse turn detection."""
        listening = _listening(self.noise_reduction) | {"transcription": self._transcription()}
        return {"type": "transcription", "audio": {"input": listening}}

    def _transcription(self) -> dict[str, object]:
        """Whisper and gpt-4o models take one `language` and no keywords, newer ones `languages`."""
        settings: dict[str, object] = {"model": self.model}
        languages = list(dict.fromkeys(map(endpoint_language, self.languages)))
        if "whisper" in self.model or self.model.startswith("gpt-4o"):
            if len(languages) == 1:
                settings["language"] = languages[0]
        else:
            if languages:
                settings["languages"] = languages
            if self.keywords:
                settings["keywords"] = list(self.keywords)
        return settings


def _listening(noise_reduction: NoiseReduction | None) -> dict[str, object]:
    listening: dict[str, object] = {"format": PCM_FORMAT, "turn_detection": None}
    if noise_reduction is not None:
        listening["noise_reduction"] = {"type": noise_reduction}
    return listening
