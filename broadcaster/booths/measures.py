"""The part of a booth's status that its sessions make: their number, their cost, their trouble."""

from collections.abc import Sequence
from dataclasses import replace

from broadcaster.booths.engines.line_up import Price, RankedEngine
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES
from broadcaster.booths.human.transcript import HumanTranscript
from broadcaster.booths.sessions.chain import SessionChain
from broadcaster.booths.sessions.counts import SessionCounts
from broadcaster.model.audio import samples_to_ms
from broadcaster.model.status import BoothStatus


def with_sessions(
    status: BoothStatus, chain: SessionChain, ranked: Sequence[RankedEngine]
) -> BoothStatus:
    """The status with the figures of the interpreter's sessions.

    Args:
        status: of the booth.
        chain: has the sessions.
        ranked: the engines by their number in the chain.
    """
    counts, engine, waiting = chain.counts, ranked[chain.rank], chain.stands_by
    status = replace(
        status,
        sent_ms=samples_to_ms(counts.fed_blocks * BLOCK_SAMPLES),
        sessions=chain.sessions,
        unsent_ms=samples_to_ms(counts.unsent_blocks * BLOCK_SAMPLES),
        unusable_events=counts.unusable_events,
        withheld_texts=counts.withheld_texts,
        interpreter=engine.opener.kind,
        provider=engine.provider,
        fallback=chain.rank > 0,
        stands_by=ranked[waiting].provider if waiting is not None else "",
        cost_usd=_cost_usd(counts, ranked),
        session_began_at_ms=chain.session_began_at_ms,
        rotates_at_ms=chain.rotates_at_ms,
        reconnects=chain.recovery.failures,
    )
    if chain.recovery.last_failure is None:
        return status
    failure, at_ms = chain.recovery.last_failure
    return replace(
        status,
        last_error=failure.error,
        last_error_reason=failure.advice(),
        last_error_at_ms=at_ms,
    )


def with_transcript(status: BoothStatus, transcript: HumanTranscript, price: Price) -> BoothStatus:
    """The status with the figures of the sessions that write down a human interpreter."""
    return replace(
        status,
        sent_ms=status.sent_ms + transcript.sent_ms,
        sessions=status.sessions + transcript.sessions,
        cost_usd=status.cost_usd + transcript.cost_usd(price),
    )


def _cost_usd(counts: SessionCounts, ranked: Sequence[RankedEngine]) -> float:
    """The cost of all engines that were used, each at its own price."""
    costs = 0.0
    for use in counts.uses():
        engine = ranked[use.rank]
        sent_ms = samples_to_ms(use.fed_blocks * BLOCK_SAMPLES)
        costs += engine.price(engine.opener.kind, sent_ms, use.usage)
    return costs
