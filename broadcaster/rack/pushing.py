"""Pushes channels to other servers: Icecast, RTMP and SRT by a process for each, WHIP by WebRTC."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import aiohttp
from yarl import URL

from broadcaster.audio.output.address import SRT_SENDER, PushAddress, PushScheme
from broadcaster.audio.output.sender import CONNECTED
from broadcaster.audio.pcm import PcmResampler, to_frame, to_pcm
from broadcaster.errors import ServerRefused, ServerUnreachable
from broadcaster.rack.sound import RACK_HZ, RackSamples
from broadcaster.system.backoff import Backoff
from broadcaster.system.child_process import child
from broadcaster.webrtc.clients.frames import LiveFrames
from broadcaster.webrtc.clients.steady_publisher import PublisherState, SteadyPublisher

PIECE_SAMPLES = 960
PIECE_S = PIECE_SAMPLES / RACK_HZ
CONNECT_S = 20.0
LATE_S = 2.0
"""A pusher that is later goes on with what is due then."""
_MOST_WAITING_BYTES = 480_000
"""5 s: a server that takes nothing for so long is connected to again."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 10.0
_STOPS_WITHIN_S = 1.0

Pull = Callable[[int], RackSamples]
"""Gives that many samples of a channel."""


async def pieces(pull: Pull) -> AsyncIterator[bytes]:
    """Sound as it is due, 20 ms of s16le each time, for ever."""
    began_s, number = time.monotonic(), 0
    while True:
        number += 1
        due_s = began_s + number * PIECE_S - time.monotonic()
        if due_s < -LATE_S:
            began_s, number = time.monotonic(), 0
        await asyncio.sleep(max(0.0, due_s))
        yield to_pcm(pull(PIECE_SAMPLES))


class StreamPush:
    """One channel pushed by FFmpeg, in a process that is started again whenever it ends.

    Args:
        address: where to.
        pull: gives the sound.
        say: takes sentences for people.
    """

    def __init__(self, address: PushAddress, pull: Pull, say: Callable[[str], None]) -> None:
        self._address = address
        self._pull = pull
        self._say = say
        self._said = ""
        self._backoff = Backoff(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)

    async def run(self) -> None:
        """Push until cancelled."""
        while True:
            self._tell(f"{self._address.name}: {await self._push()}; trying again")
            await self._backoff.wait()

    async def _push(self) -> str:
        """Push until the process ends; returns why it did."""
        async with _sender(self._address) as process:
            assert process.stdin is not None
            assert process.stderr is not None
            with suppress(OSError):
                process.stdin.write(json.dumps({"url": self._address.url}).encode() + b"\n")
                await process.stdin.drain()
            try:
                async with asyncio.timeout(CONNECT_S):
                    line = (await process.stderr.readline()).decode().strip()
            except TimeoutError:
                return "it does not answer"
            if line != CONNECTED:
                return line or "the sender stopped"
            self._tell(f"pushing to {self._address.name}")
            feeding = asyncio.create_task(self._feed(process.stdin), name="push: sound")
            try:
                reading = asyncio.create_task(process.stderr.readline(), name="push: end")
                await asyncio.wait({feeding, reading}, return_when=asyncio.FIRST_COMPLETED)
                if feeding.done():
                    reading.cancel()
                    return feeding.result()
                return reading.result().decode().strip() or "the connection was lost"
            finally:
                feeding.cancel()

    async def _feed(self, sound: asyncio.StreamWriter) -> str:
        """Write sound until nobody takes it; returns the reason."""
        async for piece in pieces(self._pull):
            if sound.is_closing():
                return "the connection was lost"
            if sound.transport.get_write_buffer_size() > _MOST_WAITING_BYTES:
                return "it takes no more sound"
            sound.write(piece)
            self._backoff.reset()
        return ""

    def _tell(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self._say(text)


@asynccontextmanager
async def _sender(address: PushAddress) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process that encodes, and for SRT the one that sends what it makes."""
    command = [sys.executable, "-m", "broadcaster.audio.output.sender"]
    pipes = {"stdin": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    async with AsyncExitStack() as stack:
        output = asyncio.subprocess.DEVNULL
        if address.scheme is PushScheme.SRT:
            reads, output = os.pipe()
            srt = [SRT_SENDER, "-quiet", "-chunk:1316", "file://con", address.url]
            quiet = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
            try:
                await stack.enter_async_context(
                    child(srt, stops_within_s=_STOPS_WITHIN_S, stdin=reads, **quiet)
                )
            except BaseException:
                os.close(output)
                raise
            finally:
                os.close(reads)
        try:
            process = await stack.enter_async_context(
                child(command, stops_within_s=_STOPS_WITHIN_S, stdout=output, **pipes)
            )
        finally:
            if output >= 0:
                os.close(output)
        yield process


class WhipPush:
    """One channel pushed to a WHIP endpoint, for example the floor of another server.

    Args:
        http: HTTP client.
        url: the endpoint.
        key: its Bearer token.
        pull: gives the sound.
        say: takes sentences for people.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: URL,
        key: str,
        pull: Pull,
        say: Callable[[str], None],
    ) -> None:
        self._http = http
        self._url = url
        self._key = key
        self._pull = pull
        self._say = say
        self._frames = LiveFrames()
        self._backoff = Backoff(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)

    async def run(self) -> None:
        """Push until cancelled."""
        feeding = asyncio.create_task(self._feed(), name="push: sound")
        try:
            while True:
                try:
                    await SteadyPublisher(
                        self._http, self._url, self._key, self._frames, self._tell, patient=True
                    ).run()
                except (ServerRefused, ServerUnreachable) as error:
                    self._say(f"{self._url.host}: {error.advice()} Trying again.")
                await self._backoff.wait()
        finally:
            feeding.cancel()

    async def _feed(self) -> None:
        resampler = PcmResampler()
        async for piece in pieces(self._pull):
            frame = to_frame(piece, 0)
            frame.sample_rate, frame.pts = RACK_HZ, None
            self._frames.add_pcm(resampler.convert(frame))

    def _tell(self, state: PublisherState, text: str) -> None:
        if state is PublisherState.ON_FLOOR:
            self._backoff.reset()
        self._say(f"{self._url.host}: {text}")
