"""Names on the bus of caption outputs, and of what happens to an event."""

OUTPUT_RECORDS = "output."
"""Prefix of the records of the caption outputs of all events."""
OUTPUT_PROGRESS_RECORDS = "output-progress."
"""Prefix of the records of how far each of them has come."""


def output_records(event: str) -> str:
    """Prefix of the records of the caption outputs of one event."""
    return f"{OUTPUT_RECORDS}{event}."


def output_record(event: str, output: str) -> str:
    """Record of a caption output: where its captions go."""
    return f"{output_records(event)}{output}"


def output_progress_records(event: str) -> str:
    """Prefix of the records of how far the outputs of one event have come."""
    return f"{OUTPUT_PROGRESS_RECORDS}{event}."


def output_progress_record(event: str, output: str) -> str:
    """Record of how far one output has come."""
    return f"{output_progress_records(event)}{output}"


def output_lease(event: str, output: str) -> str:
    """Lease of the process that sends this output."""
    return f"output.{event}.{output}"


def output_tests(event: str) -> str:
    """Topic of orders to send a test line to an output."""
    return f"output.tests.{event}"


def output_test_answer(test: str) -> str:
    """Topic of the answer to one such order."""
    return f"output.tests.answer.{test}"


HAPPENINGS_LEASE = "happenings"
"""Lease of the process that writes what happens to events."""
TOLD_RECORDS = "told."
"""Prefix of the records of what was written of all events."""


def told_record(event: str) -> str:
    """Record of what was written into the stream of an event's happenings."""
    return f"{TOLD_RECORDS}{event}"


def happenings(event: str) -> str:
    """Stream of what happens to an event, for other software."""
    return f"{all_happenings(event)}all"


def all_happenings(event: str) -> str:
    """The beginning of the name of that stream."""
    return f"happenings.{event}."
