"""Where decoded sound belongs on a clock that never runs backwards."""

RTP_HZ = 48_000
"""Rate of Opus' RTP clock, whatever the sound's own rate (RFC 7587 section 4.1)."""
MAX_GAP = 10 * RTP_HZ
"""A step of more than this is a sender that started a new clock, not a gap."""


class RtpClock:
    """Gives each piece of one stream its place.

    Lost packets leave a gap of their length. A sender that jumps (a new clock, a repeated
    packet) continues where the stream was.
    """

    def __init__(self) -> None:
        self._expected: int | None = None
        self._next = 0
        self.lost = 0
        """Length of all gaps so far, `RTP_HZ`."""

    def place(self, pts: int, length: int, kept: int) -> int:
        """Place the next piece.

        Args:
            pts: the piece's time on the sender's clock, `RTP_HZ`.
            length: how long it is there.
            kept: how much of it came out of the resampler now, same unit.

        Returns:
            Its time on the clock that never runs backwards.
        """
        gap = 0 if self._expected is None else pts - self._expected
        if not 0 <= gap <= MAX_GAP:
            gap = 0
        self.lost += gap
        start = self._next + gap
        self._expected = pts + length
        self._next = start + kept
        return start
