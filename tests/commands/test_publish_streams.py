"""`broadcaster publish` with the addresses of streams, to a real server and its listeners."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from broadcaster.commands.cli import main
from tests.commands.publishers import publisher, stage
from tests.support.deadline import deadline
from tests.support.listener import recording
from tests.support.ports import free_port
from tests.support.sound import quick_matches, samples, surely
from tests.support.stream_sender import keep_sending
from tests.support.tasks import background_task
from tests.webrtc.support import voice

SAID = samples(voice(60, 24_000).tobytes())


@pytest.mark.parametrize("kind", ["rtmp", "srt"])
async def test_a_listener_hears_an_encoder(tmp_path: Path, kind: str) -> None:
    port = free_port()
    path = "/live/hall" if kind == "rtmp" else ""
    address = f"{kind}://127.0.0.1:{port}{path}?mode=listener"
    async with stage(tmp_path / "data") as (url, key, _):
        async with publisher(address, url, "--key", key) as process:
            await process.status(lambda s: bool(s["state"] == "on_floor"))
            waits = await process.status(lambda s: bool(s["device"] is False))
            assert waits["level_dbfs"] == -100
            encoder = background_task(keep_sending(kind, port), name="encoder")
            async with encoder, recording(url.partition("/whip/")[0], "talk", "floor") as record:
                heard = await process.status(lambda s: bool(s["level_dbfs"] > -40))
                assert heard["device"] is True
                async with deadline():
                    while surely(quick_matches(record.recent_sound(), SAID)) < 4:
                        await asyncio.sleep(0.5)
            gone = await process.status(
                lambda s: bool(s["position_s"] > heard["position_s"] and s["device"] is False)
            )
            assert (gone["state"], gone["reconnects"]) == ("on_floor", 0)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("rtsp://camera/1",), "begins with srt://"),
        (("srt://encoder",), "needs a port"),
        (("srt://encoder:9000", "--loop"), "--loop repeats a file"),
    ],
)
async def test_a_stream_that_cannot_be_is_refused(words: tuple[str, ...], sentence: str) -> None:
    source, *more = words
    arguments = ["publish", source, "http://127.0.0.1:9/whip/talk", "--key", "key", *more]
    result = await asyncio.to_thread(CliRunner().invoke, main, arguments)
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())


async def test_a_machine_without_the_srt_program_is_told(tmp_path: Path) -> None:
    words = ("srt://:9000?mode=listener", "http://127.0.0.1:9/whip/talk", "--key", "key")
    async with publisher(*words, environment={"PATH": str(tmp_path)}) as process:
        assert await process.exit_code() == 1
        assert "SRT needs the program srt-live-transmit" in process.statuses[-1]["message"]
        assert "srt-tools" in process.statuses[-1]["hint"]
