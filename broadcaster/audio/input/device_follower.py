"""Keeps a sound device open; each opening is read by a thread, because sound cards block."""

import asyncio
import logging
import threading
from collections.abc import Callable

from broadcaster.audio.input.capture import CardInput, read_device
from broadcaster.errors import CannotPlay

log = logging.getLogger(__name__)

_PAUSE_S = 0.25
_DEVICE_RETRY_S = 0.5
_LONGEST_PAUSE_S = 4.0
"""Until a device that has vanished is tried again; the pauses double up to here."""
_DEVICE_MUTE_S = 3.0
"""A device that gives nothing for this long, not even silence, is reported."""


class _DeviceReader:
    """One opening of a device, read by a thread until the device is gone or `stop` is called."""

    def __init__(self, card: CardInput, add_pcm: Callable[[bytes], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._card = card
        self._add_pcm = add_pcm
        self._stopped = threading.Event()
        self.ended: asyncio.Future[CannotPlay] = self._loop.create_future()
        self.heard = asyncio.Event()
        threading.Thread(target=self._run, name="sound device", daemon=True).start()

    def stop(self) -> None:
        """Let the thread end after its current piece."""
        self._stopped.set()

    def _run(self) -> None:
        error = CannotPlay(f"the sound device {self._card.name} was closed")
        try:
            for pcm in read_device(self._card):
                if self._stopped.is_set():
                    break
                if pcm:
                    self._call(self._take, pcm)
        except CannotPlay as gone:
            error = gone
        except Exception as unexpected:
            log.exception("reading a sound device failed")
            error = CannotPlay(f"the sound device {self._card.name} stopped: {unexpected}")
        self._call(self._end, error)

    def _call(self, function: Callable[..., None], argument: object) -> None:
        try:
            self._loop.call_soon_threadsafe(function, argument)
        except RuntimeError:  # The loop is closed: the program ends.
            self._stopped.set()

    def _take(self, pcm: bytes) -> None:
        self.heard.set()
        self._add_pcm(pcm)

    def _end(self, error: CannotPlay) -> None:
        if not self.ended.done():
            self.ended.set_result(error)


class DeviceFollower:
    """Keeps a sound device open, and opens it again whenever it has vanished.

    Args:
        card: the device, and its channels.
        add_pcm: takes s16le stereo 24 kHz, in the event loop.
        changed: told whether the device works now, and a sentence.
    """

    def __init__(
        self,
        card: CardInput,
        add_pcm: Callable[[bytes], None],
        changed: Callable[[bool, str], None],
    ) -> None:
        self._card = card
        self._add_pcm = add_pcm
        self._changed = changed
        self._works = True
        self._pause_s = _DEVICE_RETRY_S

    async def open(self) -> None:
        """Wait for the device's first sound, then close it.

        Raises:
            CannotPlay: it cannot be opened, or gives nothing.
        """
        reader = _DeviceReader(self._card, lambda _: None)
        try:
            if not await _heard_within(reader, 2 * _DEVICE_MUTE_S):
                if reader.ended.done():
                    raise reader.ended.result()
                raise CannotPlay(
                    f"the sound device {self._card.name} gives no sound",
                    hint="Check that no other program holds it.",
                )
        finally:
            reader.stop()
            await asyncio.wait({reader.ended}, timeout=_DEVICE_MUTE_S)

    async def follow(self) -> None:
        """Read the device until cancelled."""
        while True:
            reader = _DeviceReader(self._card, self._add_pcm)
            try:
                await self._watch(reader)
            finally:
                reader.stop()
            self._say(works=False, text=reader.ended.result().message)
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    async def _watch(self, reader: _DeviceReader) -> None:
        while not reader.ended.done():
            reader.heard.clear()
            if await _heard_within(reader, _DEVICE_MUTE_S):
                self._pause_s = _DEVICE_RETRY_S
                self._say(works=True, text=f"the sound device {self._card.name} is back")
                await asyncio.wait({reader.ended}, timeout=_PAUSE_S)
            elif not reader.ended.done():
                self._say(works=False, text=f"the sound device {self._card.name} gives no sound")

    def _say(self, *, works: bool, text: str) -> None:
        if works is not self._works:
            self._works = works
            self._changed(works, text)


async def _heard_within(reader: _DeviceReader, seconds: float) -> bool:
    """Whether the device gave sound before it ended or the time was over."""
    heard: asyncio.Future[object] = asyncio.create_task(
        reader.heard.wait(), name="sound device heard"
    )
    ended: asyncio.Future[object] = reader.ended  # type: ignore[assignment]
    try:
        await asyncio.wait({heard, ended}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        heard.cancel()
    return reader.heard.is_set()
