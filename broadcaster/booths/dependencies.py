"""The services that every booth of a process uses."""

from dataclasses import dataclass, field

from broadcaster.booths.engines.line_up import Price, PricedEngines
from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.floor.shared_blocks import SharedBlocks
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.model.audio import OPUS_FRAME_SAMPLES
from broadcaster.model.ports import Bus, Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class BoothDependencies:
    """The services that every booth uses.

    Attributes:
        bus: where the floor comes from and the channel goes.
        clock: time.
        engines: opens sessions.
        price: what they cost.
        fallbacks: engines of other providers that take over when those have trouble.
        limits: how a channel that is behind catches up.
        frame_samples: of an Opus packet.
        shared_blocks: the floor that the booths keep.
    """

    bus: Bus
    clock: Clock
    engines: Engines
    price: Price
    limits: CatchUpLimits
    fallbacks: tuple[PricedEngines, ...] = ()
    frame_samples: int = OPUS_FRAME_SAMPLES
    shared_blocks: SharedBlocks = field(default_factory=SharedBlocks)

    @property
    def known(self) -> tuple[PricedEngines, ...]:
        """The engines of all providers of the settings, in their order."""
        return (PricedEngines(self.engines, self.price), *self.fallbacks)
