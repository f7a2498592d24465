"""Simulates the recording of a long event at speed: memory stays flat, the files are as computed.

    python -m tests.benchmarks.recording_hours --hours 8 --channels 9

The archive runs in virtual time (`tests/support/virtual_time.py`) and writes real files. Every
channel sends packets of 60 ms, a minute of the prepared talk again and again. It prints a line for
each hour, and ends with 1 if the memory has grown or a file has another length or size.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from broadcaster.archive.supervisor import RecordingSupervisor
from broadcaster.audio.file import read_pcm
from broadcaster.audio.ogg.pages import HEADER_BYTES
from broadcaster.audio.ogg.repair import played_samples
from broadcaster.audio.opus import OpusEncoder
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, AudioFrame, Kind, ms_to_samples
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.state import RecordingSwitch
from broadcaster.rehearsal import talk
from tests.support import virtual_time
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus

TAGS = ("es", "fr", "de", "it", "pt", "ja", "ko", "ar", "hi", "nl", "pl")
FRAME = 1_440
FRAME_S = FRAME / CLOCK_HZ
MINUTE_FRAMES = round(60 / FRAME_S)
MOST_GROWTH_BYTES = 8_000_000
"""Of the process, from the end of the first hour to that of the last one."""
SIZE_TOLERANCE = 0.02
PAGE_S = 0.5
_PAGE = os.sysconf("SC_PAGE_SIZE")


def minute_of_speech() -> list[bytes]:
    """A minute of the talk as packets."""
    pcm = b"".join(read_pcm(talk.load().audio_path))
    wanted = MINUTE_FRAMES * FRAME * SAMPLE_BYTES
    pcm = (pcm * (wanted // len(pcm) + 1))[:wanted]
    encoder = OpusEncoder(FRAME)
    step = FRAME * SAMPLE_BYTES
    return [encoder.encode(pcm[begin : begin + step]) for begin in range(0, wanted, step)]


def resident_bytes() -> int:
    """Memory of this process that is in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


def sizes_in(folder: Path) -> list[int]:
    """The size of each file in bytes."""
    return [path.stat().st_size for path in folder.rglob("*.ogg")]


def lengths_in(folder: Path) -> list[int]:
    """The length of each file on the event clock."""
    return [played_samples(path) for path in folder.rglob("*.ogg")]


def computed_bytes(packets: list[bytes], hours: float) -> float:
    """The size of a file: its packets, a byte for each, and a header for each page."""
    minute = sum(len(packet) + 1 for packet in packets)
    pages = 60 / PAGE_S
    return hours * 60 * (minute + pages * HEADER_BYTES)


async def run(hours: int, count: int, folder: Path) -> bool:
    """Record, print, and return whether all is as it should be."""
    clock = LoopClock()
    packets = minute_of_speech()
    channels = ("floor", *TAGS[: count - 1])
    event = Event(
        "talk",
        "Eight hours",
        EventState.LIVE,
        tuple(Channel(tag) for tag in channels[1:]),
        "key",
        live_at_ms=clock.now_ms(),
    )
    memory: list[int] = []
    began_s = time.monotonic()
    print("hour  memory MB  files MB  computed MB")
    async with VirtualTimeBus() as bus:
        await bus.put(keys.event_record("talk"), event.to_json())
        await bus.put(
            recording_keys.recording_record("talk"), RecordingSwitch(record=True).to_json()
        )
        archive = RecordingSupervisor(bus, clock, folder, 100_000_000_000)
        async with background_task(archive.run(), name="archive"):
            await clock.sleep(0)
            topics = [keys.opus("talk", channel) for channel in channels]
            frames = round(3_600 / FRAME_S)
            for number in range(hours * frames):
                await clock.sleep((number + 1) * FRAME_S - clock.monotonic())
                frame = AudioFrame(
                    Kind.OPUS, number, number * FRAME, packets[number % MINUTE_FRAMES]
                )
                envelope = frame.to_bytes()
                for topic in topics:
                    bus.publish(topic, envelope)
                if (number + 1) % frames == 0:
                    hour = (number + 1) // frames
                    memory.append(resident_bytes())
                    found = sum(await asyncio.to_thread(sizes_in, folder))
                    computed = computed_bytes(packets, hour) * len(channels)
                    print(
                        f"{hour:4}  {memory[-1] / 1e6:9.1f}  {found / 1e6:8.1f}  "
                        f"{computed / 1e6:11.1f}",
                        flush=True,
                    )
            closed = event.moved_to(EventState.CLOSED, clock.now_ms())
            await bus.put(keys.event_record("talk"), closed.to_json())
            await clock.sleep(2)
    event_samples = ms_to_samples((closed.closed_at_ms or 0) - (event.live_at_ms or 0))
    sizes = await asyncio.to_thread(sizes_in, folder)
    lengths = await asyncio.to_thread(lengths_in, folder)
    size = computed_bytes(packets, hours)
    growth = memory[-1] - memory[0]
    good = (
        len(sizes) == len(channels)
        and all(abs(length - event_samples) <= FRAME for length in lengths)
        and all(abs(one - size) <= SIZE_TOLERANCE * size for one in sizes)
        and growth < MOST_GROWTH_BYTES
    )
    print(
        f"{'good' if good else 'WRONG'}: {len(sizes)} files of {event_samples / CLOCK_HZ:.3f} s, "
        f"off by at most {max(abs(one - event_samples) for one in lengths) / 24:.1f} ms; "
        f"{size / hours / 1e6:.1f} MB for an hour of a channel; memory {growth / 1e6:+.1f} MB from "
        f"the first hour to the last; took {time.monotonic() - began_s:.0f} s"
    )
    return good


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=8)
    parser.add_argument("--channels", type=int, default=9)
    parser.add_argument("--folder", type=Path, help="where to write; a temporary one without it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="recording-", dir=options.folder) as folder:
        good = virtual_time.run(run(options.hours, options.channels, Path(folder)))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
