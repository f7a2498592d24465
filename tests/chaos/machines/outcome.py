"""The outcome of one fault, against the goal, as a row of the table."""

from collections.abc import Sequence
from dataclasses import dataclass

from broadcaster.model.language import FLOOR
from tests.chaos.compare import words_of
from tests.chaos.machines.audience import ChannelSeen
from tests.chaos.machines.faults import MachineFault
from tests.chaos.machines.site import CHANNELS, SENTENCES, Site

BACK_S = 4.0
"""Sound must be back after this time."""
COLUMNS = (
    "fault",
    "longest gap of sound",
    "captions lost, repeated",
    "words lost",
    "words repeated",
    "within the goal",
)


@dataclass(frozen=True, slots=True)
class ChannelOutcome:
    """One channel.

    Attributes:
        gap_s: longest time without new sound.
        captions_lost: that the reader missed, or that were not stored.
        captions_repeated: versions that came more than once.
        words_lost: of the talk.
        lost_s: the time it takes to say them.
        words_repeated: words too many, in sentences that were written before or not.
        misplaced: sentences out of order, and packets of an interpreter that overlap. A floor that
            moves to another process may begin a packet early, which players leave out.
    """

    gap_s: float
    captions_lost: int
    captions_repeated: int
    words_lost: int
    lost_s: float
    words_repeated: int
    misplaced: int

    @classmethod
    def of(cls, channel: str, seen: ChannelSeen) -> "ChannelOutcome":
        """Compare what came out with what was said."""
        outcome = seen.text.outcome
        talk_s = SENTENCES[len(seen.expected) - 1].end_ms / 1_000
        return cls(
            gap_s=seen.longest_gap_s,
            captions_lost=seen.captions_lost,
            captions_repeated=seen.captions_repeated,
            words_lost=outcome.words_lost,
            lost_s=talk_s * outcome.words_lost / len(words_of(" ".join(seen.expected))),
            words_repeated=outcome.words_too_many,
            misplaced=outcome.out_of_order + (seen.overlaps if channel != FLOOR else 0),
        )

    def is_right(self, fault: MachineFault) -> bool:
        """Whether every word was written once, as far as the fault lets it."""
        said_once = not (self.words_repeated or self.captions_repeated or self.misplaced)
        return said_once and not self.captions_lost and self.lost_s <= fault.allowed_s

    def is_within_goal(self, fault: MachineFault) -> bool:
        """The same, and sound was back in time."""
        return self.is_right(fault) and self.gap_s <= fault.outage_s + BACK_S


def outcomes(site: Site) -> list[ChannelOutcome]:
    """Of every channel, in the order of `CHANNELS`."""
    return [ChannelOutcome.of(channel, site.seen[channel]) for channel in CHANNELS]


def row(fault: MachineFault, found: Sequence[ChannelOutcome]) -> tuple[str, ...]:
    """Cells in the order of `COLUMNS`; the channels are separated by slashes."""
    lost = [str(one.words_lost) for one in found]
    if longest_s := max(one.lost_s for one in found):
        lost[-1] += f" (at most {longest_s:.1f} s)"
    return (
        fault.what,
        " / ".join(f"{one.gap_s:.1f}" for one in found) + " s",
        f"{sum(one.captions_lost for one in found)}, {sum(one.captions_repeated for one in found)}",
        " / ".join(lost),
        " / ".join(str(one.words_repeated) for one in found),
        "yes" if all(one.is_within_goal(fault) for one in found) else "**no**",
    )
