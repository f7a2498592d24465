"""`broadcaster play --device`: eight channels on the outputs of a card.

The card is a real ALSA device, whose plug-in writes what is played into a FIFO. The test reads the
FIFO in real time, so it is the card's clock.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.rack.tone_stage import player, tone_stage
from tests.rack.tones import LANGUAGES, TONE_HZ, loudest_hz
from tests.support.deadline import deadline
from tests.support.tasks import background_task

OUTPUTS = 8
FRAME_BYTES = OUTPUTS * 4
"""One float32 for each output, as PortAudio writes them."""
BYTES_A_SECOND = 48_000 * FRAME_BYTES
KEPT_BYTES = BYTES_A_SECOND
CONFIGURATION = """
pcm.!default {{ type plug slave.pcm "rack" }}
pcm.rack {{
    type file
    file "{fifo}"
    format "raw"
    slave {{ pcm {{ type null }} }}
    hint {{ show on description "Card of the rack" }}
}}
"""


class FifoCard:
    """A card of eight outputs that takes sound in real time."""

    def __init__(self, folder: Path) -> None:
        self._port = folder / "port"
        configuration = folder / "asound.conf"
        configuration.write_text(CONFIGURATION.format(fifo=self._port / "fifo"))
        self.environment = {"ALSA_CONFIG_PATH": str(configuration)}
        self._read = -1
        self._taken = bytearray()
        self.plug_in()

    def plug_in(self) -> None:
        """Show the whole card at once: ALSA would make a file of a FIFO that is not there yet."""
        coming = self._port.with_name("coming")
        coming.mkdir()
        os.mkfifo(coming / "fifo")
        self._read = os.open(coming / "fifo", os.O_RDONLY | os.O_NONBLOCK)
        coming.rename(self._port)

    def pull_out(self) -> None:
        """Take the card away while it plays."""
        gone = self._port.rename(self._port.with_name("gone"))
        os.close(self._read)
        self._read = -1
        self._taken.clear()
        shutil.rmtree(gone)

    async def run(self) -> None:
        """The clock of the card."""
        loop = asyncio.get_running_loop()
        began_s, taken = loop.time(), 0
        while True:
            await asyncio.sleep(0.005)
            due = int((loop.time() - began_s) * BYTES_A_SECOND) - taken
            taken += due
            while due > 0 and self._read >= 0:
                try:
                    piece = os.read(self._read, due)
                except BlockingIOError:
                    break
                if not piece:
                    break
                due -= len(piece)
                self._taken += piece
            more = max(0, len(self._taken) - KEPT_BYTES)
            del self._taken[: more // FRAME_BYTES * FRAME_BYTES]

    def outputs(self) -> NDArray[np.float64]:
        """The last second of each output."""
        whole = len(self._taken) // FRAME_BYTES * FRAME_BYTES
        return np.frombuffer(bytes(self._taken[:whole]), "<f4").reshape(-1, OUTPUTS).T.astype(float)


@pytest.fixture
async def card(tmp_path: Path) -> AsyncIterator[FifoCard]:
    card = FifoCard(tmp_path)
    async with background_task(card.run(), name="card"):
        yield card


async def test_devices_are_listed(card: FifoCard) -> None:
    async with player("--list-devices", environment=card.environment) as process:
        await process.process.line("^rack\t128 outputs\tALSA$")
        assert await process.exit_code() == 0


async def test_a_device_that_is_not_there_is_refused(card: FifoCard) -> None:
    words = ("http://127.0.0.1:9/e/talk", "es", "--device", "nothing")
    async with player(*words, environment=card.environment) as process:
        await process.process.line("no sound device is named nothing.*--list-devices")
        assert await process.exit_code() == 1


async def test_eight_channels_are_heard_on_their_outputs(card: FifoCard) -> None:
    words = [f"{language}={8 - number}" for number, language in enumerate(LANGUAGES)]
    async with tone_stage() as edge:
        link = f"{edge.url}/e/talk"
        async with player(
            link, *words, "--device", "rack", environment=card.environment
        ) as process:
            await process.plays(*LANGUAGES)
            seen = await process.status(lambda status: len(status["channels"]) == 8)
            await process.status(lambda status: status["time"] > seen["time"])
            await asyncio.sleep(1.5)
            heard = [loudest_hz(output) for output in card.outputs()]
    assert heard == [TONE_HZ[language] for language in reversed(LANGUAGES)]


async def test_a_card_that_was_pulled_out_plays_again(card: FifoCard) -> None:
    async with tone_stage() as edge:
        words = (f"{edge.url}/e/talk", "es=1", "fr=8", "--device", "rack")
        async with player(*words, environment=card.environment) as process:
            await process.plays("es", "fr")
            card.pull_out()
            await process.process.line("rack takes no more sound; opening it again")
            card.plug_in()
            async with deadline():
                while loudest_hz(card.outputs()[0][-24_000:]) != TONE_HZ["es"]:
                    await asyncio.sleep(0.2)
