"""The errors of reviewing, which are branches of the tree in `broadcaster.errors`."""

from broadcaster.errors import DomainError


class UnknownCaption(DomainError):
    """A channel has no caption of this id."""

    def __init__(self) -> None:
        super().__init__(
            "unknown_caption",
            "this channel has no such caption",
            "Send the id of a caption from the channel's stream.",
        )


class CaptionUnfinished(DomainError):
    """A caption still grows."""

    def __init__(self) -> None:
        super().__init__(
            "caption_unfinished",
            "this caption is still being written",
            "Wait until it is finished, then revise it.",
        )


class CaptionChanged(DomainError):
    """A caption has another revision than the one that was to be revised."""

    def __init__(self) -> None:
        super().__init__(
            "caption_changed",
            "somebody else has revised this caption",
            "Read its newest revision, then decide again.",
        )
