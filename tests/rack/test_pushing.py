"""Channels that are pushed to other servers, which take them as the protocols say."""

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from tests.commands.publishers import stage
from tests.rack.tone_stage import player, tone_stage
from tests.rack.tones import TONE_HZ, loudest_hz
from tests.support.connections import Connections, accepting_connections
from tests.support.deadline import deadline
from tests.support.listener import recording
from tests.support.ports import free_port

PASSWORD = "hackme"
WANTED_BYTES = 60_000
RTMP_SERVER = """
import sys, av
with av.open(sys.argv[1], options={"listen": "1"}, timeout=60) as stream:
    for number, frame in enumerate(stream.decode(audio=0)):
        sys.stdout.buffer.write(frame.to_ndarray()[0].astype("<f4").tobytes())
        if number == 150:
            break
"""


class Icecast:
    """A mount of Icecast: `PUT` with its password, then a body without end (its sources, 2.4)."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.sound = bytearray()
        self.refuse = 0
        self.connections = Connections()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        expected = base64.b64encode(f"source:{PASSWORD}".encode()).decode()
        if f"Authorization: Basic {expected}" not in head or self.refuse > 0:
            self.refuse -= 1
            writer.write(b"HTTP/1.0 401 Unauthorized\r\n\r\n")
            return
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while piece := await reader.read(4_096):
            self.sound += piece


def sound_of_stream(file: Path) -> list[NDArray[np.float32]]:
    """The frames of an MPEG transport stream that begins and ends anywhere."""
    frames: list[NDArray[np.float32]] = []
    with av.open(str(file), format="mpegts") as container:
        for packet in container.demux(audio=0):
            with suppress(av.InvalidDataError):
                frames += [frame.to_ndarray()[0] for frame in packet.decode()]
    return frames


@asynccontextmanager
async def icecast() -> AsyncIterator[tuple[Icecast, int]]:
    server = Icecast()
    async with accepting_connections(server.serve, "icecast", server.connections) as accepted:
        yield server, accepted.port


async def test_a_channel_is_pushed_to_icecast_and_again_when_it_was_lost(tmp_path: Path) -> None:
    async with tone_stage() as edge, icecast() as (server, port):
        server.refuse = 1
        url = f"icecast://source:{PASSWORD}@127.0.0.1:{port}/es.mp3"
        async with player(f"{edge.url}/e/talk", "es", "--push", url) as process:
            await process.process.line(r"icecast://127\.0\.0\.1:\d+: .*trying again")
            await process.process.line(r"pushing to icecast://127\.0\.0\.1")
            async with deadline():
                while len(server.sound) < WANTED_BYTES:
                    await asyncio.sleep(0.1)
            await server.connections.drop()
            server.sound.clear()
            async with deadline():
                while len(server.sound) < WANTED_BYTES:
                    await asyncio.sleep(0.1)
            assert len(server.heads) > 2
            assert PASSWORD not in "".join(process.process.lines)
    assert server.heads[-1].startswith("PUT /es.mp3 HTTP/1.1\r\n")
    file = tmp_path / "es.mp3"
    file.write_bytes(server.sound)
    with av.open(str(file)) as container:
        sound = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
    assert loudest_hz(sound[-48_000:].astype(float)) == TONE_HZ["es"]


async def test_a_channel_is_pushed_by_rtmp() -> None:
    url = f"rtmp://127.0.0.1:{free_port()}/live/es"
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RTMP_SERVER, url), stdout=asyncio.subprocess.PIPE
    )
    try:
        async with tone_stage() as edge:
            async with player(f"{edge.url}/e/talk", "es", "--push", url) as process:
                await process.plays("es")
                async with deadline():
                    sound, _ = await server.communicate()
    finally:
        if server.returncode is None:
            server.kill()
            await server.wait()
    heard = np.frombuffer(sound, "<f4").astype(float)
    assert loudest_hz(heard[-48_000:]) == TONE_HZ["es"]


async def test_a_channel_is_pushed_by_srt(tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "es.ts"
    with file.open("wb") as received:
        server = await asyncio.create_subprocess_exec(
            *("srt-live-transmit", "-quiet", f"srt://127.0.0.1:{port}?mode=listener"),
            "file://con",
            stdout=received,
        )
        try:
            url = f"srt://127.0.0.1:{port}"
            async with tone_stage() as edge:
                async with player(f"{edge.url}/e/talk", "es", "--push", url) as process:
                    await process.plays("es")
                    async with deadline():
                        while file.stat().st_size < WANTED_BYTES:
                            await asyncio.sleep(0.1)
        finally:
            server.kill()
            await server.wait()
    sound = np.concatenate(sound_of_stream(file))
    assert loudest_hz(sound[-48_000:].astype(float)) == TONE_HZ["es"]


async def test_a_channel_is_pushed_to_the_floor_of_another_server(tmp_path: Path) -> None:
    async with tone_stage() as edge, stage(tmp_path / "data") as (url, key, _):
        words = (f"{edge.url}/e/talk", "es", "--push", url, "--push-key", key)
        async with player(*words) as process:
            await process.process.line("on the floor")
            async with recording(url.partition("/whip/")[0], "talk", "floor") as record:
                async with deadline():
                    while loudest_hz(record.recent_sound()[-24_000:], 24_000) != TONE_HZ["es"]:
                        await asyncio.sleep(0.2)


async def test_a_machine_without_the_srt_program_is_told(tmp_path: Path) -> None:
    words = ("http://127.0.0.1:9/e/talk", "es", "--push", "srt://127.0.0.1:9")
    async with player(*words, environment={"PATH": str(tmp_path)}) as process:
        await process.process.line("Error: SRT needs the program srt-live-transmit.*srt-tools")
        assert await process.exit_code() == 1
