"""The archive in virtual time: files that line up, whatever channels, disk and processes do."""

import asyncio
import shutil
from pathlib import Path

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
from tests.archive.stage import FRAME, Stage, loud_ms, on_stage

FRAME_MS = 60


async def check_lengths(at: Stage, *channels: str) -> None:
    """Every file of the newest part ends with the event."""
    last = (await at.parts())[-1]
    assert last.complete
    for channel in channels:
        length_ms = await at.length_ms(channel, last.number)
        assert last.start_ms + length_ms == pytest.approx(at.event_ms, abs=1)


@on_stage
async def test_all_files_are_as_long_as_the_event_and_line_up(at: Stage) -> None:
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
        await at.close()
    assert len(await at.parts()) == 1
    await check_lengths(at, "floor", "es")
    assert loud_ms(await at.sound("floor")) == pytest.approx((3_000, 5_000), abs=50)
    begin_ms, end_ms = loud_ms(await at.sound("es"))
    assert begin_ms == pytest.approx(3_000, abs=20)
    assert end_ms == pytest.approx(8_061, abs=50)
    assert (await at.report()).state is RecorderState.ENDED


@on_stage
async def test_what_was_written_beyond_the_end_of_the_event_is_cut(at: Stage) -> None:
    async with at.recording():
        await at.play(3, "floor", "es", tone_hz=440)
        packet = OpusEncoder(FRAME).encode(bytes(2 * FRAME))
        for number in range(20):  # a channel whose clock is ahead
            at.publish("es", at.position + number * FRAME, packet)
        await at.clock.sleep(0.7)
        await at.close()
    await check_lengths(at, "floor", "es")


@on_stage
async def test_a_paused_event_and_lost_packets_are_silence(at: Stage) -> None:
    async with at.recording():
        await at.play(2, "floor", "es", tone_hz=440)
        await at.move(EventState.PAUSED)
        await at.clock.sleep(70)
        await at.move(EventState.LIVE)
        await at.play(1, "floor", "es")
        await at.clock.sleep(0.9)  # a bus that loses packets
        await at.play(1, "floor", "es", tone_hz=440)
        await at.close()
    assert len(await at.parts()) == 1
    await check_lengths(at, "floor", "es")
    for channel in ("floor", "es"):
        _, end_ms = loud_ms(await at.sound(channel))
        assert end_ms == pytest.approx(at.event_ms, abs=FRAME_MS)


@on_stage
async def test_nothing_is_recorded_without_the_switch(at: Stage) -> None:
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
    assert await at.length_ms("es") == await at.length_ms("floor")
    assert part.start == 0


@on_stage
async def test_another_language_begins_another_part(at: Stage) -> None:
    async with at.recording():
        await at.play(3, "floor", "es")
        await at.add_language("fr")
        await at.play(3, "floor", "es", "fr", tone_hz=440)
        await at.close()
    first, second = await at.parts()
    assert first.channels == ("floor", "es")
    assert second.channels == ("floor", "es", "fr")
    assert second.start_ms == pytest.approx(3_000, abs=700)
    assert await at.length_ms("floor") == await at.length_ms("es")
    await check_lengths(at, "floor", "es", "fr")


@on_stage
async def test_an_archive_that_is_killed_loses_less_than_two_seconds(at: Stage) -> None:
    async with at.recording():
        await at.play(10, "floor", tone_hz=440)
    killed_ms = at.clock.now_ms() - (at.event.live_at_ms or 0)
    assert [part.complete for part in await at.parts()] == [False]
    await at.play(4, "floor")
    async with at.archive():
        await at.play(6, "floor", tone_hz=440)
        await at.close()
    first, second = await at.parts()
    assert first.complete
    lengths_ms = {await at.length_ms(channel) for channel in ("floor", "es")}
    assert len(lengths_ms) == 1
    assert killed_ms - 2_000 < lengths_ms.pop() <= killed_ms
    await check_lengths(at, "floor", "es")
    heard_ms = second.start_ms + loud_ms(await at.sound("floor", 2))[0]
    assert heard_ms == pytest.approx(14_000, abs=700)


@on_stage
async def test_only_one_of_two_archives_records_and_the_other_takes_over(at: Stage) -> None:
    async with at.archive():
        async with at.recording():
            await at.play(5, "floor")
            assert len(await at.parts()) == 1
        await at.play(12, "floor")
        await at.close()
    assert all(part.complete for part in await at.parts())
    await check_lengths(at, "floor", "es")


@on_stage
async def test_a_process_that_stops_ends_its_files(at: Stage) -> None:
    async with at.recording() as archive:
        await at.play(5, "floor")
        await archive.stop()
        assert [part.complete for part in await at.parts()] == [True]
        assert (await at.report()).state is RecorderState.WAITING


@on_stage
async def test_a_part_of_a_closed_event_is_closed_at_the_next_start(at: Stage) -> None:
    async with at.recording():
        await at.play(5, "floor")
        packet = OpusEncoder(FRAME).encode(bytes(2 * FRAME))
        for number in range(20):
            at.publish("es", at.position + number * FRAME, packet)
        await at.clock.sleep(0.7)
    await at.move(EventState.CLOSED)
    async with at.archive():
        await at.clock.sleep(6)
    await check_lengths(at, "floor", "es")


@on_stage
async def test_recording_stops_when_the_budget_is_used_and_goes_on_when_there_is_room(
    at: Stage,
) -> None:
    async with at.recording(budget_bytes=20_000):
        await at.play(12, "floor", "es", tone_hz=440)
        report = await at.report()
        assert report.state is RecorderState.FULL
        assert report.used_bytes >= report.budget_bytes == 20_000
        assert [part.complete for part in await at.parts()] == [True]
        await asyncio.to_thread(shutil.rmtree, at.folder / "talk" / "part-001")
        await at.play(30, "floor", "es")
        report = await at.report()
        assert report.state is RecorderState.RECORDING


@on_stage
async def test_a_folder_that_cannot_be_written_is_reported(at: Stage) -> None:
    await asyncio.to_thread(at.folder.write_text, "a file is in its place")
    async with at.recording():
        await at.play(3, "floor")
        report = await at.report()
        assert report.state is RecorderState.FAILED
        assert report.reason
        await asyncio.to_thread(at.folder.unlink)
        await at.play(25, "floor")
        assert (await at.report()).state is RecorderState.RECORDING


@on_stage
async def test_what_a_slow_disk_does_not_take_is_counted_and_silent(at: Stage) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recorder, "MOST_WAITING", 10)
        async with at.recording():
            await at.play(3, "floor", "es", tone_hz=440)
            await at.play(3, "floor", "es")
            await at.close()
    assert (await at.report()).dropped > 0
    await check_lengths(at, "floor", "es")


@on_stage
async def test_deleting_an_event_deletes_its_recordings(at: Stage) -> None:
    async with at.recording():
        await at.play(3, "floor")
        await at.close()
    await at.bus.put(recording_keys.upload_report("talk"), b"{}")
    record = await at.bus.get(keys.event_record("talk"))
    assert record is not None
    await EventEraser(at.bus, at.clock).delete(at.event, record.version)
    assert await at.parts()
    async with at.archive():  # it was not there when the event was deleted
        await at.clock.sleep(2)
    assert not await asyncio.to_thread((at.folder / "talk").exists)
    assert await at.bus.get(recording_keys.recording_erasure("talk")) is None
    assert await at.bus.get(recording_keys.recording_record("talk")) is None
    assert await at.bus.get(recording_keys.recording_report("talk")) is None
    assert await at.bus.get(recording_keys.upload_report("talk")) is None


def test_frames_that_come_late_or_twice_are_left_out(tmp_path: Path) -> None:
    file = ChannelFile(tmp_path / "floor.ogg", 0, 1, {})
    packet = OpusEncoder(FRAME).encode(bytes(2 * FRAME))
    for position in (0, FRAME, FRAME, 0, 2 * FRAME + 50, 3 * FRAME + 50):
        file.push(AudioFrame(Kind.OPUS, 0, position, packet))
    assert file.reached == 4 * FRAME
    file.push(AudioFrame(Kind.OPUS, 0, 9 * FRAME, b""))
    assert file.reached == 4 * FRAME
    file.close()
