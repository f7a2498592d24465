"""A booth's state, and its once-a-second status on the bus."""

from collections.abc import Callable

from broadcaster.model import keys
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import (
    BOOTH_TRANSITIONS,
    STATUS_INTERVAL_S,
    BoothState,
    BoothStatus,
    status_to_json,
)

Measure = Callable[[BoothStatus], BoothStatus]
"""Fills in the measured values. State and reason are there already."""


class StatusReporter:
    """Keeps the state of one booth and publishes its status.

    Args:
        event: id of the event.
        channel: what the booth fills.
        bus: where the status is published.
        clock: time.
        measure: asked for each status.

    Attributes:
        state: changed by `move` only.
    """

    def __init__(
        self, *, event: str, channel: str, bus: Bus, clock: Clock, measure: Measure
    ) -> None:
        self.state = BoothState.IDLE
        self._reason = ""
        self._topic = keys.status(event)
        self._channel = channel
        self._bus = bus
        self._clock = clock
        self._measure = measure

    async def run(self) -> None:
        """Publish the status once a second until cancelled."""
        while True:
            self.publish()
            await self._clock.sleep(STATUS_INTERVAL_S)

    def move(self, state: BoothState, reason: str = "") -> None:
        """Enter a state of `BOOTH_TRANSITIONS` and publish it; the reason is a sentence."""
        known = state is self.state or state in BOOTH_TRANSITIONS[self.state]
        assert known, f"{self.state} → {state}"
        self.state, self._reason = state, reason
        self.publish()

    def publish(self) -> None:
        """Publish the status now."""
        status = self._measure(BoothStatus(self._channel, self.state, self._reason))
        self._bus.publish(self._topic, status_to_json(status))
