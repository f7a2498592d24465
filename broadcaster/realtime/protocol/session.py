"""What every Realtime session is: a state machine without socket, clock of its own, or task.

```
CONNECTING ── session.created, update queued ──▶ CONFIGURING ── our settings confirmed ──▶ LIVE
    │                                                │                                      │
    └──────────── an error, a drop ─────────────────▶ FAILED ◀──────────────────────────────┤
                                                     CLOSED ◀──── all is said ──── CLOSING ◀─┘
                                                     FAILED ◀── a drop before that ──┘
```

The shape follows the sans-I/O protocols of the field: feed what was received, take `next_output()`
until there is none, send `data_to_send()`. One object serves one session.
"""

import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import ClassVar, Literal

from broadcaster.errors import InterpreterFailed
from broadcaster.realtime import codes, failures, wire
from broadcaster.realtime.protocol.fields import Malformed, mapping, pcm_of, string, whole_number
from broadcaster.realtime.session_events import Output, ServerError, SessionClosed, SessionReady

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
    State.CLOSING: frozenset({State.CLOSED, State.FAILED}),
    State.CLOSED: frozenset(),
    State.FAILED: frozenset(),
}
"""Every step a session can take; one that is asked to close can still lose its last words."""

WORKING = frozenset({State.LIVE, State.CLOSING})
RUNNING = frozenset({State.CONNECTING, State.CONFIGURING, *WORKING})


class SessionProtocol(ABC):
    """The client side of one session, whatever it is for.

    Args:
        handlers: what a server event of a type does; only called in the states of `expected`.

    Attributes:
        expected: in which states a server event means something; elsewhere it is ignored, counted.
        state: see `TRANSITIONS`.
        failure: why the session is `FAILED`.
        awaiting_answer: something was sent to which the server owes an event.
        ignored_events: events of unknown type or at a time they mean nothing, and repeated ones.
        malformed_events: messages that were no JSON object, or not what their type promises.
    """

    expected: ClassVar[Mapping[str, frozenset[State]]]

    def __init__(self, handlers: Mapping[str, Callable[[Mapping[str, object]], None]]) -> None:
        self.state = State.CONNECTING
        self.failure: InterpreterFailed | None = None
        self.awaiting_answer = False
        self.ignored_events = 0
        self.malformed_events = 0
        self._last_event: Mapping[str, object] = {}
        self._numbered = False
        self._session_id = ""
        self._expires_at: int | None = None
        self._outbox: list[str] = []
        self._outputs: deque[Output] = deque()
        self._handlers = {
            wire.SESSION_CREATED: self._on_created,
            wire.SESSION_UPDATED: self._on_updated,
            wire.ERROR: self._on_error,
            **handlers,
        }

    @property
    @abstractmethod
    def purpose(self) -> str:
        """What the server has to confirm, for messages and task names: `the language de`."""

    @abstractmethod
    def _settings(self) -> Mapping[str, object]:
        """The `session` object of our `session.update`."""

    def _confirms(self, _session: Mapping[str, object]) -> bool:
        """Whether the server's configuration is the one we asked for."""
        return True

    @abstractmethod
    def close(self) -> None:
        """Finish what was heard, then be `CLOSED`.

        Raises:
            RuntimeError: the session is not live.
        """

    def due_at(self) -> float | None:
        """When `tick` has something to do; None when it waits for events only."""
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
            self.malformed_events += 1

    def receive(self, event: Mapping[str, object]) -> None:
        """Take one parsed server event."""
        kind = event.get("type")
        if isinstance(kind, str):
            kind = wire.BETA_NAMES.get(kind, kind)
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
        except Malformed:
            self.malformed_events += 1

    def next_output(self) -> Output | None:
        """The oldest thing to tell that was not taken yet, None if there is none."""
        return self._outputs.popleft() if self._outputs else None

    def fail(self, failure: InterpreterFailed) -> None:
        """Note that the connection is gone or given up; harmless when the session is over."""
        if self.state in RUNNING:
            self._move(State.FAILED)
            self.failure = failure

    def give_up(self) -> None:
        """Wait no longer for the end of a session that was asked to close."""
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

    def _tell(self, *outputs: Output) -> None:
        self._outputs.extend(outputs)

    def _finish(self) -> None:
        """All is said; the session ends here unless it failed before."""
        self.give_up()
        self.fail(failures.closed_unasked())
        self._tell(SessionClosed())

    def _repeated(self, event: Mapping[str, object]) -> bool:
        """Whether the server sent the event before this one twice.

        Only servers that number their events can be asked: others send equal ones on purpose.
        """
        last, self._last_event = self._last_event, event
        numbers = (last.get("event_id"), event.get("event_id"))
        self._numbered = self._numbered or (all(numbers) and numbers[0] != numbers[1])
        return self._numbered and event == last

    def _whole_samples(self, event: Mapping[str, object]) -> bytes:
        pcm = pcm_of(event)
        if len(pcm) % wire.SAMPLE_BYTES:
            # Every delta starts on a sample; carrying half a sample over would turn all that
            # follows into noise.
            self.malformed_events += 1
            pcm = pcm[:-1]
        return pcm

    def _on_created(self, event: Mapping[str, object]) -> None:
        self._note_session(mapping(event.get("session")))
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


class ListeningProtocol(SessionProtocol):
    """A session that hears the floor continuously."""

    @abstractmethod
    def append(self, pcm: bytes) -> None:
        """Send one frame of sound.

        Raises:
            RuntimeError: the session is not live.
        """
