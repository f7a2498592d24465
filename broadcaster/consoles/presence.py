"""Tells the consoles of a channel, and its booths, which of its interpreters have theirs open."""

import json
from collections.abc import Callable
from contextlib import suppress

from broadcaster.consoles.interpreters import Console
from broadcaster.model import keys
from broadcaster.model.consoles import console_keys
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import ConsoleStatus, status_to_json

REPEAT_S = 3.0
GONE_AFTER_S = 8.0
"""A console that was not heard of for so long is closed."""


class Presence:
    """Of one open console: says that it is open, and remembers the others.

    Args:
        console: whose it is.
        bus: reaches the others.
        clock: the time.
        changed: called when another one was opened or closed.
    """

    def __init__(
        self, console: Console, bus: Bus, clock: Clock, changed: Callable[[], None]
    ) -> None:
        self._me = console.interpreter
        self._topic = console_keys.console_presence(console.event.id, console.channel)
        self._status_topic = keys.status(console.event.id)
        self._status = status_to_json(ConsoleStatus(console.channel))
        self._bus = bus
        self._clock = clock
        self._changed = changed
        self._heard: dict[str, float] = {}

    def open_consoles(self) -> set[str]:
        """Token ids of the interpreters whose consoles are open."""
        since = self._clock.monotonic() - GONE_AFTER_S
        return {self._me, *(one for one, at in self._heard.items() if at >= since)}

    async def listen(self) -> None:
        """Take note of the others until cancelled; tells them that this one is open and closed."""
        async with self._bus.subscribe(self._topic) as messages:
            self._say(is_open=True)
            try:
                async for message in messages:
                    with suppress(ValueError, KeyError, TypeError):
                        self._take(json.loads(message.payload))
            finally:
                self._say(is_open=False)

    async def repeat(self) -> None:
        """Say again and again that it is open, until cancelled."""
        while True:
            await self._clock.sleep(REPEAT_S)
            self._say(is_open=True)
            self._changed()  # one that is gone has not said so

    def _take(self, said: dict[str, object]) -> None:
        other, is_open = str(said["interpreter"]), bool(said["open"])
        if other == self._me:
            if not is_open:  # the same interpreter has closed another page
                self._say(is_open=True)
            return
        if not is_open:
            self._heard.pop(other, None)
        else:
            if other not in self.open_consoles():
                self._say(is_open=True)
            self._heard[other] = self._clock.monotonic()
        self._changed()

    def _say(self, *, is_open: bool) -> None:
        said = {"interpreter": self._me, "open": is_open}
        self._bus.publish(self._topic, json.dumps(said).encode())
        if is_open:
            self._bus.publish(self._status_topic, self._status)
