"""The errors of pulled inputs, which are branches of the tree in `broadcaster.errors`."""

from broadcaster.errors import DomainError


class BadInputAddress(DomainError):
    """An address from which this server cannot fetch sound.

    Args:
        message: what is wrong.
        hint: what to do.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__("bad_input_address", message, hint)


class UnknownInput(DomainError):
    """An event has no address for this input."""

    def __init__(self) -> None:
        super().__init__(
            "unknown_input",
            "this input of the event has no address",
            "Somebody may have removed it. Load the desk again.",
        )
