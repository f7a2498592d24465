"""`broadcaster publish` against real servers that are killed, closed and taken over."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner

from broadcaster.commands.cli import main
from tests.audio.stereo.wirings import recorded_inverted
from tests.commands.publishers import (
    COMMAND,
    ORGANIZER,
    PublisherProcess,
    move,
    publisher,
    stage,
)
from tests.support.browser import write_wav
from tests.support.deadline import deadline
from tests.support.listener import recording
from tests.support.processes import broadcaster, ran
from tests.support.redis_server import RedisServer
from tests.support.sound import matches, samples
from tests.support.sound_files import damaged, encoded
from tests.webrtc.support import voice

SECONDS = 12
FIELDS = {
    "time": str,
    "state": str,
    "position_s": float,
    "duration_s": float,
    "level_dbfs": float,
    "peak_dbfs": float,
    "loops": int,
    "reconnects": int,
    "damaged_frames": int,
}


def recorded(folder: Path, seconds: float = SECONDS) -> Path:
    path = folder / "talk.wav"
    write_wav(path, voice(seconds).astype(float), 48_000)
    return path


async def position(process: PublisherProcess, seconds: float) -> float:
    """Wait until this position is heard."""
    status = await process.status(
        lambda s: bool(s["state"] == "on_floor" and s["position_s"] >= seconds)
    )
    return float(status["position_s"])


async def test_a_damaged_file_is_published_to_its_end(tmp_path: Path) -> None:
    whole = encoded(tmp_path / "a.mp3", "libmp3lame", voice(5), layout="stereo")
    bad = damaged(tmp_path / "bad.mp3", whole, seed=1)
    async with stage(tmp_path / "data") as (url, key, _):
        async with publisher(bad, url, "--key", key) as process:
            assert await process.exit_code() == 0
            await process.process.line("played to the end: bad.mp3; damaged frames skipped")
    last = process.statuses[-1]
    assert last["state"] == "ended"
    assert last["exit_code"] == 0
    assert last["damaged_frames"] > 0
    assert last["position_s"] == pytest.approx(5, abs=0.3)
    heard = [status for status in process.statuses if status["level_dbfs"] > -40]
    assert len(heard) >= 4
    assert all(type(status[name]) is kind for status in heard for name, kind in FIELDS.items())
    assert any(isinstance(status["round_trip_ms"], float) for status in heard)
    steps = [status["position_s"] for status in process.statuses]
    assert steps == sorted(steps)


async def test_a_recording_with_an_inverted_channel_is_heard(tmp_path: Path) -> None:
    file = await asyncio.to_thread(recorded_inverted, tmp_path)
    async with stage(tmp_path / "data") as (url, key, _):
        async with publisher(file, url, "--key", key, "--loop") as process:
            await position(process, 1)
            async with aiohttp.ClientSession(headers=ORGANIZER) as http, deadline():
                floor: dict[str, Any] = {}
                while floor.get("error") != "channel_inverted":
                    path = f"{url.partition('/whip/')[0]}/api/events/talk/status"
                    async with http.get(path) as answer:
                        floor = (await answer.json())["floor"] or {}
                    await asyncio.sleep(0.1)
    assert floor["stereo_taken"] == "left"
    assert floor["level_dbfs"] > -40
    assert "cancel each other out" in floor["reason"]


async def test_a_killed_server_is_missed_and_the_file_goes_on_where_it_was(tmp_path: Path) -> None:
    file = recorded(tmp_path)
    async with stage(tmp_path / "data") as (url, key, server):
        port = url.split(":")[2].partition("/")[0]
        async with publisher(file, url, "--key", key) as process:
            killed_at_s = await position(process, 3)
            server.process.kill()
            lost = await process.status(lambda s: bool(s["state"] == "reconnecting"))
            assert "connecting again" in lost["message"]
            async with broadcaster(tmp_path / "data", port=port) as (base, _):
                async with recording(base, "talk", "floor") as record:
                    again = await process.status(lambda s: bool(s["reconnects"] == 1))
                    assert await process.exit_code() == 0
    assert "again, at" in again["message"]
    # The loss is noticed after 1.75 s: a file that only went on from there would be later.
    assert killed_at_s - 3 <= again["position_s"] <= killed_at_s + 1.2
    said = samples(voice(SECONDS, 24_000).tobytes())
    found = [match for match in matches(record.sound(), said) if match.r > 0.8]
    assert found[-1].found_s > SECONDS - 3
    assert found[0].found_s <= killed_at_s + 2.2
    assert process.statuses[-1]["position_s"] == pytest.approx(SECONDS, abs=0.1)


async def test_a_server_that_says_goodbye_is_found_again(tmp_path: Path) -> None:
    file = recorded(tmp_path)
    async with stage(tmp_path / "data") as (url, key, server):
        port = url.split(":")[2].partition("/")[0]
        async with publisher(file, url, "--key", key, "--loop", "--progress", "off") as process:
            await process.process.line("on the floor: talk.wav$")
            await server.stop()
            await process.process.line("cannot be reached: Connection refused; trying again")
            async with broadcaster(tmp_path / "data", port=port):
                await process.process.line("on the floor: talk.wav .again")


async def test_a_bus_that_was_away_costs_no_speaker_the_floor(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    try:
        async with stage(tmp_path / "data", redis_url=redis.url) as (url, key, _):
            async with publisher(recorded(tmp_path), url, "--key", key, "--loop") as process:
                before_s = await position(process, 1)
                await asyncio.to_thread(redis.kill)
                during_s = await position(process, before_s + 7)  # longer than the floor's lease
                await asyncio.to_thread(redis.start)
                await position(process, during_s + 3)
                assert process.statuses[-1]["reconnects"] == 0
    finally:
        await asyncio.to_thread(redis.stop)


async def test_another_speaker_who_takes_over_keeps_the_floor(tmp_path: Path) -> None:
    file = recorded(tmp_path)
    async with stage(tmp_path / "data") as (url, key, _):
        async with publisher(file, f"{url}?takeover=1", "--key", key, "--loop") as first:
            await position(first, 1)
            async with publisher(file, f"{url}?takeover=1", "--key", key, "--loop") as second:
                assert await first.exit_code() == 3
                await first.process.line("Error: somebody else is already speaking")
                await position(second, 2)
                async with publisher(file, url, "--key", key) as third:
                    assert await third.exit_code() == 3
                    assert third.statuses[-1]["error"] == "floor_taken"


async def test_refusals_end_it_with_the_servers_sentence(tmp_path: Path) -> None:
    file = recorded(tmp_path)
    async with stage(tmp_path / "data") as (url, key, _):
        await move(url, "closed")
        for words, sentence in {
            (url, "wrong"): "the stage key is missing or wrong",
            (f"{url}-2", key): "there is no event at this address",
            (url, key): "this event is over",
            (url.replace("/whip/", "/nothing/"), key): "there is nothing at this address",
        }.items():
            async with publisher(file, words[0], "--key", words[1]) as process:
                assert await process.exit_code() == 3
                assert sentence in process.statuses[-1]["message"]
                assert process.statuses[-1]["exit_code"] == 3


async def test_closing_the_event_ends_the_publisher(tmp_path: Path) -> None:
    async with stage(tmp_path / "data") as (url, key, _):
        async with publisher(recorded(tmp_path), url, "--key", key, "--loop") as process:
            await position(process, 1)
            await move(url, "closed")
            assert await process.exit_code() == 3
            await process.process.line("Error: this event is over")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_leaves_the_floor_free(tmp_path: Path, number: signal.Signals) -> None:
    file = recorded(tmp_path)
    async with stage(tmp_path / "data") as (url, key, _):
        async with publisher(file, url, "--key", key, "--loop") as process:
            await position(process, 1)
            process.process.process.send_signal(number)
            assert await process.exit_code() == 128 + number
            assert process.statuses[-1]["exit_code"] == 128 + number
        async with publisher(file, url, "--key", key) as next_one:
            await position(next_one, 1)


async def test_a_loop_begins_again(tmp_path: Path) -> None:
    async with stage(tmp_path / "data") as (url, key, _):
        async with publisher(recorded(tmp_path, 1.5), url, "--key", key, "--loop") as process:
            status = await process.status(lambda s: bool(s["loops"] >= 2))
            assert status["position_s"] < 1.6


async def test_progress_that_nobody_reads_does_not_stop_the_sound(tmp_path: Path) -> None:
    async with stage(tmp_path / "data") as (url, key, _):
        command = [*COMMAND, str(recorded(tmp_path)), url, "--key", key, "--loop"]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        assert process.stdout is not None
        try:
            async with deadline():
                await process.stdout.readline()
                process._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]
                base = url.partition("/whip/")[0]
                async with recording(base, "talk", "floor") as record:
                    while len(record.frames) < 60:
                        await asyncio.sleep(0.05)
                assert process.returncode is None
        finally:
            process.kill()
            await process.wait()


def answer_of(*words: str | Path) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if "BROADCASTER" not in key}
    return ran([*COMMAND, *map(str, words)], clean)


def test_a_server_that_is_not_there_is_not_awaited_at_the_start(tmp_path: Path) -> None:
    answer = answer_of(recorded(tmp_path), "http://127.0.0.1:9/whip/talk", "--key", "key")
    assert answer.returncode == 4
    assert "127.0.0.1:9 cannot be reached: Connection refused" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_wrong_usage_is_named(tmp_path: Path) -> None:
    file = str(recorded(tmp_path, 1))
    url = "https://talks.example/whip/talk"
    for words, sentence in {
        (file, "--key", "k"): "Name a sound file or stream and",
        (file, "talks.example", "--key", "k"): "not an address",
        (file, "file:///x", "--key", "k"): "not an address",
        (file, url): "--key",
        (file, url, "--key", "k\ney"): "copy it again",
        (url, "--device", "mic", "--key", "k", "--loop"): "--loop repeats a file",
        (file, url, "--device", "mic", "--key", "k"): "With --device",
        (file, url, "--key", "k", "--progress", "fast"): "--progress",
    }.items():
        answer = CliRunner().invoke(main, ["publish", *words])
        assert answer.exit_code == 2, words
        assert sentence in " ".join(answer.output.split())


async def test_what_has_no_sound_is_refused_before_anything_is_published(tmp_path: Path) -> None:
    asked = 0

    async def count(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        writer.close()

    text = tmp_path / "notes.mp3"
    text.write_text("What is said.")
    server = await asyncio.start_server(count, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/whip/talk"
    async with server:
        for file in (text, tmp_path, tmp_path / "nothing.wav"):
            async with publisher(file, url, "--key", "key") as process:
                assert await process.exit_code() == 1
                last = process.statuses[-1]
                assert (last["error"], last["exit_code"]) == ("cannot_play", 1)
                assert not [line for line in process.process.lines if "Traceback" in line]
    assert asked == 0


def test_help_says_the_exit_codes() -> None:
    assert "3 refused" in " ".join(answer_of("--help").stdout.split())
