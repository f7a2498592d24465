"""Computes the cost of interpretation from a price table, and compares spending with its cap."""

from enum import IntEnum
from typing import assert_never

from broadcaster.model.event import EngineKind
from broadcaster.realtime.providers.prices import Prices
from broadcaster.realtime.session_events import Usage

NEARLY_SPENT_SHARE = 0.8
"""From this share of the spend cap on the organizer is warned."""


def sessions_cost_usd(prices: Prices, engine: EngineKind, sent_ms: int, usage: Usage) -> float:
    """USD for the sessions of one booth.

    Args:
        prices: the provider's.
        engine: what runs in the booth.
        sent_ms: length of the sound that was sent.
        usage: tokens that the sessions reported.
    """
    match engine:
        case EngineKind.TRANSCRIBE:
            return prices.transcribe_cost(sent_ms)
        case EngineKind.TRANSLATE:
            return prices.translate_cost(sent_ms)
        case EngineKind.CONVERSE:
            return prices.converse_cost(usage)
        case unknown:
            assert_never(unknown)


class Budget(IntEnum):
    """The state of an event's spend cap."""

    FINE = 0
    NEARLY_SPENT = 1
    SPENT = 2


def budget(spent_usd: float, cap_usd: float | None) -> Budget:
    """Compare spending with the cap. Without a cap the result is always fine."""
    if cap_usd is None or spent_usd < NEARLY_SPENT_SHARE * cap_usd:
        return Budget.FINE
    return Budget.NEARLY_SPENT if spent_usd < cap_usd else Budget.SPENT
