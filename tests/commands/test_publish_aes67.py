"""`broadcaster publish` with an AES67 stream, by real multicast on the loopback."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from broadcaster.av.receiving.session_reading import AudioStream
from broadcaster.commands.cli import main
from broadcaster.commands.publishing.aes67 import (
    RackStream,
    playback_of_rack,
    rack_stream_of,
    show_streams,
)
from tests.av.receiving.streams import DANTE, packed, packet
from tests.support.deadline import deadline
from tests.support.ports import free_port
from tests.support.sound import matches, samples
from tests.webrtc.support import voice

LOOPBACK = "127.0.0.1"
SAID = np.tile(samples(voice(1, 24_000).tobytes()), 3)


class Mixer:
    """Sends eight channels, of which the third has a voice, and announces them."""

    def __init__(self) -> None:
        self.stream = AudioStream("Stage box", "239.255.77.9", free_port(), 98, "L24", 8)
        self.description = (
            f"v=0\no=- 1 1 IN IP4 {LOOPBACK}\ns=Stage box\nc=IN IP4 239.255.77.9/32\nt=0 0\n"
            f"m=audio {self.stream.port} RTP/AVP 98\na=rtpmap:98 L24/48000/8\n"
        )

    def run(self, stopped: threading.Event) -> None:
        """Send until stopped; a thread of its own, as a device has its own clock."""
        sound = np.zeros((48_000, 8), np.int32)
        sound[:, 2] = voice(1).astype(np.int32) << 8
        payloads = [packed(sound[at : at + 48], "L24") for at in range(0, 48_000, 48)]
        card = socket.inet_aton(LOOPBACK)
        announced = b"\x20\0\0\1" + card + self.description.encode()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, card)
            began_s, number = time.monotonic(), 0
            while not stopped.is_set():
                time.sleep(max(0.0, began_s + number / 1_000 - time.monotonic()))
                data = packet(self.stream, number, number * 48, payloads[number % 1_000])
                sender.sendto(data, (self.stream.address, self.stream.port))
                if number % 200 == 0:
                    sender.sendto(announced, ("239.255.255.255", 9875))
                number += 1


@asynccontextmanager
async def mixer() -> AsyncIterator[Mixer]:
    one, stopped = Mixer(), threading.Event()
    sending = asyncio.create_task(asyncio.to_thread(one.run, stopped), name="mixer")
    try:
        yield one
    finally:
        stopped.set()
        await sending


async def hear(rack: RackStream) -> None:
    """Wait until the voice is heard."""
    playback = playback_of_rack(rack, lambda _: None)
    frames: list[bytes] = []
    async with playback.opened(), deadline():
        while True:
            frames += [await playback.frames.next_frame() for _ in range(50)]
            left = samples(b"".join(frames))[::2]
            found = await asyncio.to_thread(matches, left, SAID, 0.4)
            if sum(match.r > 0.8 for match in found) >= 2:
                return


@pytest.mark.parametrize("by_name", [True, False], ids=["announced", "file"])
async def test_a_channel_of_the_mixer_is_heard(tmp_path: Path, *, by_name: bool) -> None:
    async with mixer() as one:
        file = tmp_path / "hall.sdp"
        file.write_text(one.description)
        word = "sap:Stage box" if by_name else str(file)
        rack = rack_stream_of(word, "3", LOOPBACK)
        assert rack is not None
        await hear(rack)


async def test_announced_streams_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    async with mixer() as one:
        await asyncio.to_thread(show_streams, LOOPBACK, 6.0)
    line = f"sap:Stage box\t239.255.77.9:{one.stream.port}\tL24, 8 channels"
    assert line in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("talk.wav", "--channels", "1"), "--channels is for a sound device and for AES67"),
        (("hall.sdp", "--channels", "1,2,3"), "names one or two"),
        (("hall.sdp", "--channels", "left"), "names one or two"),
        (("hall.sdp", "--loop"), "--loop repeats a file"),
    ],
)
async def test_options_that_do_not_fit_are_refused(words: tuple[str, ...], sentence: str) -> None:
    arguments = ["publish", *words, "http://127.0.0.1:9/whip/talk", "--key", "key"]
    result = await asyncio.to_thread(CliRunner().invoke, main, arguments)
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("text", "channels", "sentence"),
    [
        (None, (), "there is no file"),
        ("hello", (), "is not a session description"),
        (DANTE, (3,), "has 2 channels only"),
    ],
)
async def test_a_description_that_cannot_be_used_is_told(
    tmp_path: Path, text: str | None, channels: tuple[int, ...], sentence: str
) -> None:
    file = tmp_path / "hall.sdp"
    if text is not None:
        file.write_text(text)
    said: list[str] = []
    playback = playback_of_rack(RackStream(file, "", channels, LOOPBACK), said.append)
    async with playback.opened(), deadline():
        while not said:
            await asyncio.sleep(0.02)
    assert sentence in said[0]
