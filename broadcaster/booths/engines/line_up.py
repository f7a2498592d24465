"""The engines that can fill a channel, in the order in which they take over from each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from broadcaster.booths.engines.opening import EngineOpener, Engines
from broadcaster.model.event import Channel, EngineKind
from broadcaster.realtime.session_events import Usage

Price = Callable[[EngineKind, int, Usage], float]
"""The cost in USD of an engine, given milliseconds of sound sent and tokens."""


@dataclass(frozen=True, slots=True)
class PricedEngines:
    """The engines of one provider, and what they cost."""

    engines: Engines
    price: Price


@dataclass(frozen=True, slots=True)
class RankedEngine:
    """One engine of a channel.

    Attributes:
        opener: opens its sessions.
        price: what they cost.
        provider: name of the service that runs it.
    """

    opener: EngineOpener
    price: Price
    provider: str


def line_up(
    channel: Channel, known: Sequence[PricedEngines], wanted: Sequence[str]
) -> list[RankedEngine]:
    """The engines of a channel, the preferred one first.

    Args:
        channel: what they fill.
        known: the engines of each provider of the settings, in their order; at least one.
        wanted: ids of providers in the organizer's order; empty for that of the settings.

    Returns:
        Those that offer what the channel needs, all with a voice or all without. If none is
        documented to offer it, the first one alone.
    """
    by_id = {one.engines.provider.id: one for one in known}
    ordered = [by_id[name] for name in wanted if name in by_id] or list(known)
    ranked = [
        RankedEngine(
            one.engines.opener(channel),
            one.price,
            one.engines.provider.name or one.engines.provider.id,
        )
        for one in ordered
    ]
    able = [one for one in ranked if one.opener.offered] or ranked[:1]
    return [one for one in able if one.opener.speaks == able[0].opener.speaks]
