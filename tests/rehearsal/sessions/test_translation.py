"""Whole sessions: sound in, another language out."""

import asyncio
import base64
from contextlib import AsyncExitStack
from typing import Any

import numpy as np
import pytest
from aiohttp.test_utils import TestServer
from numpy.typing import NDArray
from openai import AsyncOpenAI
from openai.lib.realtime_translation import AsyncTranslationSession

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.shared_streams import MAX_STREAMS
from broadcaster.rehearsal.server import STREAMS, create_app
from broadcaster.rehearsal.sessions.session import RehearsalSettings
from broadcaster.rehearsal.speaking import voice
from broadcaster.rehearsal.talk.rendered import END_PAUSE_MS
from broadcaster.rehearsal.wire.constants import BYTES_PER_MS, INPUT_FRAME_BYTES
from tests.rehearsal.talk_sound import excerpt
from tests.rehearsal.translation_client import Connect, connected, together
from tests.support.deadline import deadline

SENTENCES = talk.load().sentences
THREE = " ".join(sentence.translations["es"] for sentence in SENTENCES[:3])
FILLER = bytes(19200)


def loudest_match(said: bytes, expected: bytes) -> float:
    """Highest normalised correlation of `expected` anywhere in `said`, 0 to 1."""
    a, b = (np.frombuffer(pcm, "<i2").astype(np.float64) for pcm in (said, expected))
    size = 1 << (a.size + b.size).bit_length()
    spectrum = np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size))
    correlation: NDArray[np.float64] = np.fft.irfft(spectrum, size)
    energy = np.concatenate([[0.0], np.cumsum(a**2)])
    windows = energy[b.size :] - energy[: energy.size - b.size]
    norm = np.sqrt(np.maximum(windows, 1.0) * np.sum(b**2))
    return float(np.max(correlation[: windows.size] / norm))


async def test_two_languages_share_one_recogniser(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    async with connect() as spanish, connect() as french:
        await spanish.configure("es", transcription=True)
        await french.configure("fr")
        await together([spanish, french], excerpt(talk_pcm, 0, 14_000))
        assert len(server.app[STREAMS].alive()) == 1
        await spanish.finish()
        await french.finish()
    assert spanish.text() == THREE
    assert spanish.text("input") == " ".join(sentence.text for sentence in SENTENCES[:3])
    assert french.text() == " ".join(sentence.translations["fr"] for sentence in SENTENCES[:3])
    assert not french.text("input")
    for client, language in ((spanish, "es"), (french, "fr")):
        texts = [sentence.spoken_text(language) for sentence in SENTENCES[:3]]
        for expected in await asyncio.to_thread(voice.render_all, texts, language):
            speech = expected[: -END_PAUSE_MS * BYTES_PER_MS]  # a delta of pause alone is filler
            assert loudest_match(client.spoken(), speech) > 0.99
    assert not server.app[STREAMS].alive()


async def test_sessions_share_wherever_they_cut_the_floor(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    """Booths start their 200 ms frames at different 20 ms frames of the same floor."""
    async with connect() as a, connect() as b, connect() as c:
        phases_ms = {a: 0, b: 60, c: 180}
        for at_ms in range(0, 14_000, 1_000):
            for client, phase_ms in phases_ms.items():
                await client.hear(excerpt(talk_pcm, at_ms + phase_ms, at_ms + phase_ms + 1_000))
        assert len(server.app[STREAMS].alive()) == 1
        for client in phases_ms:
            await client.finish()
            assert client.text() == THREE


async def test_text_leads_its_sound_and_its_full_stop_is_late(
    connect: Connect, talk_pcm: bytes
) -> None:
    async with connect() as client:
        await client.interpret(excerpt(talk_pcm, 0, 14_000))
    kinds = [
        "sound" if "sample_rate" in event else "text"
        for event in client.events
        if "elapsed_ms" in event and base64_content(event)
    ]
    assert kinds.index("text") < kinds.index("sound")
    deltas = [event["delta"] for event in client.of("session.output_transcript.delta")]
    assert not deltas[0].startswith(" ")
    assert deltas.count(".") == 3
    assert all(len(pcm) == 19200 for pcm in client.sounds())
    assert FILLER in client.sounds()
    elapsed = [event["elapsed_ms"] for event in client.events if "elapsed_ms" in event]
    assert elapsed == sorted(elapsed)
    assert not any(position % 200 for position in elapsed)


async def test_the_local_interpreter_tells_what_its_outputs_interpret(talk_pcm: bytes) -> None:
    server = TestServer(create_app(RehearsalSettings(close_delay_s=0.1, tells_places=True)))
    async with server, connected(server) as client:
        await client.interpret(excerpt(talk_pcm, 0, 14_000))
    texts = client.of("session.output_transcript.delta")
    sounds = [one for one in client.of("session.output_audio.delta") if base64_content(one)]
    for sentence in SENTENCES[:3]:
        said_ms = range(sentence.start_ms - 600, sentence.end_ms + 600)
        written = " ".join(one["delta"] for one in texts if one["elapsed_ms"] - 500 in said_ms)
        assert sentence.translations["es"].split()[-1].rstrip(".") in written
        told = [one["elapsed_ms"] for one in sounds if one["elapsed_ms"] in said_ms]
        assert told == sorted(told)
        assert told[-1] - told[0] > 0.6 * (sentence.end_ms - sentence.start_ms)


async def test_text_does_not_wait_for_the_voice(
    server: TestServer, connect: Connect, talk_pcm: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The voice speaks no sentence before the text of the last one is here."""
    written = asyncio.Event()
    speak = voice.RehearsalVoice.speak

    async def late(self: voice.RehearsalVoice, *wanted: Any) -> bytes:
        await written.wait()
        return await speak(self, *wanted)

    monkeypatch.setattr(voice.RehearsalVoice, "speak", late)
    async with connect() as client:
        await client.hear(excerpt(talk_pcm, 0, 14_000) + bytes(48 * 3_000))
        while len(client.text()) < len(THREE) - 1:
            await client.until("session.output_transcript.delta")
        assert not client.spoken()
        written.set()
        await client.finish()
    assert client.text() == THREE
    assert client.spoken()


async def test_a_recogniser_is_loaded_before_it_is_needed(talk_pcm: bytes) -> None:
    server = TestServer(create_app(RehearsalSettings(close_delay_s=0.1, loads_first=True)))
    async with server:
        streams = server.app[STREAMS]
        for _ in range(2):
            ready = streams._ready
            assert ready is not None
            async with connected(server) as client:
                await client.interpret(excerpt(talk_pcm, 0, 5_400))
                assert client.text() == SENTENCES[0].translations["es"]
                assert streams._ready is not ready, "it was used"
            async with deadline():
                while streams._ready in {None, ready}:
                    await asyncio.sleep(0.05)


def base64_content(event: dict[str, Any]) -> bool:
    """Whether a delta is more than filler."""
    return bool(event["delta"].rstrip("=").strip("A"))


async def test_a_session_may_join_in_the_middle(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    """The late one gets what begins after it came, from the recogniser that runs already."""
    async with connect() as early, connect() as late:
        await late.configure("de")
        await early.hear(excerpt(talk_pcm, 0, 9_600))
        await together([early, late], excerpt(talk_pcm, 9_600, 23_400))
        assert len(server.app[STREAMS].alive()) == 1
        await early.finish()
        await late.finish()
    assert early.text() == " ".join(sentence.translations["es"] for sentence in SENTENCES[:5])
    assert late.text() == " ".join(sentence.translations["de"] for sentence in SENTENCES[2:5])


@pytest.mark.parametrize("cut_ms", [15_600, 16_400, 17_600])
async def test_a_handover_loses_and_repeats_nothing(
    server: TestServer, connect: Connect, talk_pcm: bytes, cut_ms: int
) -> None:
    """The old session is closed and the new one begins, wherever the sentence is."""
    async with connect() as old, connect() as new, connect() as other:
        await other.configure("fr")
        await together([other, old], excerpt(talk_pcm, 0, cut_ms))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(old.finish())
            tasks.create_task(together([other, new], excerpt(talk_pcm, cut_ms, 23_400)))
        assert len(server.app[STREAMS].alive()) == 1
        await new.finish()
        await other.finish()
    expected = [sentence.translations["es"] for sentence in SENTENCES[:5]]
    assert f"{old.text()} {new.text()}" == " ".join(expected)


async def test_sessions_part_when_they_hear_different_things(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    """One skips ahead, one falls silent in a sentence of which it heard the most."""
    async with connect() as one, connect() as skipping, connect() as silent:
        everyone = [one, skipping, silent]
        await together(everyone, excerpt(talk_pcm, 0, 8_000))
        assert len(server.app[STREAMS].alive()) == 1
        await together([one, skipping], excerpt(talk_pcm, 8_000, 9_400))
        await silent.hear(bytes(10 * INPUT_FRAME_BYTES))
        await one.hear(excerpt(talk_pcm, 9_400, 14_200))
        await skipping.hear(excerpt(talk_pcm, 31_400, 41_200))
        assert len(server.app[STREAMS].alive()) == 2
        for client in everyone:
            await client.finish()
    for client, heard in ((one, (0, 1, 2)), (skipping, (0, 1, 7, 8)), (silent, (0, 1))):
        assert client.text() == " ".join(SENTENCES[index].translations["es"] for index in heard)


async def test_a_recogniser_that_dies_is_replaced_without_loss(
    server: TestServer, connect: Connect, talk_pcm: bytes
) -> None:
    async with connect() as client:
        await client.hear(excerpt(talk_pcm, 0, 8_000))
        (stream,) = server.app[STREAMS].alive()
        stream._worker.kill()
        await client.hear(excerpt(talk_pcm, 8_000, 14_200))
        assert server.app[STREAMS].alive() != [stream]
        await client.finish()
    assert client.text() == THREE


async def test_different_sounds_have_their_own_recognisers_up_to_a_limit(
    server: TestServer, connect: Connect
) -> None:
    noise = np.random.default_rng(3)
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(connect()) for _ in range(MAX_STREAMS + 1)]
        for number, client in enumerate(clients[:-1], 1):
            await client.play(noise.integers(-3000, 3000, 24_000).astype("<i2").tobytes())
            for _ in range(5):
                await client.until("session.output_audio.delta")
            assert len(server.app[STREAMS].alive()) == number
        last = clients[-1]
        await last.play(noise.integers(-3000, 3000, 24_000).astype("<i2").tobytes())
        error = (await last.until("error"))["error"]
        assert (error["type"], error["code"]) == ("server_error", "server_is_overloaded")
        assert (await last.socket.receive()).data == 1013
        await clients[0].configure("de")


async def test_the_speaker_s_own_language_is_silent(connect: Connect, talk_pcm: bytes) -> None:
    async with connect() as client:
        await client.configure("en", transcription=True)
        await client.interpret(excerpt(talk_pcm, 0, 5_400))
    assert client.text("input") == SENTENCES[0].text
    assert not client.text()
    assert set(client.sounds()) == {FILLER}


async def test_a_session_expires() -> None:
    server = TestServer(create_app(RehearsalSettings(expires_s=0.2)))
    async with server, connected(server) as client:
        assert (await client.until("error"))["error"]["code"] == "session_expired"
        assert (await client.socket.receive()).data == 1001


async def test_the_official_client_completes_a_session(server: TestServer, talk_pcm: bytes) -> None:
    text, spoken = "", b""
    pcm = excerpt(talk_pcm, 0, 14_000)
    async with (
        deadline(),
        AsyncOpenAI(api_key="sk-rehearsal", base_url=str(server.make_url("/v1"))) as official,
        official.realtime.translations.connect(model="gpt-realtime-translate") as connection,
    ):
        await connection.session.update(session={"audio": {"output": {"language": "es"}}})
        for at in range(0, len(pcm), INPUT_FRAME_BYTES):
            audio = base64.b64encode(pcm[at : at + INPUT_FRAME_BYTES]).decode()
            await connection.session.input_audio_buffer.append(audio=audio)
        await connection.session.close()
        async for event in connection:
            if event.type == "session.output_transcript.delta":
                text += event.delta
            elif event.type == "session.output_audio.delta":
                spoken += base64.b64decode(event.delta)
            elif event.type == "session.closed":
                break
    assert text == THREE
    assert any(spoken)


async def test_the_official_session_helper_ends_cleanly(
    server: TestServer, talk_pcm: bytes
) -> None:
    text = ""
    async with (
        deadline(),
        AsyncOpenAI(api_key="sk-rehearsal", base_url=str(server.make_url("/v1"))) as official,
        AsyncTranslationSession(
            official.realtime.translations, model="gpt-realtime-translate"
        ) as session,
    ):
        audio = base64.b64encode(excerpt(talk_pcm, 0, 5_400)).decode()
        await session.send({"type": "session.input_audio_buffer.append", "audio": audio})
        await session.send({"type": "session.close"})
        while (event := await session.recv()).type != "session.closed":
            if event.type == "session.output_transcript.delta":
                text += event.delta
    assert text == SENTENCES[0].translations["es"]


async def test_a_session_is_silent_while_its_own_language_is_spoken(
    server: TestServer, talk_pcm: bytes
) -> None:
    guest = [sentence for sentence in SENTENCES if sentence.language == "es"][:2]
    sound = excerpt(talk_pcm, guest[0].start_ms - 400, guest[1].end_ms + 1_500)
    async with connected(server) as spanish, connected(server) as french:
        for client, language in ((spanish, "es"), (french, "fr")):
            await client.configure(language, transcription=True)
        await together([spanish, french], sound)
        for client in (spanish, french):
            await client.finish()
    assert spanish.text("input") == " ".join(sentence.text for sentence in guest)
    assert spanish.text() == ""
    assert not b"".join(spanish.sounds()).strip(b"\0")
    assert french.text() == " ".join(sentence.translations["fr"] for sentence in guest)
