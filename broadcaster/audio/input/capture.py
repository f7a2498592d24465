"""Microphones and sound cards, through ALSA; PulseAudio and PipeWire answer as ALSA devices."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer

from broadcaster.audio.pcm import AvFrame, PcmResampler, wide_frame
from broadcaster.errors import CannotPlay

DEFAULT_DEVICE = "default"
_SYSTEM = "alsa"
_OPENINGS = ((48_000, 2), (48_000, 1), (44_100, 2), (44_100, 1))
"""Rates and channel counts to ask a device for, best first; hardware takes few of them."""
_RATES_HZ = (48_000, 44_100)
_COUNTS = (8, 16, 32, 64, 10, 12, 14, 18, 20, 24, 26, 30, 4, 6, 2, 1)
"""Channel counts to ask a card for if channels of it are chosen. Hardware takes its own only, and
PulseAudio and PipeWire take any, so the first one is that which they have in ALSA's order."""
_HARDWARE = "hw:"
_WIDE_FORMATS = ("S32_LE", "S24_3LE", "S24_LE")
"""Of cards of hardware that have no 16 bits, as ALSA names them."""
_CONFIGURATION = Path("/usr/share/alsa")
_OURS = Path(__file__).with_name("alsa.conf")
_PLUGINS = ("/usr/lib/*/alsa-lib", "/usr/lib64/alsa-lib", "/usr/lib/alsa-lib")


@dataclass(frozen=True, slots=True)
class CaptureDevice:
    """A device to record from: what to call it, and what it is."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class CardInput:
    """A device to record from, and its channels.

    Attributes:
        name: as listed, or any other ALSA name, for example `hw:1,0` or `pulse:SOURCE`.
        channels: to take, counted from 1: one, or left and right. If empty, the device is opened
            as a stereo or mono one.
    """

    name: str
    channels: tuple[int, ...] = ()


def list_devices() -> list[CaptureDevice]:
    """The devices that are there now.

    Raises:
        CannotPlay: this machine's sound system cannot be used.
    """
    _prepare()
    try:
        found = av.enumerate_input_devices(_SYSTEM)
    except (av.FFmpegError, ValueError) as error:
        raise CannotPlay(
            "the sound devices of this machine cannot be listed", hint=str(error)
        ) from None
    return [
        CaptureDevice(device.name, " ".join(device.description.split()))
        for device in found
        if device.name != "null"
    ]


def read_device(card: CardInput) -> Iterator[bytes]:
    """Record from a device as s16le stereo 24 kHz until it vanishes; blocks between the pieces.

    Raises:
        CannotPlay: the device or a channel is not there, or it has gone.
    """
    _prepare()
    resampler = PcmResampler("stereo")
    columns = [one - 1 for one in card.channels]
    try:
        with _open(card) as container:
            for frame in container.decode(audio=0):
                yield resampler.convert(_taken(frame, columns) if columns else frame)
    except (av.FFmpegError, ValueError) as error:
        raise CannotPlay(
            f"the sound device {card.name} stopped: {error}", hint="Check its cable."
        ) from None
    raise CannotPlay(f"the sound device {card.name} stopped", hint="Check its cable.")


def _taken(frame: AvFrame, columns: list[int]) -> AvFrame:
    """Some channels of a frame of s16."""
    rows = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
    return wide_frame(rows[:, columns].astype(np.int32) << 8, frame.sample_rate)


def _open(card: CardInput) -> InputContainer:
    for name, (rate_hz, channels) in product(names_of(card.name), _openings(card)):
        options = {"sample_rate": str(rate_hz), "channels": str(channels)}
        try:
            return av.open(name, format=_SYSTEM, options=options)
        except (av.FFmpegError, ValueError):
            continue
    if card.channels:
        raise CannotPlay(
            f"there is no sound device {card.name} with {max(card.channels)} channels, or another "
            "program uses it",
            hint="See --channels, and the names: broadcaster publish --list-devices.",
        )
    raise CannotPlay(
        f"there is no sound device {card.name}, or another program uses it",
        hint="See the names: broadcaster publish --list-devices.",
    )


def names_of(device: str) -> tuple[str, ...]:
    """The names by which a device is opened: a card of hardware may have 24 or 32 bits only."""
    if not device.startswith(_HARDWARE):
        return (device,)
    return (device, *(f"broadcaster_linear:'{device}',{form}" for form in _WIDE_FORMATS))


def _openings(card: CardInput) -> tuple[tuple[int, int], ...]:
    """The rates and channel counts to try."""
    if not card.channels:
        return _OPENINGS
    enough = [count for count in _COUNTS if count >= max(card.channels)]
    return tuple((rate_hz, count) for rate_hz in _RATES_HZ for count in enough)


def _prepare() -> None:
    """Let the ALSA library that comes with `av` find this machine's configuration.

    It looks in the folders of the machine it was built on unless the environment names others.

    Raises:
        CannotPlay: there is no ALSA on this kind of machine.
    """
    if not sys.platform.startswith("linux"):
        raise CannotPlay(
            "sound devices can be published from Linux only",
            hint="Speak on the stage page, or publish with OBS.",
        )
    if _CONFIGURATION.is_dir():
        os.environ.setdefault("ALSA_CONFIG_DIR", str(_CONFIGURATION))
        os.environ.setdefault("ALSA_CONFIG_PATH", str(_CONFIGURATION / "alsa.conf"))
    files = os.environ.get("ALSA_CONFIG_PATH", "")
    if files and str(_OURS) not in files:
        os.environ["ALSA_CONFIG_PATH"] = f"{files}:{_OURS}"
    for pattern in _PLUGINS:
        for folder in Path("/").glob(pattern.removeprefix("/")):
            os.environ.setdefault("ALSA_PLUGIN_DIR", str(folder))
