"""Sources of `broadcaster publish`: a file from its beginning, or a sound device as it is now."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

from broadcaster.audio.file import Damage, SoundFile, examine, read_pcm
from broadcaster.audio.input.capture import CardInput
from broadcaster.audio.input.device_follower import DeviceFollower
from broadcaster.audio.input.read_ahead import ReadAhead
from broadcaster.audio.stereo.downmix import STEREO_SAMPLE_BYTES
from broadcaster.errors import CannotPlay
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.webrtc.clients.frames import FrameSource, LiveFrames, PacedFrames


class Playback(Protocol):
    """A source while it is published."""

    @property
    def frames(self) -> FrameSource:
        """Its sound; once `opened`."""

    @property
    def name(self) -> str:
        """Its name for people."""

    @property
    def works(self) -> bool | None:
        """Whether it gives sound; None for a file."""

    @property
    def duration_s(self) -> float | None:
        """Its length, if it has one and it is known."""

    @property
    def position_s(self) -> float:
        """Seconds of sound that were published."""

    @property
    def damaged_frames(self) -> int:
        """Skipped, because they did not decode."""

    @property
    def unread(self) -> bool:
        """Whether a part of it could not be read."""

    @property
    def loops(self) -> int:
        """How often it began again."""

    def opened(self) -> AbstractAsyncContextManager[None]:
        """Read it as long as the context is open.

        Raises:
            CannotPlay: there is no sound in it.
        """


class FilePlayback:
    """A sound file, played once or again and again.

    Args:
        path: the file.
        loop: begin again at its end.
        say: takes sentences for people.

    Attributes:
        frames: its sound; once `opened`.
        works: never known for a file.
        loops: how often it began again.
    """

    frames: PacedFrames
    works: bool | None = None

    def __init__(self, path: Path, *, loop: bool, say: Callable[[str], None]) -> None:
        self._path = path
        self._loop = loop
        self._say = say
        self._damage = Damage()
        self._sound: SoundFile | None = None
        self._round_ends_s: deque[float] = deque()
        self._round_began_s = 0.0
        self.loops = 0

    @property
    def name(self) -> str:
        """Its name for people."""
        return self._path.name

    @property
    def duration_s(self) -> float | None:
        """Its length, if it is known."""
        return self._sound.duration_s if self._sound is not None else None

    @property
    def damaged_frames(self) -> int:
        """Skipped, because they did not decode."""
        return self._damage.frames

    @property
    def unread(self) -> bool:
        """Whether a part of the file could not be read."""
        return self._damage.unread

    @property
    def position_s(self) -> float:
        """Seconds since the beginning of the file, as it is played now."""
        played_s = self.frames.position_s
        while len(self._round_ends_s) > 1 and self._round_ends_s[0] <= played_s:
            self._round_began_s = self._round_ends_s.popleft()
            self.loops += 1
        return max(0.0, played_s - self._round_began_s)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Read the file as long as the context is open.

        Raises:
            CannotPlay: there is no sound in it.
        """
        self._sound = await asyncio.to_thread(examine, self._path)
        for note in self._sound.notes:
            self._say(note)
        pieces = ReadAhead(self._rounds())
        self.frames = PacedFrames(pieces, channels=2)
        try:
            yield
        finally:
            pieces.close()

    def _rounds(self) -> Iterator[bytes]:
        length_bytes = 0
        while True:
            began_bytes = length_bytes
            for piece in read_pcm(self._path, self._damage, "stereo"):
                length_bytes += len(piece)
                yield piece
            if not self._loop:
                return
            if length_bytes == began_bytes:
                raise CannotPlay(f"{self.name} has no sound any more", hint="The file was changed.")
            self._round_ends_s.append(length_bytes / (CLOCK_HZ * STEREO_SAMPLE_BYTES))


class DevicePlayback:
    """A sound device, as it sounds now.

    Args:
        card: the device, and its channels.
        say: takes sentences for people.

    Attributes:
        name: of the device.
        frames: its sound.
        works: whether it gives sound.
    """

    duration_s: float | None = None
    damaged_frames = 0
    unread = False
    loops = 0

    def __init__(self, card: CardInput, say: Callable[[str], None]) -> None:
        self.name = card.name
        self._card = card
        self.frames = LiveFrames(channels=2)
        self.works: bool | None = True
        self._say = say

    @property
    def position_s(self) -> float:
        """Seconds of sound published."""
        return self.frames.position_s

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Read the device as long as the context is open.

        Raises:
            CannotPlay: it cannot be opened.
        """
        follower = DeviceFollower(self._card, self.frames.add_pcm, self._changed)
        await follower.open()
        following = asyncio.create_task(follower.follow(), name=f"sound device {self.name}")
        following.add_done_callback(self._followed)
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    def _followed(self, following: asyncio.Task[None]) -> None:
        if not following.cancelled() and (error := following.exception()) is not None:
            self.frames.fail(error)

    def _changed(self, works: bool, text: str) -> None:  # noqa: FBT001 - a callback
        self.works = works
        self._say(text if works else f"{text}; waiting for it")
