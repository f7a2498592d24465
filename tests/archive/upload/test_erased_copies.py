"""Copies of a deleted event are deleted in the bucket, whenever that lets them be."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from broadcaster.archive.supervisor import RecordingSupervisor
from broadcaster.archive.upload.erased_copies import FOLDER, erased_copies
from broadcaster.archive.upload.uploader import RecordingUploader
from broadcaster.model import keys
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.upload import CopiesLeft
from tests.archive.stage import PLENTY_BYTES
from tests.archive.upload.copied import bucket, recorded, until_sent, write_part
from tests.archive.upload.services import BUCKET, Network, Service, network
from tests.support import virtual_time
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus


async def until_left(bus: VirtualTimeBus, wanted: Callable[[CopiesLeft], bool]) -> CopiesLeft:
    while True:
        await asyncio.sleep(1)
        record = await bus.get(recording_keys.COPIES_LEFT)
        if record is not None and wanted(left := CopiesLeft.from_json(record.value)):
            return left


async def until_there(event: Path, *, there: bool) -> None:
    while await asyncio.to_thread(event.exists) is not there:
        await asyncio.sleep(1)


def test_a_bucket_that_refuses_is_asked_again_after_a_restart(
    empty: Service, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    old = [write_part(tmp_path, number) for number in (1, 2)]
    expected = recorded(tmp_path, *old)
    clock = LoopClock()

    async def run(on: Network) -> None:
        async with VirtualTimeBus() as bus:
            uploader = RecordingUploader(bus, clock, tmp_path, bucket(on.url))
            async with background_task(uploader.run(), name="uploader"):
                await until_sent(bus)
            assert await asyncio.to_thread(empty.arrived) == expected
            on.refuse = 1.0
            erasure = recording_keys.recording_erasure("talk")
            report = recording_keys.upload_report("talk")
            await bus.put(erasure, str(clock.now_ms()).encode())
            await bus.erase(records=[report], streams=keys.NOTHING, retained=keys.NOTHING)
            archive = RecordingSupervisor(bus, clock, tmp_path, PLENTY_BYTES)
            uploader = RecordingUploader(bus, clock, tmp_path, bucket(on.url))
            async with (
                background_task(archive.run(), name="archive"),
                background_task(uploader.run(), name="uploader"),
            ):
                left = await until_left(bus, lambda one: one.parts == len(old))
                await until_there(tmp_path / "talk", there=False)
                await asyncio.sleep(600)
            assert (left.bucket, left.reason) == (BUCKET, "SlowDown")
            assert await asyncio.to_thread(empty.arrived) == expected
            assert await bus.get(erasure) is None
            # A new event has the same id and one part, whose names the bucket knows.
            on.refuse = 0.0
            await asyncio.to_thread(write_part, tmp_path, 1)
            uploader = RecordingUploader(bus, clock, tmp_path, bucket(on.url))
            async with background_task(uploader.run(), name="uploader"):
                await until_left(bus, lambda one: not one.parts)
                await until_sent(bus)

    with network(empty) as on:
        virtual_time.run(run(on))
    assert empty.arrived() == recorded(tmp_path, old[0])
    assert not list((tmp_path / FOLDER).iterdir())
    told = [one for one in caplog.messages if "still in the bucket: SlowDown" in one]
    assert 2 <= len(told) <= 12, "often at first, then every five minutes"


def test_nothing_is_asked_of_a_bucket_that_never_had_a_copy(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_part(tmp_path, 1)

    async def run() -> None:
        async with VirtualTimeBus() as bus:
            clock = LoopClock()
            await bus.put(recording_keys.recording_erasure("talk"), str(clock.now_ms()).encode())
            archive = RecordingSupervisor(bus, clock, tmp_path, PLENTY_BYTES)
            async with background_task(archive.run(), name="archive"):
                await until_there(tmp_path / "talk", there=False)

    virtual_time.run(run())
    assert not (tmp_path / FOLDER).exists()
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "talk.part-001.0.json").write_text("{")
    assert not list(erased_copies(tmp_path, BUCKET))
    assert "by hand" in caplog.text
