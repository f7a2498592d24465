"""A command that plays channels, and whether the other side gets the tone of each."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from broadcaster.model.audio import CLOCK_HZ
from tests.commands.publishers import stage
from tests.rack.documented.places import at
from tests.rack.documented.running import here, kept_running
from tests.rack.documented.trials import Place, Trial
from tests.rack.tone_stage import tone_stage
from tests.rack.tones import TONE_HZ, loudest_hz
from tests.support.deadline import deadline
from tests.support.listener import recording
from tests.support.sound import samples

_MARK = b"data"
"""Before the sound of a WAV file; its length follows, four bytes."""


async def out_of(trial: Trial, folder: Path) -> tuple[bool, str]:
    """Run the commands; returns whether each tone came to its place, and which came."""
    sent_hz = [[TONE_HZ[language] for language in file] for file in trial.peer.heard]
    heard_hz: list[list[int]] = []
    async with tone_stage() as edge, AsyncExitStack() as stack:
        addresses = {"https://talks.example/e/keynote": f"{edge.url}/e/talk"}
        files = [folder / f"heard{number}.wav" for number in range(len(sent_hz))]

        def newest() -> list[list[int]]:
            pairs = zip(files, sent_hz, strict=True)
            return [tones(file, len(channels)) for file, channels in pairs]

        tell: Callable[[], list[list[int]]] = newest
        if trial.peer.place is Place.SERVER:
            whip, key, _ = await stack.enter_async_context(stage(folder / "other"))
            base = whip.partition("/whip/")[0]
            addresses |= {"https://other.example": base, "--push-key KEY": f"--push-key {key}"}
            record = await stack.enter_async_context(recording(base, "talk", "floor"))

            def on_floor() -> list[list[int]]:
                return [[loudest_hz(record.recent_sound()[-CLOCK_HZ:], CLOCK_HZ)]]

            tell = on_floor
        environment = await stack.enter_async_context(at(trial.peer.place, folder))
        written = iter(files)
        for line in (*trial.peer.lines, *trial.lines):
            takes = "heard.wav" in line or "autoaudiosink" in line
            command = here(line, str(next(written)) if takes else "", addresses)
            await stack.enter_async_context(kept_running(command, folder, environment))
        with suppress(TimeoutError):
            async with deadline():
                while heard_hz != sent_hz:
                    await asyncio.sleep(1)
                    heard_hz = await asyncio.to_thread(tell)
    return heard_hz == sent_hz, f"sent {sent_hz} Hz, heard {heard_hz} Hz"


def tones(file: Path, count: int) -> list[int]:
    """The tones in the newest second of a WAV file that is being written, by channel."""
    data = file.read_bytes() if file.exists() else b""
    begin = data.find(_MARK) + len(_MARK) + 4
    if begin > 128 or len(data) <= begin:
        return [0] * count
    channels, rate_hz = int.from_bytes(data[22:24], "little"), int.from_bytes(data[24:28], "little")
    whole = (len(data) - begin) // (2 * channels) * 2 * channels
    rows = samples(data[begin : begin + whole]).reshape(-1, channels)[-rate_hz:]
    return [loudest_hz(rows[:, number], rate_hz) for number in range(count)]
