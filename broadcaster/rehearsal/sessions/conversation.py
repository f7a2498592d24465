"""One conversation: a buffer of sound, items, and responses that interpret them.

What the server does not do: detect turns (it echoes `turn_detection` but only commits and
`response.create` count), call tools, answer text. Text items are taken and only read for the
conversation's sake.
"""

import asyncio
import uuid
from collections import OrderedDict

from broadcaster.rehearsal.faults.connection import Line
from broadcaster.rehearsal.hearing.recordings import Segments
from broadcaster.rehearsal.sessions.responses import Responder
from broadcaster.rehearsal.sessions.session import Session, Settings, expiry
from broadcaster.rehearsal.sessions.targets import target_language
from broadcaster.rehearsal.speaking.interpreting import Interpreter
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ
from broadcaster.rehearsal.wire.conversation import (
    ConversationEvents,
    first_config,
    parse,
    updated_config,
)
from broadcaster.rehearsal.wire.responses import Request
from broadcaster.rehearsal.wire.validation import Invalid, Json

MAX_RESPONSES = 8
"""Out-of-band responses at the same time."""
MAX_BUFFER_BYTES = 15 * 1024 * 1024
MAX_ITEMS = 64
"""The oldest are forgotten, as the model's context is cut."""
_MIN_COMMIT_BYTES = SAMPLE_RATE_HZ * 2 // 10
_BYTES_PER_MS = SAMPLE_RATE_HZ * 2 // 1000


class ConversationSession(Session):
    """Serves one client of the conversation endpoint.

    Args:
        line: the connection.
        settings: how the server behaves.
        segments: understands recordings.
        interpreter: translates and speaks.
        model: what the client asked for.
    """

    _events: ConversationEvents

    def __init__(
        self,
        line: Line,
        settings: Settings,
        segments: Segments,
        interpreter: Interpreter,
        model: str,
    ) -> None:
        events = ConversationEvents(line.faults.subject.session_id, expiry(settings))
        super().__init__(line, settings, events)
        self._config = first_config(model)
        self._conversation_id = _new_id("conv")
        self._buffer = bytearray()
        self._items: OrderedDict[str, bytes] = OrderedDict()
        self._unanswered: list[str] = []
        self._requests: dict[str, Request] = {}
        self._responder = Responder(line, events, segments, interpreter, settings.response_speed)
        self._tasks: asyncio.TaskGroup | None = None

    def _begin(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks

    async def _greet(self) -> None:
        await self._line.send(self._events.created(self._config))

    def _leave(self) -> None:
        self._requests.clear()

    async def _handle(self, text: str) -> None:
        kind, event_id, event = parse(text)
        try:
            await self._obey(kind, event)
        except Invalid as error:
            raise error.of_event(event_id) from None

    async def _obey(self, kind: str, event: Json) -> None:
        match kind:
            case "session.update":
                self._config = updated_config(self._config, event["session"])
                self._line.faults.subject.language = target_language(self._config["instructions"])
                await self._line.send(self._events.updated(self._config))
            case "input_audio_buffer.append":
                await self._append(event["audio"])
            case "input_audio_buffer.commit":
                await self._commit()
            case "input_audio_buffer.clear":
                self._buffer.clear()
                await self._send("input_audio_buffer.cleared")
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
        self._line.faults.received(len(pcm) // _BYTES_PER_MS)
        await self._line.strike()

    async def _commit(self) -> None:
        if len(self._buffer) < _MIN_COMMIT_BYTES:
            raise Invalid(
                "input_audio_buffer_commit_empty",
                "Error committing input audio buffer: expected at least 100ms of audio, but it "
                f"only has {len(self._buffer) / _BYTES_PER_MS:.2f}ms.",
            )
        pcm = bytes(self._buffer)
        self._buffer.clear()
        item_id = _new_id("item")
        before = next(reversed(self._items), None)
        await self._send("input_audio_buffer.committed", item_id=item_id, previous_item_id=before)
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
        for kind in ("conversation.item.added", "conversation.item.done"):
            await self._send(kind, item=shown, previous_item_id=before)

    async def _delete(self, item_id: str) -> None:
        if item_id not in self._items:
            message = f"Error deleting item: the item with id {item_id[:80]!r} does not exist."
            raise Invalid("item_delete_invalid_item_id", message, "item_id")
        del self._items[item_id]
        await self._send("conversation.item.deleted", item_id=item_id)

    async def _respond(self, response: Json) -> None:
        in_band = response.get("conversation", "auto") == "auto"
        if in_band and any(one.conversation_id for one in self._requests.values()):
            message = "Conversation already has an active response in progress."
            raise Invalid("conversation_already_has_active_response", message)
        if len(self._requests) >= MAX_RESPONSES:
            raise Invalid("rate_limit_exceeded", "Too many responses at the same time.")
        request = self._request(response, in_band=in_band)
        if "input" in response:
            self._line.faults.received(request.received_ms())
        self._line.faults.subject.language = request.language
        self._requests[request.response_id] = request
        assert self._tasks is not None
        self._tasks.create_task(self._carry_out(request), name="rehearsal-response")

    def _request(self, response: Json, *, in_band: bool) -> Request:
        """The response that is asked for; what it does not say is as the session's."""
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
        own_voice = response.get("audio", {}).get("output", {}).get("voice")
        voice = own_voice or self._config["audio"]["output"]["voice"]
        return Request(
            response_id=_new_id("resp"),
            item_id=_new_id("item"),
            recordings=[recording for recording in recordings if recording],
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

    async def _carry_out(self, request: Request) -> None:
        try:
            await self._responder.respond(request)
        finally:
            self._requests.pop(request.response_id, None)

    def _cancel(self, response_id: str | None) -> None:
        """Without an id only the conversation's own response is meant."""
        for request in self._requests.values():
            if response_id == request.response_id or (not response_id and request.conversation_id):
                request.cancelled.set()
                return
        message = "Cancellation failed: no active response found."
        raise Invalid("response_cancel_not_active", message)

    async def _send(self, kind: str, **fields: object) -> None:
        await self._line.send(self._events.event(kind, **fields))


def _new_id(kind: str) -> str:
    return f"{kind}_{uuid.uuid4().hex[:20]}"


def _recording(item: Json) -> bytes:
    return b"".join(part["audio"] for part in item["content"] if "audio" in part)


def _shown(part: Json) -> Json:
    """A part of an item without its sound, which is not sent back."""
    if part["type"] != "input_audio":
        return part
    return {"type": "input_audio", "transcript": part.get("transcript")}
