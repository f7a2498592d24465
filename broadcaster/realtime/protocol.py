"""A Realtime translation session as a state machine: no socket, no clock, no task.

```
CONNECTING ── session.created, update queued ──▶ CONFIGURING ── our language confirmed ──▶ LIVE
    │                                                │                                      │
    └──────────── an error, a drop ─────────────────▶ FAILED ◀──────────────────────────────┤
                                                     CLOSED ◀── session.closed ── CLOSING ◀─┘
```

A server interprets into its own default language until it confirms an update, so sound sent earlier
would come back in the wrong language: `append` refuses it. One object serves one session. The shape
follows the sans-I/O protocols of the field: feed what was received, look at the output, send
`data_to_send()`.
"""

import base64
import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Literal

from broadcaster.errors import InterpreterFailed
from broadcaster.realtime import failures, wire
from broadcaster.realtime.outputs import (
    AudioDelta,
    InputText,
    Output,
    OutputText,
    ServerError,
    SessionClosed,
    SessionReady,
)

NoiseReduction = Literal["near_field", "far_field"]
"""`near_field` for a headset, `far_field` for a lectern or room microphone."""


class State(StrEnum):
    """Where a session is in its life."""

    CONNECTING = "connecting"
    CONFIGURING = "configuring"
    LIVE = "live"
    CLOSING = "closing"
    CLOSED = "closed"
    FAILED = "failed"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.CONNECTING: frozenset({State.CONFIGURING, State.FAILED}),
    State.CONFIGURING: frozenset({State.LIVE, State.FAILED}),
    State.LIVE: frozenset({State.CLOSING, State.FAILED}),
    State.CLOSING: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),
    State.FAILED: frozenset(),
}
"""Every step a session can take; a session that was asked to close can no longer fail."""

_INTERPRETING = frozenset({State.LIVE, State.CLOSING})
_RUNNING = frozenset({State.CONNECTING, State.CONFIGURING, State.LIVE, State.CLOSING})

EXPECTED: dict[str, frozenset[State]] = {
    wire.SESSION_CREATED: frozenset({State.CONNECTING}),
    wire.SESSION_UPDATED: frozenset({State.CONFIGURING}),
    wire.OUTPUT_AUDIO_DELTA: _INTERPRETING,
    wire.OUTPUT_TRANSCRIPT_DELTA: _INTERPRETING,
    wire.INPUT_TRANSCRIPT_DELTA: _INTERPRETING,
    wire.SESSION_CLOSED: _RUNNING,
    wire.ERROR: _RUNNING,
}
"""In which states a server event means something; elsewhere it is ignored and counted."""


class _Malformed(ValueError):
    """An event is not what its type promises."""


def endpoint_language(tag: str) -> str:
    """The language as the endpoint takes it, ISO 639-1 without region: `pt-BR` → `pt`."""
    return tag.replace("_", "-").split("-")[0].lower()


class TranslationProtocol:
    """The client side of one session.

    Args:
        language: target, a BCP 47 tag; its region and script are not sent.
        transcription_model: model for transcripts of the speaker; None leaves them off.
        noise_reduction: what the server does to the sound before it listens.

    Attributes:
        language: the target as it is sent.
        state: see `TRANSITIONS`.
        failure: why the session is `FAILED`.
        ignored_events: events of unknown type or at a time they mean nothing.
        malformed_events: messages that were no JSON object, or not what their type promises.
    """

    def __init__(
        self,
        language: str,
        transcription_model: str | None = None,
        noise_reduction: NoiseReduction | None = None,
    ) -> None:
        self.language = endpoint_language(language)
        self.state = State.CONNECTING
        self.failure: InterpreterFailed | None = None
        self.ignored_events = 0
        self.malformed_events = 0
        self._transcription_model = transcription_model
        self._noise_reduction = noise_reduction
        self._session_id = ""
        self._expires_at: int | None = None
        self._outbox: list[str] = []
        self._handlers: dict[str, Callable[[Mapping[str, object]], Output | None]] = {
            wire.SESSION_CREATED: self._on_created,
            wire.SESSION_UPDATED: self._on_updated,
            wire.OUTPUT_AUDIO_DELTA: self._on_audio,
            wire.OUTPUT_TRANSCRIPT_DELTA: lambda event: _fragment(OutputText, event),
            wire.INPUT_TRANSCRIPT_DELTA: lambda event: _fragment(InputText, event),
            wire.SESSION_CLOSED: self._on_closed,
            wire.ERROR: self._on_error,
        }

    def receive_text(self, text: str | bytes) -> Output | None:
        """Take one message as it came from the socket; garbage is counted and skipped."""
        try:
            event = json.loads(text)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            self.malformed_events += 1
            return None
        return self.receive(event)

    def receive(self, event: Mapping[str, object]) -> Output | None:
        """Take one parsed server event.

        Returns:
            What it means to the booth, None if nothing.
        """
        kind = event.get("type")
        if not isinstance(kind, str) or self.state not in EXPECTED.get(kind, ()):
            self.ignored_events += 1
            return None
        try:
            return self._handlers[kind](event)
        except _Malformed:
            self.malformed_events += 1
            return None

    def append(self, pcm: bytes) -> None:
        """Send sound, s16le mono 24 kHz, best `wire.FRAME_BYTES` at a time.

        Raises:
            RuntimeError: the session is not live.
        """
        if self.state is not State.LIVE:
            raise RuntimeError(f"a session that is {self.state} takes no sound")
        self._send(
            {"type": wire.INPUT_AUDIO_APPEND, "audio": base64.b64encode(pcm).decode("ascii")}
        )

    def close(self) -> None:
        """Ask the server to finish what it has heard and say goodbye.

        Raises:
            RuntimeError: the session is not live.
        """
        self._move(State.CLOSING)
        self._send({"type": wire.SESSION_CLOSE})

    def fail(self, failure: InterpreterFailed) -> None:
        """Note that the connection is gone or given up; harmless when the session is over."""
        if self.state is State.CLOSING:
            self._move(State.CLOSED)
        elif self.state in _RUNNING:
            self._move(State.FAILED)
            self.failure = failure

    def data_to_send(self) -> list[str]:
        """The messages to write to the socket now, in order; each is returned once."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def _move(self, state: State) -> None:
        if state not in TRANSITIONS[self.state]:
            raise RuntimeError(f"a session that is {self.state} cannot become {state}")
        self.state = state

    def _send(self, event: Mapping[str, object]) -> None:
        self._outbox.append(json.dumps(event, separators=(",", ":")))

    def _on_created(self, event: Mapping[str, object]) -> None:
        self._note_session(_mapping(event.get("session")))
        self._move(State.CONFIGURING)
        audio: dict[str, object] = {"output": {"language": self.language}}
        listening: dict[str, object] = {}
        if self._transcription_model is not None:
            listening["transcription"] = {"model": self._transcription_model}
        if self._noise_reduction is not None:
            listening["noise_reduction"] = {"type": self._noise_reduction}
        if listening:
            audio["input"] = listening
        self._send({"type": wire.SESSION_UPDATE, "session": {"audio": audio}})

    def _on_updated(self, event: Mapping[str, object]) -> SessionReady | None:
        session = _mapping(event.get("session"))
        confirmed = _mapping(_mapping(session.get("audio")).get("output")).get("language")
        if not isinstance(confirmed, str) or endpoint_language(confirmed) != self.language:
            return None
        self._note_session(session)
        self._move(State.LIVE)
        return SessionReady(self._session_id, self._expires_at)

    def _note_session(self, session: Mapping[str, object]) -> None:
        session_id = session.get("id")
        if isinstance(session_id, str):
            self._session_id = session_id
        self._expires_at = _whole_number(session.get("expires_at")) or self._expires_at

    def _on_audio(self, event: Mapping[str, object]) -> AudioDelta | None:
        for key, ours in (("sample_rate", wire.SAMPLE_RATE_HZ), ("channels", 1)):
            if event.get(key) not in (None, ours):
                raise _Malformed
        try:
            pcm = base64.b64decode(_delta(event), validate=True)
        except ValueError:
            raise _Malformed from None
        if len(pcm) % wire.SAMPLE_BYTES:
            # Every delta starts on a sample; carrying half a sample over would turn all that
            # follows into noise.
            self.malformed_events += 1
            pcm = pcm[:-1]
        return AudioDelta(pcm, _whole_number(event.get("elapsed_ms"))) if pcm else None

    def _on_closed(self, _event: Mapping[str, object]) -> SessionClosed:
        self.fail(failures.closed_unasked())
        return SessionClosed()

    def _on_error(self, event: Mapping[str, object]) -> ServerError:
        configuring = self.state not in _INTERPRETING
        failure = failures.from_error_event(_mapping(event.get("error")), configuring=configuring)
        fatal = configuring or failure.error in failures.SESSION_ENDING
        if fatal:
            self.fail(failure)
        return ServerError(failure.error, failure.message, fatal)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _whole_number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _delta(event: Mapping[str, object]) -> str:
    delta = event.get("delta")
    if not isinstance(delta, str):
        raise _Malformed
    return delta


def _fragment(
    kind: type[OutputText | InputText], event: Mapping[str, object]
) -> OutputText | InputText | None:
    # JSON can escape lone surrogates, which no later encoder would take.
    text = _delta(event).encode(errors="replace").decode()
    return kind(text, _whole_number(event.get("elapsed_ms"))) if text else None
