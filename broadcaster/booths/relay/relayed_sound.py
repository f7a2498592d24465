"""The sound that a relayed booth interprets: its relay, and the floor while that is silent.

floor ─▶ FloorReceiver ──┐
                         ├─▶ RelayChoice ─▶ buffer ─▶ the booth's sessions
relay ─▶ FloorReceiver ──┘

Both sounds have the event's clock and the same grid of blocks, so a block of one takes the place of
a block of the other.
"""

import logging
from collections.abc import Callable

from broadcaster.audio.blocks import Block
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES, FloorBuffer
from broadcaster.booths.floor.receiver import FloorReceiver, PushFloorPcm
from broadcaster.booths.relay.choice import RelayChoice
from broadcaster.model.audio import SAMPLE_BYTES
from broadcaster.model.ports import Clock
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

LATE_S = 0.6
"""The relay's sound may come this much later than the floor's; then it counts as silent."""
_SILENCE = bytes(BLOCK_SAMPLES * SAMPLE_BYTES)


class RelayedSound:
    """Receives the floor and a relay, and buffers the one that is to be interpreted.

    Args:
        floor: receives the floor.
        relay: receives the other channel.
        clock: time.
        floor_only: asked for each block: whether the floor must be heard now.
        hear_again: called when what was buffered from a position on has changed.

    Attributes:
        buffer: the last minute of the chosen sound.
    """

    def __init__(
        self,
        *,
        floor: FloorReceiver,
        relay: FloorReceiver,
        clock: Clock,
        floor_only: Callable[[], bool],
        hear_again: Callable[[int], None],
    ) -> None:
        self.buffer = FloorBuffer()
        self._floor = floor
        self._relay = relay
        self._clock = clock
        self._floor_only = floor_only
        self._hear_again = hear_again
        self._choice: RelayChoice | None = None
        self._relay_is_late = False

    @property
    def on_floor(self) -> bool:
        """Whether the floor is heard now, and not the relay."""
        return self._choice is not None and self._choice.on_floor

    def begin_at(self, position: int) -> None:
        """Hear both sounds from this position on, as far as the bus retains them."""
        self._floor.begin_at(position)
        self._relay.begin_at(position)

    async def receive(self, push_floor_pcm: PushFloorPcm) -> None:
        """Buffer the chosen sound until cancelled, and pass on every live frame of the floor."""
        await first_of(
            self._floor.receive(push_floor_pcm),
            self._relay.receive(lambda _position, _pcm: None),
            self._choose_blocks(),
            name="relayed sound of a booth",
        )

    def tick(self, elapsed_s: float) -> None:
        """Let time pass; see `FloorReceiver.tick`."""
        self._floor.tick(elapsed_s)
        self._relay.tick(elapsed_s)

    async def _choose_blocks(self) -> None:
        position = 0
        while True:
            block = self._floor.buffer.after(position)
            if block is None:
                await self._floor.buffer.grown()
                continue
            position = block.position + BLOCK_SAMPLES
            await self._wait_for_relay(position)
            changed_from = self._choose(block)
            if changed_from is not None and changed_from < block.position:
                self._hear_again(changed_from)

    async def _wait_for_relay(self, end: int) -> None:
        """Return when the relay's sound has come up to `end`, or is late."""
        if self._relay.buffer.end >= end:
            self._relay_is_late = False
        while self._relay.buffer.end < end and not self._relay_is_late:
            before = self._relay.buffer.end
            await first_of(
                self._relay.buffer.grown(), self._clock.sleep(LATE_S), name="wait for a relay"
            )
            self._relay_is_late = self._relay.buffer.end == before

    def _choose(self, floor_block: Block) -> int | None:
        """Buffer a block of the chosen sound, and those before it that the choice replaces."""
        if self._choice is None:
            self._choice = RelayChoice(floor_block.position)
        end = floor_block.position + BLOCK_SAMPLES
        changed_from = self._choice.choose(
            end,
            self._relay.buffer.speech,
            self._floor.buffer.speech,
            floor_only=self._floor_only(),
        )
        begins = floor_block.position
        if changed_from is not None:
            log.info("the booth hears the %s", "floor" if self._choice.on_floor else "relay")
            begins = min(begins, changed_from)
            self.buffer.take_back(begins)
        for position in self._floor.buffer.positions_between(begins, end):
            self.buffer.push_floor_block(self._chosen(position))
        return changed_from

    def _chosen(self, position: int) -> Block:
        """The block of the chosen sound at a position of the grid."""
        sound = self._floor if self.on_floor else self._relay
        block = sound.buffer.after(position)
        if block is None or block.position != position:
            return Block(position, _SILENCE)
        return block
