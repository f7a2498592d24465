"""Microphones and sound cards, through ALSA; PulseAudio and PipeWire answer as ALSA devices."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer

from broadcaster.audio.pcm import PcmResampler
from broadcaster.errors import CannotPlay

DEFAULT_DEVICE = "default"
_SYSTEM = "alsa"
_OPENINGS = ((48_000, 2), (48_000, 1), (44_100, 2), (44_100, 1))
"""Rates and channel counts to ask a device for, best first; hardware takes few of them."""
_CONFIGURATION = Path("/usr/share/alsa")
_PLUGINS = ("/usr/lib/*/alsa-lib", "/usr/lib64/alsa-lib", "/usr/lib/alsa-lib")


@dataclass(frozen=True, slots=True)
class CaptureDevice:
    """A device to record from: what to call it, and what it is."""

    name: str
    description: str


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


def read_device(name: str) -> Iterator[bytes]:
    """Record from a device as s16le stereo 24 kHz until it vanishes; blocks between the pieces.

    Args:
        name: as listed, or any other ALSA name, for example `hw:1,0` or `pulse:SOURCE`.

    Raises:
        CannotPlay: the device is not there, or has gone.
    """
    _prepare()
    resampler = PcmResampler("stereo")
    try:
        with _open(name) as container:
            for frame in container.decode(audio=0):
                yield resampler.convert(frame)
    except (av.FFmpegError, ValueError) as error:
        raise CannotPlay(
            f"the sound device {name} stopped: {error}", hint="Check its cable."
        ) from None
    raise CannotPlay(f"the sound device {name} stopped", hint="Check its cable.")


def _open(name: str) -> InputContainer:
    for rate_hz, channels in _OPENINGS:
        options = {"sample_rate": str(rate_hz), "channels": str(channels)}
        try:
            return av.open(name, format=_SYSTEM, options=options)
        except (av.FFmpegError, ValueError):
            continue
    raise CannotPlay(
        f"there is no sound device {name}, or another program uses it",
        hint="See the names: broadcaster publish --list-devices.",
    )


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
    for pattern in _PLUGINS:
        for folder in Path("/").glob(pattern.removeprefix("/")):
            os.environ.setdefault("ALSA_PLUGIN_DIR", str(folder))
