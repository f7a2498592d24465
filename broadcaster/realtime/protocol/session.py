"""The state machine under every Realtime session; it has no socket, no clock and no task.

```
CONNECTING ── session.created, update queued ──▶ CONFIGURING ── our settings confirmed ──▶ LIVE
    │                                                │                                      │
    └──────────── an error, a drop ─────────────────▶ FAILED ◀──────────────────────────────┤
                                                     CLOSED ◀── all answered ──── CLOSING ◀─┘
                                                     FAILED ◀── a drop before that ──┘
```

The shape is that of other sans-I/O protocols: feed it what was received, take `next_event()` until
it is None, send `data_to_send()`. One object serves one session.
"""

import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Literal

from broadcaster.errors import InterpreterFailed
from broadcaster.realtime import codes, failures, wire
from broadcaster.realtime.protocol.fields import Malformed, mapping, pcm_of, string, whole_number
from broadcaster.realtime.session_events import (
    ServerError,
    SessionClosed,
    SessionEvent,
    SessionReady,
)

NoiseReduction = Literal["near_field", "far_field"]
"""`near_field` for a headset, `far_field` for a lectern or room microphone."""


class State(StrEnum):
    """The state of a session."""

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
    State.CLOSING: frozenset({State.CLOSED, State.FAILED}),
    State.CLOSED: frozenset(),
    State.FAILED: frozenset(),
}
"""Every step a session can take; a session that is asked to close can still fail before its end."""

WORKING = frozenset({State.LIVE, State.CLOSING})
RUNNING = frozenset({State.CONNECTING, State.CONFIGURING, *WORKING})


class SessionProtocol(ABC):
    """The client side of one session of any kind.

    Args:
        handlers: by type of server event; only called in the states of `expected`.

    Attributes:
        expected: states in which a server event has a meaning; in others it is ignored and counted.
        state: see `TRANSITIONS`.
        failure: why the session is `FAILED`.
        awaiting_answer: something was sent that the server has to answer with an event.
        ignored_events: events of unknown type, in the wrong state, or repeated.
        malformed_events: messages that are not a JSON object, or not what their type promises.
        unusable_events: those of them of which nothing could be used.
        first_unusable: what was wrong with the first of these, never its content; empty without.
        names: the server's names of events → ours, where they differ.
    """

    expected: Mapping[str, frozenset[State]]
    names: Mapping[str, str] = wire.BETA_NAMES

    def __init__(self, handlers: Mapping[str, Callable[[Mapping[str, object]], None]]) -> None:
        self.state = State.CONNECTING
        self.failure: InterpreterFailed | None = None
        self.awaiting_answer = False
        self.ignored_events = 0
        self.malformed_events = 0
        self.unusable_events = 0
        self.first_unusable = ""
        self._last_event: Mapping[str, object] = {}
        self._numbered = False
        self._session_id = ""
        self._expires_at: int | None = None
        self._outbox: list[str] = []
        self._events: deque[SessionEvent] = deque()
        self._handlers = {
            wire.SESSION_CREATED: self._on_created,
            wire.SESSION_UPDATED: self._on_updated,
            wire.ERROR: self._on_error,
            **handlers,
        }

    @property
    @abstractmethod
    def purpose(self) -> str:
        """The setting that the server confirms, for messages and task names: `the language de`."""

    @abstractmethod
    def _settings(self) -> Mapping[str, object]:
        """The `session` object of our `session.update`."""

    def _confirms(self, _session: Mapping[str, object]) -> bool:
        """Whether the server's configuration is the one we asked for."""
        return True

    @abstractmethod
    def close(self) -> None:
        """Finish what was heard, then become `CLOSED`.

        Raises:
            RuntimeError: the session is not live.
        """

    def opened(self) -> None:
        """The socket is open. A server that waits for us gets our settings now."""
        return

    def due_at(self) -> float | None:
        """The next time to call `tick`, by its own clock; None while it only waits for events."""
        return None

    def tick(self) -> None:
        """Do what has become due."""
        return

    def receive_text(self, text: str | bytes) -> None:
        """Take one message as it came from the socket; garbage is counted and skipped."""
        self.awaiting_answer = False
        try:
            event = json.loads(text)
        except (ValueError, RecursionError):
            event = None
        if isinstance(event, dict):
            self.receive(event)
        else:
            self._count_unusable("a message that is not a JSON object")

    def receive(self, event: Mapping[str, object]) -> None:
        """Take one parsed server event."""
        kind = event.get("type")
        if isinstance(kind, str):
            kind = self.names.get(kind, kind)
        if self._repeated(event):
            self.ignored_events += 1
            return
        if not isinstance(kind, str) or self.state not in self.expected.get(kind, ()):
            self.ignored_events += 1
            return
        handle = self._handlers.get(kind)
        if handle is None:
            return
        try:
            handle(event)
        except Malformed as wrong:
            self._count_unusable(f"{kind} with {wrong}")

    def next_event(self) -> SessionEvent | None:
        """The oldest session event that was not taken yet, or None."""
        return self._events.popleft() if self._events else None

    def fail(self, failure: InterpreterFailed) -> None:
        """Note that the connection is lost or given up; does nothing when the session is over."""
        if self.state in RUNNING:
            self._move(State.FAILED)
            self.failure = failure

    def give_up(self) -> None:
        """Stop waiting for the end of a session that was asked to close."""
        if self.state is State.CLOSING:
            self._move(State.CLOSED)

    def data_to_send(self) -> list[str]:
        """The messages to write to the socket now, in order; each is returned once."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def _move(self, state: State) -> None:
        if state not in TRANSITIONS[self.state]:
            raise RuntimeError(f"a session that is {self.state} cannot become {state}")
        self.state = state

    def _send(self, event: Mapping[str, object], *, answered: bool = False) -> None:
        self._outbox.append(json.dumps(event, separators=(",", ":")))
        self.awaiting_answer = self.awaiting_answer or answered

    def _tell(self, *events: SessionEvent) -> None:
        self._events.extend(events)

    def _finish(self) -> None:
        """Everything is answered: the session ends here unless it failed before."""
        self.give_up()
        self.fail(failures.closed_unasked())
        self._tell(SessionClosed())

    def _repeated(self, event: Mapping[str, object]) -> bool:
        """Whether the server sent the event before this one twice.

        This is known only of servers that number their events: others send equal events on purpose.
        """
        last, self._last_event = self._last_event, event
        numbers = (last.get("event_id"), event.get("event_id"))
        self._numbered = self._numbered or (all(numbers) and numbers[0] != numbers[1])
        return self._numbered and event == last

    def _count_unusable(self, what: str) -> None:
        self.malformed_events += 1
        self.unusable_events += 1
        self.first_unusable = self.first_unusable or what

    def _whole_samples(self, event: Mapping[str, object]) -> bytes:
        pcm = pcm_of(event)
        if len(pcm) % wire.SAMPLE_BYTES:
            # Every delta starts on a sample. Carrying half a sample over would turn everything
            # after it into noise.
            self.malformed_events += 1
            pcm = pcm[:-1]
        return pcm

    def _on_created(self, event: Mapping[str, object]) -> None:
        self._note_session(mapping(event.get("session")))
        if self.state is State.CONNECTING:
            self._configure()

    def _configure(self) -> None:
        self._move(State.CONFIGURING)
        self._send({"type": wire.SESSION_UPDATE, "session": self._settings()})

    def _on_updated(self, event: Mapping[str, object]) -> None:
        session = mapping(event.get("session"))
        if not self._confirms(session):
            return
        self._note_session(session)
        self._move(State.LIVE)
        self._tell(SessionReady(self._session_id, self._expires_at))

    def _note_session(self, session: Mapping[str, object]) -> None:
        self._session_id = string(session.get("id")) or self._session_id
        self._expires_at = whole_number(session.get("expires_at")) or self._expires_at

    def _on_error(self, event: Mapping[str, object]) -> None:
        configuring = self.state not in WORKING
        failure = failures.from_error_event(mapping(event.get("error")), configuring=configuring)
        fatal = configuring or failure.error in codes.SESSION_ENDING
        if fatal:
            self.fail(failure)
        self._tell(ServerError(failure.error, failure.message, fatal))


class AudioProtocol(SessionProtocol):
    """A session that is fed the floor continuously."""

    @abstractmethod
    def append(self, pcm: bytes) -> None:
        """Send one frame of sound.

        Raises:
            RuntimeError: the session is not live.
        """

    def _check_live(self) -> None:
        if self.state is not State.LIVE:
            raise RuntimeError(f"a session that is {self.state} takes no sound")
