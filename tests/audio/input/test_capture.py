"""A sound device of ALSA, read by a process of its own: ALSA keeps its configuration."""

import asyncio
import sys
from pathlib import Path

import numpy as np
import pytest

from broadcaster.audio.input.capture import names_of
from tests.rack.tones import loudest_hz
from tests.support.deadline import deadline

TONES_HZ = tuple(300 + 100 * number for number in range(8))
CONFIGURATION = """
pcm.eight {{
    type file
    file "/dev/null"
    infile "{folder}/sound.raw"
    format "raw"
    slave {{ pcm {{ type null }} }}
}}
"""
LENGTH = 4 * 4_800
"""Bytes of a fifth of a second: the card of the test gives one sample at a time."""
READER = f"""
import sys
from broadcaster.audio.input.capture import CardInput, read_device
from broadcaster.errors import CannotPlay
name, *numbers = sys.argv[1:]
channels = tuple(map(int, numbers))
LENGTH = {LENGTH}
read = bytearray()
try:
    for piece in read_device(CardInput(name, channels)):
        read += piece
        if len(read) >= LENGTH:
            break
except CannotPlay as error:
    sys.exit(error.advice())
sys.stdout.buffer.write(read[:LENGTH])
"""


async def read(
    folder: Path, *channels: int, name: str = "eight", wide: bool = False
) -> tuple[bytes, str]:
    """A piece of some channels of a card of eight, s16le stereo 24 kHz, and what was said."""
    at = np.arange(48_000) / 48_000
    rows = [8_000 * np.sin(2 * np.pi * hz * at) for hz in TONES_HZ]
    sound = np.stack(rows, axis=1)
    (folder / "sound.raw").write_bytes(
        (sound * 65_536).astype("<i4").tobytes() if wide else sound.astype("<i2").tobytes()
    )
    configuration = folder / "asound.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", READER, name, *map(str, channels)),
        env={"ALSA_CONFIG_PATH": str(configuration)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with deadline():
        piece, said = await process.communicate()
    return piece, said.decode()


@pytest.mark.parametrize("channels", [(3,), (8, 1)], ids=["one", "two"])
async def test_channels_of_a_card_are_taken(tmp_path: Path, channels: tuple[int, ...]) -> None:
    sound, said = await read(tmp_path, *channels)
    sides = np.frombuffer(sound, "<i2").astype(float).reshape(-1, 2)[1_200:].T
    assert not said
    wanted = [TONES_HZ[channel - 1] for channel in channels] * (2 // len(channels))
    assert [loudest_hz(side, 24_000) for side in sides] == wanted
    assert [np.abs(side).max() for side in sides] == [pytest.approx(8_000, rel=0.02)] * 2


async def test_a_card_of_32_bits_is_read(tmp_path: Path) -> None:
    plain, *wider = names_of("hw:1,0")
    assert plain == "hw:1,0"
    name = wider[0].replace("hw:1,0", "eight")
    assert name == "broadcaster_linear:'eight',S32_LE"
    sound, said = await read(tmp_path, 5, name=name, wide=True)
    sides = np.frombuffer(sound, "<i2").astype(float).reshape(-1, 2)[1_200:].T
    assert not said
    assert [loudest_hz(side, 24_000) for side in sides] == [TONES_HZ[4]] * 2
    assert [np.abs(side).max() for side in sides] == [pytest.approx(8_000, rel=0.02)] * 2


def test_other_names_are_opened_as_they_are() -> None:
    assert names_of("pulse:rack.monitor") == ("pulse:rack.monitor",)


async def test_a_channel_that_no_card_has_is_told(tmp_path: Path) -> None:
    _, said = await read(tmp_path, 99)
    assert "no sound device eight with 99 channels" in said
