"""A Realtime transcription session as a state machine.

The server transcribes while it listens, but only a commit turns a stretch of sound into an item
with an authoritative text. The recommended models take no turn detection, so we commit: at a pause
after a few seconds of speech, or when an item gets too long.
"""

import base64
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from broadcaster.realtime import codes, wire
from broadcaster.realtime.protocol.commits import Commits, Due
from broadcaster.realtime.protocol.fields import (
    Malformed,
    mapping,
    seconds_of,
    string,
    text_of,
    whole_number,
)
from broadcaster.realtime.protocol.session import RUNNING, WORKING, AudioProtocol, State
from broadcaster.realtime.protocol.settings import TranscriptionConfig
from broadcaster.realtime.session_events import InputSegment, InputText

_LONGEST_TEXT = 10_000
_REMEMBERED_ITEMS = 64


@dataclass(slots=True)
class _CommittedItem:
    """A committed stretch of sound and what is known of its text."""

    start_ms: int
    end_ms: int
    deadline_s: float
    event_id: str = ""
    item_id: str = ""
    result: InputSegment | None = None


class TranscriptionProtocol(AudioProtocol):
    """The client side of one transcription.

    Args:
        config: how the talk is transcribed.
        now: seconds of a monotonic clock.
    """

    expected: Mapping[str, frozenset[State]] = {
        wire.SESSION_CREATED: frozenset({State.CONNECTING}),
        wire.SESSION_UPDATED: frozenset({State.CONFIGURING}),
        wire.BUFFER_COMMITTED: WORKING,
        wire.SPEECH_STARTED: WORKING,
        wire.SPEECH_STOPPED: WORKING,
        wire.TRANSCRIPTION_DELTA: WORKING,
        wire.TRANSCRIPTION_UPDATED: WORKING,
        wire.TRANSCRIPTION_COMPLETED: WORKING,
        wire.TRANSCRIPTION_FAILED: WORKING,
        wire.ERROR: RUNNING,
        **dict.fromkeys(wire.UNUSED_EVENTS, RUNNING),
    }

    def __init__(self, config: TranscriptionConfig, now: Callable[[], float]) -> None:
        super().__init__(
            {
                wire.BUFFER_COMMITTED: self._on_committed,
                wire.SPEECH_STARTED: self._on_speech,
                wire.SPEECH_STOPPED: self._on_speech,
                wire.TRANSCRIPTION_DELTA: self._on_delta,
                wire.TRANSCRIPTION_UPDATED: self._on_updated_text,
                wire.TRANSCRIPTION_COMPLETED: self._on_completed,
                wire.TRANSCRIPTION_FAILED: self._on_failed,
            }
        )
        self._config = config
        self._now = now
        self._heard = Commits(config.commit_after_ms, config.commit_at_most_ms)
        self._commits = 0
        self._items: list[_CommittedItem] = []
        self._texts: dict[str, str] = {}
        self._speech: dict[str, dict[str, int]] = {}
        self._told: deque[str] = deque(maxlen=_REMEMBERED_ITEMS)

    @property
    def purpose(self) -> str:
        """The transcription."""
        return "the transcription's settings"

    def append(self, pcm: bytes) -> None:
        """Send sound, and commit when it is due.

        Args:
            pcm: s16le mono 24 kHz, a multiple of 20 ms, best `wire.FRAME_BYTES`.

        Raises:
            RuntimeError: the session is not live.
            ValueError: the sound has another length.
        """
        self._check_live()
        due = self._heard.push(pcm)
        self._send({"type": wire.BUFFER_APPEND, "audio": base64.b64encode(pcm).decode("ascii")})
        if due is Due.COMMIT:
            self.commit()
        elif due is Due.CLEAR:
            self._send({"type": wire.BUFFER_CLEAR})
            self._heard.take()

    def commit(self) -> None:
        """End the item that is being heard; does nothing when nothing was heard since the last.

        Raises:
            RuntimeError: the session is not live.
        """
        if self.state is not State.LIVE:
            raise RuntimeError(f"a session that is {self.state} has nothing to commit")
        if self._heard.sent_ms > self._heard.start_ms:
            self._commits += 1
            item = self._new_item(event_id=f"commit-{self._commits}")
            self._send({"type": wire.BUFFER_COMMIT, "event_id": item.event_id}, answered=True)

    def close(self) -> None:
        """Commit what was heard, and end when all texts have come.

        Raises:
            RuntimeError: the session is not live.
        """
        if self._heard.speech:
            self.commit()
        self._move(State.CLOSING)
        self._release()

    def due_at(self) -> float | None:
        """The next time at which a text is overdue."""
        if self.state not in WORKING:
            return None
        return min((item.deadline_s for item in self._items), default=None)

    def tick(self) -> None:
        """Settle overdue items with the fragments that came."""
        now_s = self._now()
        for item in self._items:
            if item.result is None and now_s >= item.deadline_s:
                self._settle(item, self._texts.get(item.item_id, ""))
        self._release()

    def _settings(self) -> Mapping[str, object]:
        return self._config.session()

    def _new_item(self, *, event_id: str = "", item_id: str = "") -> _CommittedItem:
        deadline_s = self._now() + self._config.result_s
        item = _CommittedItem(*self._heard.take(), deadline_s, event_id, item_id)
        self._items.append(item)
        return item

    def _item(self, item_id: str) -> _CommittedItem:
        """The item of this id: known, the oldest commit without id, or made by the server."""
        for wanted in (item_id, ""):
            for item in self._items:
                if item.item_id == wanted:
                    item.item_id = item_id
                    return item
        return self._new_item(item_id=item_id)

    def _item_id(self, event: Mapping[str, object]) -> str:
        """The id of an item that has no text yet.

        Raises:
            Malformed: it has no id, or its text was settled before.
        """
        item_id = string(event.get("item_id"))
        if not item_id or item_id in self._told:
            raise Malformed("an item that is missing or was told before")
        return item_id

    def _note(self, item_id: str, text: str) -> None:
        self._texts[item_id] = text[:_LONGEST_TEXT]
        if len(self._texts) > _REMEMBERED_ITEMS:
            del self._texts[next(iter(self._texts))]

    def _on_committed(self, event: Mapping[str, object]) -> None:
        self._item(self._item_id(event))

    def _on_speech(self, event: Mapping[str, object]) -> None:
        """Note what a server that detects speech says about an item, which may not exist yet."""
        times = {
            field: ms
            for field in ("audio_start_ms", "audio_end_ms")
            if (ms := whole_number(event.get(field))) is not None
        }
        if item_id := string(event.get("item_id")):
            self._speech.setdefault(item_id, {}).update(times)
            if len(self._speech) > _REMEMBERED_ITEMS:
                del self._speech[next(iter(self._speech))]

    def _on_delta(self, event: Mapping[str, object]) -> None:
        item_id, text = self._item_id(event), string(event.get("delta"))
        if text:
            self._note(item_id, self._texts.get(item_id, "") + text)
            self._tell(InputText(text, None, item_id, self._said_ms(event)))

    def _said_ms(self, event: Mapping[str, object]) -> tuple[int, int] | None:
        """The times of a settled fragment, in the sound that was sent."""
        start_ms, end_ms = map(whole_number, map(event.get, ("audio_start_ms", "audio_end_ms")))
        if start_ms is None or end_ms is None or not 0 <= start_ms <= end_ms:
            return None
        return (start_ms, end_ms) if end_ms <= self._heard.sent_ms else None

    def _on_updated_text(self, event: Mapping[str, object]) -> None:
        item_id, text = self._item_id(event), text_of(event, "transcript")
        self._note(item_id, text)
        start_ms, end_ms = next(
            ((item.start_ms, item.end_ms) for item in self._items if item.item_id == item_id),
            (self._heard.start_ms, self._heard.sent_ms),
        )
        self._tell(InputSegment(item_id, text, (), final=False, start_ms=start_ms, end_ms=end_ms))

    def _on_completed(self, event: Mapping[str, object]) -> None:
        text = text_of(event, "transcript")
        given = event.get("languages")
        heard = [mapping(one).get("code", one) for one in given] if isinstance(given, list) else []
        languages = tuple(filter(None, map(string, heard)))
        billed = seconds_of(mapping(event.get("usage")).get("seconds"))
        self._settle(self._item(self._item_id(event)), text, languages, billed)
        self._release()

    def _on_failed(self, event: Mapping[str, object]) -> None:
        item_id = self._item_id(event)
        self._settle(self._item(item_id), self._texts.get(item_id, ""))
        super()._on_error(event)
        self._release()

    def _on_error(self, event: Mapping[str, object]) -> None:
        error = mapping(event.get("error"))
        refused = string(error.get("event_id"))
        for item in self._items:
            nameless = not refused and error.get("code") == codes.COMMIT_EMPTY
            if not item.item_id and (nameless or (refused and refused == item.event_id)):
                self._items.remove(item)
                break
        super()._on_error(event)
        self._release()

    def _settle(
        self,
        item: _CommittedItem,
        text: str,
        languages: tuple[str, ...] = (),
        seconds: float | None = None,
    ) -> None:
        self._texts.pop(item.item_id, None)
        self._told.append(item.item_id)
        speech = self._speech.pop(item.item_id, {})
        item.result = InputSegment(
            item.item_id,
            text.strip(),
            languages,
            final=True,
            start_ms=item.start_ms,
            end_ms=item.end_ms,
            seconds=seconds,
            speech_start_ms=speech.get("audio_start_ms"),
            speech_end_ms=speech.get("audio_end_ms"),
        )

    def _release(self) -> None:
        """Give out texts up to the first that is missing; end when no item is left."""
        while self._items and (result := self._items[0].result) is not None:
            self._tell(result)
            del self._items[0]
        if self.state is State.CLOSING and not self._items:
            self._finish()
