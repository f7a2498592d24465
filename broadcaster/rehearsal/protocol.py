"""The translation events: what a client may send, and what the server answers.

No input or output happens here. The shapes are those of the models `openai.types.realtime`
(RealtimeTranslation...), which the tests hold every event against.
"""

import base64
import binascii
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from broadcaster.rehearsal.constants import SAMPLE_RATE_HZ
from broadcaster.rehearsal.languages import ACCEPTED, DEFAULT

MODEL = "gpt-realtime-translate"
TRANSCRIPTION_MODELS = frozenset({"gpt-realtime-whisper", "gpt-live-transcribe"})
_NOISE_REDUCTIONS = frozenset({"near_field", "far_field"})

Json = dict[str, Any]


class Invalid(Exception):
    """A client event that is answered with an `error` event; the session goes on.

    Args:
        code: stable identifier.
        message: a sentence.
        param: path of the field at fault.
        event_id: the client's own id of the event.
    """

    def __init__(
        self, code: str, message: str, param: str | None = None, event_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.param, self.event_id = code, message, param, event_id


@dataclass(frozen=True, slots=True)
class Config:
    """What a client may change about its session."""

    language: str = DEFAULT
    transcription: str | None = None
    noise_reduction: Mapping[str, str | float] | None = None

    def to_json(self) -> Json:
        """The `audio` object of the session."""
        transcription = None if self.transcription is None else {"model": self.transcription}
        noise_reduction = None if self.noise_reduction is None else dict(self.noise_reduction)
        return {
            "input": {"noise_reduction": noise_reduction, "transcription": transcription},
            "output": {"language": self.language},
        }


@dataclass(frozen=True, slots=True)
class Update:
    """`session.update`: the session object, not yet checked against the configuration."""

    session: Json
    event_id: str | None

    def applied_to(self, config: Config) -> Config:
        """The configuration with the fields that are present changed.

        Raises:
            Invalid: a field is unknown or has a value it cannot have.
        """
        try:
            return _updated(config, self.session)
        except Invalid as error:
            raise Invalid(error.code, error.message, error.param, self.event_id) from None


@dataclass(frozen=True, slots=True)
class Append:
    """`session.input_audio_buffer.append`: PCM s16le mono 24 kHz."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """`session.close`."""


def parse(text: str) -> Update | Append | Close:
    """One client event.

    Raises:
        Invalid: it is none.
    """
    try:
        event = json.loads(text)
    except ValueError:
        raise Invalid("invalid_json", "The event is not valid JSON.") from None
    if not isinstance(event, dict):
        raise Invalid("invalid_event", "An event is a JSON object.")
    event_id = event.get("event_id")
    if event_id is not None and not isinstance(event_id, str):
        raise Invalid("invalid_type", "Invalid type for 'event_id': a string.", "event_id")
    try:
        return _parsed(event, event_id)
    except Invalid as error:
        raise Invalid(error.code, error.message, error.param, event_id) from None


def _parsed(event: Json, event_id: str | None) -> Update | Append | Close:
    match event.get("type"):
        case "session.update":
            _only(event, {"type", "event_id", "session"}, "")
            if "session" not in event:
                raise _missing("session")
            return Update(_object(event["session"], "session"), event_id)
        case "session.input_audio_buffer.append":
            _only(event, {"type", "event_id", "audio"}, "")
            if "audio" not in event:
                raise _missing("audio")
            return Append(_pcm(event["audio"]))
        case "session.close":
            _only(event, {"type", "event_id"}, "")
            return Close()
        case None:
            raise _missing("type")
        case other:
            raise Invalid("invalid_event", f"Unknown event type: {str(other)[:80]!r}.", "type")


def _updated(config: Config, session: Json) -> Config:
    _only(session, {"audio"}, "session.")
    audio = _object(session.get("audio", {}), "session.audio")
    _only(audio, {"input", "output"}, "session.audio.")
    source = _object(audio.get("input", {}), "session.audio.input")
    _only(source, {"transcription", "noise_reduction"}, "session.audio.input.")
    if "transcription" in source:
        config = replace(config, transcription=_transcription(source["transcription"]))
    if "noise_reduction" in source:
        reduced = _noise_reduction(source["noise_reduction"], config.noise_reduction)
        config = replace(config, noise_reduction=reduced)
    target = _object(audio.get("output", {}), "session.audio.output")
    _only(target, {"language"}, "session.audio.output.")
    if "language" in target:
        language = target["language"]
        if not isinstance(language, str) or language not in ACCEPTED:
            codes = ", ".join(f"'{code}'" for code in sorted(ACCEPTED))
            raise Invalid(
                "invalid_value",
                f"Invalid value: {str(language)[:40]!r}. Supported values are: {codes}.",
                "session.audio.output.language",
            )
        config = replace(config, language=language)
    return config


def _transcription(value: Any) -> str | None:
    path = "session.audio.input.transcription"
    if value is None:
        return None
    transcription = _object(value, path)
    _only(transcription, {"model"}, f"{path}.")
    if "model" not in transcription:
        raise _missing(f"{path}.model")
    model = transcription["model"]
    if not isinstance(model, str) or model not in TRANSCRIPTION_MODELS:
        names = ", ".join(sorted(TRANSCRIPTION_MODELS))
        raise Invalid("invalid_value", f"Supported models are: {names}.", f"{path}.model")
    return model


def _noise_reduction(
    value: Any, before: Mapping[str, str | float] | None
) -> Mapping[str, str | float] | None:
    path = "session.audio.input.noise_reduction"
    if value is None:
        return None
    wanted = _object(value, path)
    _only(wanted, {"type", "strength"}, f"{path}.")
    if "type" not in wanted:
        raise _missing(f"{path}.type")
    if str(wanted["type"]) not in _NOISE_REDUCTIONS:
        raise Invalid("invalid_value", "Use 'near_field' or 'far_field'.", f"{path}.type")
    strength = wanted.get("strength", (before or {}).get("strength", 1.0))
    if not isinstance(strength, int | float) or not 0 <= strength <= 1:
        raise Invalid("invalid_value", "The strength is a number from 0 to 1.", f"{path}.strength")
    return {"type": wanted["type"], "strength": strength}


def _pcm(audio: Any) -> bytes:
    if not isinstance(audio, str):
        raise Invalid("invalid_type", "Invalid type for 'audio': a base64 string.", "audio")
    try:
        pcm = base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("invalid_value", "The audio is not valid base64.", "audio") from None
    if len(pcm) % 2:
        raise Invalid("invalid_value", "PCM16 has an even number of bytes.", "audio")
    return pcm


def _object(value: Any, path: str) -> Json:
    if not isinstance(value, dict):
        raise Invalid("invalid_type", f"Invalid type for '{path}': an object.", path)
    return value


def _only(value: Json, known: set[str], prefix: str) -> None:
    for key in value:
        if key not in known:
            path = f"{prefix}{key[:80]}"
            raise Invalid("unknown_parameter", f"Unknown parameter: '{path}'.", path)


def _missing(path: str) -> Invalid:
    return Invalid("missing_required_parameter", f"Missing required parameter: '{path}'.", path)


class Events:
    """Builds the server events of one session.

    Args:
        session_id: unique name of the session.
        expires_at: Unix time in seconds.
    """

    def __init__(self, session_id: str, expires_at: int) -> None:
        self._session_id, self._expires_at = session_id, expires_at
        self._numbers = itertools.count(1)

    def created(self, config: Config) -> Json:
        """The first event of a session."""
        return self._event("session.created", session=self._session(config))

    def updated(self, config: Config) -> Json:
        """The whole configuration after an update."""
        return self._event("session.updated", session=self._session(config))

    def closed(self) -> Json:
        """The last event of a session."""
        return self._event("session.closed")

    def input_text(self, delta: str, elapsed_ms: int) -> Json:
        """A piece of what the speaker said."""
        return self._event("session.input_transcript.delta", delta=delta, elapsed_ms=elapsed_ms)

    def output_text(self, delta: str, elapsed_ms: int) -> Json:
        """A piece of the translation."""
        return self._event("session.output_transcript.delta", delta=delta, elapsed_ms=elapsed_ms)

    def output_audio(self, pcm: bytes, elapsed_ms: int) -> Json:
        """A piece of the translation's sound."""
        return self._event(
            "session.output_audio.delta",
            delta=base64.b64encode(pcm).decode(),
            sample_rate=SAMPLE_RATE_HZ,
            channels=1,
            format="pcm16",
            elapsed_ms=elapsed_ms,
        )

    def error(self, error: Invalid, kind: str = "invalid_request_error") -> Json:
        """What was wrong with a client event, or why the session ends."""
        return self._event(
            "error",
            error={
                "type": kind,
                "code": error.code,
                "message": error.message,
                "param": error.param,
                "event_id": error.event_id,
            },
        )

    def _session(self, config: Config) -> Json:
        return {
            "id": self._session_id,
            "type": "translation",
            "model": MODEL,
            "expires_at": self._expires_at,
            "audio": config.to_json(),
        }

    def _event(self, kind: str, **fields: Any) -> Json:
        number = next(self._numbers)
        return {"type": kind, "event_id": f"event_{self._session_id}_{number}", **fields}
