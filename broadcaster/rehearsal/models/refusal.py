"""A model that cannot be taken into the folder, or is not in it."""

from broadcaster.errors import BroadcasterError


class ModelRefused(BroadcasterError):
    """Nothing was changed.

    Args:
        error_id: stable identifier, snake case.
        message: what is wrong, a sentence.
        hint: what to do about it, a sentence.
    """

    def __init__(self, error_id: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.error = error_id

    def advice(self) -> str:
        """Message, next step and identifier as one text for people."""
        return f"{super().advice()} ({self.error})"
