"""Cuts positioned pieces of PCM into blocks of one length and fills gaps with silence.

The floor cuts its PCM frames and its Opus packets this way, a booth the 200 ms frames for its
interpreter.
"""

from dataclasses import dataclass

from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES

LONGEST_FILL = 2 * CLOCK_HZ
"""Most samples of silence put into a gap. A longer gap is a jump of the position."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Block:
    """`block_samples` of s16le mono, starting at `position` of the event clock."""

    position: int
    pcm: bytes


class Blocks:
    """Cuts one channel's PCM. Whatever its rate, lengths are samples of the event clock.

    Args:
        block_samples: length of every block.
        longest_fill: gaps up to this many samples are filled with silence.
        aligned: blocks start at multiples of their length, so that all readers that cut the same
            sound get the same blocks, whenever they began.
        rate_hz: of the PCM, a multiple of `CLOCK_HZ`.
    """

    def __init__(
        self,
        block_samples: int,
        longest_fill: int = LONGEST_FILL,
        *,
        aligned: bool = False,
        rate_hz: int = CLOCK_HZ,
    ) -> None:
        self._sample_bytes = SAMPLE_BYTES * rate_hz // CLOCK_HZ
        """Bytes of the PCM in one sample of the event clock."""
        self._block_samples = block_samples
        self._longest_fill = longest_fill
        self._aligned = aligned
        self._buffer = bytearray()
        self._start: int | None = None

    @property
    def next_position(self) -> int | None:
        """The expected position of the next sample; None before the first."""
        if self._start is None:
            return None
        return self._start + len(self._buffer) // self._sample_bytes

    def push(self, position: int, pcm: bytes) -> list[Block]:
        """Add a piece and take the blocks it completes.

        What lies before the next position was already passed on and is cut off.
        """
        done: list[Block] = []
        expected = self.next_position
        if expected is None:
            pcm = self._begin(position, pcm)
        elif position > expected + self._longest_fill:
            done = self._finish()
            pcm = self._begin(position, pcm)
        elif position > expected:
            self._buffer += bytes((position - expected) * self._sample_bytes)
        else:
            pcm = pcm[(expected - position) * self._sample_bytes :]
        self._buffer += pcm
        return done + self._cut()

    def advance_to(self, position: int) -> list[Block]:
        """Let time pass up to `position` without sound. Does nothing before the first piece."""
        expected = self.next_position
        if expected is None or position <= expected:
            return []
        return self.push(position, b"")

    def take_rest(self) -> Block | None:
        """Take what does not fill a block yet, as a shorter one, if there is anything."""
        if self._start is None or not self._buffer:
            return None
        rest = Block(self._start, bytes(self._buffer))
        self._start += len(self._buffer) // self._sample_bytes
        self._buffer.clear()
        return rest

    def _begin(self, position: int, pcm: bytes) -> bytes:
        """Start at `position` or the next multiple of the length; returns the PCM from there."""
        skipped = -position % self._block_samples if self._aligned else 0
        reached = not skipped or len(pcm) > skipped * self._sample_bytes
        self._start = position + skipped if reached else None
        return pcm[skipped * self._sample_bytes :]

    def _cut(self) -> list[Block]:
        if self._start is None:
            return []
        size = self._block_samples * self._sample_bytes
        done = []
        while len(self._buffer) >= size:
            done.append(Block(self._start, bytes(self._buffer[:size])))
            del self._buffer[:size]
            self._start += self._block_samples
        return done

    def _finish(self) -> list[Block]:
        """The unfinished block, filled up with silence."""
        if not self._buffer:
            return []
        self._buffer += bytes(self._block_samples * self._sample_bytes - len(self._buffer))
        return self._cut()
