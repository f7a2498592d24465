"""One response of a conversation: what was said in a recording, interpreted and sent in pieces."""

import asyncio
import contextlib

from broadcaster.rehearsal.faults.catalogue import Moment
from broadcaster.rehearsal.faults.connection import FaultyConnection
from broadcaster.rehearsal.hearing.recordings import RecordingRecogniser
from broadcaster.rehearsal.sessions.output import pieces
from broadcaster.rehearsal.speaking.interpreter import SpokenTranslation, TalkInterpreter
from broadcaster.rehearsal.wire.constants import OUTPUT_DELTA_BYTES
from broadcaster.rehearsal.wire.conversation import ConversationEvents
from broadcaster.rehearsal.wire.responses import (
    BYTES_PER_S,
    TOKENS_PER_S_SPOKEN,
    ResponseOutcome,
    ResponseRequest,
    item_of,
    message_of,
    place_of,
    response_of,
    usage_of,
)
from broadcaster.writing.scripts import spaces_between_words

_TEXT_LEAD = 2
"""Text is sent this many times faster than its sound."""
_FAILURES = {
    "fail_response": ("server_error", "The server had an error while processing your request."),
    "inference_rate_limit_exceeded": (
        "inference_rate_limit_exceeded",
        "The rate limit of the model is reached, please try again later.",
    ),
}
_Stop = tuple[str, str]
_STOPS: dict[str, _Stop] = {
    "incomplete_response": ("incomplete", "content_filter"),
    "cancel_response": ("cancelled", "turn_detected"),
}


class Responder:
    """Carries out the responses of one session.

    Args:
        connection: to the client.
        events: builds what is sent.
        recogniser: of recordings.
        interpreter: translates and speaks.
        speed: how much faster than it plays sound is sent.
    """

    def __init__(
        self,
        connection: FaultyConnection,
        events: ConversationEvents,
        recogniser: RecordingRecogniser,
        interpreter: TalkInterpreter,
        speed: float,
    ) -> None:
        self._connection, self._events = connection, events
        self._recogniser, self._interpreter, self._speed = recogniser, interpreter, speed
        self._requests = self._tokens = 0

    async def respond(self, request: ResponseRequest) -> None:
        """Send one response, from `response.created` to `response.done`.

        Raises:
            WorkerFailed: the recogniser does not answer.
        """
        self._requests += 1
        running = response_of(request, "in_progress")
        await self._send("response.created", response=running)
        await self._connection.send(self._events.rate_limits(self._requests, self._tokens))
        triggered = [fault.name for fault in self._connection.faults.trigger(Moment.RESPONSE)]
        failures = [_FAILURES[name] for name in triggered if name in _FAILURES]
        stops = [_STOPS[name] for name in triggered if name in _STOPS]
        if failures:
            code, message = failures[0]
            error = {"type": code, "code": code, "message": message}
            outcome = ResponseOutcome("failed", {"type": "failed", "error": error})
            await self._connection.trigger_interruptions()
        else:
            said = await self._interpreted(request)
            outcome = await self._speak(request, said, stops[0] if stops else None)
        usage = usage_of(request, outcome)
        self._tokens += usage["total_tokens"]
        item = item_of(request, outcome)
        output = [] if item is None else [item]
        done = response_of(request, outcome.status)
        done |= {"status_details": outcome.details, "output": output, "usage": usage}
        await self._send("response.done", response=done)

    async def _interpreted(self, request: ResponseRequest) -> SpokenTranslation:
        """Return the text of the response: the interpretation of all recordings."""
        faults = self._connection.faults
        texts, sounds = [], []
        for recording in request.recordings:
            if faults.active("deaf"):
                break
            for heard in await self._recogniser.recognise(recording, request.language):
                language = self._interpreter.spoken_under(faults, request.language)
                said = await self._interpreter.interpret(
                    heard, language, faults.slowness(), repeat=True
                )
                if said is not None:
                    texts.append(said.text)
                    sounds.append(said.pcm)
        for text in request.texts:
            if request.modality == "text":
                texts += [await self._interpreter.translate_text(text, request.language)]
            elif (read := await self._interpreter.read_aloud(text, request.language)) is not None:
                texts.append(read.text)
                sounds.append(read.pcm)
        if not texts and faults.trigger(Moment.QUIET):
            said = await self._interpreter.invented(request.language)
            texts, sounds = ([said.text], [said.pcm]) if said is not None else ([], [])
        joint = " " if spaces_between_words(request.language) else ""
        return SpokenTranslation(joint.join(filter(None, texts)), b"".join(sounds))

    async def _speak(
        self, request: ResponseRequest, said: SpokenTranslation, stop: _Stop | None
    ) -> ResponseOutcome:
        if not said.text:
            await self._connection.trigger_interruptions()
            return ResponseOutcome("completed")
        await self._open(request)
        outcome = await self._stream(request, said, stop)
        await self._close(request, outcome)
        return outcome

    async def _stream(
        self, request: ResponseRequest, said: SpokenTranslation, stop: _Stop | None
    ) -> ResponseOutcome:
        """Send text and sound until everything is said or the response is stopped."""
        place = place_of(request)
        whole = self._connection.faults.active("whole_utterances") is not None
        texts = [said.text] if whole else pieces(said.text)
        pcm = said.pcm if request.modality == "audio" else b""
        size = max(1, len(pcm)) if whole else OUTPUT_DELTA_BYTES
        chunks = [pcm[at : at + size] for at in range(0, len(pcm), size)] or [b""]
        stop_at = float(len(chunks) // 2)
        if stop is None:
            stop, stop_at = ("incomplete", "max_output_tokens"), _allowed_deltas(request)
        sent_texts = spoken_bytes = 0
        kind = "output_audio_transcript" if request.modality == "audio" else "output_text"
        for number, chunk in enumerate(chunks):
            if number == len(chunks) // 2:
                await self._connection.trigger_interruptions()
            if request.cancelled.is_set():
                stop, stop_at = ("cancelled", "client_cancelled"), number
            if number == stop_at:
                break
            until = -(-(number + 1) * _TEXT_LEAD * len(texts) // len(chunks))
            for text in texts[sent_texts:until]:
                await self._send(f"response.{kind}.delta", **place, delta=text)
                sent_texts += 1
            if chunk:
                await self._connection.send(self._events.audio(place, chunk))
                spoken_bytes += len(chunk)
                await self._pause(request, len(chunk) / BYTES_PER_S / self._speed)
        else:
            return ResponseOutcome("completed", None, said.text, spoken_bytes)
        status, reason = stop
        details = {"type": status, "reason": reason}
        return ResponseOutcome(status, details, "".join(texts[:sent_texts]), spoken_bytes)

    async def _open(self, request: ResponseRequest) -> None:
        item = {**message_of(request, []), "status": "in_progress"}
        response_id = request.response_id
        await self._send(
            "response.output_item.added", response_id=response_id, output_index=0, item=item
        )
        if request.conversation_id is not None:
            await self._send("conversation.item.added", item=item)
        part = {"type": "audio", "transcript": ""}
        if request.modality == "text":
            part = {"type": "text", "text": ""}
        await self._send("response.content_part.added", **place_of(request), part=part)

    async def _close(self, request: ResponseRequest, outcome: ResponseOutcome) -> None:
        place, text = place_of(request), outcome.text
        if request.modality == "audio":
            await self._send("response.output_audio.done", **place)
            await self._send("response.output_audio_transcript.done", **place, transcript=text)
            part = {"type": "audio", "transcript": text}
        else:
            await self._send("response.output_text.done", **place, text=text)
            part = {"type": "text", "text": text}
        await self._send("response.content_part.done", **place, part=part)
        nothing = {**message_of(request, []), "status": "incomplete"}
        item, response_id = item_of(request, outcome) or nothing, request.response_id
        await self._send(
            "response.output_item.done", response_id=response_id, output_index=0, item=item
        )
        if request.conversation_id is not None:
            await self._send("conversation.item.done", item=item)

    async def _pause(self, request: ResponseRequest, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await request.cancelled.wait()

    async def _send(self, kind: str, **fields: object) -> None:
        await self._connection.send(self._events.event(kind, **fields))


def _allowed_deltas(request: ResponseRequest) -> float:
    """Return how many deltas of sound the token limit allows."""
    most = request.max_output_tokens
    if isinstance(most, str):
        return float("inf")
    return most * BYTES_PER_S // TOKENS_PER_S_SPOKEN // OUTPUT_DELTA_BYTES
