"""The verdicts about the store and the disk of this process."""

import shutil
from pathlib import Path

from broadcaster.model.check.report import CheckResult, CheckValues, Light
from broadcaster.model.store import LOW_SPACE_BYTES, StoreStatus

FULL_BYTES = 50_000_000
"""With less free space than this the store may fail at any moment."""


def check_store(status: StoreStatus) -> CheckResult:
    """The verdict about the store, Redis or the file of this machine."""
    if status.ready:
        return CheckResult("store", Light.GREEN, message="The store takes writes and answers.")
    values: CheckValues = {"waiting": status.waiting}
    message = f"{status.message.capitalize()}."
    return CheckResult("store", Light.RED, "store_failed", values, message, f"{status.hint}")


def check_disk(data_dir: Path) -> CheckResult:
    """The verdict about the disk of the data folder; to be called in a thread."""
    try:
        free = shutil.disk_usage(data_dir).free
    except OSError as error:
        message = f"The data folder cannot be read: {error.strerror}."
        hint = "Correct BROADCASTER_DATA_DIR."
        return CheckResult("disk", Light.RED, "disk_failed", {}, message, hint)
    values: CheckValues = {"free_bytes": free}
    gigabytes = f"{free / 1_000_000_000:.1f} GB"
    if free < LOW_SPACE_BYTES:
        light, problem = Light.AMBER, "disk_low"
        if free < FULL_BYTES:
            light, problem = Light.RED, "disk_full"
        message = f"Only {gigabytes} of the disk are free."
        return CheckResult("disk", light, problem, values, message, "Make space on that disk.")
    return CheckResult("disk", Light.GREEN, "", values, f"{gigabytes} of the disk are free.")
