"""Copies finished parts to a bucket, and deletes the copies of deleted ones.

One process of all does that, with one file at a time.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from broadcaster.archive.upload.bucket import Bucket, UploadFailed
from broadcaster.archive.upload.erased_copies import ErasedCopies, erased_copies, note_copies
from broadcaster.archive.upload.file_upload import PART_BYTES, FileUpload
from broadcaster.archive.upload.waiting import PartToSend, parts_to_send
from broadcaster.errors import BusUnavailable
from broadcaster.model import keys
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.upload import STATE_FILE, CopiesLeft, UploadReport, UploadState
from broadcaster.system.backoff import Backoff
from broadcaster.system.leases import work_with_lease
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.archive")

LOOK_EVERY_S = 10.0
"""How soon a finished part is found."""
REPORT_EVERY_S = 2.0
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 300.0

Result = TypeVar("Result")


class RecordingUploader:
    """Copies every finished part of every event, and goes on where a former process has stopped.

    Args:
        bus: has the lease, and takes the reports.
        clock: the time.
        folder: of all recordings.
        bucket: takes the copies.
        part_bytes: of a large file that are sent at a time.
    """

    def __init__(
        self, bus: Bus, clock: Clock, folder: Path, bucket: Bucket, part_bytes: int = PART_BYTES
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._folder = folder
        self._bucket = bucket
        self._part_bytes = part_bytes
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive:upload")
        self._stopping = threading.Event()
        self._sent_bytes = 0
        self._arrived = False
        """Whether the bucket has taken something of the present event."""
        self._failures: dict[str, int] = {}
        self._delete_backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S, sleep=clock.sleep)
        self._delete_at_s = 0.0
        self._left: CopiesLeft | None = None

    async def run(self) -> None:
        """Copy until cancelled."""
        try:
            await work_with_lease(
                partial(self._bus.lease, recording_keys.UPLOAD_LEASE),
                self._upload_regularly,
                wanted=lambda: True,
                sleep=self._clock.sleep,
                log=log,
                what="the copying of recordings",
            )
        finally:
            self._thread.shutdown(wait=False)

    async def _upload_regularly(self) -> None:
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S, sleep=self._clock.sleep)
        try:
            while True:
                self._stopping = threading.Event()
                if await self._upload_all():
                    backoff.reset()
                    await self._clock.sleep(LOOK_EVERY_S)
                else:
                    await backoff.wait()
        finally:
            self._stopping.set()

    async def _upload_all(self) -> bool:
        """Copy what is missing; returns whether nothing failed."""
        if self._clock.monotonic() >= self._delete_at_s:
            await self._delete_copies()
        try:
            find = partial(parts_to_send, self._folder, self._bucket.name)
            events = await self._in_thread(lambda: list(find()))
        except OSError as error:
            log.warning("cannot look at the folder of the recordings: %s", error)
            return False
        good = True
        for event_id, parts in events:
            if any(part.missing for part in parts):
                good = await self._upload_event(event_id, parts) and good
        return good

    async def _delete_copies(self) -> None:
        """Delete the copies of deleted recordings; what the bucket refuses is tried later."""
        reason, left = "", 0
        try:
            find = partial(erased_copies, self._folder, self._bucket.name)
            notes = await self._in_thread(lambda: list(find()))
            left = len(notes)
            for note, copies in notes:
                await self._in_thread(partial(self._delete_copies_of, note, copies))
                left -= 1
        except UploadFailed as failed:
            reason = failed.reason
        except OSError as error:
            reason = error.strerror or type(error).__name__
        if reason:
            log.warning("copies of %d deleted parts are still in the bucket: %s", left, reason)
            self._delete_at_s = self._clock.monotonic() + self._delete_backoff.next_s()
        else:
            self._delete_backoff.reset()
        told = CopiesLeft(self._bucket.name, left, reason)
        if told != self._left:
            with suppress(BusUnavailable):
                await self._bus.put(recording_keys.COPIES_LEFT, told.to_json())
                self._left = told

    def _delete_copies_of(self, note: Path, copies: ErasedCopies) -> None:
        """Delete the copies of one part, in the thread."""
        for name, upload in copies.begun.items():
            self._bucket.abort(name, upload)
        for name in copies.names:
            self._bucket.delete(name)
        note.unlink(missing_ok=True)

    async def _upload_event(self, event_id: str, parts: list[PartToSend]) -> bool:
        state, reason = UploadState.SENT, ""
        self._arrived = False
        try:
            await first_of(
                self._send(event_id, parts),
                self._report_regularly(event_id, parts),
                name=f"archive: copy {event_id}",
            )
        except UploadFailed as failed:
            state, reason = UploadState.FAILED, failed.reason
        except OSError as error:
            state, reason = UploadState.FAILED, error.strerror or type(error).__name__
        self._sent_bytes = 0
        before = self._failures.pop(event_id, 0)
        if await self._in_thread(partial(self._note_deleted, event_id, parts)):
            await self._forget(event_id)
            return True
        if state is UploadState.FAILED:
            log.warning("the recordings of %s are not copied yet: %s", event_id, reason)
            self._failures[event_id] = 1 if self._arrived else before + 1
        await self._report(event_id, parts, state, reason)
        return state is UploadState.SENT

    def _note_deleted(self, event_id: str, parts: list[PartToSend]) -> bool:
        """Note the copies of parts that are deleted now; returns whether any is."""
        deleted = [one for one in parts if not one.folder.exists()]
        for one in deleted:
            note_copies(self._folder / event_id, one.part, one.state)
        return bool(deleted)

    async def _send(self, event_id: str, parts: list[PartToSend]) -> None:
        for part in parts:
            for name in part.missing:
                self._sent_bytes = 0
                await self._in_thread(partial(self._send_file, event_id, part, name))
        log.info("the recordings of %s are copied", event_id)

    def _send_file(self, event_id: str, part: PartToSend, name: str) -> None:
        """Send one file, in the thread."""

        def remember(upload: str) -> None:
            part.state.begun[name] = upload
            part.save()

        if not (part.folder / STATE_FILE).exists():
            part.save()  # whoever deletes the part knows that there may be copies
        upload = FileUpload(
            self._bucket,
            part.folder / name,
            f"{event_id}/{part.part.folder}/{name}",
            self._stopping,
            self._count,
            self._part_bytes,
        )
        upload.run(part.state.begun.get(name, ""), remember)
        part.state.begun.pop(name, None)
        part.state.sent.add(name)
        self._sent_bytes = 0
        part.save()

    def _count(self, sent_bytes: int) -> None:
        self._sent_bytes += sent_bytes
        self._arrived = True

    async def _report_regularly(self, event_id: str, parts: list[PartToSend]) -> None:
        while True:
            await self._report(event_id, parts, UploadState.SENDING)
            await self._clock.sleep(REPORT_EVERY_S)

    async def _report(
        self, event_id: str, parts: list[PartToSend], state: UploadState, reason: str = ""
    ) -> None:
        sent = sum(part.sent_bytes for part in parts) + self._sent_bytes
        total = sum(sum(part.sizes.values()) for part in parts)
        failures = self._failures.get(event_id, 0)
        if self._arrived and state is UploadState.SENDING:
            failures = 0
        report = UploadReport(state, self._bucket.name, min(sent, total), total, reason, failures)
        with suppress(BusUnavailable):
            await self._bus.put(recording_keys.upload_report(event_id), report.to_json())

    async def _forget(self, event_id: str) -> None:
        """Delete the report, which may have been written after the event was deleted."""
        with suppress(BusUnavailable):
            name = recording_keys.upload_report(event_id)
            await self._bus.erase(records=[name], streams=keys.NOTHING, retained=keys.NOTHING)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
