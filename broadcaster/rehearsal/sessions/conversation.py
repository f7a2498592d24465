"""One conversation: a buffer of sound, items, and responses that interpret them.

The server does not detect turns, call tools or answer text. It echoes `turn_detection`, but only
commits and `response.create` have an effect. A text in the input of an out-of-band response is
translated if the answer is a text, and read aloud as it is if it is sound. Text items of the
conversation are accepted and not answered.
"""

import asyncio
import uuid
from collections import OrderedDict

from broadcaster.rehearsal.faults.connection import FaultyConnection
from broadcaster.rehearsal.hearing.recordings import RecordingRecogniser
from broadcaster.rehearsal.sessions.responses import Responder
from broadcaster.rehearsal.sessions.session import RehearsalSettings, expiry
from broadcaster.rehearsal.sessions.targets import target_language
from broadcaster.rehearsal.speaking.interpreter import TalkInterpreter
from broadcaster.rehearsal.wire.constants import BYTES_PER_MS
from broadcaster.rehearsal.wire.conversation import (
    CLIENT_EVENTS,
    ConversationEvents,
    first_config,
    updated_config,
)
from broadcaster.rehearsal.wire.events import empty_commit
from broadcaster.rehearsal.wire.responses import ResponseRequest
from broadcaster.rehearsal.wire.validation import Invalid, Json

MAX_RESPONSES = 8
"""Most out-of-band responses at the same time."""
MAX_BUFFER_BYTES = 15 * 1024 * 1024
MAX_ITEMS = 64
"""Beyond this the oldest are forgotten, as the real model truncates its context."""
_MIN_COMMIT_BYTES = 100 * BYTES_PER_MS


class FakeConversationSession:
    """A `EndpointSession` of the conversation endpoint.

    Args:
        connection: to the client.
        settings: how the server behaves.
        recogniser: of recordings.
        interpreter: translates and speaks.
        model: the model the client asked for.
    """

    client_events = CLIENT_EVENTS

    def __init__(
        self,
        connection: FaultyConnection,
        settings: RehearsalSettings,
        recogniser: RecordingRecogniser,
        interpreter: TalkInterpreter,
        model: str,
    ) -> None:
        self.events = ConversationEvents(connection.faults.session.session_id, expiry(settings))
        self._connection = connection
        self._config = first_config(model)
        self._conversation_id = _new_id("conv")
        self._buffer = bytearray()
        self._items: OrderedDict[str, bytes] = OrderedDict()
        self._unanswered: list[str] = []
        self._requests: dict[str, ResponseRequest] = {}
        self._responder = Responder(
            connection, self.events, recogniser, interpreter, settings.response_speed
        )
        self._tasks: asyncio.TaskGroup | None = None

    def config(self) -> Json:
        """See `EndpointSession`."""
        return self._config

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """See `EndpointSession`."""
        self._tasks = tasks

    def close(self) -> None:
        """See `EndpointSession`."""
        self._requests.clear()

    async def obey(self, kind: str, event: Json) -> None:
        """See `EndpointSession`."""
        match kind:
            case "session.update":
                self._config = updated_config(self._config, event["session"])
                language = target_language(self._config["instructions"])
                self._connection.faults.session.language = language
                await self._connection.send(self.events.updated(self._config))
            case "input_audio_buffer.append":
                await self._append(event["audio"])
            case "input_audio_buffer.commit":
                await self._commit()
            case "input_audio_buffer.clear":
                self._buffer.clear()
                await self._connection.send(self.events.cleared())
            case "conversation.item.create":
                await self._add(event["item"])
            case "conversation.item.delete":
                await self._delete(event["item_id"])
            case "response.create":
                await self._respond(event.get("response", {}))
            case "response.cancel":
                self._cancel(event.get("response_id"))

    async def _append(self, pcm: bytes) -> None:
        if len(self._buffer) + len(pcm) > MAX_BUFFER_BYTES:
            raise Invalid("input_audio_buffer_full", "Commit or clear the input audio buffer.")
        self._buffer += pcm
        self._connection.faults.received(len(pcm) // BYTES_PER_MS)
        await self._connection.trigger_interruptions()

    async def _commit(self) -> None:
        if len(self._buffer) < _MIN_COMMIT_BYTES:
            raise empty_commit(len(self._buffer) / BYTES_PER_MS)
        pcm = bytes(self._buffer)
        self._buffer.clear()
        item_id = _new_id("item")
        before = next(reversed(self._items), None)
        await self._connection.send(self.events.committed(item_id, before))
        content = [{"type": "input_audio", "audio": pcm}]
        await self._add({"type": "message", "id": item_id, "role": "user", "content": content})

    async def _add(self, item: Json) -> None:
        item_id = item.get("id") or _new_id("item")
        if item_id in self._items:
            raise Invalid("item_already_exists", f"An item {item_id!r} exists.", "item.id")
        before = next(reversed(self._items), None)
        self._items[item_id] = recording = _recording(item)
        if len(self._items) > MAX_ITEMS:
            self._items.popitem(last=False)
        if recording:
            self._unanswered = [*self._unanswered, item_id][-MAX_ITEMS:]
        shown = {
            **item,
            "id": item_id,
            "object": "realtime.item",
            "status": "completed",
            "content": [_shown(part) for part in item["content"]],
        }
        for event in self.events.item_events(shown, before):
            await self._connection.send(event)

    async def _delete(self, item_id: str) -> None:
        if item_id not in self._items:
            message = f"Error deleting item: the item with id {item_id[:80]!r} does not exist."
            raise Invalid("item_delete_invalid_item_id", message, "item_id")
        del self._items[item_id]
        event = self.events.event("conversation.item.deleted", item_id=item_id)
        await self._connection.send(event)

    async def _respond(self, response: Json) -> None:
        in_band = response.get("conversation", "auto") == "auto"
        if in_band and any(one.conversation_id for one in self._requests.values()):
            message = "Conversation already has an active response in progress."
            raise Invalid("conversation_already_has_active_response", message)
        if len(self._requests) >= MAX_RESPONSES:
            raise Invalid("rate_limit_exceeded", "Too many responses at the same time.")
        request = self._request(response, in_band=in_band)
        if "input" in response:
            self._connection.faults.received(request.received_ms())
        self._connection.faults.session.language = request.language
        self._requests[request.response_id] = request
        assert self._tasks is not None
        self._tasks.create_task(self._carry_out(request), name="rehearsal-response")

    def _request(self, response: Json, *, in_band: bool) -> ResponseRequest:
        """The response the client asks for. The session's configuration fills what is left out."""
        wanted = {**self._config, **response}
        language = target_language(wanted["instructions"])
        if language is None:
            message = "The instructions name no language to interpret into."
            raise Invalid("invalid_value", message, "response.instructions")
        if "input" in response:
            recordings = [self._sound_of(one) for one in response["input"]]
        else:
            recordings = [self._items.get(item_id, b"") for item_id in self._unanswered]
            if in_band:
                self._unanswered = []
        written = [text for one in response.get("input", ()) for text in _texts(one)]
        own_voice = response.get("audio", {}).get("output", {}).get("voice")
        voice = own_voice or self._config["audio"]["output"]["voice"]
        return ResponseRequest(
            response_id=_new_id("resp"),
            item_id=_new_id("item"),
            recordings=[recording for recording in recordings if recording],
            texts=written,
            language=language,
            instructions=wanted["instructions"],
            modality=wanted["output_modalities"][0],
            voice=voice if isinstance(voice, str) else voice["id"],
            max_output_tokens=wanted["max_output_tokens"],
            metadata=wanted.get("metadata"),
            conversation_id=self._conversation_id if in_band else None,
        )

    def _sound_of(self, entry: Json) -> bytes:
        if entry["type"] == "message":
            return _recording(entry)
        if entry["id"] not in self._items:
            message = f"Item with id {entry['id'][:80]!r} not found."
            raise Invalid("item_not_found", message, "response.input")
        return self._items[entry["id"]]

    async def _carry_out(self, request: ResponseRequest) -> None:
        try:
            await self._responder.respond(request)
        finally:
            self._requests.pop(request.response_id, None)

    def _cancel(self, response_id: str | None) -> None:
        """Cancel one response; without an id, the conversation's own."""
        for request in self._requests.values():
            if response_id == request.response_id or (not response_id and request.conversation_id):
                request.cancelled.set()
                return
        message = "Cancellation failed: no active response found."
        raise Invalid("response_cancel_not_active", message)


def _new_id(kind: str) -> str:
    return f"{kind}_{uuid.uuid4().hex[:20]}"


def _recording(item: Json) -> bytes:
    return b"".join(part["audio"] for part in item["content"] if "audio" in part)


def _texts(entry: Json) -> list[str]:
    """The texts of a message that a user wrote."""
    if entry.get("role") != "user":
        return []
    return [part["text"] for part in entry["content"] if "text" in part]


def _shown(part: Json) -> Json:
    """A part of an item as the server shows it: without its sound."""
    if part["type"] != "input_audio":
        return part
    return {"type": "input_audio", "transcript": part.get("transcript")}
