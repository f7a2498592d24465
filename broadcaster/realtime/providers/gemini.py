"""Gemini Live Translate: a protocol of its own, `BidiGenerateContent`.

It follows what Google publishes about the Live API and its translation model, and was not tried
against the real service. The server never says that it has said everything: a session that is
closed counts as finished when nothing has come for a while.
"""

import re
from collections.abc import Callable, Mapping

from broadcaster.realtime import wire
from broadcaster.realtime.endpoint import RealtimeApi
from broadcaster.realtime.languages import OfferedLanguages
from broadcaster.realtime.protocol.fields import Malformed, mapping, string
from broadcaster.realtime.protocol.input_sound import InputSound
from broadcaster.realtime.protocol.session import RUNNING, WORKING, AudioProtocol, State
from broadcaster.realtime.protocol.settings import ContinuousConfig
from broadcaster.realtime.providers.prices import Prices
from broadcaster.realtime.providers.provider import Provider
from broadcaster.realtime.session_events import (
    AudioDelta,
    InputText,
    OutputText,
    SessionEnding,
    SessionReady,
)

INPUT_HZ = 16_000
QUIET_S = 4.0
"""A session that is closed has finished when nothing came for this long."""
_SPOKEN = "de en es fr hi id it ja ko nl pl pt ru tr vi zh-Hans zh-Hant"
LANGUAGES = OfferedLanguages(tuple(_SPOKEN.split()))
"""Some of the more than 70 that the service has; the settings can name others."""
_SETUP_COMPLETE = "setupComplete"
_CONTENT = "serverContent"
_GO_AWAY = "goAway"
_OUTPUT_MIME = f"audio/pcm;rate={wire.SAMPLE_RATE_HZ}"
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s")


class BidiTranslation(AudioProtocol):
    """The client side of one session.

    Args:
        config: what it interprets into.
        now: seconds of a monotonic clock.
    """

    expected: Mapping[str, frozenset[State]] = {
        _SETUP_COMPLETE: frozenset({State.CONFIGURING}),
        _CONTENT: WORKING,
        _GO_AWAY: WORKING,
        wire.ERROR: RUNNING,
    }

    def __init__(self, config: ContinuousConfig, now: Callable[[], float]) -> None:
        super().__init__(
            {
                _SETUP_COMPLETE: self._on_setup_complete,
                _CONTENT: self._on_content,
                _GO_AWAY: self._on_go_away,
            }
        )
        self._config = config
        self._now = now
        self._input = InputSound(INPUT_HZ)
        self._heard_s = 0.0

    @property
    def purpose(self) -> str:
        """The target language."""
        return f"the language {self._config.target}"

    def opened(self) -> None:
        """Send our settings: the server waits for them."""
        self._move(State.CONFIGURING)
        self._send({"setup": self._settings()})

    def receive(self, event: Mapping[str, object]) -> None:
        """Take one message. It has no type: the names of its fields tell what it is."""
        kinds = [kind for kind in self.expected if kind in event]
        for kind in kinds:
            super().receive({**event, "type": kind})
        if not kinds:
            super().receive({"type": ""})

    def append(self, pcm: bytes) -> None:
        """Send sound, s16le mono 24 kHz.

        Raises:
            RuntimeError: the session is not live.
        """
        self._check_live()
        self._append(self._input.encoded(pcm))

    def close(self) -> None:
        """Say that no more sound follows.

        Raises:
            RuntimeError: the session is not live.
        """
        self._move(State.CLOSING)
        self._append(self._input.rest())
        self._send({"realtimeInput": {"audioStreamEnd": True}})
        self._heard_s = self._now()

    def due_at(self) -> float | None:
        """The time at which a closed session has finished."""
        return self._heard_s + QUIET_S if self.state is State.CLOSING else None

    def tick(self) -> None:
        """End a closed session that has nothing more to say."""
        if self.state is State.CLOSING and self._now() >= self._heard_s + QUIET_S:
            self._finish()

    def _append(self, audio: str) -> None:
        if audio:
            sound = {"data": audio, "mimeType": f"audio/pcm;rate={INPUT_HZ}"}
            self._send({"realtimeInput": {"audio": sound}})

    def _settings(self) -> Mapping[str, object]:
        model = self._config.model
        target = LANGUAGES.spoken_tag(self._config.target) or self._config.target
        return {
            "model": model if model.startswith("models/") else f"models/{model}",
            "generationConfig": {
                "responseModalities": ["AUDIO"],
                "translationConfig": {"targetLanguageCode": target, "echoTargetLanguage": False},
            },
            "inputAudioTranscription": {},
            "outputAudioTranscription": {},
        }

    def _on_setup_complete(self, _event: Mapping[str, object]) -> None:
        self._move(State.LIVE)
        self._tell(SessionReady("", None))

    def _on_content(self, event: Mapping[str, object]) -> None:
        content = mapping(event.get(_CONTENT))
        elapsed_ms = self._input.elapsed_ms
        self._heard_s = self._now()
        if heard := string(mapping(content.get("inputTranscription")).get("text")):
            self._tell(InputText(heard, elapsed_ms))
        if said := string(mapping(content.get("outputTranscription")).get("text")):
            self._tell(OutputText(said, elapsed_ms))
        parts = mapping(content.get("modelTurn")).get("parts")
        for part in parts if isinstance(parts, list) else []:
            sound = mapping(mapping(part).get("inlineData"))
            if sound.get("mimeType", _OUTPUT_MIME) not in (_OUTPUT_MIME, "audio/pcm"):
                raise Malformed("sound that is not PCM at 24 kHz")
            if sound and (pcm := self._whole_samples({"delta": sound.get("data")})):
                self._tell(AudioDelta(pcm, elapsed_ms))

    def _on_go_away(self, event: Mapping[str, object]) -> None:
        left = _SECONDS.fullmatch(string(mapping(event.get(_GO_AWAY)).get("timeLeft")))
        self._tell(SessionEnding(float(left[1]) if left else None))


GEMINI = Provider(
    id="gemini",
    name="Google (Gemini)",
    api=RealtimeApi(
        url="https://generativelanguage.googleapis.com",
        translations_path=(
            "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
        ),
        model_in_query=False,
        key_header="x-goog-api-key",
        key_prefix="",
    ),
    hosts=("generativelanguage.googleapis.com",),
    languages=LANGUAGES,
    translation=BidiTranslation,
    translate_model="gemini-3.5-live-translate-preview",
    converse_model=None,
    transcribe_model=None,
    prices=Prices(translate_per_min=0.037),
    session_s=600.0,
    untried=True,
)
