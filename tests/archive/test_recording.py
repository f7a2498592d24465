"""The archive in virtual time: files that line up, whatever channels, disk and processes do."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from broadcaster.archive import recorder
from broadcaster.archive.channel_file import ChannelFile
from broadcaster.audio.opus import OpusEncoder
from broadcaster.desk.erasure import EventEraser
from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame, Kind
from broadcaster.model.event import EventState
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.state import RecorderState
from tests.archive.stage import FRAME, Stage, loud_ms
from tests.support import virtual_time
from tests.support.virtual_time import VirtualTimeBus

FRAME_MS = 60
EXACT_MS = 3
"""The shortest packet is 2.5 ms long."""
Test = Callable[[Stage], Coroutine[Any, Any, None]]


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    async with VirtualTimeBus() as bus:
        yield Stage(bus, folder)


def play(folder: Path, test: Test) -> None:
    async def run() -> None:
        async with stage(folder) as made:
            await test(made)

    virtual_time.run(run())


async def settle(at: Stage) -> None:
    """Let the archive write what it has."""
    await at.clock.sleep(1.5)


def test_all_files_are_as_long_as_the_event_and_line_up(tmp_path: Path) -> None:
    async def test(at: Stage) -> None:
        async with at.archive():
            await at.switch(record=True)
            await at.move(EventState.OPEN)
            await at.clock.sleep(5)
            await at.move(EventState.LIVE)
            await at.play(3, "floor")
            await at.play(2, "floor", "es", tone_hz=440)
            await at.play(1.02, "floor")
            await at.clock.sleep(0.041)  # what follows is off the grid of packets
            await at.play(2, "es", tone_hz=300)
            await at.play(1, "floor")
            await at.move(EventState.CLOSED)
            await settle(at)
        assert [part.complete for part in (await at.parts())] == [True]
        for channel in ("floor", "es"):
            assert await at.length_ms(channel) == pytest.approx(at.event_ms, abs=1)
        assert loud_ms(await at.sound("floor")) == pytest.approx((3_000, 5_000), abs=50)
        begin_ms, end_ms = loud_ms(await at.sound("es"))
        assert begin_ms == pytest.approx(3_000, abs=20)
        assert end_ms == pytest.approx(8_061, abs=50)
        assert (await at.report()).state is RecorderState.ENDED

    play(tmp_path, test)


def test_a_paused_event_and_lost_packets_are_silence(tmp_path: Path) -> None:
    async def test(at: Stage) -> None:
        async with at.archive():
            await at.switch(record=True)
            await at.move(EventState.OPEN)
            await at.move(EventState.LIVE)
            await at.play(2, "floor", "es", tone_hz=440)
            await at.move(EventState.PAUSED)
            await at.clock.sleep(120)
            await at.move(EventState.LIVE)
            await at.play(1, "floor", "es")
            await at.clock.sleep(0.9)  # a bus that loses packets
            await at.play(1, "floor", "es", tone_hz=440)
            await at.move(EventState.CLOSED)
            await settle(at)
        for channel in ("floor", "es"):
            assert await at.length_ms(channel) == pytest.approx(at.event_ms, abs=1)
            _, end_ms = loud_ms(await at.sound(channel))
            assert end_ms == pytest.approx(at.event_ms, abs=FRAME_MS)
        assert len(await at.parts()) == 1

    play(tmp_path, test)


def test_nothing_is_recorded_without_the_switch(tmp_path: Path) -> None:
    async def test(at: Stage) -> None:
        async with at.archive():
            await at.move(EventState.OPEN)
            await at.move(EventState.LIVE)
            await at.play(3, "floor")
            assert not await at.parts()
            await at.switch(record=True)
            await at.play(3, "floor", "es", tone_hz=440)
            await at.switch(record=False)
            await at.play(2, "floor", "es")
        [part] = await at.parts()
        assert part.complete
        assert await at.length_ms("es") == pytest.approx(6_000, abs=700)
        assert part.start == 0

    play(tmp_path, test)


def test_another_language_begins_another_part(tmp_path: Path) -> None:
    async def test(at: Stage) -> None:
        async with at.archive():
            await at.switch(record=True)
            await at.move(EventState.OPEN)
            await at.move(EventState.LIVE)
            await at.play(3, "floor", "es")
            await at.add_language("fr")
            await at.play(3, "floor", "es", "fr", tone_hz=440)
            await at.move(EventState.CLOSED)
            await settle(at)
        first, second = await at.parts()
        assert first.channels == ("floor", "es")
        assert second.channels == ("floor", "es", "fr")
        assert second.start_ms == pytest.approx(3_000, abs=700)
        assert second.start_ms + (await at.length_ms("fr", 2)) == pytest.approx(at.event_ms, abs=1)

    play(tmp_path, test)


def test_an_archive_that_is_killed_loses_less_than_two_seconds(tmp_path: Path) -> None:
    async def test(at: Stage) -> None:
        await at.switch(record=True)
        await at.move(EventState.OPEN)
        async with at.archive():
            await at.move(EventState.LIVE)
            await at.play(10, "floor", tone_hz=440)
        killed_ms = at.clock.now_ms() - (at.event.live_at_ms or 0)
        assert [part.complete for part in await at.parts()] == [False]
        await at.play(4, "floor")
        async with at.archive():
            await at.play(6, "floor", tone_hz=440)
            await at.move(EventState.CLOSED)
            await settle(at)
        first, second = await at.parts()
        assert first.complete
        assert second.complete
        for channel in ("floor", "es"):
            assert killed_ms - 2_000 < (await at.length_ms(channel)) <= killed_ms
        assert await at.length_ms("floor") == pytest.approx(
            (await at.length_ms("es")), abs=EXACT_MS
        )
        assert second.start_ms + (await at.length_ms("es", 2)) == pytest.approx(at.event_ms, abs=1)
        assert second.start_ms + loud_ms(await at.sound("floor", 2))[0] == pytest.approx(
            14_000, abs=700
        )

    play(tmp_path, test)


def test_only_one_of_two_archives_records_and_the_other_takes_over(tmp_path: Path) -> None:
    async def test(at: Stage) -> None:
        await at.switch(record=True)
        await at.move(EventState.OPEN)
        async with at.archive():
            async with at.archive():
                await at.move(EventState.LIVE)
                await at.play(5, "floor")
                assert len(await at.parts()) == 1
            await at.play(12, "floor")
            await at.move(EventState.CLOSED)
            await settle(at)
        assert all(part.complete for part in (await at.parts()))
        last = (await at.parts())[-1]
        length_ms = await at.length_ms("floor", last.number)
        assert last.start_ms + length_ms == pytest.approx(at.event_ms, abs=1)

    play(tmp_path, test)


def test_a_process_that_stops_ends_its_files(tmp_path: Path) -> None:
    async def test(at: Stage) -> None:
        await at.switch(record=True)
        await at.move(EventState.OPEN)
        async with at.archive() as archive:
            await at.move(EventState.LIVE)
            await at.play(5, "floor")
            await archive.stop()
            assert [part.complete for part in (await at.parts())] == [True]
            assert (await at.report()).state is RecorderState.WAITING

    play(tmp_path, test)


def test_a_part_of_a_closed_event_is_closed_at_the_next_start(tmp_path: Path) -> None:
    async def test(at: Stage) -> None:
        await at.switch(record=True)
        await at.move(EventState.OPEN)
        async with at.archive():
            await at.move(EventState.LIVE)
            await at.play(5, "floor")
        await at.move(EventState.CLOSED)
        async with at.archive():
            await at.clock.sleep(6)
        [part] = await at.parts()
        assert part.complete

    play(tmp_path, test)


def test_recording_stops_when_the_budget_is_used_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    async def test(at: Stage) -> None:
        await at.switch(record=True)
        await at.move(EventState.OPEN)
        async with at.archive(budget_bytes=20_000):
            await at.move(EventState.LIVE)
            await at.play(12, "floor", "es", tone_hz=440)
            report = await at.report()
            assert report.state is RecorderState.FULL
            assert report.used_bytes >= report.budget_bytes == 20_000
            assert [part.complete for part in (await at.parts())] == [True]
            await asyncio.to_thread(shutil.rmtree, tmp_path / "talk" / "part-001")
            await at.play(30, "floor", "es")
            report = await at.report()
            assert report.state is RecorderState.RECORDING

    play(tmp_path, test)


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.write_text("a file is in its place")

    async def test(at: Stage) -> None:
        await at.switch(record=True)
        await at.move(EventState.OPEN)
        async with at.archive():
            await at.move(EventState.LIVE)
            await at.play(3, "floor")
            report = await at.report()
            assert report.state is RecorderState.FAILED
            assert report.reason
            await asyncio.to_thread(folder.unlink)
            await at.play(25, "floor")
            assert (await at.report()).state is RecorderState.RECORDING

    play(folder, test)


def test_what_a_slow_disk_does_not_take_is_counted_and_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "MOST_WAITING", 10)

    async def test(at: Stage) -> None:
        await at.switch(record=True)
        await at.move(EventState.OPEN)
        async with at.archive():
            await at.move(EventState.LIVE)
            await at.play(3, "floor", "es", tone_hz=440)
            await at.play(3, "floor", "es")
            await at.move(EventState.CLOSED)
            await settle(at)
        assert (await at.report()).dropped > 0
        for channel in ("floor", "es"):
            assert await at.length_ms(channel) == pytest.approx(at.event_ms, abs=1)

    play(tmp_path, test)


def test_deleting_an_event_deletes_its_recordings(tmp_path: Path) -> None:
    async def test(at: Stage) -> None:
        await at.switch(record=True)
        await at.move(EventState.OPEN)
        async with at.archive():
            await at.move(EventState.LIVE)
            await at.play(3, "floor")
            await at.move(EventState.CLOSED)
            await settle(at)
        record = await at.bus.get(keys.event_record("talk"))
        assert record is not None
        await EventEraser(at.bus, at.clock).delete(at.event, record.version)
        assert await at.parts()
        async with at.archive():  # it was not there when the event was deleted
            await at.clock.sleep(2)
        assert not await asyncio.to_thread((tmp_path / "talk").exists)
        assert await at.bus.get(recording_keys.recording_erasure("talk")) is None
        assert await at.bus.get(recording_keys.recording_record("talk")) is None
        assert await at.bus.get(recording_keys.recording_report("talk")) is None

    play(tmp_path, test)


def test_frames_that_come_late_or_twice_are_left_out(tmp_path: Path) -> None:
    file = ChannelFile(tmp_path / "floor.ogg", 0, 1, {})
    packet = OpusEncoder(FRAME).encode(bytes(2 * FRAME))
    for position in (0, FRAME, FRAME, 0, 2 * FRAME + 50, 3 * FRAME + 50):
        file.push(AudioFrame(Kind.OPUS, 0, position, packet))
    assert file.reached == 4 * FRAME
    file.push(AudioFrame(Kind.OPUS, 0, 9 * FRAME, b""))
    assert file.reached == 4 * FRAME
    file.close()
