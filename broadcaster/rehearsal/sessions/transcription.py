"""One transcription session: what is said, cut into the items the client commits."""

import asyncio
import logging
from collections.abc import Sequence

from broadcaster.rehearsal.faults.catalogue import Moment
from broadcaster.rehearsal.faults.connection import FaultyConnection
from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.hearing.shared_streams import SharedStreams
from broadcaster.rehearsal.sessions.input_items import (
    InputItem,
    InputItems,
    SaidWord,
    said_words,
)
from broadcaster.rehearsal.sessions.output import between, pieces
from broadcaster.rehearsal.sessions.session import RehearsalSettings, expiry
from broadcaster.rehearsal.sessions.speech_input import SpeechInput
from broadcaster.rehearsal.speaking.interpreter import TalkInterpreter
from broadcaster.rehearsal.wire.constants import GRAIN_BYTES
from broadcaster.rehearsal.wire.events import empty_commit
from broadcaster.rehearsal.wire.transcription import (
    CLIENT_EVENTS,
    FIRST_CONFIG,
    TranscriptionEvents,
    updated_config,
)
from broadcaster.rehearsal.wire.validation import Invalid, Json

MAX_ENDED = 64
"""Most items that wait for their text. A further commit is refused."""
_MIN_COMMIT_MS = 100
_SETTLE_S = 60.0
"""After this an item is completed with the words recognised so far."""

_log = logging.getLogger(__name__)


class FakeTranscriptionSession:
    """A `EndpointSession` of the transcription endpoint.

    Deltas are sent while a sentence is being said, except for its last words, which are sent soon
    after its end. Those of free speech are settled, and tell when they were said if the settings
    want that. The words of a sentence are spread evenly over its time, which decides the items
    they belong to when a commit cuts the sentence. A shared stream can be ahead of this session;
    words then wait until this session has received their sound.

    Args:
        connection: to the client.
        settings: how the server behaves.
        streams: recognised sound that sessions share.
        interpreter: knows how recognised speech is written.
    """

    client_events = CLIENT_EVENTS

    def __init__(
        self,
        connection: FaultyConnection,
        settings: RehearsalSettings,
        streams: SharedStreams,
        interpreter: TalkInterpreter,
    ) -> None:
        self.events = TranscriptionEvents(connection.faults.session.session_id, expiry(settings))
        self._connection, self._interpreter = connection, interpreter
        self._tells_places = settings.tells_places
        self._config = FIRST_CONFIG
        self._input = SpeechInput(connection, streams, step_bytes=GRAIN_BYTES, beginnings=True)
        self._ended: asyncio.Queue[InputItem] = asyncio.Queue(MAX_ENDED)
        self._items = InputItems()
        self._begun_index = -1
        self._begun: list[InputItem] = []
        self._early: list[SaidWord] = []
        self._settles = False
        self._writing = asyncio.Lock()
        self._last_id: str | None = None

    def config(self) -> Json:
        """See `EndpointSession`."""
        return self._config

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """See `EndpointSession`."""
        tasks.create_task(self._input.recognised.each(self._write_down), name="rehearsal-write")
        tasks.create_task(self._complete(), name="rehearsal-complete")

    def close(self) -> None:
        """See `EndpointSession`."""
        self._input.close()

    async def obey(self, kind: str, event: Json) -> None:
        """See `EndpointSession`."""
        match kind:
            case "session.update":
                self._config = updated_config(self._config, event["session"])
                await self._connection.send(self.events.updated(self._config))
            case "input_audio_buffer.append":
                for frame in self._input.cut(event["audio"]):
                    await self._input.hear(frame)
                    if self._input.invents():
                        await self._invent()
                    async with self._writing:
                        await self._write_due()
            case "input_audio_buffer.commit":
                await self._commit()
            case "input_audio_buffer.clear":
                self._end_item().cleared = True
                await self._connection.send(self.events.cleared())

    async def _commit(self) -> None:
        held_ms = self._input.received_ms - self._items.open.start_ms
        if held_ms < _MIN_COMMIT_MS:
            raise empty_commit(held_ms)
        item = self._end_item()
        item.failing = bool(self._connection.faults.trigger(Moment.COMMIT))
        await self._announce(item)

    async def _invent(self) -> None:
        """End an item without being asked, as a server does that detects turns, and fill it."""
        item = self._end_item()
        item.words += self._interpreter.invented_text("en").split(" ")
        await self._announce(item)

    async def _announce(self, item: InputItem) -> None:
        previous_id, self._last_id = self._last_id, item.item_id
        await self._connection.send(self.events.committed(item.item_id, previous_id))
        shown = {
            "id": item.item_id,
            "object": "realtime.item",
            "type": "message",
            "status": "completed",
            "role": "user",
            "content": [{"type": "input_audio", "transcript": None}],
        }
        for event in self.events.item_events(shown, previous_id):
            await self._connection.send(event)

    def _end_item(self) -> InputItem:
        """End the open item here and begin another."""
        if self._ended.full():
            raise Invalid("rate_limit_exceeded", "Too many items wait for their text.")
        item = self._items.end(self._input.received_ms)
        self._ended.put_nowait(item)
        return item

    def _wants_text(self) -> bool:
        return self._config["audio"]["input"]["transcription"] is not None

    def _whole_utterances(self) -> bool:
        return self._connection.faults.active("whole_utterances") is not None

    async def _write_down(self, heard: Recognition) -> None:
        """Send what was heard as deltas of the items it belongs to.

        Words sent from the beginning of a sentence are not sent again at its end.
        """
        if not self._wants_text() or (heard.kind == "begun" and self._whole_utterances()):
            return
        async with self._writing:
            await self._write(heard)

    async def _write(self, heard: Recognition) -> None:
        if heard.index != self._begun_index:
            self._begun_index, self._begun = heard.index, []
        # Free speech is settled as it is said. A sentence of the talk is a guess until its end.
        self._settles = self._tells_places and bool(heard.language)
        words = said_words(self._interpreter.original(heard), (heard.start_ms, heard.end_ms))
        placed, early = self._items.placed(words, self._begun, self._input.received_ms)
        unsent: dict[InputItem, list[SaidWord]] = {}
        for number, (item, word) in enumerate(placed):
            if item not in self._begun[number : number + 1]:
                unsent.setdefault(item, []).append(word)
        if heard.kind == "begun":
            self._begun[: len(placed)] = [item for item, _ in placed]
        else:
            del self._begun[: len(placed)]
            self._begun_index = heard.index if self._begun else -1
            self._early += early
            for item, word in placed:
                item.words.append(word.text)
        for item, words in unsent.items():
            if not item.cleared:
                await self._send_deltas(item, words)

    async def _write_due(self) -> None:
        """Send the early words whose sound this session has received by now."""
        due = [word for word in self._early if word.middle_ms < self._input.received_ms]
        if due:
            del self._early[: len(due)]
            self._items.open.words += [word.text for word in due]
            await self._send_deltas(self._items.open, due)

    async def _send_deltas(self, item: InputItem, words: Sequence[SaidWord]) -> None:
        text, span_ms = " ".join(word.text for word in words), (words[0].start_ms, words[-1].end_ms)
        joint, sent = " " if item.begun else "", 0
        item.begun = True
        for piece in [text] if self._whole_utterances() else pieces(text):
            places = (between(span_ms, at / len(text)) for at in (sent, sent + len(piece)))
            said_ms = (next(places), next(places)) if self._settles else None
            await self._connection.send(self.events.delta(item.item_id, joint + piece, said_ms))
            joint, sent = "", sent + len(piece)

    async def _complete(self) -> None:
        """Send the text of committed items, in order, and forget the items."""
        while True:
            item = await self._ended.get()
            assert item.end_ms is not None
            try:
                async with asyncio.timeout(_SETTLE_S):
                    await self._input.settled(item.end_ms)
            except TimeoutError:
                _log.warning("an item is completed before everything in it was recognised")
            self._items.remove(item)
            if item.cleared or not self._wants_text():
                continue
            if item.failing:
                await self._connection.send(self.events.failed(item.item_id))
                continue
            seconds = (item.end_ms - item.start_ms) / 1000
            text = " ".join(item.words)
            await self._connection.send(self.events.completed(item.item_id, text, seconds))
