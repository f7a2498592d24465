"""A part of a recording that is to be copied, and its objects."""

import asyncio
import random
from pathlib import Path

from broadcaster.archive.part_writer import describe
from broadcaster.archive.upload.bucket import Bucket, BucketAddress
from broadcaster.model.ports import Bus
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.part import RecordingPart, file_name
from broadcaster.model.recording.upload import STATE_FILE, UploadReport, UploadState
from tests.archive.upload.services import ACCESS, BUCKET, SECRET

PART_BYTES = 5 * 1024 * 1024
"""The smallest that S3 takes."""
SIZES = {"floor": 12_000_000, "es": 700}


def bucket(url: str, secret: str = SECRET) -> Bucket:
    return Bucket(BucketAddress(BUCKET, "2026/", url, "us-east-1", ACCESS, secret))


def write_part(folder: Path, number: int, *, complete: bool = True) -> RecordingPart:
    part = RecordingPart("talk", "A talk", number, 0, 0, tuple(SIZES), complete=complete)
    made = folder / "talk" / part.folder
    made.mkdir(parents=True)
    describe(made, part)
    for channel, size in SIZES.items():
        content = random.Random(number).randbytes(size)
        (made / file_name(channel)).write_bytes(content)
    return part


def recorded(folder: Path, *parts: RecordingPart) -> dict[str, bytes]:
    """The objects that are to arrive, by their keys."""
    found = {}
    for part in parts:
        for path in (folder / "talk" / part.folder).iterdir():
            if path.name != STATE_FILE:
                found[f"2026/talk/{part.folder}/{path.name}"] = path.read_bytes()
    return found


async def until_sent(bus: Bus) -> UploadReport:
    while True:
        await asyncio.sleep(1)
        record = await bus.get(recording_keys.upload_report("talk"))
        if record is not None:
            report = UploadReport.from_json(record.value)
            if report.state is UploadState.SENT:
                return report
