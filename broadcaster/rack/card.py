"""A sound card with several outputs, through PortAudio: ALSA, JACK, PulseAudio, PipeWire."""

import asyncio
import importlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from broadcaster.errors import CannotPlay
from broadcaster.rack.sound import BLOCK_SAMPLES, RACK_HZ, RackSamples
from broadcaster.system.backoff import Backoff

log = logging.getLogger(__name__)

_LATENCY_S = 0.1
"""Sound that the card is asked to hold: a hall hears no difference, and Python may be late."""
_LOOK_EVERY_S = 0.5
_MUTE_S = 3.0
"""A card that takes nothing for this long is opened again."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 5.0

Pull = Callable[[int], RackSamples]
"""Gives that many samples of a channel."""


@dataclass(frozen=True, slots=True)
class PlaybackDevice:
    """A device to play on.

    Attributes:
        number: PortAudio's.
        name: what to call it.
        outputs: how many it has.
        system: the sound system it belongs to.
    """

    number: int
    name: str
    outputs: int
    system: str


def playback_devices() -> list[PlaybackDevice]:
    """The devices that are there now.

    Raises:
        CannotPlay: PortAudio cannot be used here.
    """
    sounddevice = _portaudio()
    systems = [system["name"] for system in sounddevice.query_hostapis()]
    return [
        PlaybackDevice(
            number, device["name"], device["max_output_channels"], systems[device["hostapi"]]
        )
        for number, device in enumerate(sounddevice.query_devices())
        if device["max_output_channels"] > 0
    ]


def find_playback_device(text: str) -> PlaybackDevice:
    """The device with this name, or the only one whose name has this text in it.

    Raises:
        CannotPlay: no device has this name, or more than one.
    """
    devices = playback_devices()
    exact = [device for device in devices if device.name == text]
    found = exact or [device for device in devices if text.lower() in device.name.lower()]
    if len(found) != 1:
        number = "no sound device" if not found else "more than one sound device"
        raise CannotPlay(
            f"{number} is named {text}", hint="See the names: broadcaster play --list-devices."
        )
    return found[0]


class Card:
    """Plays channels on the outputs of a device, and opens it again whenever it has gone.

    Args:
        device: where to play.
        outputs: for each channel what gives its sound, and the numbers of its outputs, from 1.
        say: takes sentences for people.

    Raises:
        CannotPlay: the device has fewer outputs.
    """

    def __init__(
        self,
        device: PlaybackDevice,
        outputs: Sequence[tuple[Pull, tuple[int, ...]]],
        say: Callable[[str], None],
    ) -> None:
        self._device = device
        self._outputs = outputs
        self._say = say
        self._channels = max(number for _, numbers in outputs for number in numbers)
        if self._channels > device.outputs:
            raise CannotPlay(
                f"{device.name} has {device.outputs} outputs, and {self._channels} are needed",
                hint="Choose another device, or fewer channels.",
            )
        self._taken_s = 0.0
        self.late_blocks = 0

    async def run(self) -> None:
        """Play until cancelled.

        Raises:
            CannotPlay: the device cannot be opened at the start.
        """
        backoff = Backoff(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)
        opened_before = False
        while True:
            try:
                stream = await asyncio.to_thread(self._open)
            except CannotPlay as error:
                if not opened_before:
                    raise
                self._say(f"{error.message}; trying again")
            else:
                opened_before = True
                backoff.reset()
                self._say(f"playing on {self._device.name}, {self._channels} outputs")
                try:
                    await self._until_gone(stream)
                finally:
                    await asyncio.to_thread(_close, stream)
                self._say(f"{self._device.name} takes no more sound; opening it again")
            await backoff.wait()

    async def _until_gone(self, stream: Any) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if not stream.active or time.monotonic() - self._taken_s > _MUTE_S:
                return

    def _open(self) -> Any:
        sounddevice = _portaudio()
        try:
            stream = sounddevice.OutputStream(
                device=self._device.number,
                channels=self._channels,
                samplerate=RACK_HZ,
                blocksize=BLOCK_SAMPLES,
                dtype="float32",
                latency=_LATENCY_S,
                callback=self._fill,
            )
            self._taken_s = time.monotonic()
            stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise CannotPlay(
                f"{self._device.name} cannot play {self._channels} channels at 48 kHz: {error}",
                hint="Check that no other program holds it.",
            ) from None
        return stream

    def _fill(self, out: Any, count: int, _time: Any, status: Any) -> None:
        """Called by PortAudio's thread for each block."""
        self._taken_s = time.monotonic()
        self.late_blocks += bool(status.output_underflow)
        out.fill(0)
        for pull, numbers in self._outputs:
            samples = pull(count)
            for number in numbers:
                out[:, number - 1] = samples


def _close(stream: Any) -> None:
    try:
        stream.close()
    except Exception:
        log.debug("a sound card that has gone could not be closed", exc_info=True)


def _portaudio() -> ModuleType:
    try:
        return importlib.import_module("sounddevice")
    except ImportError:
        raise CannotPlay(
            "sound cards need the package sounddevice",
            hint="Install conference-broadcaster[rack].",
        ) from None
    except OSError:
        raise CannotPlay(
            "sound cards need PortAudio, which this machine lacks",
            hint="Install it: apt-get install libportaudio2.",
        ) from None
