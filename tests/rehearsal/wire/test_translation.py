"""The events that a client may send, over a real socket."""

import time
from typing import Any

import pytest

from tests.rehearsal.translation_client import Connect

INPUT = "session.audio.input"
LANGUAGE = "session.audio.output.language"


def update(audio: dict[str, Any]) -> dict[str, Any]:
    return {"type": "session.update", "event_id": "mine", "session": {"audio": audio}}


def transcription(value: Any) -> dict[str, Any]:
    return update({"input": {"transcription": value}})


def noise_reduction(value: Any) -> dict[str, Any]:
    return update({"input": {"noise_reduction": value}})


def append(audio: Any) -> dict[str, Any]:
    return {"type": "session.input_audio_buffer.append", "event_id": "mine", "audio": audio}


@pytest.mark.parametrize(
    ("event", "code", "param"),
    [
        ({"type": "session.update", "event_id": "mine"}, "missing_required_parameter", "session"),
        ({"type": "session.update", "event_id": "mine", "session": 1}, "invalid_type", "session"),
        (update({"output": {"language": "pt-BR"}}), "invalid_value", LANGUAGE),
        (update({"output": {"language": "xx"}}), "invalid_value", LANGUAGE),
        (update({"output": {"language": ["es"]}}), "invalid_value", LANGUAGE),
        (
            update({"output": {"voice": "marin"}}),
            "unknown_parameter",
            "session.audio.output.voice",
        ),
        (update({"input": {"language": "en"}}), "unknown_parameter", f"{INPUT}.language"),
        (
            {"type": "session.update", "event_id": "mine", "session": {"instructions": "x"}},
            "unknown_parameter",
            "session.instructions",
        ),
        (transcription({}), "missing_required_parameter", f"{INPUT}.transcription.model"),
        (transcription({"model": "x"}), "invalid_value", f"{INPUT}.transcription.model"),
        (
            transcription({"model": "gpt-live-transcribe", "prompt": "x"}),
            "unknown_parameter",
            f"{INPUT}.transcription.prompt",
        ),
        (noise_reduction({"type": "x"}), "invalid_value", f"{INPUT}.noise_reduction.type"),
        (
            noise_reduction({"type": "near_field", "strength": 2}),
            "invalid_value",
            f"{INPUT}.noise_reduction.strength",
        ),
        (append("!!"), "invalid_value", "audio"),
        (append("AAAA"), "invalid_value", "audio"),
        (append(7), "invalid_type", "audio"),
        ({"type": "response.create", "event_id": "mine"}, "invalid_event", "type"),
        ({"event_id": "mine"}, "missing_required_parameter", "type"),
    ],
)
async def test_a_bad_event_is_answered_and_the_session_goes_on(
    connect: Connect, event: dict[str, Any], code: str, param: str
) -> None:
    async with connect() as client:
        await client.socket.send_json(event)
        error = (await client.receive())["error"]
        assert error["type"] == "invalid_request_error"
        assert (error["code"], error["param"], error["event_id"]) == (code, param, "mine")
        await client.configure("de")


@pytest.mark.parametrize("text", ["{", "[]", "3"])
async def test_an_invalid_event_is_answered_too(connect: Connect, text: str) -> None:
    async with connect() as client:
        await client.socket.send_str(text)
        assert (await client.receive())["type"] == "error"
        await client.socket.send_bytes(b"\0\0")
        assert (await client.receive())["error"]["code"] == "invalid_event"
        await client.configure("de")


async def test_a_session_starts_in_spanish_for_one_hour(connect: Connect) -> None:
    async with connect() as client:
        session = client.events[0]["session"]
        assert session["audio"]["output"]["language"] == "es"
        assert session["audio"]["input"] == {"noise_reduction": None, "transcription": None}
        assert session["expires_at"] == pytest.approx(time.time() + 3600, abs=60)


async def test_an_update_changes_only_what_it_names(connect: Connect) -> None:
    async with connect() as client:
        await client.send(noise_reduction({"type": "far_field", "strength": 0.5}))
        await client.send(transcription({"model": "gpt-realtime-whisper"}))
        await client.send(noise_reduction({"type": "near_field"}))
        await client.configure("ja", transcription=True)
        await client.send(noise_reduction(None))
        first, *_, last, cleared = [
            event["session"]["audio"]
            for event in [*client.of("session.updated"), await client.receive()]
        ]
        assert first["input"]["noise_reduction"] == {"type": "far_field", "strength": 0.5}
        assert last["input"]["noise_reduction"] == {"type": "near_field", "strength": 0.5}
        assert last["input"]["transcription"] == {"model": "gpt-live-transcribe"}
        assert cleared["input"]["noise_reduction"] is None
        assert cleared["output"]["language"] == "ja"


async def test_silence_is_answered_by_filler_at_the_input_s_pace(connect: Connect) -> None:
    async with connect() as client:
        await client.append(bytes(9600))
        await client.append(bytes(4800))
        await client.append(bytes(4800 + 9600))
        await client.finish()
        audio = client.of("session.output_audio.delta")
        assert [event["elapsed_ms"] for event in audio] == [0, 200, 400]
        assert client.sounds() == [bytes(19200)] * 3
        assert client.events[-1]["type"] == "session.closed"
        assert (await client.socket.receive()).data == 1000
