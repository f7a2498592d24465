"""Delay of the floor for listeners, so that phones are in step with a hall or a picture."""

from broadcaster.model.language import FLOOR
from broadcaster.model.variant import ChannelVariant, Coding

LONGEST_FLOOR_DELAY_MS = 10_000


def is_delayed(channel: str) -> bool:
    """Whether a channel or variant comes later by the delay of the floor.

    The floor does, in every coding that phones take. `floor+full` does not: human interpreters hear
    it, and racks that play the floor in the hall. Other channels never do, also with the floor
    under the voice.
    """
    variant = ChannelVariant.parse(channel)
    return variant.channel == FLOOR and variant.coding is not Coding.FULL_BAND
