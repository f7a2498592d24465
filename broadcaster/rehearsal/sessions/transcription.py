"""One transcription session: what is said, cut into the items the client commits."""

import asyncio
import logging
import uuid
from dataclasses import dataclass, field

from broadcaster.rehearsal.faults.catalogue import Moment
from broadcaster.rehearsal.faults.connection import Line
from broadcaster.rehearsal.hearing.listening import Ear, Listening
from broadcaster.rehearsal.hearing.recognition import Heard, HeardQueue
from broadcaster.rehearsal.sessions.output import pieces
from broadcaster.rehearsal.sessions.session import Session, Settings, expiry
from broadcaster.rehearsal.speaking.interpreting import Interpreter
from broadcaster.rehearsal.wire.constants import GRAIN_BYTES, GRAIN_MS, INPUT_FRAME_BYTES
from broadcaster.rehearsal.wire.transcription import (
    FIRST_CONFIG,
    TranscriptionEvents,
    parse,
    updated_config,
)
from broadcaster.rehearsal.wire.validation import Invalid

MAX_ENDED = 64
"""Items that wait for their text."""
_MIN_COMMIT_MS = 100
_SETTLE_S = 60.0
"""An item is complete then, whatever the recogniser still thinks about."""

_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Item:
    """A stretch of sound that the client committed or will commit.

    Attributes:
        start_ms: begin on the ear's clock.
        end_ms: end on it; None until it is committed or cleared.
        words: what was said in it, so far; without the sentence that goes on.
        begun: some of its text was sent.
        failing: a fault keeps its text back.
        cleared: nobody wants its text.
    """

    start_ms: int
    end_ms: int | None = None
    words: list[str] = field(default_factory=list)
    begun: bool = False
    failing: bool = False
    cleared: bool = False
    item_id: str = field(default_factory=lambda: f"item_{uuid.uuid4().hex[:20]}")


class TranscriptionSession(Session):
    """Serves one client of the transcription endpoint.

    Deltas come while a sentence is being said, but for its last words, which come soon after its
    end. The words of a sentence are spread evenly over its time, which decides the items they
    belong to when a commit cuts it. Words that others heard first wait until this session has
    heard them; the stream remembers only the latest sentences.

    Args:
        line: the connection.
        settings: how the server behaves.
        listening: where its ear joins the others.
        interpreter: knows how what was heard is written.
    """

    _events: TranscriptionEvents

    def __init__(
        self, line: Line, settings: Settings, listening: Listening, interpreter: Interpreter
    ) -> None:
        events = TranscriptionEvents(line.faults.subject.session_id, expiry(settings))
        super().__init__(line, settings, events)
        self._interpreter = interpreter
        self._config = FIRST_CONFIG
        self._ear = Ear(listening, self._on_heard)
        self._heard = HeardQueue()
        self._ended: asyncio.Queue[_Item] = asyncio.Queue(MAX_ENDED)
        self._items = [_Item(0)]
        self._begun_index = -1
        self._begun: list[_Item] = []
        self._early: list[tuple[float, str]] = []
        self._writing = asyncio.Lock()
        self._last_id: str | None = None
        self._partial_grain = b""
        self._heard_ms = 0

    def _begin(self, tasks: asyncio.TaskGroup) -> None:
        tasks.create_task(self._heard.each(self._write_down), name="rehearsal-write")
        tasks.create_task(self._complete(), name="rehearsal-complete")

    async def _greet(self) -> None:
        await self._line.send(self._events.created(self._config))

    def _leave(self) -> None:
        self._ear.close()

    async def _handle(self, text: str) -> None:
        kind, event_id, event = parse(text)
        try:
            match kind:
                case "session.update":
                    self._config = updated_config(self._config, event["session"])
                    await self._line.send(self._events.updated(self._config))
                case "input_audio_buffer.append":
                    await self._append(event["audio"])
                case "input_audio_buffer.commit":
                    await self._commit()
                case "input_audio_buffer.clear":
                    self._end_item().cleared = True
                    await self._line.send(self._events.event("input_audio_buffer.cleared"))
        except Invalid as error:
            raise error.of_event(event_id) from None

    async def _append(self, pcm: bytes) -> None:
        sound = self._partial_grain + pcm
        whole = len(sound) - len(sound) % GRAIN_BYTES
        self._partial_grain = sound[whole:]
        for at in range(0, whole, INPUT_FRAME_BYTES):
            frame = sound[at : min(at + INPUT_FRAME_BYTES, whole)]
            frame_ms = len(frame) // GRAIN_BYTES * GRAIN_MS
            self._heard_ms += frame_ms
            self._line.faults.received(frame_ms)
            await self._line.strike()
            await self._ear.hear(frame)
            async with self._writing:
                await self._write_due()

    async def _commit(self) -> None:
        held_ms = self._heard_ms - self._items[-1].start_ms
        if held_ms < _MIN_COMMIT_MS:
            raise Invalid(
                "input_audio_buffer_commit_empty",
                "Error committing input audio buffer: expected at least 100ms of audio, but it "
                f"only has {held_ms:.2f}ms.",
            )
        item, previous_id = self._end_item(), self._last_id
        self._last_id = item.item_id
        item.failing = bool(self._line.faults.strike(Moment.COMMIT))
        named = {"item_id": item.item_id, "previous_item_id": previous_id}
        await self._line.send(self._events.event("input_audio_buffer.committed", **named))
        shown = {
            "id": item.item_id,
            "object": "realtime.item",
            "type": "message",
            "status": "completed",
            "role": "user",
            "content": [{"type": "input_audio", "transcript": None}],
        }
        for kind in ("conversation.item.added", "conversation.item.done"):
            event = self._events.event(kind, item=shown, previous_item_id=previous_id)
            await self._line.send(event)

    def _end_item(self) -> _Item:
        """End the open item here and begin another."""
        if self._ended.full():
            raise Invalid("rate_limit_exceeded", "Too many items wait for their text.")
        item = self._items[-1]
        item.end_ms = self._heard_ms
        self._items.append(_Item(self._heard_ms))
        self._ended.put_nowait(item)
        return item

    def _on_heard(self, heard: Heard) -> None:
        if self._line.faults.spell("deaf", heard.end_ms):
            return
        self._heard.put(heard)

    async def _write_down(self, heard: Heard) -> None:
        """Send what was heard as deltas of the items it belongs to, if anybody wants it.

        What was sent when a sentence began is left out; its text is final at its end.
        """
        if self._config["audio"]["input"]["transcription"] is None:
            return
        if heard.kind == "begun" and self._line.faults.spell("whole_utterances") is not None:
            return
        async with self._writing:
            await self._write(heard)

    async def _write(self, heard: Heard) -> None:
        if heard.index != self._begun_index:
            self._begun_index, self._begun = heard.index, []
        placed, early = self._placed(heard)
        unsent: dict[_Item, list[str]] = {}
        for number, (item, word) in enumerate(placed):
            if item not in self._begun[number : number + 1]:
                unsent.setdefault(item, []).append(word)
        if heard.kind == "begun":
            self._begun[: len(placed)] = [item for item, _ in placed]
        else:
            self._begun_index, self._begun = -1, []
            self._early += early
            for item, word in placed:
                item.words.append(word)
        for item, words in unsent.items():
            if not item.cleared:
                await self._send_deltas(item, " ".join(words))

    async def _write_due(self) -> None:
        """Write down what was early, as far as this session has heard it by now."""
        due = [word for at_ms, word in self._early if at_ms < self._heard_ms]
        if due:
            del self._early[: len(due)]
            self._items[-1].words += due
            await self._send_deltas(self._items[-1], " ".join(due))

    def _placed(self, heard: Heard) -> tuple[list[tuple[_Item, str]], list[tuple[float, str]]]:
        """The words, each with its item; what was sent stays where it is until that is complete.

        The stream may be ahead of this session, which hears again what others heard: words that
        are still to come have no item yet, but a time.
        """
        words = self._interpreter.original(heard).split(" ")
        step_ms = (heard.end_ms - heard.start_ms) / len(words)
        placed: list[tuple[_Item, str]] = []
        early: list[tuple[float, str]] = []
        for number, word in enumerate(words):
            at_ms = heard.start_ms + (number + 0.5) * step_ms
            sent = [item for item in self._begun[number : number + 1] if item in self._items]
            if not sent and at_ms >= self._heard_ms:
                early.append((at_ms, word))
                continue
            by_time = (one for one in self._items if one.end_ms is None or at_ms < one.end_ms)
            placed.append((sent[0] if sent else next(by_time), word))
        return placed, early

    async def _send_deltas(self, item: _Item, text: str) -> None:
        whole = self._line.faults.spell("whole_utterances") is not None
        first, *others = [text] if whole else pieces(text)
        joint = " " if item.begun else ""
        item.begun = True
        for delta in (joint + first, *others):
            await self._line.send(self._events.delta(item.item_id, delta))

    async def _complete(self) -> None:
        """Give committed items their text, in order, and forget them."""
        while True:
            item = await self._ended.get()
            assert item.end_ms is not None
            try:
                async with asyncio.timeout(_SETTLE_S):
                    await self._ear.settled(item.end_ms)
                    await self._heard.done()
            except TimeoutError:
                _log.warning("an item is complete before all was recognised")
            self._items.remove(item)
            if item.cleared or self._config["audio"]["input"]["transcription"] is None:
                continue
            if item.failing:
                await self._line.send(self._events.failed(item.item_id))
                continue
            seconds = (item.end_ms - item.start_ms) / 1000
            text = " ".join(item.words)
            await self._line.send(self._events.completed(item.item_id, text, seconds))
