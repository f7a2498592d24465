"""A stream of the network as a source: opened again whenever it has ended or gives nothing."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from broadcaster.audio.input.read_ahead import ReadAhead
from broadcaster.audio.input.stream import read_address, read_transport_stream
from broadcaster.audio.input.stream_address import (
    SRT_PROGRAM,
    StreamAddress,
    StreamScheme,
    check_stream_address,
)
from broadcaster.errors import CannotPlay
from broadcaster.system.backoff import Backoff
from broadcaster.system.child_process import child
from broadcaster.webrtc.clients.stream_frames import LIVE, PULLED, StreamFrames

MUTE_S = 8.0
"""A stream that gives nothing for this long is opened again; longer than FFmpeg waits itself."""
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0
_LOOK_S = 0.01

Opening = Callable[[], AbstractAsyncContextManager[Iterator[bytes]]]
"""Opens a stream: pieces of s16le stereo 24 kHz, an empty one while the next is not there."""


class StreamPlayback:
    """A stream, as it comes now.

    Args:
        name: for people, without secrets.
        opening: opens it.
        frames: take its sound.
        say: takes sentences for people.

    Attributes:
        frames: its sound.
        works: whether it gives sound.
    """

    duration_s: float | None = None
    damaged_frames = 0
    unread = False
    loops = 0

    def __init__(
        self, name: str, opening: Opening, frames: StreamFrames, say: Callable[[str], None]
    ) -> None:
        self.name = name
        self.frames = frames
        self.works: bool | None = False
        self._opening = opening
        self._say = say
        self._said = ""
        self._backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)

    @property
    def position_s(self) -> float:
        """Seconds of sound published."""
        return self.frames.position_s

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Read the stream as long as the context is open."""
        following = asyncio.create_task(self._follow(), name=f"stream {self.name}")
        following.add_done_callback(self._followed)
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            try:
                async with self._opening() as pieces:
                    self.frames.forget()
                    await self._pass_on(pieces)
            except CannotPlay as error:
                self._tell(works=False, text=f"{error.advice()}; waiting for it")
            await self._backoff.wait()
            await self._until_needed()

    async def _until_needed(self) -> None:
        """Return when what is left of the last opening has nearly been published."""
        while True:
            if self.frames.runs_low:
                return
            await asyncio.sleep(_LOOK_S)

    async def _pass_on(self, pieces: Iterator[bytes]) -> None:
        """Hand the sound on as it comes.

        Raises:
            CannotPlay: it has ended, or gives nothing.
        """
        loop = asyncio.get_running_loop()
        heard_at: float | None = None
        while True:
            while self.frames.wants_sound:
                piece = next(pieces, None)
                if piece is None:
                    raise CannotPlay(f"{self.name} has ended")
                if not piece:
                    break
                self.frames.add_pcm(piece)
                heard_at = loop.time()
                self._tell(works=True, text=f"{self.name} gives sound")
                self._backoff.reset()
            if not self.frames.wants_sound:
                heard_at = None
            if heard_at is not None and loop.time() - heard_at > MUTE_S:
                raise CannotPlay(f"{self.name} gives no sound")
            await asyncio.sleep(_LOOK_S)

    def _followed(self, following: asyncio.Task[None]) -> None:
        if not following.cancelled() and (error := following.exception()) is not None:
            self.frames.fail(error)

    def _tell(self, *, works: bool, text: str) -> None:
        if works is not self.works or text != self._said:
            self.works, self._said = works, text
            self._say(text)


async def playback_of(address: StreamAddress, say: Callable[[str], None]) -> StreamPlayback:
    """The stream at an address.

    Raises:
        CannotPlay: this machine cannot read such addresses.
    """
    await asyncio.to_thread(check_stream_address, address)
    if address.listens:
        say(f"waiting for a sender at {address.name}")
    opening = _received if address.scheme is StreamScheme.SRT else _read
    frames = StreamFrames(PULLED if address.pulled else LIVE)
    return StreamPlayback(address.name, lambda: opening(address), frames, say)


@asynccontextmanager
async def _read(address: StreamAddress) -> AsyncIterator[Iterator[bytes]]:
    """A stream that FFmpeg reads from its address."""
    pieces = ReadAhead(read_address(address))
    try:
        yield pieces
    finally:
        pieces.close()


@asynccontextmanager
async def _received(address: StreamAddress) -> AsyncIterator[Iterator[bytes]]:
    """A stream of SRT, which a program of its own receives and hands on as it is."""
    reading, writing = os.pipe()
    # Its thread closes the pipe when the program has ended.
    pieces = ReadAhead(read_transport_stream(os.fdopen(reading, "rb", buffering=0), address.name))
    command = [SRT_PROGRAM, "-quiet", "-autoreconnect:no", address.url, "file://con"]
    try:
        with os.fdopen(writing, "wb", buffering=0) as output:
            async with child(command, stdout=output, stderr=asyncio.subprocess.DEVNULL):
                output.close()
                yield pieces
    finally:
        pieces.close()
