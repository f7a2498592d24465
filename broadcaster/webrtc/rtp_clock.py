"""Places decoded sound on a clock that never runs backwards."""

RTP_HZ = 48_000
"""Rate of Opus' RTP clock, whatever the sound's own rate (RFC 7587 section 4.1)."""
MAX_GAP = 10 * RTP_HZ
"""A longer step means that the sender started a new clock; it is not a gap."""


class RtpClock:
    """Places the pieces of one stream.

    Lost packets leave a gap of their length, and so does a sender that pauses (DTX). When a sender
    jumps (a new clock, a repeated packet), its sound goes on where the stream was.
    """

    def __init__(self) -> None:
        self._expected: int | None = None
        self._length = 0
        self._next = 0
        self.lost = 0
        """Length of all lost packets so far, `RTP_HZ`."""
        self.gap = 0
        """Length of the gap before the last piece, `RTP_HZ`."""

    def place(self, pts: int, length: int, kept: int, missing: int = 0) -> int:
        """Place the next piece.

        Args:
            pts: the piece's time on the sender's clock, `RTP_HZ`.
            length: its length on that clock.
            kept: length of what came out of the resampler now, in the same unit.
            missing: packets between the last piece and this one that never came or cannot be
                decoded. A gap that they do not explain is a pause.

        Returns:
            Its time on the clock that never runs backwards.
        """
        gap = 0 if self._expected is None else pts - self._expected
        if not 0 <= gap <= MAX_GAP:
            gap = 0
        self.gap = gap
        self.lost += min(gap, missing * self._length)
        start = self._next + gap
        self._expected = pts + length
        self._length = length
        self._next = start + kept
        return start
