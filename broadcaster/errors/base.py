"""The base of all errors, and of those that break a rule."""


class BroadcasterError(Exception):
    """Base of all errors raised on purpose."""

    error = "internal"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def advice(self) -> str:
        """Message and next step as one text for people."""
        return f"{self.message.rstrip('.')}. {self.hint}".strip()


class DomainError(BroadcasterError):
    """A request breaks a rule of events, languages or sessions, whatever protocol it came by.

    Args:
        error_id: stable identifier, snake case.
        message: what is wrong, a sentence.
        hint: what to do about it, a sentence.
    """

    def __init__(self, error_id: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.error = error_id
