"""Eight channels on a PulseAudio null sink of eight outputs: `python -m tests.rack.null_sinks`.

It needs `apt-get install libportaudio2 libasound2-plugins pulseaudio pulseaudio-utils`. PulseAudio
is started for this alone, with one sink. What the sink plays is recorded from its monitor, and each
channel must be on its own output.
"""

import asyncio
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.rack.tone_stage import player, tone_stage
from tests.rack.tones import LANGUAGES, TONE_HZ, loudest_hz

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


async def main() -> int:
    """Print each output; the exit code is 1 if one is wrong."""
    wrong = 0
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, PulseAudio null sink")
    with tempfile.TemporaryDirectory() as name, pulseaudio(Path(name)) as environment:
        async with tone_stage() as edge:
            words = (f"{edge.url}/e/talk", *LANGUAGES, "--device", "pulse")
            async with player(*words, environment=environment) as process:
                await process.plays(*LANGUAGES)
                await asyncio.sleep(1)
                outputs = await recorded(environment)
                for number, language in enumerate(LANGUAGES):
                    heard_hz, sent_hz = loudest_hz(outputs[number]), TONE_HZ[language]
                    others = [hz for hz in TONE_HZ.values() if hz != sent_hz]
                    own, loudest_other = level(outputs[number], sent_hz, others)
                    wrong += heard_hz != sent_hz
                    print(
                        f"output {number + 1}: {language} sent {sent_hz} Hz, heard {heard_hz} Hz, "
                        f"other channels {own - loudest_other:.0f} dB softer"
                    )
                print(process.process.lines[-1].strip())
    print("all on their outputs" if not wrong else f"{wrong} outputs are wrong")
    return int(wrong > 0)


def level(sound: NDArray[np.float64], own_hz: int, others_hz: list[int]) -> tuple[float, float]:
    """The level of a tone, and of the loudest other one, in dB."""
    spectrum = np.abs(np.fft.rfft(sound[:48_000] * np.blackman(48_000)))
    own, other = spectrum[own_hz], max(spectrum[hz] for hz in others_hz)
    return 20 * float(np.log10(own + 1e-9)), 20 * float(np.log10(other + 1e-9))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
