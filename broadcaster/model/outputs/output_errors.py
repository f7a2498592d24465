"""The errors of caption outputs, which are branches of the tree in `broadcaster.errors`."""

from broadcaster.errors import DomainError

MOST_OUTPUTS = 20
"""Caption outputs of one event."""


class UnknownOutput(DomainError):
    """An event has no such output."""

    def __init__(self) -> None:
        super().__init__(
            "unknown_output",
            "this event has no such caption output",
            "It may have been removed. Load the desk again.",
        )


class BadOutputAddress(DomainError):
    """An address to which this kind of output cannot send.

    Args:
        message: what is wrong.
        hint: where to find the right one.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__("bad_output_address", message, hint)


class TooManyOutputs(DomainError):
    """An event has as many outputs as it can have."""

    def __init__(self) -> None:
        super().__init__(
            "too_many_outputs",
            f"an event has at most {MOST_OUTPUTS} caption outputs",
            "Remove one that is not needed any more.",
        )


class OutputSilent(DomainError):
    """No process has answered an order to send a test line."""

    def __init__(self) -> None:
        super().__init__(
            "output_silent",
            "the test line was not sent in time",
            "Look at the state of the output. If it stays like this, restart the server.",
        )
