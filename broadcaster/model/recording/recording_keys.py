"""Names of recordings on the bus. No other module knows their spelling."""

RECORDING_RECORDS = "recording."
"""Prefix of the records of whether each event is to be recorded."""
RECORDING_REPORTS = "recording-report."
"""Prefix of the records of how the recording of each event goes."""
RECORDING_ERASURES = "recording-erasure."
"""Prefix of the records of deleted events whose recordings are still to be deleted."""

UPLOAD_REPORTS = "recording-upload."
"""Prefix of the records of how the copies of each event's recordings go."""
COPIES_LEFT = "recording-copies-left"
"""Record of the copies of deleted recordings that are still in the bucket, see `CopiesLeft`."""
UPLOAD_LEASE = "recording-uploads"
"""Lease of the process that copies recordings."""


def recording_record(event: str) -> str:
    """Record of whether an event is to be recorded."""
    return f"{RECORDING_RECORDS}{event}"


def recording_report(event: str) -> str:
    """Record of how its recording goes, see `RecordingReport`."""
    return f"{RECORDING_REPORTS}{event}"


def upload_report(event: str) -> str:
    """Record of how the copies of its recordings go, see `UploadReport`."""
    return f"{UPLOAD_REPORTS}{event}"


def recording_erasure(event: str) -> str:
    """Record of the Unix time in ms at which it was deleted."""
    return f"{RECORDING_ERASURES}{event}"


def recording_lease(event: str) -> str:
    """Lease of the process that records an event."""
    return f"recording.{event}"
