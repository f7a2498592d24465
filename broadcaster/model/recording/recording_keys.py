"""Names of recordings on the bus. No other module knows their spelling."""

RECORDING_RECORDS = "recording."
"""Prefix of the records of whether each event is to be recorded."""
RECORDING_REPORTS = "recording-report."
"""Prefix of the records of how the recording of each event goes."""
RECORDING_ERASURES = "recording-erasure."
"""Prefix of the records of deleted events whose recordings are still to be deleted."""


def recording_record(event: str) -> str:
    """Record of whether an event is to be recorded."""
    return f"{RECORDING_RECORDS}{event}"


def recording_report(event: str) -> str:
    """Record of how its recording goes, see `RecordingReport`."""
    return f"{RECORDING_REPORTS}{event}"


def recording_erasure(event: str) -> str:
    """Record of the Unix time in ms at which it was deleted."""
    return f"{RECORDING_ERASURES}{event}"


def recording_lease(event: str) -> str:
    """Lease of the process that records an event."""
    return f"recording.{event}"
