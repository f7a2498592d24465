"""A Realtime translation session as a state machine.

Until the server confirms our update it interprets into a default language of its own. Sound sent
before that would come back in the wrong language, so `append` refuses it.
"""

import base64
from collections.abc import Mapping
from typing import ClassVar

from broadcaster.realtime import wire
from broadcaster.realtime.protocol.fields import mapping, text_of, whole_number
from broadcaster.realtime.protocol.session import RUNNING, WORKING, AudioProtocol, State
from broadcaster.realtime.session_events import AudioDelta, InputText, OutputText


def endpoint_language(tag: str) -> str:
    """The language as the endpoints take it, ISO 639-1 without region: `pt-BR` → `pt`."""
    return tag.replace("_", "-").split("-")[0].lower()


class TranslationProtocol(AudioProtocol):
    """The client side of one translation session.

    Args:
        language: target, a BCP 47 tag; its region and script are not sent.

    Attributes:
        language: the target in the form that is sent.
    """

    expected: ClassVar[Mapping[str, frozenset[State]]] = {
        wire.SESSION_CREATED: frozenset({State.CONNECTING}),
        wire.SESSION_UPDATED: frozenset({State.CONFIGURING}),
        wire.OUTPUT_AUDIO_DELTA: WORKING,
        wire.OUTPUT_TRANSCRIPT_DELTA: WORKING,
        wire.INPUT_TRANSCRIPT_DELTA: WORKING,
        wire.SESSION_CLOSED: RUNNING,
        wire.ERROR: RUNNING,
    }

    def __init__(self, language: str) -> None:
        super().__init__(
            {
                wire.OUTPUT_AUDIO_DELTA: self._on_audio,
                wire.OUTPUT_TRANSCRIPT_DELTA: self._on_output_text,
                wire.INPUT_TRANSCRIPT_DELTA: self._on_input_text,
                wire.SESSION_CLOSED: self._on_closed,
            }
        )
        self.language = endpoint_language(language)

    @property
    def purpose(self) -> str:
        """The target language."""
        return f"the language {self.language}"

    def append(self, pcm: bytes) -> None:
        """Send sound, s16le mono 24 kHz, best `wire.FRAME_BYTES` at a time.

        Raises:
            RuntimeError: the session is not live.
        """
        if self.state is not State.LIVE:
            raise RuntimeError(f"a session that is {self.state} takes no sound")
        audio = base64.b64encode(pcm).decode("ascii")
        self._send({"type": wire.INPUT_AUDIO_APPEND, "audio": audio}, answered=True)

    def close(self) -> None:
        """Ask the server to finish what it has heard and end the session.

        Raises:
            RuntimeError: the session is not live.
        """
        self._move(State.CLOSING)
        self._send({"type": wire.SESSION_CLOSE})

    def _settings(self) -> Mapping[str, object]:
        return {"audio": {"output": {"language": self.language}}}

    def _confirms(self, session: Mapping[str, object]) -> bool:
        confirmed = mapping(mapping(session.get("audio")).get("output")).get("language")
        return isinstance(confirmed, str) and endpoint_language(confirmed) == self.language

    def _on_audio(self, event: Mapping[str, object]) -> None:
        if pcm := self._whole_samples(event):
            self._tell(AudioDelta(pcm, whole_number(event.get("elapsed_ms"))))

    def _on_output_text(self, event: Mapping[str, object]) -> None:
        if text := text_of(event):
            self._tell(OutputText(text, whole_number(event.get("elapsed_ms"))))

    def _on_input_text(self, event: Mapping[str, object]) -> None:
        if text := text_of(event):
            self._tell(InputText(text, whole_number(event.get("elapsed_ms"))))

    def _on_closed(self, _event: Mapping[str, object]) -> None:
        self._finish()
