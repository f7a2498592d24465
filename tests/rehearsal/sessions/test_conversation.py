"""Conversations: recordings in, what they say in another language out."""

import asyncio
import base64
from typing import Any

import numpy as np
import pytest
from aiohttp.test_utils import TestServer
from openai import AsyncOpenAI

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking import voice
from broadcaster.rehearsal.talk import rendered
from tests.rehearsal.realtime_client import CONVERSATION, RealtimeClient, realtime, text_of
from tests.rehearsal.talk_sound import excerpt
from tests.support.deadline import deadline
from tests.support.sound import samples

SENTENCES = [sentence for sentence in talk.load().sentences if sentence.language == "en"]
GERMAN = [sentence.translations["de"] for sentence in SENTENCES]
INTO_GERMAN = "You are an interpreter. You interpret into German (de)."


async def test_a_recording_is_interpreted_out_of_band(server: TestServer, talk_pcm: bytes) -> None:
    async with realtime(server, CONVERSATION) as client:
        response = await client.interpret(
            excerpt(talk_pcm, 200, 9_400), "de", metadata={"segment": "17"}
        )
    kinds = list(dict.fromkeys(event["type"] for event in client.events))
    assert kinds == [
        "session.created",
        "response.created",
        "rate_limits.updated",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
    ]
    assert (response["status"], response["metadata"]) == ("completed", {"segment": "17"})
    assert response["conversation_id"] is None
    text = " ".join(GERMAN[:2])
    assert text_of(response) == text
    assert "".join(e["delta"] for e in client.of("response.output_audio_transcript.delta")) == text
    deltas = [base64.b64decode(e["delta"]) for e in client.of("response.output_audio.delta")]
    said = await asyncio.to_thread(voice.render_all, GERMAN[:2], "de")
    assert b"".join(deltas) == b"".join(said)
    usage = response["usage"]
    assert usage["input_token_details"]["audio_tokens"] == 92
    seconds = len(b"".join(said)) / 48_000
    assert usage["output_token_details"]["audio_tokens"] == int(seconds * 20)


@pytest.mark.parametrize(("language", "step_ms"), [("es", 6_000), ("de", 4_100), ("ja", 7_300)])
async def test_recordings_cut_anywhere_lose_and_repeat_nothing(
    server: TestServer, talk_pcm: bytes, language: str, step_ms: int
) -> None:
    async with realtime(server, CONVERSATION) as client:
        texts = [
            text_of(await client.interpret(excerpt(talk_pcm, at, at + step_ms), language))
            for at in range(0, 43_000, step_ms)
        ]
        again = await client.interpret(excerpt(talk_pcm, step_ms, 2 * step_ms), language)
    assert text_of(again) == texts[1]
    joint = "" if language == "ja" else " "
    whole = joint.join(sentence.translations[language] for sentence in SENTENCES)
    said = joint.join(text for text in texts if text)
    assert len(said) > len(whole) * 0.4
    assert whole.startswith(said)


@pytest.mark.parametrize("language", ["fr", "ja"])
async def test_a_sentence_cut_in_two_is_spoken_by_one_voice(
    server: TestServer, talk_pcm: bytes, language: str
) -> None:
    """Both parts are the sound of the sentence that was rendered ahead, and nothing is missing."""
    sentence = SENTENCES[4]
    middle_ms = (sentence.start_ms + sentence.end_ms) // 2
    texts, parts = [], []
    async with realtime(server, CONVERSATION) as client:
        for begin_ms, end_ms in (
            (sentence.start_ms - 150, middle_ms),
            (middle_ms, sentence.end_ms + 150),
        ):
            client.events.clear()
            response = await client.interpret(excerpt(talk_pcm, begin_ms, end_ms), language)
            texts.append(text_of(response))
            deltas = client.of("response.output_audio.delta")
            parts.append(b"".join(base64.b64decode(one["delta"]) for one in deltas))
    joint = "" if language == "ja" else " "
    assert joint.join(texts) == sentence.translations[language]
    assert all(len(one) > 24_000 for one in parts)
    spoken = sentence.spoken_text(language)
    said = samples(await asyncio.to_thread(rendered.load().sound, spoken, language))
    heard = samples(b"".join(parts))
    assert heard.size == said.size
    assert np.corrcoef(heard, said)[0, 1] > 0.995


async def test_a_text_is_read_aloud_as_it_is(server: TestServer) -> None:
    asked = {
        "conversation": "none",
        "output_modalities": ["audio"],
        "instructions": "Read it aloud. Target language: German (de).",
        "input": [
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": GERMAN[0]}],
            }
        ],
    }
    async with realtime(server, CONVERSATION) as client:
        await client.send("response.create", response=asked)
        done = await client.until("response.done")
    assert text_of(done["response"]) == GERMAN[0]
    deltas = [base64.b64decode(e["delta"]) for e in client.of("response.output_audio.delta")]
    [said] = await asyncio.to_thread(voice.render_all, GERMAN[:1], "de")
    assert b"".join(deltas) == said


async def test_silence_is_answered_by_nothing(server: TestServer, talk_pcm: bytes) -> None:
    async with realtime(server, CONVERSATION) as client:
        response = await client.interpret(bytes(96_000), "de")
        assert (response["status"], response["output"]) == ("completed", [])
        assert not client.of("response.output_audio.delta")
        english = await client.interpret(excerpt(talk_pcm, 200, 5_100), "en")
        assert text_of(english) == SENTENCES[0].text


async def test_the_conversation_answers_what_was_committed(
    server: TestServer, talk_pcm: bytes
) -> None:
    async with realtime(server, CONVERSATION) as client:
        await client.send(
            "session.update",
            session={
                "type": "realtime",
                "instructions": INTO_GERMAN,
                "output_modalities": ["text"],
                "audio": {"input": {"turn_detection": None}},
            },
        )
        session = (await client.until("session.updated"))["session"]
        assert session["audio"]["input"]["turn_detection"] is None
        assert session["audio"]["output"]["voice"] == "marin"
        assert session["model"] == "gpt-realtime-2.1"
        await client.send(
            "conversation.item.create",
            item={
                "type": "message",
                "role": "system",
                "content": [{"type": "input_text", "text": "The topic is water."}],
            },
        )
        system = (await client.until("conversation.item.done"))["item"]
        await client.append(excerpt(talk_pcm, 0, 5_100))
        await client.send("input_audio_buffer.commit")
        committed = await client.until("input_audio_buffer.committed")
        assert committed["previous_item_id"] == system["id"]
        added = await client.until("conversation.item.added")
        assert added["item"]["id"] == committed["item_id"]
        await client.send("response.create")
        response = (await client.until("response.done"))["response"]
        assert text_of(response) == GERMAN[0]
        assert response["conversation_id"]
        assert client.of("response.output_text.done")[0]["text"] == GERMAN[0]
        assert client.of("conversation.item.done")[-1]["item"]["role"] == "assistant"
        await client.send("conversation.item.delete", item_id=system["id"])
        await client.until("conversation.item.deleted")
        reference = {"type": "item_reference", "id": committed["item_id"]}
        wanted = {"conversation": "none", "input": [reference]}
        await client.socket.send_json({"type": "response.create", "response": wanted})
        assert text_of((await client.until("response.done"))["response"]) == GERMAN[0]


async def test_one_answer_at_a_time_in_the_conversation_many_besides(
    server: TestServer, talk_pcm: bytes
) -> None:
    pcm = excerpt(talk_pcm, 200, 9_400)
    async with realtime(server, CONVERSATION) as client:
        for _ in range(2):
            await client.ask(pcm, conversation="auto", instructions=INTO_GERMAN)
        error = (await client.until("error"))["error"]
        assert error["code"] == "conversation_already_has_active_response"
        await client.ask(pcm, instructions="Translate to Spanish.", metadata={"n": "2"})
        done = [await client.until("response.done") for _ in range(2)]
    spanish = " ".join(sentence.translations["es"] for sentence in SENTENCES[:2])
    texts = {text_of(event["response"]) for event in done}
    assert texts == {" ".join(GERMAN[:2]), spanish}


async def test_a_response_can_be_cancelled(slow_server: TestServer, talk_pcm: bytes) -> None:
    pcm = excerpt(talk_pcm, 200, 9_400)
    async with realtime(slow_server, CONVERSATION) as client:
        await client.send("response.cancel")
        assert (await client.receive())["error"]["code"] == "response_cancel_not_active"
        await client.ask(pcm, instructions=INTO_GERMAN)
        created = (await client.until("response.created"))["response"]
        await client.until("response.output_audio.delta")
        await client.send("response.cancel")
        assert (await client.until("error"))["error"]["code"] == "response_cancel_not_active"
        await client.send("response.cancel", response_id=created["id"])
        response = (await client.until("response.done"))["response"]
        assert response["status"] == "cancelled"
        assert response["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
        assert " ".join(GERMAN[:2]).startswith(text_of(response))
        short = await client.interpret(pcm, "de", max_output_tokens=16)
        details = {"type": "incomplete", "reason": "max_output_tokens"}
        assert (short["status"], short["status_details"]) == ("incomplete", details)


def session(**fields: Any) -> dict[str, Any]:
    return {"type": "session.update", "session": {"type": "realtime", **fields}}


def response(**fields: Any) -> dict[str, Any]:
    return {"type": "response.create", "response": {"instructions": INTO_GERMAN, **fields}}


def listening(**fields: Any) -> dict[str, Any]:
    return session(audio={"input": fields})


@pytest.mark.parametrize(
    ("event", "code", "param"),
    [
        ({"type": "session.update"}, "missing_required_parameter", "session"),
        (session(type="transcription"), "invalid_value", "session.type"),
        (session(voice="marin"), "unknown_parameter", "session.voice"),
        (session(output_modalities=["audio", "text"]), "invalid_type", "session.output_modalities"),
        (session(audio={"output": {"voice": "x"}}), "invalid_value", "session.audio.output.voice"),
        (
            listening(format={"type": "audio/pcm", "rate": 16_000}),
            "invalid_value",
            "session.audio.input.format.rate",
        ),
        (
            listening(turn_detection={"type": "x"}),
            "invalid_value",
            "session.audio.input.turn_detection.type",
        ),
        ({"type": "input_audio_buffer.commit"}, "input_audio_buffer_commit_empty", None),
        ({"type": "input_audio_buffer.append"}, "missing_required_parameter", "audio"),
        (response(instructions="Be nice."), "invalid_value", "response.instructions"),
        (response(metadata={"x": 1}), "invalid_value", "response.metadata"),
        (response(modalities=["audio"]), "unknown_parameter", "response.modalities"),
        (
            response(input=[{"type": "item_reference", "id": "x"}]),
            "item_not_found",
            "response.input",
        ),
        (
            {"type": "conversation.item.delete", "item_id": "x"},
            "item_delete_invalid_item_id",
            "item_id",
        ),
        ({"type": "session.close"}, "invalid_event", "type"),
    ],
)
async def test_a_bad_event_is_answered_and_the_session_goes_on(
    server: TestServer, event: dict[str, Any], code: str, param: str | None
) -> None:
    async with realtime(server, CONVERSATION) as client:
        await client.socket.send_json({**event, "event_id": "mine"})
        error = (await client.receive())["error"]
        assert (error["code"], error["param"], error["event_id"]) == (code, param, "mine")
        await client.send("input_audio_buffer.clear")
        await client.until("input_audio_buffer.cleared")


async def test_the_official_client_completes_a_conversation(
    server: TestServer, talk_pcm: bytes
) -> None:
    text, spoken = "", b""
    async with (
        deadline(),
        AsyncOpenAI(api_key="sk-rehearsal", base_url=str(server.make_url("/v1"))) as official,
        official.realtime.connect(model="gpt-realtime-2.1-mini") as connection,
    ):
        await connection.session.update(
            session={
                "type": "realtime",
                "instructions": INTO_GERMAN,
                "audio": {"input": {"turn_detection": None}},
            }
        )
        audio = base64.b64encode(excerpt(talk_pcm, 0, 5_100)).decode()
        await connection.input_audio_buffer.append(audio=audio)
        await connection.input_audio_buffer.commit()
        await connection.response.create(response={"metadata": {"segment": "1"}})
        async for event in connection:
            if event.type == "response.output_audio_transcript.delta":
                text += event.delta
            elif event.type == "response.output_audio.delta":
                spoken += base64.b64decode(event.delta)
            elif event.type == "response.done":
                assert event.response.status == "completed"
                assert event.response.metadata == {"segment": "1"}
                break
    assert text == GERMAN[0]
    assert any(spoken)


async def test_the_client_of_this_file_sees_what_is_wrong(server: TestServer) -> None:
    async with realtime(server, CONVERSATION) as client:
        assert isinstance(client, RealtimeClient)
        with pytest.raises(ValueError, match="input_audio_buffer"):
            await client.send("input_audio_buffer.append")
