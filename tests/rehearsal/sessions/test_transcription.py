"""Transcriptions: the talk's words, cut into the items the client commits."""

import base64
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from openai import AsyncOpenAI

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.server import STREAMS, create_app
from broadcaster.rehearsal.sessions.session import RehearsalSettings
from tests.rehearsal.realtime_client import TRANSCRIPTION, RealtimeClient, realtime
from tests.rehearsal.talk_sound import excerpt
from tests.rehearsal.translation_client import connected
from tests.support.deadline import deadline

SENTENCES = talk.load().sentences
ITEM = "conversation.item.input_audio_transcription"


def listening(**fields: Any) -> dict[str, Any]:
    return {"type": "transcription", "audio": {"input": fields}}


MODEL = {"model": "gpt-live-transcribe", "languages": ["en"], "keywords": ["water"]}


async def configure(client: RealtimeClient) -> dict[str, Any]:
    await client.send("session.update", session=listening(transcription=MODEL))
    session: dict[str, Any] = (await client.until("session.updated"))["session"]
    return session


async def play(client: RealtimeClient, pcm: bytes) -> None:
    for at in range(0, len(pcm), 9_600):
        await client.append(pcm[at : at + 9_600])


async def written(client: RealtimeClient, text: str) -> None:
    """Return when the deltas so far hold a text."""
    while text not in "".join(event["delta"] for event in client.of(f"{ITEM}.delta")):
        await client.until(f"{ITEM}.delta")


async def test_items_have_the_words_of_their_sound(server: TestServer, talk_pcm: bytes) -> None:
    """The second commit cuts a sentence in two."""
    async with realtime(server, TRANSCRIPTION) as client:
        session = await configure(client)
        assert session["audio"]["input"]["transcription"] == MODEL
        for start_ms, end_ms in ((0, 5_200), (5_200, 11_600), (11_600, 17_800)):
            await play(client, excerpt(talk_pcm, start_ms, end_ms))
            await client.send("input_audio_buffer.commit")
        completed = [await client.until(f"{ITEM}.completed") for _ in range(3)]
    texts = [event["transcript"] for event in completed]
    assert texts[0] == SENTENCES[0].text
    assert texts[1].startswith(f"{SENTENCES[1].text} We are happy")
    assert " ".join(texts) == " ".join(sentence.text for sentence in SENTENCES[:4])
    assert [event["usage"] for event in completed] == [
        {"type": "duration", "seconds": seconds} for seconds in (5.2, 6.4, 6.2)
    ]
    committed = client.of("input_audio_buffer.committed")
    ids = [event["item_id"] for event in committed]
    assert ids == [event["item_id"] for event in completed]
    assert [event["previous_item_id"] for event in committed] == [None, *ids[:2]]
    assert [event["item"]["id"] for event in client.of("conversation.item.added")] == ids
    for item_id, text in zip(ids, texts, strict=True):
        deltas = [e["delta"] for e in client.of(f"{ITEM}.delta") if e["item_id"] == item_id]
        assert len(deltas) > 2
        assert "".join(deltas) == text


async def test_text_comes_before_the_sentence_ends(server: TestServer, talk_pcm: bytes) -> None:
    async with realtime(server, TRANSCRIPTION) as client:
        await configure(client)
        await play(client, excerpt(talk_pcm, 0, SENTENCES[0].end_ms - 1_500))
        early = [(await client.until(f"{ITEM}.delta"))["delta"] for _ in range(2)]
        assert SENTENCES[0].text.startswith("".join(early))
        await play(client, excerpt(talk_pcm, SENTENCES[0].end_ms - 1_500, 5_200))
        await client.send("input_audio_buffer.commit")
        completed = await client.until(f"{ITEM}.completed")
        assert completed["transcript"] == SENTENCES[0].text
        assert "".join(event["delta"] for event in client.of(f"{ITEM}.delta")) == SENTENCES[0].text


async def test_a_sentence_of_the_talk_is_a_guess_until_its_end(talk_pcm: bytes) -> None:
    """Only settled text tells when it was said."""
    server: TestServer = TestServer(create_app(RehearsalSettings(tells_places=True)))
    async with server, realtime(server, TRANSCRIPTION) as client:
        await configure(client)
        await play(client, excerpt(talk_pcm, 0, SENTENCES[0].end_ms - 1_500))
        assert "audio_end_ms" not in await client.until(f"{ITEM}.delta")


async def test_what_is_heard_again_is_written_in_full(server: TestServer, talk_pcm: bytes) -> None:
    """As after a drop: others are in the middle of a sentence the session has yet to hear."""
    async with realtime(server, TRANSCRIPTION) as first, realtime(server, TRANSCRIPTION) as again:
        await configure(first)
        await configure(again)
        await play(first, excerpt(talk_pcm, 0, 10_000))
        await written(first, "today.")
        await play(again, excerpt(talk_pcm, 5_100, 7_100))
        await written(again, "Clara")
        for at_ms in range(10_000, 13_000, 500):
            await play(first, excerpt(talk_pcm, at_ms, at_ms + 500))
        await written(first, "friends")
        assert len(server.app[STREAMS].alive()) == 1
        await play(again, excerpt(talk_pcm, 7_100, 9_400))
        await again.send("input_audio_buffer.commit")
        before = (await again.until(f"{ITEM}.completed"))["transcript"]
        await play(again, excerpt(talk_pcm, 9_400, 13_900))
        await again.send("input_audio_buffer.commit")
        after = (await again.until(f"{ITEM}.completed"))["transcript"]
    assert [before, after] == [SENTENCES[1].text, SENTENCES[2].text]
    for item, text in zip(again.of("input_audio_buffer.committed"), (before, after), strict=True):
        deltas = [e for e in again.of(f"{ITEM}.delta") if e["item_id"] == item["item_id"]]
        assert "".join(event["delta"] for event in deltas) == text


@pytest.mark.parametrize("cut_ms", [5_200, 7_100])
async def test_no_item_has_words_of_sound_that_is_still_to_come(
    server: TestServer, talk_pcm: bytes, cut_ms: int
) -> None:
    """As after a drop: others heard both sentences, the second of which a commit may cut."""
    async with realtime(server, TRANSCRIPTION) as first, realtime(server, TRANSCRIPTION) as again:
        await configure(first)
        await configure(again)
        await play(first, excerpt(talk_pcm, 0, 10_000))
        await written(first, "today.")
        for start_ms, end_ms in ((0, cut_ms), (cut_ms, 9_400)):
            await play(again, excerpt(talk_pcm, start_ms, end_ms))
            await written(again, "water.")
            await again.send("input_audio_buffer.commit")
        assert len(server.app[STREAMS].alive()) == 1
        texts = [(await again.until(f"{ITEM}.completed"))["transcript"] for _ in range(2)]
    assert " ".join(texts) == f"{SENTENCES[0].text} {SENTENCES[1].text}"
    assert texts[0].startswith(SENTENCES[0].text)
    assert (texts[1] == SENTENCES[1].text) is (cut_ms == 5_200)
    for item, text in zip(again.of("input_audio_buffer.committed"), texts, strict=True):
        deltas = [e for e in again.of(f"{ITEM}.delta") if e["item_id"] == item["item_id"]]
        assert "".join(event["delta"] for event in deltas) == text


async def test_what_is_cleared_has_no_text(server: TestServer, talk_pcm: bytes) -> None:
    async with realtime(server, TRANSCRIPTION) as client:
        await configure(client)
        await play(client, excerpt(talk_pcm, 0, 5_200))
        await client.send("input_audio_buffer.clear")
        await play(client, excerpt(talk_pcm, 5_200, 9_400))
        await client.send("input_audio_buffer.commit")
        completed = await client.until(f"{ITEM}.completed")
        assert completed["transcript"] == SENTENCES[1].text
        assert len(client.of("input_audio_buffer.cleared")) == 1


async def test_a_transcription_shares_the_translations_recogniser(
    server: TestServer, talk_pcm: bytes
) -> None:
    async with realtime(server, TRANSCRIPTION) as source, connected(server) as german:
        await configure(source)
        await german.configure("de")
        for at_ms in range(0, 10_000, 1_000):
            await play(source, excerpt(talk_pcm, at_ms, at_ms + 1_000))
            await german.hear(excerpt(talk_pcm, at_ms, at_ms + 1_000))
        assert len(server.app[STREAMS].alive()) == 1
        await source.send("input_audio_buffer.commit")
        await german.finish()
        text = (await source.until(f"{ITEM}.completed"))["transcript"]
    assert text.startswith(" ".join(sentence.text for sentence in SENTENCES[:2]))
    assert german.text() == " ".join(sentence.translations["de"] for sentence in SENTENCES[:2])


async def test_silence_has_an_empty_text(server: TestServer) -> None:
    async with realtime(server, TRANSCRIPTION) as client:
        await configure(client)
        await client.append(bytes(48_000))
        await client.send("input_audio_buffer.commit")
        assert (await client.until(f"{ITEM}.completed"))["transcript"] == ""


INPUT = "session.audio.input"


@pytest.mark.parametrize(
    ("event", "code", "param"),
    [
        ({"type": "input_audio_buffer.commit"}, "input_audio_buffer_commit_empty", None),
        ({"type": "response.create"}, "invalid_event", "type"),
        (
            {"type": "session.update", "session": {"type": "realtime"}},
            "invalid_value",
            "session.type",
        ),
        (
            listening(turn_detection={"type": "server_vad"}),
            "invalid_value",
            f"{INPUT}.turn_detection",
        ),
        (
            listening(transcription={"model": "gpt-live-transcribe", "language": "en"}),
            "invalid_value",
            f"{INPUT}.transcription.language",
        ),
        (
            listening(transcription={"model": "gpt-realtime-whisper", "prompt": "x"}),
            "invalid_value",
            f"{INPUT}.transcription.prompt",
        ),
        (
            listening(transcription={"model": "gpt-live-transcribe", "languages": ["xx"]}),
            "invalid_value",
            f"{INPUT}.transcription.languages[0]",
        ),
    ],
)
async def test_a_bad_event_is_answered_and_the_session_goes_on(
    server: TestServer, event: dict[str, Any], code: str, param: str | None
) -> None:
    if event["type"] == "transcription":
        event = {"type": "session.update", "session": event}
    async with realtime(server, TRANSCRIPTION) as client:
        await client.socket.send_json({**event, "event_id": "mine"})
        error = (await client.receive())["error"]
        assert (error["code"], error["param"], error["event_id"]) == (code, param, "mine")
        await configure(client)


async def test_the_official_client_completes_a_transcription(
    server: TestServer, talk_pcm: bytes
) -> None:
    async with (
        deadline(),
        AsyncOpenAI(api_key="sk-rehearsal", base_url=str(server.make_url("/v1"))) as official,
        official.realtime.connect(extra_query={"intent": "transcription"}) as connection,
    ):
        await connection.session.update(
            session={
                "type": "transcription",
                "audio": {"input": {"transcription": {"model": "gpt-live-transcribe"}}},
            }
        )
        audio = base64.b64encode(excerpt(talk_pcm, 0, 5_200)).decode()
        await connection.input_audio_buffer.append(audio=audio)
        await connection.input_audio_buffer.commit()
        transcript = ""
        async for event in connection:
            if event.type == "conversation.item.input_audio_transcription.completed":
                transcript = event.transcript
                break
    assert transcript == SENTENCES[0].text
