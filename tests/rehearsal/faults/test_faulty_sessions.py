"""Faults planned on a running server, and what its clients see of them."""

import asyncio
import base64
import contextlib
import json
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.faults.catalogue import MOMENTS
from tests.rehearsal.faults.control_client import clear, plan, planned
from tests.rehearsal.realtime_client import (
    CONVERSATION,
    TRANSCRIPTION,
    RealtimeClient,
    realtime,
    text_of,
)
from tests.rehearsal.session_client import KEY
from tests.rehearsal.talk_sound import excerpt
from tests.rehearsal.translation_client import URL, Connect, TranslationClient, connected
from tests.support.deadline import deadline

SENTENCES = talk.load().sentences
FILLER = bytes(19_200)


async def end_of(client: TranslationClient | RealtimeClient) -> aiohttp.WSMessage:
    """Read to the end of the connection."""
    async with deadline():
        while (message := await client.socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return message


def translated(language: str, *indices: int) -> str:
    return " ".join(SENTENCES[index].translations[language] for index in indices)


# The handshake


@pytest.mark.parametrize(
    ("name", "status", "code", "retry_after"),
    [
        ("refuse_rate_limit", 429, "rate_limit_exceeded", "7"),
        ("refuse_overloaded", 503, "server_is_overloaded", "7"),
        ("refuse_key", 401, "invalid_api_key", None),
        ("refuse_quota", 429, "insufficient_quota", None),
    ],
)
async def test_a_handshake_is_refused_as_often_as_planned(
    server: TestServer, name: str, status: int, code: str, retry_after: str | None
) -> None:
    await plan(server, {"name": name, "times": 2, "retry_after_s": 7, "endpoint": "translation"})
    async with aiohttp.ClientSession() as http:
        for _ in range(2):
            async with http.get(server.make_url(URL), headers=KEY) as answer:
                assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)
                assert answer.headers.get("Retry-After") == retry_after
    async with connected(server), realtime(server, TRANSCRIPTION):
        pass


# What interrupts


async def test_a_drop_in_the_middle_of_speech_strikes_one_language(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    await plan(server, {"name": "drop", "at_s": 3, "language": "de"})
    async with connect() as german, connect() as french:
        await german.configure("de")
        await french.configure("fr")
        await french.hear(excerpt(talk_pcm, 0, 5_600))
        with contextlib.suppress(ConnectionError):
            await german.play(excerpt(talk_pcm, 0, 5_600))
        assert (await end_of(german)).type is not aiohttp.WSMsgType.CLOSE
        await french.finish()
    assert french.text() == translated("fr", 0)
    (fault,) = await planned(server)
    (record,) = fault["strikes"]
    assert (record["endpoint"], record["language"]) == ("translation", "de")
    assert record["at_s"] == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize("url", [CONVERSATION, TRANSCRIPTION])
async def test_a_drop_ends_the_other_sessions_too(
    server: TestServer, talk_pcm: bytes, url: str
) -> None:
    await plan(server, {"name": "drop", "at_s": 1})
    async with realtime(server, url) as client:
        await client.append(excerpt(talk_pcm, 0, 2_000))
        message = await end_of(client)
        assert message.type is not aiohttp.WSMsgType.CLOSE
        assert client.socket.close_code in (None, 1006)


async def test_a_response_is_dropped_half_way(slow_server: TestServer, talk_pcm: bytes) -> None:
    await plan(slow_server, {"name": "drop", "at_s": 1})
    async with realtime(slow_server, CONVERSATION) as client:
        await client.ask(excerpt(talk_pcm, 200, 5_100), instructions="Translate to German.")
        await client.until("response.output_audio.delta")
        assert (await end_of(client)).type is not aiohttp.WSMsgType.CLOSE


async def test_a_session_expires_when_told_to(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    await plan(server, {"name": "expire", "at_s": 1})
    async with connect() as client:
        await client.play(excerpt(talk_pcm, 0, 2_000))
        assert (await client.until("error"))["error"]["code"] == "session_expired"
        message = await end_of(client)
        assert message.data == 1001
        assert "maximum duration" in (message.extra or "")


async def test_a_stall_sends_nothing_and_loses_nothing(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    await plan(server, {"name": "stall", "at_s": 2, "for_s": 1.5})
    async with connect() as client:
        await client.interpret(excerpt(talk_pcm, 0, 5_600))
    assert client.text() == translated("es", 0)
    elapsed = [event["elapsed_ms"] for event in client.events if "elapsed_ms" in event]
    assert elapsed == sorted(elapsed)


async def test_garbage_and_unknown_events_come_between(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    await plan(server, {"name": "garbage", "at_s": 2}, {"name": "unknown_events", "at_s": 3})
    async with connect() as client:
        await client.play(excerpt(talk_pcm, 0, 4_000))
        odd = 0
        async with deadline():
            while odd < 13:
                text = (await client.socket.receive()).data
                try:
                    event = json.loads(text)
                except ValueError:
                    odd += 1
                    continue
                known = isinstance(event, dict) and "elapsed_ms" in event
                odd += not known
        await client.finish()


# What lasts


async def test_a_mute_session_writes_but_does_not_speak(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    await plan(server, {"name": "mute"})
    async with connect() as client:
        await client.interpret(excerpt(talk_pcm, 0, 5_600))
    assert client.text() == translated("es", 0)
    assert set(client.sounds()) == {FILLER}


async def test_a_deaf_session_goes_on_with_filler(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    await plan(server, {"name": "deaf", "for_s": 7})
    async with connect() as client:
        await client.interpret(excerpt(talk_pcm, 0, 9_600))
    assert client.text() == translated("es", 1)


async def test_another_language_is_spoken_for_a_while(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    await plan(server, {"name": "wrong_language", "language": "de", "for_s": 7, "speaks": "fr"})
    async with connect() as client:
        await client.configure("de")
        await client.hear(excerpt(talk_pcm, 0, 9_600))
        await client.finish()
    assert client.text() == f"{translated('fr', 0)} {translated('de', 1)}"


async def test_deltas_come_twice(server: TestServer, connect: Connect, talk_pcm: bytes) -> None:
    await plan(server, {"name": "duplicate_deltas"})
    async with connect() as client:
        await client.interpret(excerpt(talk_pcm, 0, 5_600))
    deltas = [event["delta"] for event in client.of("session.output_transcript.delta")]
    assert "".join(deltas[::2]) == "".join(deltas[1::2]) == translated("es", 0)


async def test_an_utterance_comes_in_one_delta(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    await plan(server, {"name": "whole_utterances", "times": None})
    async with connect() as client:
        await client.interpret(excerpt(talk_pcm, 0, 9_600))
        texts = [event["delta"] for event in client.of("session.output_transcript.delta")]
        assert texts == [translated("es", 0), f" {translated('es', 1)}"]
        assert len([pcm for pcm in client.sounds() if any(pcm)]) == 2
    async with realtime(server, CONVERSATION) as other:
        await other.interpret(excerpt(talk_pcm, 200, 5_100), "de")
        assert len(other.of("response.output_audio.delta")) == 1
        assert len(other.of("response.output_audio_transcript.delta")) == 1


async def test_a_long_voice_speaks_longer_than_the_speaker(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    await plan(server, {"name": "long_voice", "factor": 1.3, "times": None})
    spoken_ms = sum(one.end_ms - one.start_ms for one in SENTENCES[:3])
    for language in ("es", "de"):
        async with connect() as client:
            await client.configure(language)
            await client.hear(excerpt(talk_pcm, 0, 14_200))
            await client.finish()
        assert client.text() == translated(language, 0, 1, 2)
        sounds = await asyncio.to_thread(spoken, client)
        assert sounds / spoken_ms == pytest.approx(1.3, abs=0.1)


def spoken(client: TranslationClient) -> float:
    """Milliseconds of speech, without the padding of the last deltas."""
    return len(client.spoken().rstrip(b"\0")) / 48


async def test_sentences_are_invented_in_silence(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    await plan(server, {"name": "invent", "at_s": 5, "every_s": 3, "times": None})
    async with connect() as client:
        await client.interpret(excerpt(talk_pcm, 0, 5_600) + bytes(48 * 9_000))
        assert client.text().startswith(translated("es", 0))
        assert client.text().count("Gracias por ver el video.") == 1
        assert client.text().count("Subtítulos por la comunidad.") == 1


async def test_a_transcription_invents_an_item_of_its_own(server: TestServer) -> None:
    await plan(server, {"name": "invent", "at_s": 5})
    item = "conversation.item.input_audio_transcription"
    async with realtime(server, TRANSCRIPTION) as client:
        model = {"model": "gpt-live-transcribe"}
        session = {"type": "transcription", "audio": {"input": {"transcription": model}}}
        await client.send("session.update", session=session)
        await client.append(bytes(48 * 6_000))
        completed = await client.until(f"{item}.completed")
        assert completed["item_id"] == client.of("input_audio_buffer.committed")[0]["item_id"]
        assert completed["transcript"]


async def test_a_conversation_invents_where_nothing_is_recognised(server: TestServer) -> None:
    await plan(server, {"name": "invent"})
    async with realtime(server, CONVERSATION) as client:
        assert text_of(await client.interpret(bytes(48 * 2_000), "fr"))
        assert not text_of(await client.interpret(bytes(48 * 2_000), "fr"))


# Beginning and end


async def test_acceptance_may_be_slow(server: TestServer) -> None:
    await plan(server, {"name": "slow_accept", "for_s": 0.4})
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with connected(server) as client:
        created = loop.time()
        await client.configure("de")
        assert created - begun >= 0.4
        assert loop.time() - created >= 0.4


async def test_the_goodbye_may_be_late_or_missing(server: TestServer) -> None:
    await plan(server, {"name": "late_closed", "for_s": 0.5}, {"name": "no_closed", "nth": 2})
    loop = asyncio.get_running_loop()
    async with connected(server) as client:
        asked = loop.time()
        await client.finish()
        assert loop.time() - asked >= 0.5
    async with connected(server) as client:
        await client.send({"type": "session.close"})
        with pytest.raises(TimeoutError):
            await client.socket.receive(timeout=1.0)


# Responses and items


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("fail_response", "failed", "server_error"),
        ("inference_rate_limit_exceeded", "failed", "inference_rate_limit_exceeded"),
        ("incomplete_response", "incomplete", "content_filter"),
        ("cancel_response", "cancelled", "turn_detected"),
    ],
)
async def test_a_response_does_not_complete_but_the_next_does(
    server: TestServer, talk_pcm: bytes, name: str, status: str, reason: str
) -> None:
    pcm = excerpt(talk_pcm, 200, 5_100)
    await plan(server, {"name": name})
    async with realtime(server, CONVERSATION) as client:
        response = await client.interpret(pcm, "de", metadata={"segment": "1"})
        details = response["status_details"]
        assert (response["status"], response["metadata"]) == (status, {"segment": "1"})
        assert details["type"] == status
        assert (details.get("reason") or details["error"]["code"]) == reason
        said = text_of(response)
        assert translated("de", 0).startswith(said)
        assert bool(said) == (status != "failed")
        assert text_of(await client.interpret(pcm, "de")) == translated("de", 0)


async def test_a_response_may_end_before_its_first_word(
    server: TestServer, talk_pcm: bytes
) -> None:
    await plan(server, {"name": "whole_utterances"}, {"name": "incomplete_response"})
    async with realtime(server, CONVERSATION) as client:
        response = await client.interpret(excerpt(talk_pcm, 200, 5_100), "de")
        assert (response["status"], response["output"]) == ("incomplete", [])
        item = client.of("response.output_item.done")[-1]["item"]
        assert (item["status"], item["content"]) == ("incomplete", [])


async def test_lasting_faults_also_affect_conversations(
    server: TestServer, talk_pcm: bytes
) -> None:
    pcm = excerpt(talk_pcm, 200, 5_100)
    async with realtime(server, CONVERSATION) as client:
        await plan(server, {"name": "wrong_language", "endpoint": "conversation"})
        assert text_of(await client.interpret(pcm, "de")) == translated("es", 0)
        await clear(server)
        await plan(server, {"name": "mute"})
        assert text_of(await client.interpret(pcm, "de")) == translated("de", 0)
        muted = client.of("response.output_audio.delta")[-1]
        assert not any(base64.b64decode(muted["delta"]))
        await clear(server)
        await plan(server, {"name": "long_voice", "factor": 1.5})
        before = len(client.of("response.output_audio.delta"))
        await client.interpret(pcm, "de")
        deltas = client.of("response.output_audio.delta")[before:]
        spoken_bytes = sum(len(base64.b64decode(event["delta"])) for event in deltas)
        source_ms = SENTENCES[0].end_ms - SENTENCES[0].start_ms
        assert spoken_bytes / 48 / source_ms == pytest.approx(1.5, abs=0.1)


async def test_an_item_s_text_may_fail(server: TestServer, talk_pcm: bytes) -> None:
    await plan(server, {"name": "fail_transcription"})
    item = "conversation.item.input_audio_transcription"
    async with realtime(server, TRANSCRIPTION) as client:
        model = {"model": "gpt-live-transcribe"}
        session = {"type": "transcription", "audio": {"input": {"transcription": model}}}
        await client.send("session.update", session=session)
        for start_ms, end_ms in ((0, 5_200), (5_200, 9_400)):
            await client.append(excerpt(talk_pcm, start_ms, end_ms))
            await client.send("input_audio_buffer.commit")
        failed = await client.until(f"{item}.failed")
        assert failed["item_id"] == client.of("input_audio_buffer.committed")[0]["item_id"]
        assert (await client.until(f"{item}.completed"))["transcript"] == SENTENCES[1].text


def test_every_fault_is_tested() -> None:
    source = Path(__file__).read_text()
    assert [name for name in MOMENTS if f'"{name}"' not in source] == []
