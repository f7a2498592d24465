"""Eight channels out of and into a PulseAudio null sink: `python -m tests.rack.null_sinks`.

It needs `apt-get install libportaudio2 libasound2-plugins pulseaudio pulseaudio-utils`. PulseAudio
is started for this alone, with one sink of eight channels. Out: what `broadcaster play` plays there
is recorded from the sink's monitor, and each channel must be on its own output. In: eight tones are
played there, `broadcaster publish` takes one channel of the monitor after the other, and a listener
of a server must hear its tone.
"""

import asyncio
import platform
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadcaster.model.audio import CLOCK_HZ
from tests.commands.publishers import publisher, stage
from tests.rack.tone_stage import player, tone_stage
from tests.rack.tones import LANGUAGES, TONE_HZ, loudest_hz
from tests.support.deadline import deadline
from tests.support.listener import Recording, recording
from tests.support.tasks import background_task

OUTPUTS = 8
SECONDS = 3
MAP = "front-left,front-right,rear-left,rear-right,front-center,lfe,side-left,side-right"
"""The order in which ALSA counts eight channels."""


@contextmanager
def pulseaudio(folder: Path) -> Iterator[dict[str, str]]:
    """A PulseAudio of our own; yields the environment in which programs find it."""
    socket = folder / "native"
    sink = f"module-null-sink sink_name=rack channels={OUTPUTS} rate=48000 channel_map={MAP}"
    protocol = f"module-native-protocol-unix auth-anonymous=1 socket={socket}"
    environment = {"PULSE_SERVER": f"unix:{socket}", "PULSE_RUNTIME_PATH": str(folder)}
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes"]
    command += ["-L", sink, "-L", protocol]
    home = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    with (folder / "log").open("w") as log:
        daemon = subprocess.Popen(command, env={**home, **environment}, stderr=log, stdout=log)
        try:
            yield environment
        finally:
            daemon.terminate()
            daemon.wait(10)


async def recorded(environment: dict[str, str]) -> NDArray[np.float64]:
    """The outputs of the sink, one row each."""
    command = ["parec", "--device=rack.monitor", "--raw", "--format=s16le", "--rate=48000"]
    command += [f"--channels={OUTPUTS}", f"--channel-map={MAP}"]
    process = await asyncio.create_subprocess_exec(
        *command, env={"PATH": "/usr/bin:/bin", **environment}, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            sound = await process.stdout.readexactly(SECONDS * 48_000 * OUTPUTS * 2)
    finally:
        process.terminate()
        await process.wait()
    return np.frombuffer(sound, "<i2").reshape(-1, OUTPUTS).T.astype(float)


@asynccontextmanager
async def eight_tones(environment: dict[str, str]) -> AsyncIterator[None]:
    """Play another tone on each channel of the sink."""
    at = np.arange(48_000) / 48_000
    rows = [8_000 * np.sin(2 * np.pi * hz * at) for hz in TONE_HZ.values()]
    second = np.stack(rows, axis=1).astype("<i2").tobytes()
    command = ["pacat", "--playback", "--device=rack", "--raw", "--format=s16le", "--rate=48000"]
    command += [f"--channels={OUTPUTS}", f"--channel-map={MAP}"]
    process = await asyncio.create_subprocess_exec(
        *command, env={"PATH": "/usr/bin:/bin", **environment}, stdin=asyncio.subprocess.PIPE
    )

    async def play() -> None:
        assert process.stdin is not None
        while True:
            process.stdin.write(second)
            await process.stdin.drain()

    try:
        async with background_task(play(), name="tones"):
            yield
    finally:
        process.terminate()
        await process.wait()


async def out(environment: dict[str, str]) -> int:
    """Print the tone on each output; returns how many are wrong."""
    wrong = 0
    async with tone_stage() as edge:
        words = (f"{edge.url}/e/talk", *LANGUAGES, "--device", "pulse")
        async with player(*words, environment=environment) as process:
            await process.plays(*LANGUAGES)
            await asyncio.sleep(1)
            outputs = await recorded(environment)
            for number, language in enumerate(LANGUAGES):
                sound, sent_hz = outputs[number], TONE_HZ[language]
                wrong += loudest_hz(sound) != sent_hz
                print(f"output {number + 1}: {language} {told(sound, sent_hz, 48_000)}")
            print(process.process.lines[-1].strip())
    return wrong


async def into(environment: dict[str, str], folder: Path) -> int:
    """Print the tone that a listener hears of each channel; returns how many are wrong."""
    wrong = 0
    async with stage(folder / "data") as (url, key, _), eight_tones(environment):
        for number, sent_hz in enumerate(TONE_HZ.values(), 1):
            words = ("--device", "pulse:rack.monitor", "--channels", str(number))
            address = (f"{url}?takeover=1", "--key", key)
            async with publisher(*words, *address, environment=environment) as process:
                await process.status(lambda s: bool(s["level_dbfs"] > -40))
                async with recording(url.partition("/whip/")[0], "talk", "floor") as record:
                    with suppress(TimeoutError):
                        async with deadline():
                            while loudest_hz(newest(record), CLOCK_HZ) != sent_hz:
                                await asyncio.sleep(0.5)
                    await asyncio.sleep(1.5)
                    sound = newest(record)
                wrong += loudest_hz(sound, CLOCK_HZ) != sent_hz
                print(f"--channels {number}: {told(sound, sent_hz, CLOCK_HZ)}", flush=True)
    return wrong


def newest(record: Recording) -> NDArray[np.float64]:
    """The last second of a recording."""
    return record.recent_sound()[-CLOCK_HZ:]


def told(sound: NDArray[np.float64], sent_hz: int, rate_hz: int) -> str:
    """The tone that is heard, for people."""
    others = [hz for hz in TONE_HZ.values() if hz != sent_hz]
    own, loudest_other = level(sound[-rate_hz:], sent_hz, others)
    heard_hz = loudest_hz(sound, rate_hz)
    softer = f"other channels {own - loudest_other:.0f} dB softer"
    return f"sent {sent_hz} Hz, heard {heard_hz} Hz, {softer}"


def level(second: NDArray[np.float64], own_hz: int, others_hz: list[int]) -> tuple[float, float]:
    """The level of a tone in a second of sound, and of the loudest other one, in dB."""
    spectrum = np.abs(np.fft.rfft(second * np.blackman(len(second))))
    own, other = spectrum[own_hz], max(spectrum[hz] for hz in others_hz)
    return 20 * float(np.log10(own + 1e-9)), 20 * float(np.log10(other + 1e-9))


async def main() -> int:
    """Print each output and input; the exit code is 1 if one is wrong."""
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, PulseAudio null sink")
    with tempfile.TemporaryDirectory() as name, pulseaudio(Path(name)) as environment:
        wrong = await out(environment) + await into(environment, Path(name))
    print("all on their channels" if not wrong else f"{wrong} channels are wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
