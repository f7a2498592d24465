"""`broadcaster publish --device`: a microphone that is there, is pulled out and comes back.

The microphone is a real ALSA device, whose plug-in copies what is recorded into a FIFO. The test
reads the FIFO in real time, so it is the sound card's clock; a FIFO without a reader is a device
that has gone.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.commands.publishers import publisher, stage
from tests.support.listener import recording
from tests.support.sound import matches, samples
from tests.support.tasks import background_task
from tests.webrtc.support import voice

BYTES_A_SECOND = 48_000 * 2 * 2
CONFIGURATION = """
pcm.stagemic {{
    type file
    file "{port}/jack"
    infile "{port}/sound.raw"
    format "raw"
    slave {{ pcm {{ type null }} }}
    hint {{ show on description "Microphone on stage" }}
}}
"""


class Microphone:
    """A device that can be pulled out and put in."""

    def __init__(self, folder: Path) -> None:
        self._port = folder / "port"
        self._configuration = folder / "asound.conf"
        self._configuration.write_text(CONFIGURATION.format(port=self._port))
        self._jack = -1
        self.plug_in()

    @property
    def environment(self) -> dict[str, str]:
        return {"ALSA_CONFIG_PATH": str(self._configuration)}

    def plug_in(self) -> None:
        """Show the whole device at once: ALSA would make a file of a jack that is not there yet."""
        coming = self._port.with_name("coming")
        coming.mkdir()
        stereo = voice(60).repeat(2)
        (coming / "sound.raw").write_bytes(stereo.tobytes())
        os.mkfifo(coming / "jack")
        self._jack = os.open(coming / "jack", os.O_RDONLY | os.O_NONBLOCK)
        coming.rename(self._port)

    def pull_out(self) -> None:
        gone = self._port.rename(self._port.with_name("gone"))
        os.close(self._jack)
        self._jack = -1
        shutil.rmtree(gone)

    async def run(self) -> None:
        """The clock of the sound card."""
        loop = asyncio.get_running_loop()
        began_s, taken = loop.time(), 0
        while True:
            await asyncio.sleep(0.01)
            due = int((loop.time() - began_s) * BYTES_A_SECOND) - taken
            taken += due
            while due > 0 and self._jack >= 0:
                try:
                    piece = os.read(self._jack, due)
                except BlockingIOError:
                    break
                if not piece:
                    break
                due -= len(piece)


@pytest.fixture
async def microphone(tmp_path: Path) -> AsyncIterator[Microphone]:
    device = Microphone(tmp_path)
    async with background_task(device.run(), name="microphone"):
        yield device


async def test_devices_are_listed(microphone: Microphone) -> None:
    async with publisher("--list-devices", environment=microphone.environment) as process:
        assert await process.exit_code() == 0
        await process.process.line("^stagemic\tMicrophone on stage$")


async def test_a_machine_without_devices_says_so(tmp_path: Path) -> None:
    nothing = tmp_path / "asound.conf"
    nothing.touch()
    environment = {"ALSA_CONFIG_PATH": str(nothing)}
    async with publisher("--list-devices", environment=environment) as process:
        assert await process.exit_code() == 0
        await process.process.line("There is no sound device")


async def test_a_device_that_is_not_there_is_refused(microphone: Microphone) -> None:
    words = ("--device", "nothing", "http://127.0.0.1:9/whip/talk", "--key", "key")
    async with publisher(*words, environment=microphone.environment) as process:
        assert await process.exit_code() == 1
        assert "there is no sound device nothing" in process.statuses[-1]["message"]


async def test_a_device_stays_on_the_air(tmp_path: Path, microphone: Microphone) -> None:
    async with stage(tmp_path / "data") as (url, key, _):
        words = ("--device", "stagemic", url, "--key", key)
        async with publisher(*words, environment=microphone.environment) as process:
            await process.status(lambda s: bool(s["level_dbfs"] > -40))
            async with recording(url.partition("/whip/")[0], "talk", "floor") as record:
                before = process.statuses[-1]["position_s"]
                await process.status(lambda s: bool(s["position_s"] > before + 5))
            said = samples(voice(60, 24_000).tobytes())
            assert [match for match in matches(record.sound(), said) if match.r > 0.8]

            microphone.pull_out()
            await process.process.line("sound device stagemic stopped.*waiting for it")
            gone = await process.status(
                lambda s: bool(s["device"] is False and s["level_dbfs"] == -100)
            )
            assert gone["state"] == "on_floor", "the floor is kept, in silence"

            microphone.plug_in()
            await process.process.line("sound device stagemic is back")
            back = await process.status(
                lambda s: bool(s["position_s"] > gone["position_s"] + 1 and s["level_dbfs"] > -40)
            )
            assert back["device"]
            assert back["reconnects"] == 0


async def test_a_device_waits_for_a_server(tmp_path: Path, microphone: Microphone) -> None:
    words = ("--device", "stagemic", "http://127.0.0.1:9/whip/talk", "--key", "key")
    async with publisher(*words, environment=microphone.environment) as process:
        await process.process.line("cannot be reached: Connection refused; trying again")
        waiting = await process.status(lambda s: "trying again" in s.get("message", ""))
        assert waiting["state"] == "connecting"
