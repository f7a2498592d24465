"""What a muxer writes, piece by piece."""


class Parts:
    """A file for `av` to write to, whose content is taken out as it comes."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        """Called by the muxer."""
        self._written += data
        return len(data)

    def take(self) -> bytes:
        """What was written since the last call."""
        taken = bytes(self._written)
        self._written.clear()
        return taken
