"""The last seconds of a speaker's sound, asked of the process that has the floor."""

import asyncio
import secrets

from broadcaster.errors import DomainError
from broadcaster.model import keys
from broadcaster.model.ports import Bus

HEARD_S = 5
"""Seconds of sound that a floor keeps for whoever wants to hear it."""
ASK_AGAIN_S = 0.5
ANSWER_TIMEOUT_S = 2.5


class NothingHeard(DomainError):
    """No sound has come from a speaker lately."""

    def __init__(self) -> None:
        super().__init__(
            "nothing_heard",
            "no sound has arrived from the speaker",
            "Open the stage page, publish the microphone, and say something.",
        )


async def ask_heard_sound(bus: Bus, event_id: str) -> bytes:
    """The last `HEARD_S` seconds that came from the speaker, as a WAV file, s16 mono 24 kHz.

    Raises:
        NothingHeard: no process has the floor, or no sound has come.
    """
    ask = secrets.token_hex(8)
    try:
        async with (
            asyncio.timeout(ANSWER_TIMEOUT_S),
            bus.subscribe(keys.heard_answer(ask), depth=1) as answers,
        ):
            while True:
                bus.publish(keys.heard_asks(event_id), ask.encode())
                try:
                    async with asyncio.timeout(ASK_AGAIN_S):
                        return (await anext(answers)).payload
                except TimeoutError:
                    continue
    except TimeoutError:
        raise NothingHeard from None
