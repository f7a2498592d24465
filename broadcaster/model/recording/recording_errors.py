"""The errors of recordings, which are branches of the tree in `broadcaster.errors`."""

from broadcaster.errors import DomainError


class UnknownRecording(DomainError):
    """An event has no such part, or the part has no such channel."""

    def __init__(self) -> None:
        super().__init__(
            "unknown_recording",
            "this event has no such recording",
            "It may have been deleted. Load the page again.",
        )


class RecordingsUnreachable(DomainError):
    """The folder of the recordings is not there, or cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            "recordings_unreachable",
            "this machine cannot read the folder of the recordings",
            "Share the folder between the machines of the archive and of the desk, and set "
            "BROADCASTER_RECORDINGS_DIR on both.",
        )
