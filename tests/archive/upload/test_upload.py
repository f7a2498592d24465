"""Copies in a bucket: everything arrives once, whatever fails, and an interruption costs a part."""

import asyncio
import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from broadcaster.archive.upload.bucket import (
    Bucket,
    BucketAddress,
    UploadFailed,
    UploadGone,
    UploadStopped,
)
from broadcaster.archive.upload.file_upload import FileUpload
from broadcaster.archive.upload.uploader import RecordingUploader
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.upload import UploadReport, UploadState
from tests.archive.upload.copied import (
    PART_BYTES,
    SIZES,
    bucket,
    recorded,
    until_sent,
    write_part,
)
from tests.archive.upload.services import ACCESS, BUCKET, SECRET, Network, Service, network
from tests.support import virtual_time
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus


async def copy(folder: Path, on: Network, lives: int) -> UploadReport:
    """Copy until all is sent, in several processes one after the other."""
    async with VirtualTimeBus() as bus:
        for life in range(lives):
            uploader = RecordingUploader(bus, LoopClock(), folder, bucket(on.url), PART_BYTES)
            async with background_task(uploader.run(), name="uploader"):
                if life == lives - 1:
                    return await until_sent(bus)
                enough = asyncio.Event()
                loop = asyncio.get_running_loop()
                on.after(4_000_000, partial(loop.call_soon_threadsafe, enough.set))
                await enough.wait()
    raise AssertionError


def test_everything_arrives_although_all_fails_and_restarts(empty: Service, tmp_path: Path) -> None:
    first = write_part(tmp_path, 1)
    write_part(tmp_path, 2, complete=False)
    starts = empty.starts
    with network(empty, seed=1, cut=0.008, refuse=0.3) as on:
        on.after(9_000_000, empty.kill)
        report = virtual_time.run(copy(tmp_path, on, lives=3))
        assert empty.starts > starts
        assert on.failures
        print(
            f"{on.failures} failures, {on.uploaded_bytes / sum(SIZES.values()):.1f} × the size sent"
        )
    assert empty.arrived() == recorded(tmp_path, first)
    assert report.sent_bytes == report.total_bytes
    assert (report.bucket, report.reason) == (BUCKET, "")


def test_an_upload_goes_on_after_its_last_part(empty: Service, tmp_path: Path) -> None:
    part = write_part(tmp_path, 1)
    path = tmp_path / "talk" / part.folder / "floor.ogg"
    begun: list[str] = []
    with network(empty) as on:
        stopping = threading.Event()
        first = FileUpload(
            bucket(on.url), path, "floor.ogg", stopping, lambda _sent: stopping.set(), PART_BYTES
        )
        with pytest.raises(UploadStopped):
            first.run("", begun.append)
        [upload] = begun
        before = on.uploaded_bytes
        assert PART_BYTES < before < PART_BYTES + 100_000
        second = FileUpload(
            bucket(on.url), path, "floor.ogg", threading.Event(), lambda _sent: None, PART_BYTES
        )
        second.run(upload, begun.append)
        assert len(begun) == 1
        left = SIZES["floor"] - PART_BYTES
        assert left < on.uploaded_bytes - before < left + 100_000
        after = on.uploaded_bytes
        second.run("", begun.append)  # the answer was lost
        assert on.uploaded_bytes - after < 10_000
    assert empty.arrived() == {"2026/floor.ogg": path.read_bytes()}


def test_a_deleted_event_leaves_nothing_behind(empty: Service, tmp_path: Path) -> None:
    part = write_part(tmp_path, 1)
    path = tmp_path / "talk" / part.folder / "floor.ogg"
    begun: list[str] = []
    with network(empty) as on:
        made = bucket(on.url)
        upload = FileUpload(
            made, path, "floor.ogg", threading.Event(), lambda _sent: path.unlink(), PART_BYTES
        )
        with pytest.raises(FileNotFoundError):
            upload.run("", begun.append)
        with pytest.raises(UploadGone):
            made.parts("floor.ogg", begun[0])

        async def run() -> None:
            async with VirtualTimeBus() as bus:
                on.after(6_000_000, lambda: shutil.rmtree(path.parent))
                uploader = RecordingUploader(bus, LoopClock(), tmp_path, made, PART_BYTES)
                async with background_task(uploader.run(), name="uploader"):
                    await asyncio.sleep(60)
                assert await bus.get(recording_keys.upload_report("talk")) is None

        shutil.rmtree(path.parent)
        write_part(tmp_path, 1)
        virtual_time.run(run())
    assert not [name for name in empty.arrived() if name.endswith("floor.ogg")]


def test_a_wrong_key_is_named_and_never_written(
    empty: Service, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    write_part(tmp_path, 1)
    wrong = "another-secret-of-the-test"
    reports = []

    async def run(url: str) -> None:
        async with VirtualTimeBus() as bus:
            uploader = RecordingUploader(bus, LoopClock(), tmp_path, bucket(url, wrong))
            async with background_task(uploader.run(), name="uploader"):
                await asyncio.sleep(20)
            record = await bus.get(recording_keys.upload_report("talk"))
            assert record is not None
            reports.append(UploadReport.from_json(record.value))

    virtual_time.run(run(f"http://127.0.0.1:{empty.port}"))
    [report] = reports
    assert report.state is UploadState.FAILED
    assert report.reason in {"SignatureDoesNotMatch", "403"}
    assert not empty.arrived()
    assert wrong not in caplog.text
    assert wrong not in repr(BucketAddress(BUCKET, "", "", "", ACCESS, wrong))


@contextmanager
def failing(code: str) -> Iterator[None]:
    with pytest.raises(UploadFailed) as failed:
        yield
    assert failed.value.reason == code


def test_a_service_that_is_not_there_is_named(empty: Service, tmp_path: Path) -> None:
    path = tmp_path / "floor.ogg"
    path.write_bytes(b"x" * 100)
    stopping = threading.Event()
    with failing("EndpointConnectionError"):
        nowhere = bucket("http://127.0.0.1:1")
        FileUpload(nowhere, path, "x", stopping, lambda _sent: None).run("", lambda _id: None)
    address = BucketAddress(
        "missing", "", f"http://127.0.0.1:{empty.port}", "us-east-1", ACCESS, SECRET
    )
    with failing("NoSuchBucket"):
        FileUpload(Bucket(address), path, "x", stopping, lambda _sent: None).run(
            "", lambda _id: None
        )
